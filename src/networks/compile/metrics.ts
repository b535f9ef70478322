import type { Operand } from '../../kernels/contract.js';
import type { ProgramBuilder } from '../../program/builder.js';
import { columns } from '../../program/memory.js';
import type { MetricInputs } from '../metrics/definition.js';
import type { ResolvedMetric } from '../metrics/index.js';
import type { ResolvedModel } from './model.js';

/** A metric's sums among the totals. */
export interface MetricColumns {
  metric: ResolvedMetric;
  first: number;
  count: number;
  /** The metric uses weights, and rows have some. Of per-row values, the last are then the weights. */
  isWeighted: boolean;
}

/** The totals: first those of the loss and of per-row values, then the sums of tallies. */
export interface MetricPlaces {
  metrics: readonly MetricColumns[];
  /** The loss and all per-row values. */
  rowCols: number;
  totalsCols: number;
}

/** What metrics read. */
export type Judged = Omit<MetricInputs, 'out'>;

/** Gives each metric its place among the totals. The loss is at 0. */
export function placeMetrics(
  { outputCols }: ResolvedModel,
  metrics: readonly ResolvedMetric[],
  hasWeights: boolean,
): MetricPlaces {
  let rowCols = 1;
  const countOf = ({ definition, hyperparameters }: ResolvedMetric): number => {
    const values = definition.columns(outputCols, hyperparameters);
    // There is room for a weight even without weights, for other programs share the statistics.
    return hyperparameters.weighted === true && !definition.isTally ? values + 1 : values;
  };
  for (const metric of metrics) if (!metric.definition.isTally) rowCols += countOf(metric);
  let [nextRow, nextTally] = [1, rowCols];
  const placed = metrics.map((metric): MetricColumns => {
    const count = countOf(metric);
    const isWeighted = hasWeights && metric.hyperparameters.weighted === true;
    const first = metric.definition.isTally ? nextTally : nextRow;
    if (metric.definition.isTally) nextTally += count;
    else nextRow += count;
    return { metric, first, count, isWeighted };
  });
  return { metrics: placed, rowCols, totalsCols: nextTally };
}

/** Emits the ops that write per-row values into the statistics. */
export function emitRowMetrics(
  builder: ProgramBuilder,
  places: readonly MetricColumns[],
  judged: Judged,
  stats: Operand,
): void {
  for (const { metric, first, count, isWeighted } of places) {
    const { definition, hyperparameters } = metric;
    if (definition.isTally) continue;
    const values = hyperparameters.weighted === true ? count - 1 : count;
    const inputs = { ...judged, weights: undefined, out: columns(stats, first, values) };
    definition.emit(builder, inputs, hyperparameters);
    if (!isWeighted) continue;
    const operands = { weights: judged.weights, values: columns(stats, first, count) };
    builder.emit('weighColumns', operands, {}, { label: `${definition.name} weighted` });
  }
}

/**
 * Emits the ops of tallies, which add to the totals themselves.
 * @param totals those of the first rank, the only ones that are read
 */
export function emitTallies(
  builder: ProgramBuilder,
  places: readonly MetricColumns[],
  judged: Judged,
  totals: Operand,
): void {
  for (const { metric, first, count, isWeighted } of places) {
    const { definition, hyperparameters } = metric;
    if (!definition.isTally) continue;
    const weights = isWeighted ? judged.weights : undefined;
    definition.emit(builder, { ...judged, weights, out: columns(totals, first, count) }, hyperparameters);
  }
}

/** A metric's value, from its sums over `rows` rows. */
export function metricValue(
  { metric, isWeighted }: MetricColumns,
  sums: Float64Array<ArrayBufferLike>,
  rows: number,
): number {
  const { definition, hyperparameters } = metric;
  if (definition.isTally || hyperparameters.weighted !== true) {
    return definition.finish(sums, rows, hyperparameters);
  }
  const values = sums.subarray(0, sums.length - 1);
  if (!isWeighted) return definition.finish(values, rows, hyperparameters);
  const total = sums[sums.length - 1]!;
  // Rows of weight 0 alone say nothing; Keras's metrics are 0 then.
  return total > 0 ? definition.finish(values, total, hyperparameters) : 0;
}
