import { SteepestError } from './errors.js';
import { show } from './show.js';

/**
 * What networks and estimators know of a cluster: the type of the option, and how they reach what
 * it can do. They do not import `src/cluster`, so a program without a cluster loads none of it.
 */

/**
 * The processes of one job, which run the same program, as {@link Cluster.rank} 0 to
 * {@link Cluster.size} − 1. Each of them makes it with `await cluster()`, of 'steepest/cluster'.
 * Calls of one rank take place in the order in which they were made, and all ranks have to make the
 * same calls in the same order.
 */
export interface Cluster {
  /** Number of this process, from 0. */
  readonly rank: number;
  /** Number of processes. */
  readonly size: number;
  /** What carries messages, such as `Open MPI 4.1.4` or `MPICH 4.0.2`; `none` with `alone`. */
  readonly library: string;
  /**
   * Waits until all ranks have called it.
   * @throws SteepestError `ERR_CLUSTER` if a rank called something else, or the cluster is closed
   */
  barrier(): Promise<void>;
  /**
   * Gives every rank the value of one of them. The others' values are ignored.
   * @param value anything that a structured clone can copy: numbers, text, lists, objects, typed
   *   arrays, Map, Set, Date
   * @param options `from` is the rank whose value all get, 0 by default
   * @throws SteepestError `ERR_CLUSTER` if a rank called something else, or the cluster is closed;
   *   `ERR_ARGUMENT` if the value cannot be copied
   */
  broadcast<T>(value: T, options?: { from?: number }): Promise<T>;
  /**
   * Gives every rank the values of all of them, in rank order.
   * @param value anything that a structured clone can copy
   * @throws SteepestError `ERR_CLUSTER` if a rank called something else, or the cluster is closed;
   *   `ERR_ARGUMENT` if the value cannot be copied
   */
  gather<T>(value: T): Promise<T[]>;
  /**
   * Waits for all ranks, and ends the cluster. A program that ends without it closes it too, but
   * then an error after the last call of this rank may stay unknown to the others.
   */
  close(): Promise<void>;
}

/** Byte ranges of one memory, for or from one rank: pairs of byteOffset and byteLength. */
export interface PeerRanges {
  readonly peer: number;
  readonly ranges: readonly number[];
}

/**
 * What one rank sends and receives in one exchange. The ranges of a peer are one message: they
 * have as many bytes as the peer's ranges for this rank, which may be cut differently. No peer
 * occurs twice in a list, and this rank in none. All ranks run an exchange, also those that only
 * send, only receive or do neither. Nothing received may overlap with anything else of the plan.
 */
export interface ExchangePlan {
  readonly sends: readonly PeerRanges[];
  readonly receives: readonly PeerRanges[];
}

/** What the rest of the package uses of a cluster. Every rank makes the same calls in one order. */
export interface ClusterInternals {
  readonly rank: number;
  readonly size: number;
  /** Every rank's bytes, in rank order. Sizes may differ. */
  allGatherBytes(bytes: Uint8Array): Promise<Uint8Array[]>;
  /** The bytes of rank `from`; those of the others are ignored. */
  broadcastBytes(bytes: Uint8Array | undefined, from: number): Promise<Uint8Array>;
  /** Sends bytes to each rank, and returns those from each rank (index = rank). */
  allToAllBytes(forEach: readonly Uint8Array[]): Promise<Uint8Array[]>;
  /**
   * Serves the exchanges of an arena until `end` is called. A worker runs exchange `i` with
   * `new ArenaExchange(control).run(i)`. Other calls wait until the end. A failed exchange ends the
   * job, so neither promise rejects for it.
   */
  serve(
    arena: Uint8Array<SharedArrayBuffer>,
    plans: readonly ExchangePlan[],
  ): Promise<{ end(): Promise<void> }>;
  /** Ends the job, with this error on stderr: for what other ranks cannot learn in another way. */
  fail(error: unknown): void;
}

/**
 * The key under which a {@link Cluster} has its {@link ClusterInternals}. Registered, so that it is
 * the same for a package that a program has loaded twice.
 */
export const CLUSTER_BRAND = Symbol.for('steepest.cluster');

/**
 * The internals of the option `cluster`, or undefined if it was left out.
 * @throws SteepestError `ERR_ARGUMENT` for anything but a cluster
 */
export function checkCluster(what: string, value: unknown): ClusterInternals | undefined {
  if (value === undefined) return undefined;
  const found =
    typeof value === 'object' && value !== null
      ? (value as { [CLUSTER_BRAND]?: ClusterInternals })[CLUSTER_BRAND]
      : undefined;
  if (found !== undefined) return found;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what} to be what cluster() of 'steepest/cluster' resolves to`,
    given: show(value),
    hint: `Write { ${what.split('.').at(-1)}: await cluster() }.`,
  });
}
