import type { Cluster, ClusterInternals } from '#steepest/core/clusterOption.js';

type Resolve = (all: Uint8Array[]) => void;

/**
 * The ranks of a cluster inside one process, for what is above transport: bytes wait until every
 * rank has sent its own, as messages do.
 */
export function ranksInProcess(size: number): { clusters: Cluster[]; gathers: () => number } {
  const rounds: { sent: Map<number, Uint8Array>; waiting: Resolve[] }[] = [];
  const made = new Array<number>(size).fill(0);
  const allGatherBytes = (rank: number, bytes: Uint8Array): Promise<Uint8Array[]> => {
    const number = made[rank]!++;
    rounds[number] ??= { sent: new Map(), waiting: [] };
    const { sent, waiting } = rounds[number];
    sent.set(rank, bytes.slice());
    return new Promise((resolve) => {
      waiting.push(resolve);
      if (sent.size < size) return;
      const all = Array.from({ length: size }, (_, r) => sent.get(r)!);
      for (const one of waiting) one(all);
    });
  };
  const clusters = Array.from({ length: size }, (_, rank) => {
    const internals = {
      rank,
      size,
      allGatherBytes: (bytes: Uint8Array) => allGatherBytes(rank, bytes),
    } as Partial<ClusterInternals>;
    return { rank, size, library: 'none', [Symbol.for('steepest.cluster')]: internals } as unknown as Cluster;
  });
  return { clusters, gathers: () => rounds.length };
}

/** What the ranks resolve to. */
export const onAllRanks = <T>(size: number, run: (cluster: Cluster) => Promise<T>): Promise<T[]> =>
  Promise.all(ranksInProcess(size).clusters.map(run));

/** What the ranks reject with, or resolve to. */
export const outcomesOf = <T>(
  size: number,
  run: (cluster: Cluster) => Promise<T>,
): Promise<PromiseSettledResult<T>[]> => Promise.allSettled(ranksInProcess(size).clusters.map(run));
