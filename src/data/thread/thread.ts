import { Worker } from 'node:worker_threads';
import { SteepestError } from '../../core/errors.js';
import { nextTurn } from '../../core/nextTurn.js';
import { clearInterval, setInterval } from '../../core/timers.js';
import { workerFlags } from '../../core/workerFlags.js';
import { asDates } from '../column.js';
import { defaultBytes, tooLarge, tooSlow } from '../limits/readLimits.js';
import { cpuMs } from './cpuTime.js';
import { unpackError } from './packedError.js';
import type { FromThread, ReadTask, TableRead, ToThread } from './task.js';
import { TextReceiver } from './texts.js';
import { readerFile } from './workerFile.cjs';

/** How often the time of a read is checked. */
const WATCH_MS = 50;
/**
 * Default time limit of a read: a base, plus an amount per MiB of the file and per cell of its
 * table. It is five times what slow files take.
 */
const BASE_MS = 1500;
const MS_PER_MIB = 1000;
const MS_PER_CELL = 0.002;
const MIB = 2 ** 20;

/** A thread could not be started; files are then read on the calling thread. */
export class NotStarted extends Error {}

interface Job {
  task: ReadTask;
  fileBytes: number;
  table: TableRead;
  texts: TextReceiver;
  /** When the read began, by the clock and by the thread's CPU time. */
  begun: number;
  cpuBegun: number | undefined;
  /** The time it may compute. */
  cpuLimit: number;
  timer: NodeJS.Timeout;
  resolve: (table: TableRead) => void;
  reject: (error: unknown) => void;
}

/** A thread that reads one file at a time. */
export class ReaderThread {
  private readonly worker: Worker;
  private job: Job | undefined;
  private isReady = false;
  private cpuCounter: string | undefined;
  /** It has ended, or is about to. */
  hasEnded = false;

  /** @param heapMb maximum JavaScript heap; undefined for the same limit as this thread */
  constructor(readonly heapMb: number | undefined) {
    const limits = heapMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: heapMb } };
    try {
      this.worker = new Worker(readerFile, { ...limits, ...workerFlags(process.execArgv, process.env) });
    } catch (error) {
      throw new NotStarted('a thread that reads', { cause: error });
    }
    this.worker.on('message', (message: FromThread) => this.receive(message));
    this.worker.on('error', (error) => this.lose(error));
    this.worker.on('exit', () => this.lose(new Error('it ended')));
  }

  /**
   * @param fileBytes the file's size, as far as known
   * @throws SteepestError also `ERR_DATA_LIMIT`, after which the thread has ended
   */
  read(task: ReadTask, fileBytes: number): Promise<TableRead> {
    this.worker.ref();
    return new Promise((resolve, reject) => {
      this.job = {
        task,
        fileBytes,
        table: { rows: 0, columns: [], take: () => {} },
        texts: new TextReceiver(),
        begun: performance.now(),
        cpuBegun: this.isReady ? cpuMs(this.cpuCounter) : undefined,
        cpuLimit: BASE_MS + (MS_PER_MIB * fileBytes) / MIB,
        timer: setInterval(
          () => void this.watch(),
          Math.min(WATCH_MS, Math.ceil(task.limits.timeMs ?? WATCH_MS)),
        ),
        resolve,
        reject,
      };
      this.send({ type: 'read', task });
    });
  }

  /** An idle thread keeps no program alive. */
  rest(): void {
    this.worker.unref();
  }

  async end(): Promise<void> {
    this.hasEnded = true;
    await this.worker.terminate();
  }

  private send(message: ToThread): void {
    this.worker.postMessage(message);
  }

  private receive(message: FromThread): void {
    if (message.type === 'ready') {
      this.isReady = true;
      this.cpuCounter = message.cpuCounter;
      if (this.job !== undefined) this.job.cpuBegun = cpuMs(this.cpuCounter);
      return;
    }
    const { job } = this;
    if (job === undefined) return;
    if (message.type === 'error') this.settle(() => job.reject(unpackError(message.error)));
    else if (message.type === 'size') {
      job.cpuLimit = BASE_MS + (MS_PER_MIB * message.fileBytes) / MIB + MS_PER_CELL * message.cells;
    } else if (message.type === 'table') {
      job.table.rows = message.rows;
      // Typed arrays of the caller's realm.
      job.table.columns = message.columns.map(([name, numbers]) => [
        name,
        numbers === undefined ? [] : new Float64Array(numbers.buffer, numbers.byteOffset, numbers.length),
      ]);
      for (const column of message.dates) asDates(job.table.columns[column]![1]);
      this.goOn(job, !message.columns.some(([, numbers]) => numbers === undefined));
    } else {
      job.texts.add(job.table.columns[message.column]![1] as (string | null)[], message);
      this.goOn(job, message.isLast);
    }
  }

  private goOn(job: Job, isLast: boolean): void {
    const error = isLast && job.task.limits.timeMs !== undefined ? this.whyLate(job) : undefined;
    if (error !== undefined) this.settle(() => job.reject(error));
    else if (isLast) this.settle(() => job.resolve(job.table));
    else this.send({ type: 'texts' });
  }

  private settle(settle: () => void): void {
    clearInterval(this.job?.timer);
    this.job = undefined;
    settle();
  }

  /** Ends a read whose time is over. */
  private async watch(): Promise<void> {
    const { job } = this;
    if (job === undefined || this.whyLate(job) === undefined) return;
    // This thread may have been busy while an answer was waiting.
    await nextTurn();
    await nextTurn();
    const error = this.whyLate(job);
    if (this.job !== job || error === undefined) return;
    this.hasEnded = true;
    this.job = undefined;
    clearInterval(job.timer);
    await this.worker.terminate();
    job.reject(error);
  }

  private whyLate({ task, begun, cpuBegun, cpuLimit }: Job): SteepestError | undefined {
    const { timeMs } = task.limits;
    if (timeMs !== undefined) {
      return performance.now() - begun > timeMs ? tooSlow(task.path, timeMs) : undefined;
    }
    if (cpuBegun === undefined || cpuMs(this.cpuCounter) - cpuBegun <= cpuLimit) return undefined;
    return tooSlow(task.path, Math.ceil(cpuLimit));
  }

  private lose(error: unknown): void {
    this.hasEnded = true;
    const { job } = this;
    if (job === undefined) return;
    this.settle(() => job.reject(this.lossOf(job, error)));
  }

  private lossOf({ task, fileBytes }: Job, error: unknown): Error {
    if ((error as { code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY') {
      return tooLarge(task.path, task.limits.bytes ?? defaultBytes(fileBytes));
    }
    if (!this.isReady) return new NotStarted('a thread that reads', { cause: error });
    return new SteepestError(
      'ERR_WORKER_LOST',
      {
        expected: 'the thread that reads to go on to the end',
        given: 'one that ended early',
        hint: 'Read the file again.',
      },
      { cause: error },
    );
  }
}
