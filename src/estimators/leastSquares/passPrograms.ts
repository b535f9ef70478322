import type { BindableProgram } from '../../kernels/contract.js';
import { tableOperand } from '../base/ops.js';
import type { RowJob, RowOperands } from './rowJob.js';
import type { RowSource } from './source.js';

/**
 * The programs of a pass over tables: for each accumulator, the ops that fold a piece of rows into
 * it.
 * @param rows of the tables
 * @param before how many tables a task has before these
 */
export function programsOf(
  { dtype, cols, targets, weighted }: RowSource,
  job: RowJob,
  rows: number,
  before = 0,
): (worker: number, accumulators: number) => BindableProgram[] {
  const operands: RowOperands = {
    x: tableOperand(before + 1, dtype, rows, cols),
    y: tableOperand(before + 2, 'f64', rows, targets),
    weight: weighted ? tableOperand(before + 3, 'f64', 1, rows) : undefined,
  };
  const { pieceRows } = job.cut;
  return (worker, accumulators) =>
    Array.from({ length: accumulators }, (_, accumulator) => ({
      ops: job.ops(operands, accumulator, worker),
      rank: 0,
      workers: 1,
      maxRows: pieceRows,
      rowChunk: pieceRows,
    }));
}

/** The ops that combine accumulators; undefined if there are none. */
export function finishProgram(job: RowJob, accumulators: number): BindableProgram | undefined {
  const { ops, rows } = job.finish(accumulators);
  return ops.length === 0
    ? undefined
    : { ops, rank: 0, workers: 1, maxRows: rows, rowChunk: Math.max(1, rows) };
}
