import type { Operand, OpKind } from '../../kernels/contract.js';
import type { ProgramBuilder } from '../../program/builder.js';
import type { LossDefinition, LossInputs, LossOutputs, TargetKind } from './definition.js';

/**
 * A cross-entropy has two forms: on logits, together with its activation
 * (no cancellation, dz = p − t), and on probabilities that some other
 * activation made, clipped to [1e-7, 1 − 1e-7] as Keras does.
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

function categorical(name: string, targets: TargetKind): LossDefinition {
  const kinds = { onLogits: 'softmaxCrossEntropy', onProbabilities: 'categoricalCrossEntropy' } as const;
  return {
    name,
    targets,
    fuses: 'softmax',
    targetRange: [0, 1],
    hintOneColumn: HINT_CLASS_NUMBERS,
    emit: (builder, inputs) =>
      emitCrossEntropy(builder, inputs, kinds, targets === 'labels' ? 'labels' : 'target', name),
  };
}

/** L = −mean over rows of Σ_k t_k·log p_k, with t a distribution per row. */
export const categoricalCrossentropy = categorical('categoricalCrossentropy', 'matrix');

/** L = −mean over rows of log p_label. */
export const sparseCategoricalCrossentropy = categorical('sparseCategoricalCrossentropy', 'labels');

/** L = −mean over rows and columns of t·log p + (1 − t)·log(1 − p). */
export const binaryCrossentropy: LossDefinition = {
  name: 'binaryCrossentropy',
  targets: 'matrix',
  fuses: 'sigmoid',
  targetRange: [0, 1],
  hintOneColumn: `For two classes end in one unit with 'sigmoid'. ${HINT_CLASS_NUMBERS}`,
  emit: (builder, inputs) =>
    emitCrossEntropy(
      builder,
      inputs,
      { onLogits: 'sigmoidCrossEntropy', onProbabilities: 'binaryCrossEntropy' },
      'target',
      'binaryCrossentropy',
    ),
};
