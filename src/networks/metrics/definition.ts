import type { Definition, Hyperparameters, NumberRange } from '../../core/definition.js';
import type { Operand } from '../../kernels/contract.js';
import type { ProgramBuilder } from '../../program/builder.js';
import type { TargetKind } from '../losses/definition.js';

export interface MetricInputs {
  /** The model's output, maxRows × C. */
  prediction: Operand;
  /** Class numbers (1 × maxRows) or target rows (maxRows × C). */
  target: Operand;
  targets: TargetKind;
  /** Per-row values, maxRows × `columns(C)`; of a tally the float64 sums themselves, 1 × `columns(C)`. */
  out: Operand;
  /** A weight per row, maxRows × 1, for a tally that is weighted. */
  weights: Operand | undefined;
}

/**
 * The definition of a metric: an op, and a function that turns sums into the result. The op writes
 * per-row values, which are summed in float64 in row order. If there would be many of them, it is a
 * tally: its op adds to the sums itself, rows in order, when all rows are computed. One file per
 * kind of metric, one line in the registry.
 */
export interface MetricDefinition<H extends Hyperparameters = Hyperparameters> extends Definition<H> {
  /** The form of targets that it supports. */
  readonly targets: readonly TargetKind[];
  /** Whether lower or higher values are better; what callbacks go by that watch the metric. */
  readonly best: 'min' | 'max';
  readonly isTally?: boolean;
  /** Number of sums for a model with C outputs. */
  columns(outputs: number, h: H): number;
  /** Emits the op: for per-row values in the rows phase, for a tally in the merge phase. */
  emit(builder: ProgramBuilder, inputs: MetricInputs, h: H): void;
  /**
   * The metric, computed from its sums.
   * @param count the number of rows; if the metric is weighted, the sum of their weights
   */
  finish(sums: Float64Array<ArrayBufferLike>, count: number, h: H): number;
  /**
   * Refuses hyperparameters that do not suit a model with this many outputs.
   * @throws SteepestError `ERR_ARGUMENT`
   */
  checkOutputs?(outputs: number, h: H): void;
}

/** A metric that is the mean over rows of one value per row. */
export const rowMean = {
  columns: () => 1,
  finish: (sums: Float64Array<ArrayBufferLike>, count: number) => sums[0]! / count,
};

/** A hyperparameter that is a number of columns or rows. */
export const wholeNumber = (least: number, most = 2 ** 31 - 1): NumberRange => ({
  accepts: (v) => Number.isInteger(v) && v >= least && v <= most,
  words: `a whole number from ${least} to ${most}`,
});
