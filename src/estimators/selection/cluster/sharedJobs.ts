import type { ClusterInternals } from '../../../core/clusterOption.js';
import { SteepestError } from '../../../core/errors.js';
import { runJobs } from '../jobs.js';
import type { Deeds, Work } from './division.js';
import { SharedCall } from './inStep.js';
import { Lanes } from './lanes.js';

type Job<T> = (signal: AbortSignal) => Promise<T>;

/** How results of jobs reach the other ranks. */
export interface Sending<T> {
  /** A result as what a structured clone copies. */
  send(result: T): unknown;
  receive(sent: unknown, job: number): T;
  /** Called for each result of another rank. */
  received?(result: T, job: number): void;
}

/** Clusters that are in a call: a second one would take the first's messages for its own. */
const busy = new WeakSet<ClusterInternals>();

/**
 * Does the work of one call on all ranks, or alone without a cluster.
 * @param name the function that was called, in errors
 * @throws SteepestError `ERR_BUSY` while another call runs over the cluster
 */
export async function overRanks<R>(
  cluster: ClusterInternals | undefined,
  name: string,
  work: (call: SharedCall | undefined) => Promise<R>,
): Promise<R> {
  if (cluster === undefined || cluster.size === 1) return work(undefined);
  if (busy.has(cluster)) {
    throw new SteepestError('ERR_BUSY', {
      expected: 'one call at a time over a cluster',
      given: `${name} during another one`,
      hint: 'Put await before each call.',
    });
  }
  busy.add(cluster);
  try {
    return await work(new SharedCall(cluster, name));
  } finally {
    busy.delete(cluster);
  }
}

/** What a rank says of its jobs in a meeting. */
interface News {
  deeds: Deeds;
  results: readonly (readonly [job: number, sent: unknown])[];
}

/**
 * The results of all jobs, on every rank: each runs its share, at most `limit` at once.
 * @param work what is known of the jobs, the same on every rank
 * @throws as `runJobs`, and what a job of another rank threw, or the signal of another rank
 */
export async function runSharedJobs<T>(
  jobs: readonly Job<T>[],
  work: Work,
  limit: number,
  signal: AbortSignal | undefined,
  call: SharedCall | undefined,
  { send, receive, received }: Sending<T>,
): Promise<T[]> {
  if (call === undefined) return runJobs(jobs, limit, signal);
  const results = new Array<T>(jobs.length);
  let missing = jobs.length;
  let ended: [job: number, sent: unknown][] = [];
  const keep = (job: number, result: T): void => {
    results[job] = result;
    missing--;
  };
  const lanes = new Lanes(work, call, limit);
  const begin = async (job: number, stop: AbortSignal): Promise<void> => {
    const result = await jobs[job]!(stop);
    ended.push([job, send(result)]);
    keep(job, result);
  };
  await call.inStep<News>(signal, (stop, meetNow) => lanes.run(begin, stop, meetNow), {
    news() {
      const news = { deeds: lanes.deeds(), results: ended };
      ended = [];
      return news;
    },
    hear(all) {
      for (const [rank, news] of all.entries()) {
        if (rank === call.rank) continue;
        for (const [job, sent] of news.results) {
          const result = receive(sent, job);
          keep(job, result);
          received?.(result, job);
        }
      }
      lanes.revise(all.map((news) => news.deeds));
    },
    isComplete: () => missing === 0,
  });
  return results;
}

/** Does the same work on every rank: a failure or an abort of one is one of all. */
export async function onEveryRank(
  call: SharedCall | undefined,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal | undefined) => Promise<void>,
): Promise<void> {
  if (call === undefined) return work(signal);
  let isDone = false;
  const part = async (stop: AbortSignal): Promise<void> => {
    await work(stop);
    isDone = true;
  };
  await call.inStep(signal, part, { news: () => undefined, hear: () => undefined, isComplete: () => isDone });
}
