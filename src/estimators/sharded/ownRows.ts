import { type Cluster, type ClusterInternals, checkCluster } from '../../core/clusterOption.js';
import { SteepestError } from '../../core/errors.js';
import type { WeightInput } from '../../core/ndarray.js';
import { isList, typedArrayName } from '../../core/realm.js';
import { readWeights } from '../../core/weights.js';
import { frameOf } from '../../data/tables/frameOf.js';
import { type Separated, separateTarget } from '../../data/tables/target.js';
import { type FeatureInput, type Features, readFeatures } from '../base/features.js';
import type { Agreement } from './agree.js';
import { Ranks } from './ranks.js';
import type { OwnTable, RowArrayType } from './window.js';

/**
 * The option of `fit` for rows that are spread over the processes of a cluster.
 * @example
 * ```ts
 * import { Ridge, type RowClusterOptions } from 'steepest';
 * import { cluster } from 'steepest/cluster';
 * const options: RowClusterOptions = { cluster: await cluster({ alone: true }) };
 * const model = await new Ridge({ alpha: 0 }).fit([[1], [2], [3]], [2, 4, 6], options);
 * console.log(model.coef.data[0]!.toFixed(3)); // 2.000
 * ```
 */
export interface RowClusterOptions {
  /**
   * The cluster whose ranks fit one model together. x, y and everything else that has a row for
   * each sample are then this rank's own rows, any number of them: the table is that of all ranks,
   * one below the other in rank order. Every rank calls `fit` with the same hyperparameters, and
   * ends with the same model: that of one process with the whole table, to the bit.
   */
  cluster?: Cluster;
}

export const CLUSTER_KEYS: readonly string[] = ['cluster'];

/**
 * The ranks that fit together; undefined without a cluster, and for a cluster of one rank, which
 * fits as a process without one.
 * @throws SteepestError `ERR_ARGUMENT` if the option is no cluster
 */
export function ranksOf(what: string, options: RowClusterOptions): Ranks | undefined {
  const found: ClusterInternals | undefined = checkCluster(`${what}.cluster`, options?.cluster);
  return found === undefined || found.size === 1 ? undefined : new Ranks(found);
}

/**
 * Refuses a solver by gradient descent, whose mini-batches would need rows of all ranks.
 * @throws SteepestError `ERR_ARGUMENT`
 */
export function checkClusterSolver({ cluster }: RowClusterOptions, solver: string, instead: string): void {
  if (cluster === undefined || (solver !== 'gd' && solver !== 'sgd')) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'a solver that sums over the rows of each rank, with a cluster',
    given: `solver '${solver}'`,
    hint: instead,
  });
}

/** @throws SteepestError `ERR_ARGUMENT` for a stream beside a cluster: its rows are not counted */
export function refuseStream(): never {
  throw new SteepestError('ERR_ARGUMENT', {
    expected: "a table of this rank's rows, with a cluster",
    given: 'a stream',
    hint: "Read this rank's part into memory first, with data.readCsv for example.",
  });
}

/** True for a table, a list of targets or one of weights without rows. */
export function hasNoRows(what: string, x: unknown): boolean {
  if (typeof x !== 'object' || x === null) return false;
  if (isList(x) || typedArrayName(x) !== undefined) return (x as ArrayLike<unknown>).length === 0;
  const { shape } = x as { shape?: unknown };
  if (Array.isArray(shape)) return shape[0] === 0;
  return frameOf(what, x)?.rows === 0;
}

/**
 * This rank's samples and targets, where y may name columns of x: a list without rows has none, but
 * those of other ranks do.
 * @throws SteepestError as `separateTarget` does
 */
export function separateOwn<X, Y>(x: X, y: Y): Separated<X, Y> {
  const isEmptyList = isList(x) && x.length === 0;
  const areNames = typeof y === 'string' || (isList(y) && y.every((name) => typeof name === 'string'));
  if (isEmptyList && areNames) return { x, y: [] as never };
  return separateTarget('X', x, y);
}

/** This rank's samples, of which there may be none. @throws SteepestError as `readFeatures` does */
export function readOwnFeatures(what: string, x: FeatureInput): Features {
  if (!hasNoRows(what, x)) return readFeatures(what, x);
  const names = isList(x) ? undefined : frameOf(what, x)?.names;
  const { shape } = x as { shape?: readonly number[] };
  return { data: new Uint8Array(0), dtype: 'u8', rows: 0, cols: names?.length ?? shape?.[1] ?? 0, names };
}

/** This rank's weights, which may all be 0. @throws SteepestError as `readWeights` does */
export function readOwnWeights(weights: WeightInput | undefined, rows: number): Float64Array | undefined {
  if (weights === undefined) return undefined;
  if (rows === 0 && hasNoRows('sampleWeight', weights)) return new Float64Array(0);
  return readWeights('sampleWeight', weights, 'X', rows);
}

/** Whether a row counts: true without weights, for a rank without rows too. */
export const hasAnyWeight = (weights: Float64Array | undefined): boolean =>
  weights === undefined || weights.some((weight) => weight > 0);

const TYPES: Readonly<Record<Features['dtype'], RowArrayType>> = {
  f64: Float64Array,
  f32: Float32Array,
  u8: Uint8Array,
};

/** Samples with the columns, in the order, on which the ranks have agreed. */
export function inAgreedOrder(features: Features, { cols, names }: Agreement): Features {
  const { rows, data } = features;
  if (rows === 0) return { ...features, cols, names };
  if (names === undefined || features.names!.every((name, j) => name === names[j])) return features;
  const named = { data, shape: [rows, cols], columnNames: features.names };
  return readFeatures('X', named as FeatureInput, { cols, names });
}

/** Samples as a table to move, in the type on which the ranks have agreed. */
export const featureTable = ({ data }: Features, { cols, dtype }: Agreement): OwnTable => ({
  data,
  cols,
  type: TYPES[dtype],
});

/** Weights or offsets that all ranks have, or none: also where there are no rows to show it. */
export const agreedColumn = (
  given: Float64Array | undefined,
  form: string | undefined,
): Float64Array | undefined => (form === 'given' ? (given ?? new Float64Array(0)) : undefined);

/** Float64 numbers of each row, as a table to move. */
export const float64Table = (data: Float64Array, cols: number): OwnTable => ({
  data,
  cols,
  type: Float64Array,
});
