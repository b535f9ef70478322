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

/** A chunk's samples and scores stay in a quarter of an L2 of 1 MiB. */
const CHUNK_BYTES = 256 * 1024;
/** Virtual lanes of the loss: chunks of whole ones. */
const CHUNK_GRAIN = 16;
const MOST_CHUNK_ROWS = 4096;
/** Groups are what ranks share out; more than a machine's cores, so that shares are about equal. */
const MOST_GROUPS = 64;
/** Memory for the sums of all groups. */
const PARTIALS_BYTES = 64 * 2 ** 20;

/** What is to be fitted, and by how many ranks. */
export interface LogisticShape {
  features: Features;
  /** 1 for two classes, else the number of classes. */
  outputs: number;
  weighted: boolean;
  /** Second derivatives too. */
  curved: boolean;
  workers: number;
}

/** The arena of a logistic regression, and each rank's program. */
export interface LogisticPlan {
  memory: MemoryPlan;
  forRank(rank: number): { program: BindableProgram; layout: LogisticLayout };
}

/** Chunks and groups of rows: a function of the data's shape alone, or bits would depend on the number of workers. */
function rowGroups({ features, outputs, curved }: LogisticShape) {
  const { rows, cols } = features;
  // Counted as float64 whatever the samples are, so that the same values give the same bits in any type.
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

/** A matrix inside a region of float64, `begin` elements from its start. */
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
  // One rank computes a chunk on its own.
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

/** Lays out the memory and the programs of a logistic regression. */
export function planLogistic(shape: LogisticShape): LogisticPlan {
  const { features, outputs, weighted, workers } = shape;
  const { rows, cols, dtype } = features;
  const { chunkRows, groupRows, groups, blocks } = rowGroups(shape);
  const memory = new MemoryPlan(CONTROL_BYTES);
  const f64 = (name: string, length: number): Region => memory.vector(name, 'statistics', length, 'f64');
  const size = outputs * (cols + 1) + 1;
  const curvatureSize = blocks * (cols + 1) ** 2;
  const point = f64('point', size - 1);
  const totals = f64('totals', size);
  const partials = f64('partials', groups * size);
  const command = memory.vector('command', 'control', 1, 'i32');
  const outcome = f64('outcome', LOGISTIC_OUTCOME_COUNT);
  const curvatureTotals = f64('curvature totals', curvatureSize);
  const curvaturePartials = f64('curvature partials', groups * curvatureSize);
  const x = table(X_BUFFER, dtype, rows, cols);
  const labels = table(LABELS_BUFFER, 'i32', 1, rows);
  const weights = weighted ? table(WEIGHTS_BUFFER, 'f64', 1, rows) : undefined;
  const w = part(point, 0, outputs, cols);
  const bias = part(point, outputs * cols, 1, outputs);

  const ofRank = Array.from({ length: workers }, (_, rank) => ({
    registers: f64(`registers.${rank}`, REGISTER_COUNT),
    z: f64(`z.${rank}`, outputs * chunkRows),
    p: f64(`p.${rank}`, blocks > 0 ? outputs * chunkRows : 0),
    sums: f64(`sums.${rank}`, size),
    rows: f64(`curvature rows.${rank}`, blocks > 0 ? (cols + 1) * chunkRows : 0),
    curvature: f64(`curvature.${rank}`, curvatureSize),
  }));

  return {
    memory,
    forRank(rank) {
      const own = ofRank[rank]!;
      const z = part(own.z, 0, outputs, chunkRows);
      const loss = part(own.sums, size - 1, 1, 1);
      const dw = part(own.sums, 0, outputs, cols);
      const db = part(own.sums, outputs * cols, 1, outputs);
      const ops = [
        op('linearScores', PHASES.rows, { x, w, bias, z }),
        op('logisticLoss', PHASES.rows, { z, labels, weights, dz: z, totals: loss }),
        op('linearGradient', PHASES.rows, { x, dz: z, dw, db }),
      ];
      if (blocks > 0) {
        const p = part(own.p, 0, outputs, chunkRows);
        ops.push(
          op('linearScores', PHASES.merge, { x, w, bias, z }),
          op('logisticLoss', PHASES.merge, { z, labels, weights, p, dz: z, totals: loss }),
          ...curvatureOps({
            x,
            weights,
            p: own.p,
            rows: own.rows,
            sums: own.curvature,
            outputs,
            cols,
            chunkRows,
          }),
        );
      }
      return {
        program: { ops, rank: 0, workers: 1, maxRows: chunkRows, rowChunk: chunkRows },
        layout: {
          outputs,
          features: cols,
          rows,
          chunkRows,
          groupRows,
          groups,
          registers: own.registers.byteOffset,
          point: point.byteOffset,
          sums: own.sums.byteOffset,
          partials: partials.byteOffset,
          totals: totals.byteOffset,
          curvature:
            blocks === 0
              ? undefined
              : {
                  blocks,
                  sums: own.curvature.byteOffset,
                  partials: curvaturePartials.byteOffset,
                  totals: curvatureTotals.byteOffset,
                },
          command: command.byteOffset,
          outcome: outcome.byteOffset,
        },
      };
    },
  };
}

/** For each pair of outputs k ≤ l: the rows scaled by the curvature, then their products with the samples. */
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
