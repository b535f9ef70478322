import type { Arena } from '../../core/arena.js';
import { SteepestError } from '../../core/errors.js';
import type { KernelRequest } from '../../kernels/backend.js';
import { type Op, type Operand, REGISTER_COUNT } from '../../kernels/contract.js';
import { VERDICT } from '../../parallel/control.js';
import type { Workers } from '../../parallel/workers.js';
import type { MemoryPlan, Region } from '../../program/memory.js';
import type { RowBlock } from './source.js';

/** How the rows of a problem are divided; depends only on its columns. */
export interface Cut {
  /** Rows that kernels process together: their design matrix fits in the second-level cache. */
  pieceRows: number;
  /** Rows that go to one accumulator at a time; a multiple of pieceRows. */
  blockRows: number;
  accumulators: number;
}

/** Elements of a piece: 512 KiB, half of an L2 cache of 1 MiB. */
const PIECE_ELEMENTS = 65_536;
const MOST_PIECE_ROWS = 256;
const LEAST_PIECE_ROWS = 64;
/**
 * Elements of a block: 1 MiB, so that passing it to a rank costs little compared with processing
 * it.
 */
const BLOCK_ELEMENTS = 131_072;

/** @param width columns of the design matrix, targets included */
export function cutFor(width: number): Cut {
  const fitting = Math.floor(PIECE_ELEMENTS / width / 8) * 8;
  const pieceRows = Math.max(LEAST_PIECE_ROWS, Math.min(MOST_PIECE_ROWS, fitting));
  const pieces = Math.max(1, Math.floor(BLOCK_ELEMENTS / (pieceRows * width)));
  // Many accumulators balance the work for any number of threads, but combining each costs the
  // square of its size.
  const accumulators = width <= 64 ? 48 : width <= 512 ? 12 : width <= 2048 ? 4 : 2;
  return { pieceRows, blockRows: pieces * pieceRows, accumulators };
}

/** Tables of rows as operands. */
export interface RowOperands {
  x: Operand;
  y: Operand;
  weight: Operand | undefined;
}

/** A sum over all rows: what to compute, and where. */
export interface RowJob {
  cut: Cut;
  /** Lays out the job's memory. `accumulators` is the number of accumulators that receive rows. */
  reserve(memory: MemoryPlan, workers: number, accumulators: number): void;
  /** Initializes memory before the pass. */
  prepare?(arena: Arena): void;
  /**
   * Initializes memory that depends on the first rows, before any row is processed. Called with one
   * block after another until it returns true; the rows before that must have no weight.
   */
  begin?(arena: Arena, block: RowBlock): boolean;
  /** Ops that fold a piece of rows into an accumulator. */
  ops(rows: RowOperands, accumulator: number, rank: number): Op[];
  /** The memory of an accumulator: all that its next rows depend on. */
  accumulator(i: number): Region;
  /**
   * Ops that combine accumulators, the first `results` of which then have the result; `rows` is the
   * register they run with.
   */
  finish(accumulators: number): { ops: Op[]; rows: number; results: number };
  /** Operations per row, to decide how many threads are useful. */
  flopsPerRow: number;
}

export interface PassOptions {
  workers: Workers;
  kernels: KernelRequest;
  signal: AbortSignal | undefined;
}

/** What a pass has read. */
export interface RowCounts {
  rows: number;
  /** Number of rows with nonzero weight. */
  weightedRows: number;
}

export const REGISTER_BYTES = REGISTER_COUNT * Float64Array.BYTES_PER_ELEMENT;

/** @throws SteepestError `ERR_PROGRAM` */
export function checkVerdict(verdict: number): void {
  if ((verdict & VERDICT.invalid) === 0) return;
  throw new SteepestError('ERR_PROGRAM', {
    expected: 'every row within its table',
    given: 'one outside',
    hint: 'Please report this.',
  });
}

/** How many of the first rows have a weight. */
export function countWeights(weight: Float64Array | undefined, rows: number): number {
  if (weight === undefined) return rows;
  let count = 0;
  for (let i = 0; i < rows; i++) if (weight[i] !== 0) count++;
  return count;
}
