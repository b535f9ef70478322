import {
  type BindableProgram,
  type Op,
  type Operand,
  PHASES,
  type Phase,
  REGISTER_COUNT,
} from '../../kernels/contract.js';
import { CONTROL_BYTES } from '../../parallel/control.js';
import { MemoryPlan, type Region } from '../../program/memory.js';
import type { Features } from '../base/features.js';
import { LOGISTIC_OUTCOME_COUNT, type LogisticLayout } from './logisticTask.js';

const X_BUFFER = 1;
const LABELS_BUFFER = 2;
const WEIGHTS_BUFFER = 3;

/** A chunk's samples and scores fit in a quarter of an L2 cache of 1 MiB. */
const CHUNK_BYTES = 256 * 1024;
/** Virtual lanes of the loss: chunks are multiples of it. */
const CHUNK_GRAIN = 16;
const MOST_CHUNK_ROWS = 4096;
/**
 * Number of groups that ranks share: more than a machine's cores, so that shares are nearly equal.
 */
const MOST_GROUPS = 64;
/** Memory for the sums of all groups. */
const PARTIALS_BYTES = 64 * 2 ** 20;

/** What to fit, and with how many ranks. */
export interface LogisticShape {
  features: Features;
  /** 1 for two classes, else the number of classes. */
  outputs: number;
  weighted: boolean;
  /** Computes second derivatives too. */
  curved: boolean;
  workers: number;
}

/** The arena of a logistic regression, and each rank's program. */
export interface LogisticPlan {
  memory: MemoryPlan;
  forRank(rank: number): { program: BindableProgram; layout: LogisticLayout };
}

/**
 * Chunks and groups of rows. They depend only on the data's shape, so that bits do not depend on
 * the number of workers.
 */
function rowGroups({ features, outputs, curved }: LogisticShape) {
  const { rows, cols } = features;
  // Counted as float64 whatever the samples' type, so that equal values give equal bits in any
  // type.
  const perRow = cols * 8 + outputs * 16 + (curved ? (cols + 1) * 8 : 0);
  const fitting = Math.floor(CHUNK_BYTES / perRow / CHUNK_GRAIN) * CHUNK_GRAIN;
  const chunkRows = Math.max(CHUNK_GRAIN, Math.min(MOST_CHUNK_ROWS, fitting));
  const blocks = curved ? (outputs * (outputs + 1)) / 2 : 0;
  const sums = (outputs * (cols + 1) + 1 + blocks * (cols + 1) ** 2) * 8;
  const most = Math.max(1, Math.min(MOST_GROUPS, Math.floor(PARTIALS_BYTES / sums)));
  const chunks = Math.ceil(rows / chunkRows);
  const chunksPerGroup = Math.ceil(chunks / most);
  return {
    chunkRows,
    groupRows: chunksPerGroup * chunkRows,
    groups: Math.ceil(chunks / chunksPerGroup),
    blocks,
  };
}

/** A matrix inside a float64 region, starting at element `begin`. */
function part({ byteOffset, buffer }: Region, begin: number, rows: number, cols: number): Operand {
  const at = byteOffset + begin * 8;
  return { buffer, dtype: 'f64', byteOffset: at, rows, cols, rowStride: cols, colStride: 1 };
}

function table(buffer: number, dtype: Operand['dtype'], rows: number, cols: number): Operand {
  return { buffer, dtype, byteOffset: 0, rows, cols, rowStride: cols, colStride: 1 };
}

function op(kind: Op['kind'], phase: Phase, operands: Record<string, Operand | undefined>): Op {
  const given = Object.entries(operands).filter(
    (entry): entry is [string, Operand] => entry[1] !== undefined,
  );
  // One rank computes a chunk alone.
  return {
    kind,
    phase,
    split: 'all',
    begin: 0,
    end: 0,
    operands: Object.fromEntries(given),
    scalars: {},
    label: 'logistic',
  };
}

type RowGroups = ReturnType<typeof rowGroups>;

/** Number of float64 values of a sum over rows: gradient and loss, or second derivatives. */
function sumSizes({ features, outputs }: LogisticShape, { blocks }: RowGroups) {
  const inner = features.cols + 1;
  return { first: outputs * inner + 1, second: blocks * inner ** 2 };
}

/** Memory that all ranks share. */
function reserveShared(memory: MemoryPlan, shape: LogisticShape, rows: RowGroups) {
  const { first, second } = sumSizes(shape, rows);
  const f64 = (name: string, length: number): Region => memory.vector(name, 'statistics', length, 'f64');
  return {
    point: f64('point', first - 1),
    totals: f64('totals', first),
    partials: f64('partials', rows.groups * first),
    command: memory.vector('command', 'control', 1, 'i32'),
    outcome: f64('outcome', LOGISTIC_OUTCOME_COUNT),
    curvatureTotals: f64('curvature totals', second),
    curvaturePartials: f64('curvature partials', rows.groups * second),
  };
}

/** Memory of a single rank. */
function reserveOwn(memory: MemoryPlan, shape: LogisticShape, rows: RowGroups, rank: number) {
  const { first, second } = sumSizes(shape, rows);
  const { chunkRows } = rows;
  const { outputs, features, curved } = shape;
  const f64 = (name: string, length: number): Region =>
    memory.vector(`${name}.${rank}`, 'statistics', length, 'f64');
  return {
    registers: f64('registers', REGISTER_COUNT),
    z: f64('z', outputs * chunkRows),
    p: f64('p', curved ? outputs * chunkRows : 0),
    sums: f64('sums', first),
    rows: f64('curvature rows', curved ? (features.cols + 1) * chunkRows : 0),
    curvature: f64('curvature', second),
  };
}

type Shared = ReturnType<typeof reserveShared>;
type Own = ReturnType<typeof reserveOwn>;

/** Lays out the memory and the programs of a logistic regression. */
export function planLogistic(shape: LogisticShape): LogisticPlan {
  const rows = rowGroups(shape);
  const { chunkRows } = rows;
  const memory = new MemoryPlan(CONTROL_BYTES);
  const shared = reserveShared(memory, shape, rows);
  const ofRank = Array.from({ length: shape.workers }, (_, rank) => reserveOwn(memory, shape, rows, rank));
  return {
    memory,
    forRank(rank) {
      const own = ofRank[rank]!;
      const ops = rankOps(shape, rows, shared, own);
      return {
        program: { ops, rank: 0, workers: 1, maxRows: chunkRows, rowChunk: chunkRows },
        layout: rankLayout(shape, rows, shared, own),
      };
    },
  };
}

function rankOps(shape: LogisticShape, { chunkRows }: RowGroups, { point }: Shared, own: Own): Op[] {
  const { features, outputs, weighted, curved } = shape;
  const { rows, cols, dtype } = features;
  const x = table(X_BUFFER, dtype, rows, cols);
  const labels = table(LABELS_BUFFER, 'i32', 1, rows);
  const weights = weighted ? table(WEIGHTS_BUFFER, 'f64', 1, rows) : undefined;
  const w = part(point, 0, outputs, cols);
  const bias = part(point, outputs * cols, 1, outputs);
  const z = part(own.z, 0, outputs, chunkRows);
  const loss = part(own.sums, outputs * (cols + 1), 1, 1);
  const dw = part(own.sums, 0, outputs, cols);
  const db = part(own.sums, outputs * cols, 1, outputs);
  const ops = [
    op('linearScores', PHASES.rows, { x, w, bias, z }),
    op('logisticLoss', PHASES.rows, { z, labels, weights, dz: z, totals: loss }),
    op('linearGradient', PHASES.rows, { x, dz: z, dw, db }),
  ];
  if (!curved) return ops;
  const p = part(own.p, 0, outputs, chunkRows);
  const from = { x, weights, p: own.p, rows: own.rows, sums: own.curvature, outputs, cols, chunkRows };
  return [
    ...ops,
    op('linearScores', PHASES.merge, { x, w, bias, z }),
    op('logisticLoss', PHASES.merge, { z, labels, weights, p, dz: z, totals: loss }),
    ...curvatureOps(from),
  ];
}

function rankLayout(
  { features, outputs, curved }: LogisticShape,
  { chunkRows, groupRows, groups, blocks }: RowGroups,
  shared: Shared,
  own: Own,
): LogisticLayout {
  const curvature = {
    blocks,
    sums: own.curvature.byteOffset,
    partials: shared.curvaturePartials.byteOffset,
    totals: shared.curvatureTotals.byteOffset,
  };
  return {
    outputs,
    features: features.cols,
    rows: features.rows,
    chunkRows,
    groupRows,
    groups,
    registers: own.registers.byteOffset,
    point: shared.point.byteOffset,
    sums: own.sums.byteOffset,
    partials: shared.partials.byteOffset,
    totals: shared.totals.byteOffset,
    curvature: curved ? curvature : undefined,
    command: shared.command.byteOffset,
    outcome: shared.outcome.byteOffset,
  };
}

/**
 * For each pair of outputs k ≤ l: the rows scaled by the curvature, then their products with the
 * samples.
 */
function curvatureOps(from: {
  x: Operand;
  weights: Operand | undefined;
  p: Region;
  rows: Region;
  sums: Region;
  outputs: number;
  cols: number;
  chunkRows: number;
}): Op[] {
  const { x, weights, p, rows, sums, outputs, cols, chunkRows } = from;
  const inner = cols + 1;
  const out = part(rows, 0, inner, chunkRows);
  const probability = (k: number): Operand => part(p, k * chunkRows, 1, chunkRows);
  const ops: Op[] = [];
  for (let k = 0, block = 0; k < outputs; k++) {
    for (let l = k; l < outputs; l++, block++) {
      const start = block * inner * inner;
      const pl = l === k ? undefined : probability(l);
      ops.push(
        op('curvatureRows', PHASES.merge, { x, pk: probability(k), pl, weights, out }),
        op('linearGradient', PHASES.merge, {
          x,
          dz: out,
          dw: part(sums, start, inner, cols),
          db: part(sums, start + inner * cols, 1, inner),
        }),
      );
    }
  }
  return ops;
}
