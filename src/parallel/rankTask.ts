import type { MessagePort } from 'node:worker_threads';
import type { Arena } from '../core/arena.js';
import type { KernelRequest } from '../kernels/backend.js';
import type { ProgramBuffer } from '../kernels/contract.js';

/** What every task of a rank has. What it does is for the worker's entry to know, by its kind. */
export interface RankTask {
  kind: string;
  rank: number;
  workers: number;
  kernels: KernelRequest;
  arena: Arena;
  /** Data tables, from buffer 1 on. */
  tables: ProgramBuffer[];
  /** Where rank 0 sends reports, if it does, and {@link END_OF_REPORTS} after them. */
  port?: MessagePort | undefined;
}

/**
 * Sent by rank 0 after its last report. Closing the port would not do: a pool thread sleeps in
 * Atomics.wait between tasks, and a close takes effect only when its event loop turns.
 */
export const END_OF_REPORTS = 'end';

/** How a rank's task ended. Errors travel as data, because worker threads strip custom ones. */
export type RankResult =
  | {
      ok: true;
      verdict: number;
      /** Optimizer steps finished, in all. */
      step: number;
      /** Epochs begun in this fit. */
      epochs: number;
    }
  | { ok: false; peerLost: boolean; code: string | undefined; message: string };
