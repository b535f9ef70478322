import { setImmediate } from '../../../core/timers.js';
import { Refusal } from '../http/refusal.js';
import type { Served } from '../model/served.js';
import type { Job } from './job.js';
import { runBatch, type Way } from './runBatch.js';

/** Limits of a {@link Batcher}. */
export interface BatchLimits {
  /** Most requests that wait or are computed. */
  maxQueue: number;
  /** Most rows of a batch. A request with more is a batch of its own. */
  maxBatch: number;
}

/** What a batch was: for the metrics. */
export interface BatchReport {
  requests: number;
  rows: number;
  way: Way;
  ms: number;
}

/**
 * Longest prediction on this thread, in milliseconds, as the rows before make expect. The sockets
 * wait that long. A longer one is left to `predict`, which serves the event loop.
 */
const MOST_SYNC_MS = 4;

/** A request that takes longer is computed beside the others, which need not wait for it. */
const LARGE_MS = 50;

/** The share of a new measurement in what a row is expected to take. */
const NEW_SHARE = 0.1;

/** Seconds after which a client may try again. */
const RETRY_AFTER_S = '1';

const UNAVAILABLE = 503;

/** An answer for a request that there is no time for. */
export const overloaded = (given: string): Refusal =>
  new Refusal({
    status: UNAVAILABLE,
    code: 'ERR_OVERLOADED',
    expected: 'a request that can be answered now',
    given,
    hint: 'Try again later, or send several rows in one request.',
    headers: { 'Retry-After': RETRY_AFTER_S },
  });

/** Jobs that wait for one another. */
class Lane {
  readonly waiting: Job[] = [];
  isBusy = false;
  isScheduled = false;

  constructor(readonly way: Way | undefined) {}
}

/**
 * Makes batches of concurrent requests. What arrives while a prediction runs forms the next batch;
 * nothing ever waits for a batch to fill.
 */
export class Batcher {
  private readonly small = new Lane(undefined);
  private readonly large = new Lane('async');
  private unanswered = 0;
  /** Milliseconds that a row of a model takes, as far as has been seen. */
  private readonly costs = new WeakMap<Served, number>();

  constructor(
    private readonly limits: BatchLimits,
    private readonly report: (batch: BatchReport) => void,
  ) {}

  /** Requests that wait or are computed. */
  get length(): number {
    return this.unanswered;
  }

  /** What a row takes, from a first measurement. */
  expect(served: Served, msPerRow: number): void {
    this.costs.set(served, msPerRow);
  }

  /** @throws Refusal 503 if the queue is full */
  checkRoom(): void {
    if (this.unanswered < this.limits.maxQueue) return;
    throw overloaded(`${this.unanswered} requests that wait for an answer, as many as may`);
  }

  /** Adds a request; its answer comes by `resolve` or `reject`. @throws Refusal as checkRoom */
  add(job: Job): void {
    this.checkRoom();
    this.unanswered++;
    const ms = this.expected(job.served, job.rows.count);
    const isLarge = job.rows.count > this.limits.maxBatch || (job.rows.count > 1 && ms > LARGE_MS);
    const lane = isLarge ? this.large : this.small;
    lane.waiting.push(this.counted(job));
    this.schedule(lane);
  }

  /** The same, which counts down when it is answered. */
  private counted(job: Job): Job {
    return {
      ...job,
      resolve: (body) => {
        this.unanswered--;
        job.resolve(body);
      },
      reject: (error) => {
        this.unanswered--;
        job.reject(error);
      },
    };
  }

  private expected(served: Served, rows: number): number {
    return (this.costs.get(served) ?? 0) * rows;
  }

  /** After the requests that have arrived by now are read. */
  private schedule(lane: Lane): void {
    if (lane.isBusy || lane.isScheduled || lane.waiting.length === 0) return;
    lane.isScheduled = true;
    setImmediate(() => {
      lane.isScheduled = false;
      void this.runNext(lane);
    });
  }

  private async runNext(lane: Lane): Promise<void> {
    const jobs = this.takeBatch(lane);
    if (jobs.length > 0) {
      lane.isBusy = true;
      await this.run(jobs, lane.way);
      lane.isBusy = false;
    }
    this.schedule(lane);
  }

  private async run(jobs: readonly Job[], forced: Way | undefined): Promise<void> {
    const { served } = jobs[0]!;
    const rows = jobs.reduce((sum, job) => sum + job.rows.count, 0);
    const way = forced ?? (this.expected(served, rows) > MOST_SYNC_MS && rows > 1 ? 'async' : 'sync');
    const begun = performance.now();
    await runBatch(jobs, way);
    const ms = performance.now() - begun;
    if (way === 'sync') {
      const before = this.costs.get(served) ?? ms / rows;
      this.costs.set(served, before + NEW_SHARE * (ms / rows - before));
    }
    this.report({ requests: jobs.length, rows, way, ms });
  }

  /** The next requests to one model. Those that nobody waits for any more are left out. */
  private takeBatch(lane: Lane): Job[] {
    const jobs: Job[] = [];
    let rows = 0;
    const now = performance.now();
    let taken = 0;
    for (const job of lane.waiting) {
      const [first] = jobs;
      const fits = first === undefined || rows + job.rows.count <= this.limits.maxBatch;
      if (!fits || (first !== undefined && first.served !== job.served)) break;
      taken++;
      if (job.isGone() || now > job.deadline) {
        job.reject(overloaded('no time for it within the limit'));
        continue;
      }
      rows += job.rows.count;
      jobs.push(job);
    }
    lane.waiting.splice(0, taken);
    return jobs;
  }
}
