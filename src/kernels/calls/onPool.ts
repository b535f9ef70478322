import { abortedError, onAbort } from '../../core/abort.js';
import { checkKeys } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { inSlices } from '../../core/inParts.js';
import { checkSignal } from '../../core/signal.js';
import { controlBlock, WORD } from '../../parallel/control.js';
import { withFewerThreads } from '../../parallel/fewerThreads.js';
import { runRanks } from '../../parallel/pool.js';
import { StartError } from '../../parallel/startable.js';
import { startThreads } from '../../parallel/threads.js';
import { checkWorkers, resolveWorkers, type Workers } from '../../parallel/workers.js';
import type { KernelRequest } from '../backend.js';
import { chooseKernels, KERNEL_KEYS, type KernelOptions } from '../kernelOptions.js';
import { discardShared } from '../sharedMemory.js';
import { type Allocate, type CallOp, flopsOf } from './call.js';
import type { CallsTask } from './rankCalls.js';
import { SharedOperands } from './sharedOperands.js';

/**
 * Options of calls that run on worker threads.
 * @example
 * ```ts
 * import type { PoolOptions } from 'steepest/kernels';
 * const options: PoolOptions = { workers: 4, signal: AbortSignal.timeout(1000) };
 * ```
 */
export interface PoolOptions extends KernelOptions {
  /** Threads that compute. Default `'auto'`: as many as are useful, one for a small product. */
  workers?: Workers;
  /** Ends the call early, within about a second for native kernels, with `ERR_ABORTED`. */
  signal?: AbortSignal | undefined;
}

export const POOL_KEYS = ['workers', 'signal', ...KERNEL_KEYS];

/**
 * Checks the options of a synchronous call; for those of a call on threads, names that one.
 * @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME`
 */
export function checkSyncKeys(what: string, options: object, known: readonly string[]): void {
  try {
    checkKeys(what, options, known);
  } catch (error) {
    const name = Object.keys(options ?? {}).find((key) => POOL_KEYS.includes(key));
    if (name === undefined) throw error;
    throw withHint(
      error,
      'ERR_UNKNOWN_NAME',
      `Call await ${what}Async({ …, ${name} }), which runs on threads.`,
    );
  }
}

interface PoolChoices {
  workers: Workers;
  signal: AbortSignal | undefined;
  kernels: KernelRequest;
}

/** @throws SteepestError `ERR_ARGUMENT` or `ERR_BACKEND` */
export function checkPoolOptions(what: string, options: PoolOptions): PoolChoices {
  const { workers, signal } = options;
  return {
    workers: checkWorkers(workers),
    signal: checkSignal(`signal of ${what}`, signal),
    kernels: chooseKernels(options),
  };
}

const KEPT = 'Results in shared arrays may be incomplete. Other arrays are unchanged.';

/**
 * Runs ops on worker threads.
 * @param plan checks the arguments and makes the ops
 */
export async function callOnPool(
  plan: (allocate: Allocate) => CallOp[],
  choices: PoolChoices,
): Promise<void> {
  const { workers, signal } = choices;
  const scratch = new Set<Float32Array<ArrayBufferLike>>();
  const calls = plan(() => {
    const array = new Float32Array(0);
    scratch.add(array);
    return array;
  });
  const abort = (): SteepestError => abortedError(signal!, 'an abort', KEPT);
  if (signal?.aborted) throw abort();
  if (calls.length === 0) return;
  const flops = flopsOf(calls);
  const operands = memoryFor(calls, scratch);
  try {
    // Threads load their code while arrays are copied.
    await Promise.all([inSlices(operands.copyIn()), startThreads(resolveWorkers(workers, flops))]);
    await withFewerThreads(() => runOnce(operands, resolveWorkers(workers, flops), choices, abort));
    await inSlices(operands.copyBack());
  } finally {
    discardShared(operands.arena);
  }
}

async function runOnce(
  { arena, calls, tables }: SharedOperands,
  workers: number,
  { kernels, signal }: PoolChoices,
  abort: () => SteepestError,
): Promise<void> {
  if (signal?.aborted) throw abort();
  const control = controlBlock(arena);
  // An attempt with more threads has left its state.
  control.fill(0);
  const tasks = Array.from(
    { length: workers },
    (_, rank): CallsTask => ({ kind: 'calls', rank, workers, kernels, arena, tables, calls }),
  );
  const off = onAbort(signal, () => Atomics.store(control, WORD.stopRequest, 1));
  try {
    await runRanks(tasks, arena, { signal, error: abort });
  } catch (error) {
    throw error instanceof StartError ? error : withHint(error, 'ERR_WORKER_LOST', `Call it again. ${KEPT}`);
  } finally {
    off();
  }
  // Ranks may have left something out.
  if (signal?.aborted) throw abort();
}

function memoryFor(
  calls: readonly CallOp[],
  scratch: ReadonlySet<Float32Array<ArrayBufferLike>>,
): SharedOperands {
  try {
    return new SharedOperands(calls, scratch);
  } catch (error) {
    const hint = 'Pass arrays over SharedArrayBuffers, which need no copy, or multiply by parts.';
    throw withHint(error, 'ERR_MEMORY', hint);
  }
}

/** An error with a hint for these calls, if it has this code. */
function withHint(error: unknown, code: SteepestError['code'], hint: string): unknown {
  if (!(error instanceof SteepestError && error.code === code)) return error;
  const { expected, given } = error;
  return new SteepestError(code, { expected, given, hint }, { cause: error });
}
