import { Barrier } from '../../parallel/barrier.js';
import { controlBlock, WORD } from '../../parallel/control.js';
import type { RankResult, RankTask } from '../../parallel/rankTask.js';
import type { KernelSet } from '../contract.js';
import { type CallOp, runCall } from './call.js';
import { shareOf } from './share.js';

/** Runs ops over shared arrays. */
export interface CallsTask extends RankTask {
  kind: 'calls';
  calls: readonly CallOp[];
}

/** One rank's part of the ops. After an abort it leaves out what is left. */
export function runCalls({ arena, rank, workers, calls }: CallsTask, kernels: KernelSet): RankResult {
  const control = controlBlock(arena);
  const barrier = new Barrier(control, workers);
  // Nothing is written before all threads have started: without one, the call starts over.
  barrier.wait();
  for (const call of calls) {
    if (call.waits) barrier.wait();
    for (const piece of shareOf(call, rank, workers, kernels)) {
      if (Atomics.load(control, WORD.stopRequest) !== 0) break;
      runCall(kernels, piece);
    }
  }
  return { ok: true, verdict: 0, step: 0, passes: 0, epochs: 0 };
}
