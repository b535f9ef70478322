import type { MessagePort } from 'node:worker_threads';
import type { Arena } from '../core/arena.js';
import type { KernelRequest } from '../kernels/backend.js';
import type { ProgramBuffer } from '../kernels/contract.js';
import type { Priority } from './settings.js';

/** The fields that every rank's task has. The worker's entry decides by `kind` what to run. */
export interface RankTask {
  kind: string;
  rank: number;
  workers: number;
  kernels: KernelRequest;
  arena: Arena;
  /** Data tables, from buffer 1 on. */
  tables: ProgramBuffer[];
  /** The port on which rank 0 sends reports, if any, followed by {@link END_OF_REPORTS}. */
  port?: MessagePort | undefined;
  /** Earlier tasks may have left too much memory: collect it before this one. */
  collectsFirst?: boolean;
  /**
   * A number of the task. The thread keeps what it prepared for the task until another one comes,
   * so that it can be asked to run it once more.
   */
  keepAs?: number;
}

/** What a thread learns when it starts. */
export interface ThreadData {
  priority: Priority;
}

/** Has a thread run the task that it keeps: a message of a few bytes instead of a whole program. */
export interface AgainTask {
  kind: 'again';
  keepAs: number;
}

/** Has a thread collect what earlier tasks have left. */
export interface CollectTask {
  kind: 'collect';
}

/**
 * Sent by rank 0 after its last report. Closing the port would not work: a pool thread sleeps in
 * Atomics.wait between tasks, and a close takes effect only when its event loop turns.
 */
export const END_OF_REPORTS = 'end';

/**
 * How a rank's task ended. Errors are sent as data, because worker threads lose the class of custom
 * errors.
 */
export type RankResult =
  | {
      ok: true;
      verdict: number;
      /** Total optimizer steps finished. */
      step: number;
      /** Passes over the training data that the model has begun; 0 for other tasks. */
      passes: number;
      /** Epochs that have begun since the learning rate was set; 0 for other tasks. */
      epochs: number;
    }
  | { ok: false; peerLost: boolean; code: string | undefined; message: string };
