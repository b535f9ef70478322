import type { Definition, Hyperparameters } from '../../core/definition.js';
import type { TargetRange } from '../../data/sharedRows.js';
import type { Operand } from '../../kernels/contract.js';
import type { ProgramBuilder } from '../../program/builder.js';

/** The form of targets: class numbers, or one row of values per sample. */
export type TargetKind = 'labels' | 'matrix';

export interface LossInputs {
  /** The model's output, or the logits if `fused`. maxRows × C. */
  prediction: Operand;
  /** True if the activation named by `fuses` is part of the loss. */
  fused: boolean;
  /** Class numbers (1 × maxRows) or target rows (maxRows × C). */
  target: Operand;
  /** Where each row's loss is written, maxRows × 1. */
  rowLoss: Operand;
  /** Where the gradient of the mean loss with respect to `prediction` is written, if it is wanted. */
  gradient: Operand | undefined;
}

/** The definition of a loss. One file per loss, one line in the registry. */
export interface LossDefinition<H extends Hyperparameters = Hyperparameters> extends Definition<H> {
  readonly targets: TargetKind;
  /** The last activation that this loss can compute itself, from logits, for accuracy and speed. */
  readonly fuses: 'softmax' | 'sigmoid' | undefined;
  /**
   * Of a loss without an activation of its own whose targets may be classes: what the model's outputs
   * are. A larger score is a likelier class, and with one output a score above 0 is the second class.
   */
  readonly classes?: 'probabilities' | 'scores';
  /** Valid target values; any finite number if left out. */
  readonly targetRange?: TargetRange;
  /** The hint if targets have one column and the model has several outputs. */
  readonly hintOneColumn?: string;
  /** @returns the model's output after the fused activation, which metrics read */
  emit(builder: ProgramBuilder, inputs: LossInputs, h: H): Operand;
}
