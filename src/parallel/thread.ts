import type { Piscina } from 'piscina';
import { workerFlags } from '../core/workerFlags.js';
import { loadPiscina } from './piscina.cjs';
import type { RankResult, RankTask } from './rankTask.js';
import { workerFile } from './workerFile.cjs';

/** What Piscina keeps behind a worker's public face; of its pinned version. */
interface WorkerHandle {
  ref(): void;
  unref(): void;
  /** Tasks at hand. */
  currentUsage(): number;
}

function handleOf(face: object): WorkerHandle | undefined {
  const values = Object.getOwnPropertySymbols(face).map((key) => (face as Record<symbol, unknown>)[key]);
  return values.find(
    (value) => typeof (value as Partial<WorkerHandle>)?.unref === 'function',
  ) as WorkerHandle;
}

/** A worker thread that runs one rank at a time: a Piscina of one. */
export class Thread {
  /** When it was begun, and when it last came to rest, as `performance.now()` tells it. */
  readonly begun = performance.now();
  idleSince = 0;
  /** Tasks that it was given. */
  tasks = 0;
  private readonly pool: Piscina;
  /** It has loaded its code; one that has not yet computed nothing. */
  hasBegun = false;
  private handle: WorkerHandle | undefined;

  constructor() {
    const { Piscina } = loadPiscina();
    this.pool = new Piscina({
      filename: workerFile,
      minThreads: 1,
      maxThreads: 1,
      // When it ends is decided in threads.ts, for all of them together.
      idleTimeout: Number.POSITIVE_INFINITY,
      concurrentTasksPerWorker: 1,
      // Ranks sleep in the barrier, not in Piscina; between
      // fits an idle thread must not keep the process alive.
      atomics: 'sync',
      ...workerFlags(process.execArgv, process.env),
    });
    this.pool.on('workerCreate', (face: object) => {
      this.handle = handleOf(face);
    });
    // Piscina starts another for one that fails at once, inside
    // an event, where the next error would end the process.
    this.pool.options.minThreads = 0;
    this.pool.threads[0]?.once('message', () => {
      this.hasBegun = true;
      this.pool.options.minThreads = 1;
    });
    // A pool emits 'error' for trouble that also rejects a
    // task; without a listener it would end the process.
    this.pool.on('error', () => {});
  }

  /** The worker behind it: for tests and diagnosis. */
  get worker(): { threadId: number } | undefined {
    return this.pool.threads[0];
  }

  run(task: RankTask): Promise<RankResult> {
    this.tasks++;
    const transferList = task.port ? [task.port] : [];
    return this.pool.run(task, { transferList }) as Promise<RankResult>;
  }

  /**
   * Says whether the task at hand keeps the process alive, as it does unless it is told otherwise.
   * At rest no thread does.
   */
  setRef(holds: boolean): void {
    if (!holds) this.handle?.unref();
    // A thread whose task has just ended would hold it for ever.
    else if (this.handle?.currentUsage() === 1) this.handle.ref();
  }

  /** Ends the thread, whatever it is doing. */
  async end(): Promise<void> {
    await this.pool.destroy();
  }
}
