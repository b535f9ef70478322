import { configure } from 'steepest';
import type { Cluster } from '#steepest/core/clusterOption.js';
import { InProcessCluster } from './inProcess.js';

/** Each rank's fit needs a thread at the same time. */
configure({ maxThreads: 16 });

/**
 * Runs something on all ranks of a cluster in this process.
 * @returns what each rank has returned
 * @throws what the first that failed has thrown
 */
export async function onRanks<T>(size: number, run: (cluster: Cluster) => Promise<T>): Promise<T[]> {
  const cluster = new InProcessCluster(size);
  return Promise.race([Promise.all(cluster.ranks.map(run)), cluster.failed]);
}

/** The errors that something throws on all ranks. */
export function errorsOnRanks(size: number, run: (cluster: Cluster) => Promise<unknown>): Promise<Error[]> {
  return onRanks(size, (cluster) =>
    run(cluster).then(
      () => {
        throw new Error(`rank ${cluster.rank} did not fail`);
      },
      (error: Error) => error,
    ),
  );
}
