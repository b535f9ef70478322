import type { OpKind } from '../../kernels/contract.js';
import type { LossDefinition, TargetKind } from './definition.js';
import { type CrossEntropyHyperparameters, onLogitsToo, probabilitiesOf, smoothed } from './probabilities.js';

export const HINT_CLASS_NUMBERS =
  "For class numbers use sparseCategoricalCrossentropy with 'softmax'; otherwise give each class a column.";

/**
 * A cross-entropy has two forms. On logits it is fused with its activation (no cancellation, dz = p
 * − t). On probabilities from another activation, these are clipped to [1e-7, 1 − 1e-7] as in
 * Keras; a clipped probability has no gradient.
 */
function crossEntropy(
  { name, targets, fuses }: { name: string; targets: TargetKind; fuses: 'softmax' | 'sigmoid' },
  kinds: { onLogits: OpKind; onProbabilities: OpKind },
  hintOneColumn: string,
): LossDefinition<CrossEntropyHyperparameters> {
  return {
    ...onLogitsToo,
    name,
    targets,
    fuses,
    hintOneColumn,
    emit(builder, inputs, { labelSmoothing }) {
      const { prediction, fused, rowLoss, gradient } = inputs;
      const share = fuses === 'sigmoid' ? 1 / 2 : 1 / prediction.cols;
      const target = smoothed(builder, inputs, targets, { labelSmoothing, share });
      if (!fused) {
        const operands = { ...target, p: prediction, dp: gradient, rowLoss };
        builder.emit(kinds.onProbabilities, operands, {}, { label: name });
        return prediction;
      }
      const p = probabilitiesOf(builder, prediction);
      builder.emit(
        kinds.onLogits,
        { ...target, z: prediction, p, dz: gradient, rowLoss },
        {},
        { label: name },
      );
      return p;
    },
  };
}

const CATEGORICAL = { onLogits: 'softmaxCrossEntropy', onProbabilities: 'categoricalCrossEntropy' } as const;
const BINARY = { onLogits: 'sigmoidCrossEntropy', onProbabilities: 'binaryCrossEntropy' } as const;

/** L = −mean over rows of Σ_k t_k·log p_k, with t a distribution per row. */
export const categoricalCrossentropy: LossDefinition<CrossEntropyHyperparameters> = crossEntropy(
  { name: 'categoricalCrossentropy', targets: 'matrix', fuses: 'softmax' },
  CATEGORICAL,
  HINT_CLASS_NUMBERS,
);

/**
 * L = −mean over rows of log p_label. With `labelSmoothing` ε, the target of the class is
 * 1 − ε + ε/K and that of the K − 1 others ε/K, as in PyTorch.
 */
export const sparseCategoricalCrossentropy: LossDefinition<CrossEntropyHyperparameters> = crossEntropy(
  { name: 'sparseCategoricalCrossentropy', targets: 'labels', fuses: 'softmax' },
  CATEGORICAL,
  HINT_CLASS_NUMBERS,
);

/** L = −mean over rows and columns of t·log p + (1 − t)·log(1 − p). */
export const binaryCrossentropy: LossDefinition<CrossEntropyHyperparameters> = crossEntropy(
  { name: 'binaryCrossentropy', targets: 'matrix', fuses: 'sigmoid' },
  BINARY,
  `For two classes, end in one unit with 'sigmoid'. ${HINT_CLASS_NUMBERS}`,
);
