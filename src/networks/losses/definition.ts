import type { Definition, Hyperparameters } from '../../core/definition.js';
import type { Operand } from '../../kernels/contract.js';
import type { ProgramBuilder } from '../../program/builder.js';
import type { Gradient } from '../../program/node.js';

/** How targets are given: class numbers, or one row of values per sample. */
export type TargetKind = 'labels' | 'matrix';

export interface LossInputs {
  /** The model's output; the logits if `fused`. maxRows × C. */
  prediction: Operand;
  /** True if the activation named by `fuses` is part of the loss. */
  fused: boolean;
  /** Class numbers (1 × maxRows) or target rows (maxRows × C). */
  target: Operand;
  /** Where each row's loss goes, maxRows × 1. */
  rowLoss: Operand;
}

export interface LossOutputs {
  /** The model's output after the fused activation: what metrics look at. */
  prediction: Operand;
  /** Gradient of the mean loss; absent where the program computes none. */
  gradient: Gradient | undefined;
}

/** Everything steepest knows of a loss. One file per loss, one line in the registry. */
export interface LossDefinition<H extends Hyperparameters = Hyperparameters> extends Definition<H> {
  readonly targets: TargetKind;
  /**
   * The last activation that this loss computes together
   * with itself, on logits, for accuracy and speed.
   */
  readonly fuses: 'softmax' | 'sigmoid' | undefined;
  /** Lowest and highest value a target may have. */
  readonly targetRange?: readonly [number, number];
  /** What to do where targets have one column and the model has several outputs. */
  readonly hintOneColumn?: string;
  emit(builder: ProgramBuilder, inputs: LossInputs, h: H): LossOutputs;
}
