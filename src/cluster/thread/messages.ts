import type { ExchangePlan } from '../../core/clusterOption.js';
import type { PackedError } from '../../data/thread/packedError.js';
import type { Launcher } from '../launcher.js';
import type { LocalPlace } from '../localPlace.js';

/** What the main thread and the link thread say to each other. */

/** How the link thread reaches the other ranks. */
export type Place = { mpi: Launcher } | { local: LocalPlace };

/** What the link thread is started with. */
export interface LinkThreadData {
  place: Place;
  timeoutMs: number;
  /** {@link ENDING}. */
  ending: Int32Array<SharedArrayBuffer>;
}

/** Words with which a process ends while its threads are busy. */
export const ENDING = {
  /** Set by the main thread: the exit code with which the job has to end. */
  code: 0,
  /** Set by the link thread: it has done for that what it can. */
  done: 1,
} as const;
export const ENDING_WORDS = 2;

export type Request = { id: number; label: string } & (
  | { call: 'barrier' | 'close' }
  | { call: 'broadcast'; bytes: Uint8Array | undefined; from: number }
  | { call: 'allGather'; bytes: Uint8Array }
  | { call: 'allToAll'; forEach: readonly Uint8Array[] }
  | { call: 'serve'; arena: Uint8Array<SharedArrayBuffer>; plans: readonly ExchangePlan[] }
);

/** `abort` ends the job: there is no answer. */
export type ToLink = Request | { call: 'abort' };

export type FromLink =
  | { type: 'ready'; rank: number; size: number; library: string }
  | { type: 'answer'; id: number; parts: Uint8Array[] }
  /** The exchanges of an arena are served from now on; `answer` follows at the end. */
  | { type: 'serving'; id: number }
  /** The job is over. */
  | { type: 'failed'; error: PackedError };
