import { checkAborted } from '../../core/abort.js';
import { exponentOf, timesPower } from '../../core/powers.js';
import { isTypedArray } from '../../core/realm.js';
import { newShared } from '../../kernels/sharedMemory.js';
import { type Features, shareFeatures } from '../base/features.js';
import { featureTable, float64Table } from '../sharded/ownRows.js';
import { ALONE } from '../sharded/ranks.js';
import { exchangeTail, type JointRows, type OwnTable, type RowTail } from '../sharded/window.js';
import { groupSizes } from './groups.js';
import type { GlmRequest } from './request.js';

/** The rows of a fit in memory that threads can read. */
export interface GlmRows {
  features: Features;
  /** Labels or targets, weights, offsets: those that there are. */
  beside: (Int32Array | Float64Array)[];
  weighted: boolean;
  /** Sum of the weights of all rows, in units of 2^exponent. */
  totalWeight: number;
  exponent: number;
  /** Rows of the table. */
  total: number;
  /** Set if they are spread over ranks: `features` and `beside` are then this rank's own. */
  joint: JointRows | undefined;
  /** The same tables of the groups that later ranks' rows complete. */
  tail: RowTail | undefined;
}

const shared = <T extends Int32Array | Float64Array>(data: T): T => {
  const Type = data.constructor as new (buffer: SharedArrayBuffer) => T;
  const copy = new Type(newShared(data.byteLength));
  copy.set(data);
  return copy;
};

/**
 * Weights in units of a power of two: a mean does not depend on the unit, and sums of products with
 * large weights would overflow.
 */
async function relativeWeights({ weights, joint, features }: GlmRequest) {
  const together = joint?.ranks ?? ALONE;
  if (weights === undefined) {
    const counts = await together.all(() => features.rows);
    return { weights, exponent: 0, totalWeight: counts.reduce((sum, rows) => sum + rows, 0) };
  }
  const largest = await together.all(() => weights.reduce((most, w) => Math.max(most, w), 0));
  const exponent = exponentOf(Math.max(...largest));
  const relative = exponent === 0 ? weights : weights.map((w) => timesPower(w, -exponent));
  const [totalWeight] = await together.inTurn([0], (state) => {
    state[0] = relative.reduce((sum, weight) => sum + weight, state[0]!);
  });
  return { weights: relative, exponent, totalWeight: totalWeight! };
}

/** Rows in shared memory, with those of other ranks that complete this rank's groups. */
export async function rowsOf(request: GlmRequest): Promise<GlmRows> {
  const { features, y, offset, joint, signal } = request;
  const { weights, exponent, totalWeight } = await relativeWeights(request);
  const weighted = weights !== undefined;
  if (joint === undefined) {
    checkAborted(signal);
    const beside = [y, weights, offset].flatMap((table) => (table ? [shared(table)] : []));
    const own = await shareFeatures(features);
    return {
      features: own,
      beside,
      weighted,
      exponent,
      totalWeight,
      total: features.rows,
      joint,
      tail: undefined,
    };
  }
  const { ranks, agreement } = joint;
  const tables: OwnTable[] = [
    featureTable(features, agreement),
    isTypedArray(y, 'Int32Array') ? { data: y, cols: 1, type: Int32Array } : float64Table(y, 1),
    ...[weights, offset].flatMap((table) => (table ? [float64Table(table, 1)] : [])),
  ];
  const total = agreement.counts.reduce((sum, rows) => sum + rows, 0);
  const { cols, names, dtype, counts } = agreement;
  const { family, outputs, solver, wantsCurvature = false } = request;
  const shape = { features: { cols }, rows: total, family, outputs, solver, curvature: wantsCurvature };
  const window = await exchangeTail({ ranks, counts, tables, unitSizes: groupSizes(shape), signal });
  const [data, ...beside] = window.tables as [Features['data'], ...GlmRows['beside']];
  const own: Features = { data, dtype, rows: window.rows, cols, names };
  return {
    features: own,
    beside,
    weighted,
    exponent,
    totalWeight,
    total,
    joint: window.joint,
    tail: window.tail,
  };
}
