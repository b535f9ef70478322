import { onAbort } from '../../../core/abort.js';
import { runJobs } from '../jobs.js';
import { type Deeds, Division, type Work } from './division.js';
import { MEETING_MS, type SharedCall } from './inStep.js';

/** A rank has work for the time between two meetings, even if one is late. */
const SOON_MS = 2 * MEETING_MS;

/**
 * The lanes of one rank: each runs one job after another. While the ranks meet, a lane begins only
 * jobs that this rank has reserved before, because the others may be given the rest.
 */
export class Lanes {
  private readonly division: Division;
  private readonly running = new Map<number, number>();
  private reserved: number[] = [];
  private taken: number[] = [];
  private ended: [job: number, ms: number][] = [];
  private isMeeting = false;
  private waiting: (() => void)[] = [];

  constructor(
    work: Work,
    private readonly call: SharedCall,
    private readonly limit: number,
  ) {
    this.division = new Division(work, call.size);
  }

  /**
   * Runs jobs until every job is taken by some rank and this rank's own have ended.
   * @param starve called when a lane has no job, and the next meeting may give it one
   */
  async run(
    begin: (job: number, signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
    starve: () => void,
  ): Promise<void> {
    const lane = async (stop: AbortSignal): Promise<void> => {
      const off = onAbort(stop, () => this.wake());
      try {
        while (!stop.aborted) {
          const job = this.next();
          if (job !== undefined) await this.time(job, () => begin(job, stop));
          else if (this.division.isAllTaken) return;
          else {
            starve();
            await new Promise<void>((resolve) => this.waiting.push(resolve));
          }
        }
      } finally {
        off();
      }
    };
    await runJobs(new Array<typeof lane>(this.limit).fill(lane), this.limit, signal);
  }

  /** What this rank has done since the last meeting; a meeting begins. */
  deeds(): Deeds {
    this.isMeeting = true;
    const free = this.untilFree();
    this.reserve(free);
    const { taken, ended } = this;
    this.taken = [];
    this.ended = [];
    return { taken, ended, free };
  }

  /** The end of a meeting. */
  revise(deeds: readonly Deeds[]): void {
    this.division.revise(deeds, SOON_MS);
    this.isMeeting = false;
    this.wake();
  }

  private wake(): void {
    const woken = this.waiting;
    this.waiting = [];
    for (const wake of woken) wake();
  }

  private next(): number | undefined {
    const reserved = this.reserved.shift();
    return reserved !== undefined || this.isMeeting ? reserved : this.take();
  }

  private take(): number | undefined {
    const job = this.division.take(this.call.rank);
    if (job !== undefined) this.taken.push(job);
    return job;
  }

  private async time(job: number, work: () => Promise<void>): Promise<void> {
    const begin = performance.now();
    this.running.set(job, begin);
    try {
      await work();
      this.ended.push([job, performance.now() - begin]);
    } finally {
      this.running.delete(job);
    }
  }

  /** Milliseconds until each lane is free, as far as is known. */
  private untilFree(): number[] {
    const now = performance.now();
    const free = [...this.running].map(([job, begin]) => Math.max(0, this.expected(job) - (now - begin)));
    while (free.length < this.limit) free.push(0);
    for (const job of this.reserved) occupy(free, this.expected(job));
    return free;
  }

  /** Reserves a job for each lane that may need one before the meeting ends. */
  private reserve(free: number[]): void {
    const lanes = free.filter((ms) => ms < MEETING_MS).length;
    while (this.reserved.length < lanes) {
      const job = this.take();
      if (job === undefined) return;
      this.reserved.push(job);
      occupy(free, this.expected(job));
    }
  }

  private expected(job: number): number {
    return this.division.expected(job, this.call.rank) ?? 0;
  }
}

/** The lane that is free first has another job. */
function occupy(free: number[], ms: number): void {
  free[free.indexOf(Math.min(...free))]! += ms;
}
