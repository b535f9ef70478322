import type { ModelState } from '../training/state.js';
import { define } from './definition.js';
import { MONITOR_ALIASES, monitorOptions, resolveMonitor } from './monitor.js';
import { boolean, number, optional, whole } from './options.js';
import { Plateau } from './plateau.js';

/**
 * Ends training when a value has stopped improving, as Keras's EarlyStopping. An epoch in which the
 * value is not logged does not count.
 */
export const earlyStopping = define({
  name: 'earlyStopping',
  options: {
    ...monitorOptions,
    patience: whole(0),
    baseline: optional(number(0)),
    startFromEpoch: whole(0),
    restoreBest: boolean(false),
  },
  aliases: {
    ...MONITOR_ALIASES,
    restoreBestWeights: 'restoreBest',
    nIterNoChange: 'patience',
    rounds: 'patience',
    stoppingRounds: 'patience',
    maxEpochsWithoutImprovement: 'patience',
    startEpoch: 'startFromEpoch',
    warmup: 'startFromEpoch',
  },
  session({ patience, baseline, startFromEpoch, restoreBest, minDelta, ...watched }, fit) {
    const { monitor, mode } = resolveMonitor('earlyStopping', watched, fit);
    const plateau = new Plateau({ mode, minDelta });
    const counts = (value: number): boolean => baseline === undefined || plateau.beats(value, baseline);
    let kept: ModelState | undefined;
    return {
      onEpochEnd({ epoch, logs, stop }) {
        const value = logs[monitor];
        if (value === undefined || epoch < startFromEpoch) return;
        const { isBest } = plateau.next(value, epoch, counts);
        if (isBest && restoreBest) kept = fit.state();
        if (isBest || plateau.idle < patience) return;
        const epochs = plateau.idle === 1 ? 'epoch' : `${plateau.idle} epochs`;
        stop(`${monitor} did not improve in the last ${epochs}`);
      },
      onTrainEnd() {
        // The order of rows is not taken back: the next epoch has a new one.
        if (kept) fit.become({ ...kept, epochs: fit.state().epochs });
      },
      bestEpoch: () => plateau.bestEpoch,
      state: () => plateau.state(),
      restore: (state) => plateau.restore(state),
      get keeps() {
        return kept;
      },
      keep(state) {
        kept = state;
      },
    };
  },
});
