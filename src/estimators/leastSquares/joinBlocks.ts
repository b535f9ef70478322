import { int32At } from '../../core/arena.js';
import { Barrier } from '../../parallel/barrier.js';
import type { Block } from '../../parallel/blockRing.js';
import { controlBlock, WORD } from '../../parallel/control.js';
import { ArenaExchange } from '../../parallel/exchange.js';
import { type BlocksTask, type JointBlocks, STOP_FLAG_COUNT, STOP_FLAGS } from './blocksTask.js';

/**
 * One worker's part of a pass over the rows of several ranks: in each step its accumulators of the
 * batch, and the exchange, in which worker 0 passes the batch on and gets the next one. A stop
 * spreads from neighbour to neighbour; ranks that know of it go through the steps without work.
 */
export function joinBlocks(
  source: JointBlocks,
  accumulators: number,
  { arena, rank: worker, workers }: BlocksTask,
  work: (block: Block) => void,
): void {
  const control = controlBlock(arena);
  const barrier = new Barrier(control, workers);
  const exchange = new ArenaExchange(control);
  const flags = int32At(arena, source.flags, STOP_FLAG_COUNT);
  for (let step = 0; step < source.steps; step++) {
    const first = (step - source.delay) * source.batch;
    const end = Math.min(accumulators, first + source.batch);
    if (first >= 0) {
      for (let a = first + worker; a < end; a += workers) eachBlockOf(source, a, accumulators, work);
    }
    barrier.wait();
    if (worker === 0) {
      if (Atomics.load(control, WORD.stopRequest) !== 0) flags[STOP_FLAGS.own] = 1;
      exchange.run(step);
      if (flags.some((flag) => flag !== 0)) Atomics.store(control, WORD.stopRequest, 1);
    }
    barrier.wait();
  }
}

/** This rank's blocks of an accumulator. */
function eachBlockOf(
  { total, blockRows, firstRow, blocks }: JointBlocks,
  accumulator: number,
  accumulators: number,
  work: (block: Block) => void,
): void {
  const skipped = (((accumulator - blocks.first) % accumulators) + accumulators) % accumulators;
  for (let k = blocks.first + skipped; k < blocks.end; k += accumulators) {
    const row = k * blockRows;
    work({ accumulator, firstRow: row - firstRow, rows: Math.min(blockRows, total - row) });
  }
}
