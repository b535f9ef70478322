import type { Definition, Hyperparameters } from '../../core/definition.js';
import type { Operand } from '../../kernels/contract.js';
import type { ProgramBuilder } from '../../program/builder.js';
import type { TargetKind } from '../losses/definition.js';

export interface MetricInputs {
  /** The model's output, maxRows × C. */
  prediction: Operand;
  /** Class numbers (1 × maxRows) or target rows (maxRows × C). */
  target: Operand;
  targets: TargetKind;
  /** Where this metric's per-row values are written: maxRows × `columns(C)`. */
  out: Operand;
}

/**
 * The definition of a metric: an op that writes per-row values, which are summed in float64 in row
 * order, and a function that turns the sums into the result. One file per metric, one line in the
 * registry.
 */
export interface MetricDefinition<H extends Hyperparameters = Hyperparameters> extends Definition<H> {
  /** The form of targets that it supports. */
  readonly targets: readonly TargetKind[];
  /** Whether lower or higher values are better; what callbacks go by that watch the metric. */
  readonly best: 'min' | 'max';
  /** Number of per-row values for a model with C outputs. */
  columns(outputs: number): number;
  emit(builder: ProgramBuilder, inputs: MetricInputs, h: H): void;
  /** The metric, computed from the sums of its columns over `count` rows. */
  finish(sums: Float64Array<ArrayBufferLike>, count: number): number;
}

/** A metric that is the mean over rows of one value per row. */
export const rowMean = {
  columns: () => 1,
  finish: (sums: Float64Array<ArrayBufferLike>, count: number) => sums[0]! / count,
};
