import type { NoHyperparameters } from '../../core/definition.js';
import type { OpKind } from '../../kernels/contract.js';
import type { LossDefinition } from './definition.js';

function regressionLoss(
  name: string,
  kind: Extract<OpKind, 'meanSquaredError' | 'meanAbsoluteError'>,
): LossDefinition<NoHyperparameters> {
  return {
    name,
    defaults: {},
    ranges: {},
    targets: 'matrix',
    fuses: undefined,
    emit(builder, { prediction, target, rowLoss }) {
      const dy = builder.differentiates ? builder.batchMatrix('loss.gradient', prediction.cols) : undefined;
      builder.emit(kind, { y: prediction, target, dy, rowLoss }, {}, { label: name });
      return { prediction, gradient: dy && { operand: dy, of: 'output' } };
    },
  };
}

/** L = mean over rows and columns of (y − t)². */
export const meanSquaredError: LossDefinition<NoHyperparameters> = regressionLoss(
  'meanSquaredError',
  'meanSquaredError',
);

/** L = mean over rows and columns of |y − t|; the subgradient at 0 is 0. */
export const meanAbsoluteError: LossDefinition<NoHyperparameters> = regressionLoss(
  'meanAbsoluteError',
  'meanAbsoluteError',
);
