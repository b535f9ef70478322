import { LEAST_FLOAT32, notNegative, probability } from '../../core/definition.js';
import { define } from './definition.js';
import { MONITOR_ALIASES, monitorOptions, resolveMonitor } from './monitor.js';
import { number, whole } from './options.js';
import { Plateau, refuseState } from './plateau.js';

/**
 * Lowers the learning rate when a value has stopped improving, as Keras's ReduceLROnPlateau: sets
 * `model.learningRate` to max(rate · factor, minLearningRate), in place of a schedule too.
 */
export const reduceOnPlateau = define({
  name: 'reduceOnPlateau',
  options: {
    ...monitorOptions,
    minDelta: number(1e-4, notNegative),
    factor: number(0.1, probability),
    patience: whole(10),
    cooldown: whole(0),
    minLearningRate: number(0, notNegative),
  },
  aliases: {
    ...MONITOR_ALIASES,
    minLR: 'minLearningRate',
    minRate: 'minLearningRate',
    minimumLearningRate: 'minLearningRate',
    nIterNoChange: 'patience',
    gamma: 'factor',
    decay: 'factor',
  },
  session({ factor, patience, cooldown, minLearningRate, minDelta, ...watched }, fit) {
    const { monitor, mode } = resolveMonitor('reduceOnPlateau', watched, fit);
    const plateau = new Plateau({ mode, minDelta });
    /** Epochs that do not count yet. */
    let cooling = 0;
    return {
      onEpochEnd({ model, epoch, logs }) {
        const value = logs[monitor];
        if (value === undefined) return;
        if (cooling > 0) {
          cooling--;
          plateau.idle = 0;
        }
        const { isBest } = plateau.next(value, epoch);
        if (cooling > 0) plateau.idle = 0;
        if (isBest || cooling > 0 || plateau.idle < patience) return;
        const rate = model.learningRate;
        const least = Math.max(minLearningRate, LEAST_FLOAT32);
        if (rate <= least) return;
        model.learningRate = Math.max(rate * factor, least);
        cooling = cooldown;
        plateau.idle = 0;
      },
      state: () => ({ plateau: plateau.state(), cooling }),
      restore(state) {
        const saved = (state ?? {}) as { plateau?: unknown; cooling?: unknown };
        if (!Number.isSafeInteger(saved.cooling)) refuseState();
        plateau.restore(saved.plateau);
        cooling = saved.cooling as number;
      },
    };
  },
});
