import type { ExchangePlan } from '../core/clusterOption.js';
import { SteepestError } from '../core/errors.js';

export type { ExchangePlan, PeerRanges } from '../core/clusterOption.js';

/** An exchange of fixed ranges, ready to run as often as wanted. */
export interface Exchange {
  /**
   * Sends and receives everything of the plan. Synchronous where the transport is, as MPI.
   * @throws SteepestError `ERR_CLUSTER` if a peer ended, did not answer within the time limit, or
   *   sent something else than this rank expected
   */
  run(): void | Promise<void>;
  /** Frees what it holds. */
  release(): void;
}

/**
 * What carries bytes between ranks. It lives on a thread of its own, the link thread, so that event
 * loop and workers go on meanwhile. All of it is point to point: `collectives.ts` builds the rest.
 * After an exchange has failed, only `abort` is called.
 */
export interface Link {
  readonly rank: number;
  readonly size: number;
  /** Its name and version, such as `Open MPI 4.1.4`. */
  readonly library: string;
  /**
   * Prepares an exchange.
   * @param memory what the plan's byte ranges lie in; may be shared. It stays where it is until
   *   `release`
   * @param label what the caller does, such as `barrier()`, of at most {@link LABEL_BYTES} bytes of
   *   ASCII. A message carries it, and the receiver compares it with its own
   */
  prepare(memory: Uint8Array, plan: ExchangePlan, label: string): Exchange;
  /** Ends the job at once, if the transport can: the launcher ends the other ranks. */
  abort(code: number): void;
  /** Ends the transport. All ranks have done their last exchange. */
  close(): void | Promise<void>;
}

export interface LinkOptions {
  /** How long an exchange may wait for its peers. */
  timeoutMs: number;
  /**
   * One word, which the main thread sets to an exit code from 1 to 255 when the program has to end
   * while the link thread is busy. A link that waits in native code looks at it and calls its own
   * `abort` with this code, or returns if it cannot: Node.js waits for the end of a thread's native
   * call before it ends the process.
   */
  abortWord: Int32Array<SharedArrayBuffer>;
}

/**
 * Makes a link. It waits for nothing that the launcher does not provide within `timeoutMs`.
 * @throws SteepestError `ERR_CLUSTER` if it cannot work
 */
export type MakeLink = (options: LinkOptions) => Link | Promise<Link>;

export const LABEL_BYTES = 63;

/** The error of ranks that do different things. */
export const otherCall = (rank: number, label: string, peer: number, peerLabel: string): SteepestError =>
  new SteepestError('ERR_CLUSTER', {
    expected: 'all ranks to make the same calls in the same order',
    given: `${label} on rank ${rank} and ${peerLabel} on rank ${peer}`,
    hint: 'Let no call of the cluster depend on the rank, as if (c.rank === 0) would.',
  });

/** The error of ranks that make the same call with different sizes. */
export const otherSize = (
  label: string,
  own: { rank: number; bytes: number },
  peer: { rank: number; bytes: number },
): SteepestError =>
  new SteepestError('ERR_CLUSTER', {
    expected: `ranks ${own.rank} and ${peer.rank} to agree on the size of a message of ${label}`,
    given: `${peer.bytes} bytes from rank ${peer.rank}, where rank ${own.rank} expects ${own.bytes}`,
    hint: 'Run the same program with the same data and options on all ranks.',
  });

/** The error of an exchange that waited too long. */
export const noAnswer = (label: string, peers: readonly number[], timeoutMs: number): SteepestError =>
  new SteepestError('ERR_CLUSTER', {
    expected: `all ranks to take part in ${label} within ${timeoutMs} ms`,
    given: `no answer of rank ${peers.join(', ')}`,
    hint: 'See what that rank does. If it computes for longer, raise cluster({ timeoutMs }).',
  });

/** The error of an exchange with a rank that has ended. */
export const lostPeer = (label: string, peer: number): SteepestError =>
  new SteepestError('ERR_CLUSTER', {
    expected: `rank ${peer} to take part in ${label}`,
    given: 'its process has ended',
    hint: 'Its own error, or what the system says of it, tells why.',
  });
