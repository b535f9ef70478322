import type { Piscina } from 'piscina';
import { workerFlags } from '../core/workerFlags.js';
import { Leftovers } from './leftovers.js';
import { loadPiscina } from './piscina.cjs';
import type { AgainTask, CollectTask, RankResult, RankTask, ThreadData } from './rankTask.js';
import { threadSettings } from './settings.js';
import { workerFile } from './workerFile.cjs';

/** Internals of Piscina's pinned version: the part of a worker that its public type hides. */
interface WorkerHandle {
  ref(): void;
  unref(): void;
  /** Tasks that the worker is running. */
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
  /** When the thread was started and when it last became idle, in `performance.now()` time. */
  readonly begun = performance.now();
  idleSince = 0;
  /** Number of tasks it was given. */
  tasks = 0;
  /** A thread that gives way does so for good: systems do not let it raise its priority again. */
  readonly priority = threadSettings.priority;
  private readonly pool: Piscina;
  /** True once it has loaded its code; before that it has computed nothing. */
  hasBegun = false;
  /** The shared memory that its isolate may still refer to. */
  readonly leftovers = new Leftovers();
  private handle: WorkerHandle | undefined;
  /** The number of the task that the thread keeps; after a fault, no task follows. */
  private kept: number | undefined;
  /** Settles when the worker has ended; Piscina drops one that failed to start before it has. */
  private readonly exited: Promise<void>;

  constructor() {
    const { Piscina } = loadPiscina();
    const workerData: ThreadData = { priority: this.priority };
    this.pool = new Piscina({
      filename: workerFile,
      workerData,
      minThreads: 1,
      maxThreads: 1,
      // threads.ts decides when idle threads end, for all of them together.
      idleTimeout: Number.POSITIVE_INFINITY,
      concurrentTasksPerWorker: 1,
      // Ranks sleep in the barrier, not in Piscina. Between fits an idle thread must not keep the
      // process alive.
      atomics: 'sync',
      ...workerFlags(process.execArgv, process.env),
    });
    this.pool.on('workerCreate', (face: object) => {
      this.handle = handleOf(face);
    });
    // Piscina replaces a thread that fails at once inside an event handler, where the next error
    // would end the process.
    this.pool.options.minThreads = 0;
    const worker = this.pool.threads[0]!;
    worker.once('message', () => {
      this.hasBegun = true;
      this.pool.options.minThreads = 1;
    });
    this.exited = new Promise((resolve) => worker.once('exit', () => resolve()));
    // A pool emits 'error' for faults that also reject a task; without a listener the event would
    // end the process.
    this.pool.on('error', () => {});
  }

  /** The underlying worker, for tests and diagnosis. */
  get worker(): { threadId: number } | undefined {
    return this.pool.threads[0];
  }

  run(task: RankTask): Promise<RankResult> {
    this.tasks++;
    const { keepAs } = task;
    if (keepAs !== undefined && keepAs === this.kept) {
      const again: AgainTask = { kind: 'again', keepAs };
      return this.pool.run(again) as Promise<RankResult>;
    }
    this.kept = keepAs;
    const transferList = task.port ? [task.port] : [];
    const collectsFirst = this.leftovers.add(task);
    return this.pool.run({ ...task, collectsFirst }, { transferList }) as Promise<RankResult>;
  }

  /** Collects what tasks have left in the thread. */
  async collect(): Promise<void> {
    this.tasks++;
    this.leftovers.clear();
    this.kept = undefined;
    const task: CollectTask = { kind: 'collect' };
    await this.pool.run(task);
  }

  /**
   * Sets whether the running task keeps the process alive, which it does by default. An idle thread
   * never does.
   */
  setRef(holds: boolean): void {
    if (!holds) this.handle?.unref();
    // A thread whose task has just ended would keep the process alive for ever.
    else if (this.handle?.currentUsage() === 1) this.handle.ref();
  }

  /** Terminates the thread, whatever it is doing, and waits until it has ended. */
  async end(): Promise<void> {
    await this.pool.destroy();
    await this.exited;
  }
}
