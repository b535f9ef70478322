import type { Operand, OpKind } from '../../kernels/contract.js';
import type { ProgramBuilder } from '../../program/builder.js';
import type { LossDefinition, LossInputs, LossOutputs, TargetKind } from './definition.js';

/** Hyperparameters of cross-entropies. */
export type CrossEntropyHyperparameters = {
  /** True if the model's output is logits. Default false. */
  fromLogits: boolean;
};

/** What all cross-entropies have in common. */
const onLogitsToo = { defaults: { fromLogits: false }, ranges: {}, targetRange: [0, 1] } as const;

/**
 * A cross-entropy has two forms. On logits it is fused with its activation (no cancellation, dz = p
 * − t). On probabilities from another activation, these are clipped to [1e-7, 1 − 1e-7] as in
 * Keras.
 */
function emitCrossEntropy(
  builder: ProgramBuilder,
  inputs: LossInputs,
  kinds: { onLogits: OpKind; onProbabilities: OpKind },
  targetOperand: 'labels' | 'target',
  label: string,
): LossOutputs {
  const { prediction, fused, target, rowLoss } = inputs;
  const gradient = builder.differentiates ? builder.batchMatrix('loss.gradient', prediction.cols) : undefined;
  const shared: Record<string, Operand> = { [targetOperand]: target, rowLoss };
  if (fused) {
    const p = builder.batchMatrix('loss.probabilities', prediction.cols);
    builder.emit(kinds.onLogits, { ...shared, z: prediction, p, dz: gradient }, {}, { label });
    return { prediction: p, gradient: gradient && { operand: gradient, of: 'output' } };
  }
  builder.emit(kinds.onProbabilities, { ...shared, p: prediction, dp: gradient }, {}, { label });
  return { prediction, gradient: gradient && { operand: gradient, of: 'output' } };
}

const HINT_CLASS_NUMBERS =
  "For class numbers use sparseCategoricalCrossentropy with 'softmax'; otherwise give each class a column.";

function categorical(name: string, targets: TargetKind): LossDefinition<CrossEntropyHyperparameters> {
  const kinds = { onLogits: 'softmaxCrossEntropy', onProbabilities: 'categoricalCrossEntropy' } as const;
  return {
    ...onLogitsToo,
    name,
    targets,
    fuses: 'softmax',
    hintOneColumn: HINT_CLASS_NUMBERS,
    emit: (builder, inputs) =>
      emitCrossEntropy(builder, inputs, kinds, targets === 'labels' ? 'labels' : 'target', name),
  };
}

/** L = −mean over rows of Σ_k t_k·log p_k, with t a distribution per row. */
export const categoricalCrossentropy: LossDefinition<CrossEntropyHyperparameters> = categorical(
  'categoricalCrossentropy',
  'matrix',
);

/** L = −mean over rows of log p_label. */
export const sparseCategoricalCrossentropy: LossDefinition<CrossEntropyHyperparameters> = categorical(
  'sparseCategoricalCrossentropy',
  'labels',
);

/** L = −mean over rows and columns of t·log p + (1 − t)·log(1 − p). */
export const binaryCrossentropy: LossDefinition<CrossEntropyHyperparameters> = {
  ...onLogitsToo,
  name: 'binaryCrossentropy',
  targets: 'matrix',
  fuses: 'sigmoid',
  hintOneColumn: `For two classes, end in one unit with 'sigmoid'. ${HINT_CLASS_NUMBERS}`,
  emit: (builder, inputs) =>
    emitCrossEntropy(
      builder,
      inputs,
      { onLogits: 'sigmoidCrossEntropy', onProbabilities: 'binaryCrossEntropy' },
      'target',
      'binaryCrossentropy',
    ),
};
