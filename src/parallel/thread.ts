import type { Piscina } from 'piscina';
import { loadPiscina } from './piscina.cjs';
import type { RankResult, RankTask } from './task.js';
import { workerFile } from './workerFile.cjs';
import { workerFlags } from './workerFlags.js';

/** A worker thread that runs one rank at a time: a Piscina of one. */
export class Thread {
  /** When it was begun, and when it last came to rest, as `performance.now()` tells it. */
  readonly begun = performance.now();
  idleSince = 0;
  private readonly pool: Piscina;

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
    // A pool emits 'error' for trouble that also rejects a
    // task; without a listener it would end the process.
    this.pool.on('error', () => {});
  }

  /** The worker behind it: for tests and diagnosis. */
  get worker(): { threadId: number } | undefined {
    return this.pool.threads[0];
  }

  run(task: RankTask): Promise<RankResult> {
    const transferList = task.kind === 'fit' && task.port ? [task.port] : [];
    return this.pool.run(task, { transferList }) as Promise<RankResult>;
  }

  /** Ends the thread, whatever it is doing. */
  async end(): Promise<void> {
    await this.pool.destroy();
  }
}
