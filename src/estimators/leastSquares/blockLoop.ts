import { float64At } from '../../core/arena.js';
import {
  type BoundProgram,
  type KernelSet,
  PHASES,
  REGISTER_COUNT,
  REGISTERS,
} from '../../kernels/contract.js';
import { Barrier } from '../../parallel/barrier.js';
import { type Block, takeBlocks } from '../../parallel/blockRing.js';
import { controlBlock, VERDICT, WORD } from '../../parallel/control.js';
import { ArenaExchange } from '../../parallel/exchange.js';
import type { RankResult } from '../../parallel/rankTask.js';
import type { BlocksTask } from './blocksTask.js';
import { joinBlocks } from './joinBlocks.js';

/**
 * Blocks of rows of a table that every rank can read; block k belongs to accumulator k mod the
 * number of accumulators.
 */
function eachBlock(
  { rows, blockRows }: { rows: number; blockRows: number },
  accumulators: number,
  { rank, workers }: BlocksTask,
  work: (block: Block) => void,
): void {
  const blocks = Math.ceil(rows / blockRows);
  for (let k = 0; k < blocks; k++) {
    const accumulator = k % accumulators;
    if (accumulator % workers !== rank) continue;
    const firstRow = k * blockRows;
    work({ accumulator, firstRow, rows: Math.min(blockRows, rows - firstRow) });
  }
}

/**
 * One rank of a reduction over blocks of rows: it folds its accumulators' blocks into them, in row
 * order; then rank 0 runs the ops that combine the accumulators. The assignment of blocks depends
 * only on the rows, so the result is bit-identical for any number of workers.
 */
export function runBlocks(task: BlocksTask, kernels: KernelSet): RankResult {
  const { arena, rank, source, pieceRows } = task;
  const control = controlBlock(arena);
  const barrier = new Barrier(control, task.workers);
  const registers = float64At(arena, task.registersOffset, REGISTER_COUNT);
  const buffers = [arena, ...task.tables];
  const bound = task.programs.map((program) => kernels.bind(program, buffers, registers));
  let status = 0;
  const tail = source !== undefined && 'steps' in source ? source.tail : undefined;
  let ofTail: BoundProgram | undefined;
  const work = ({ accumulator, firstRow, rows }: Block): void => {
    const isTail = tail !== undefined && firstRow + rows > tail.ownRows;
    if (isTail) ofTail ??= kernels.bind(tail.program, buffers, registers);
    const program = isTail ? ofTail! : bound[accumulator]!;
    const start = firstRow - (isTail ? tail.firstRow : 0);
    for (let done = 0; done < rows; done += pieceRows) {
      if (status !== 0 || Atomics.load(control, WORD.stopRequest) !== 0) return;
      registers[REGISTERS.rows] = Math.min(pieceRows, rows - done);
      registers[REGISTERS.batchStart] = start + done;
      status |= program.run(PHASES.rows);
    }
  };
  if (source !== undefined) {
    if ('steps' in source) joinBlocks(source, bound.length, task, work);
    else if ('slots' in source) takeBlocks(arena, control, source, rank, work);
    else eachBlock(source, bound.length, task, work);
  }
  barrier.wait();
  const isStopped = Atomics.load(control, WORD.stopRequest) !== 0;
  if (rank === 0 && task.finish !== undefined && !isStopped) {
    registers[REGISTERS.rows] = task.finish.maxRows;
    registers[REGISTERS.batchStart] = 0;
    status |= kernels.bind(task.finish, buffers, registers).run(PHASES.rows);
  }
  // All ranks take part, also after a stop.
  if (rank === 0 && source !== undefined && 'steps' in source) new ArenaExchange(control).run(source.steps);
  return { ok: true, verdict: status === 0 ? 0 : VERDICT.invalid, step: 0, passes: 0, epochs: 0 };
}
