import { fraction } from '../../core/definition.js';
import { withRawParameters } from '../training/state.js';
import { define } from './definition.js';
import { boolean, number } from './options.js';

/**
 * Averages the weights over the updates: e ← decay·e + (1 − decay)·w (Polyak & Juditsky 1992, with
 * exponential weights). The averages begin as the weights that the model has when the first fit
 * with this callback begins, and are what the model has from then on: in validation, in callbacks,
 * in checkpoints and at the end. Moving means and variances of batchNorm are left as they are.
 *
 * Training goes on from the weights behind them, in the same fit and in the next one with this
 * callback; `save` writes both. A fit without the callback goes on from the averages.
 */
export const ema = define({
  name: 'ema',
  options: {
    decay: number(0.99, fraction),
    overwrite: boolean(true),
  },
  aliases: {
    momentum: 'decay',
    emaMomentum: 'decay',
    beta: 'decay',
    alpha: 'decay',
    smoothing: 'decay',
    swapOnEnd: 'overwrite',
    emaOverwrite: 'overwrite',
  },
  averageDecay: ({ decay }) => decay,
  session: ({ overwrite }, fit) => ({
    onTrainEnd() {
      if (!overwrite) fit.become(withRawParameters(fit.state()));
    },
  }),
});
