import type { ExchangePlan } from '../core/clusterOption.js';

export type { ExchangePlan, PeerRanges } from '../core/clusterOption.js';

/** An exchange of fixed ranges, ready to run as often as wanted. */
export interface Exchange {
  /**
   * Sends and receives everything of the plan. Synchronous where the transport is, as MPI.
   * @throws LinkError if a peer ended, did not answer within the time limit, or sent other bytes
   *   than this rank expected
   */
  run(): void | Promise<void>;
  /** Frees what it holds. */
  release(): void;
}

/**
 * What carries bytes between ranks. It lives on a thread of its own, the link thread, so that event
 * loop and workers go on meanwhile. All of it is point to point: `collectives.ts` builds the rest.
 */
export interface Link {
  readonly rank: number;
  readonly size: number;
  /** Its name and version, such as `Open MPI 4.1.4`. */
  readonly library: string;
  /**
   * Prepares an exchange.
   * @param memory what the plan's byte ranges lie in; may be shared. It must stay as it is until
   *   `release`
   * @param label what the caller does, for errors if a peer does something else: `barrier()`. At
   *   most 63 bytes
   */
  prepare(memory: Uint8Array, plan: ExchangePlan, label?: string): Exchange;
  /** Ends the job at once: the launcher ends the other ranks. */
  abort(code: number): void;
  /** Waits for all ranks, and ends the transport. */
  close(): void | Promise<void>;
}

/** Makes a link; throws a {@link LinkError} if that cannot work. */
export type MakeLink = (options: { timeoutMs: number }) => Link | Promise<Link>;

/** Why a link failed, in the parts of an `ERR_CLUSTER`. It can cross to another thread as data. */
export class LinkError extends Error {
  constructor(
    readonly expected: string,
    readonly given: string,
    readonly hint: string,
  ) {
    super(`expected ${expected}, given ${given}. ${hint}`);
  }
}
