import { isMainThread } from 'node:worker_threads';
import type { Cluster } from '../core/clusterOption.js';
import { SteepestError } from '../core/errors.js';
import { callsAlone } from './alone.js';
import { Watch } from './failures.js';
import { launcherOf } from './launcher.js';
import { localPlaceOf } from './localPlace.js';
import { type ClusterOptions, checkClusterOptions } from './options.js';
import { Ranks } from './ranks.js';
import { LinkThread, type Ready } from './thread/client.js';
import type { Place } from './thread/messages.js';

/** How the other ranks are reached, from the variables of a launcher; undefined without one. */
function findPlace(): Place | undefined {
  const local = localPlaceOf(process.env);
  if (local !== undefined) return { local };
  const mpi = launcherOf(process.env);
  return mpi === undefined ? undefined : { mpi };
}

function noLauncher(): never {
  throw new SteepestError('ERR_CLUSTER', {
    expected: 'a process that a launcher of MPI has started',
    given: 'none of the variables that launchers set',
    hint: 'Start it with mpirun -n 4 node train.js, or allow one rank with cluster({ alone: true }).',
  });
}

function alone(): Ranks {
  const calls = callsAlone();
  return new Ranks({ rank: 0, size: 1, library: 'none' }, calls, {
    close: () => calls.close(),
    // Nobody else has to learn of it, and the call that failed rejects.
    fail: () => {},
  });
}

async function ofLauncher(place: Place, timeoutMs: number): Promise<Ranks> {
  if (!isMainThread) {
    throw new SteepestError('ERR_CLUSTER', {
      expected: 'cluster() on the main thread',
      given: 'a worker thread',
      hint: 'Call it in the program that the launcher starts.',
    });
  }
  let ready: Ready | undefined;
  let ranks: Ranks | undefined;
  const thread = new LinkThread(place, timeoutMs, (error) => watch.fail(error));
  const watch = new Watch({
    abort: (code) => thread.abort(code),
    close: async () => ranks?.close(),
    place: () =>
      ready === undefined ? 'a rank that joins its cluster' : `rank ${ready.rank} of ${ready.size}`,
  });
  try {
    ready = await thread.ready;
  } catch (error) {
    watch.stop();
    thread.abandon();
    throw error;
  }
  ranks = new Ranks(ready, thread, {
    close: async () => {
      await thread.close();
      watch.stop();
    },
    fail: (error) => watch.fail(error),
  });
  return ranks;
}

/** The cluster of this process. */
let made: { options: Required<ClusterOptions>; ranks: Promise<Ranks> } | undefined;

/** The one that there is already, for a second call. */
async function madeBefore(
  { options, ranks }: NonNullable<typeof made>,
  given: ClusterOptions,
): Promise<Ranks> {
  for (const name of ['timeoutMs', 'alone'] as const) {
    if (given[name] !== undefined && given[name] !== options[name]) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: `${name} to be ${options[name]}, as in the first call of cluster()`,
        given: `${given[name]}`,
        hint: 'A process has one cluster: give options to the first call.',
      });
    }
  }
  const found = await ranks;
  if (!found.isClosed) return found;
  throw new SteepestError('ERR_CLUSTER', {
    expected: 'cluster() before close()',
    given: 'a process whose cluster is closed',
    hint: 'Call close() at the end of the program: a process has one cluster.',
  });
}

/**
 * Joins this process to the others of its job, which a launcher of MPI (`mpirun`, `mpiexec`, `srun`)
 * has started. It waits until all of them have called it. From then on they succeed or fail
 * together: an error that nothing handles, or an end of the process before
 * {@link Cluster.close | close()}, on any rank ends the job with that rank's error on stderr and an
 * exit code other than 0. The library of MPI is looked for at run time; without a launcher nothing
 * is loaded. A process has one cluster, and each call returns the same one.
 *
 * @throws SteepestError `ERR_CLUSTER` if no launcher has started this process, if no library fits
 *   the launcher, or if other ranks do not come within `timeoutMs`; `ERR_ARGUMENT` for an option
 *   that is out of range
 * @example
 * ```ts
 * import { cluster } from 'steepest/cluster';
 * // mpirun -n 4 node train.js runs four ranks; node train.js runs one.
 * const c = await cluster({ alone: true });
 * const ranks = await c.gather(c.rank);
 * console.log(ranks.length === c.size); // true
 * await c.close();
 * ```
 */
export async function cluster(options: ClusterOptions = {}): Promise<Cluster> {
  const checked = checkClusterOptions(options);
  if (made !== undefined) return madeBefore(made, options);
  const place = findPlace();
  if (place === undefined && !checked.alone) noLauncher();
  const ranks = place === undefined ? Promise.resolve(alone()) : ofLauncher(place, checked.timeoutMs);
  made = { options: checked, ranks };
  return ranks;
}
