import { deserialize, serialize } from 'node:v8';
import { onAbort } from '../../../core/abort.js';
import type { ClusterInternals } from '../../../core/clusterOption.js';
import { SteepestError } from '../../../core/errors.js';
import { receivedError, type SentError, sentError } from '../../../core/sentError.js';
import { clearTimeout, setTimeout } from '../../../core/timers.js';

/**
 * Calls of selection over the ranks of a cluster. Every rank works by itself; ten times a second
 * all tell each other what they have done since. So a failure or an abort of one ends the work of
 * all within a moment, rank 0 knows how far the others are, and no rank waits for longer than a
 * cluster waits for a rank, however unequal their work is.
 */

/** Pause between two meetings: a meeting takes a fraction of a millisecond. */
export const MEETING_MS = 100;

/** What a rank says in a meeting. */
interface Word {
  /** The call that it is in: ranks that are in different ones must not take this for theirs. */
  call: string;
  meeting: number;
  said: unknown;
  failure: SentError | undefined;
}

/** One call of all ranks. */
export class SharedCall {
  private meetings = 0;

  constructor(
    readonly cluster: ClusterInternals,
    readonly name: string,
  ) {}

  get rank(): number {
    return this.cluster.rank;
  }

  get size(): number {
    return this.cluster.size;
  }

  /**
   * What every rank says, in rank order; all ranks take part.
   * @throws whatever the first rank with a failure failed with, on all ranks; SteepestError
   *   `ERR_CLUSTER` for ranks in different calls
   */
  async meet(said: unknown, failure?: { error: unknown }): Promise<unknown[]> {
    const { name: call } = this;
    const meeting = this.meetings++;
    const wordWith = (failed: typeof failure): Uint8Array =>
      serialize({
        call,
        meeting,
        said: failed ? undefined : said,
        failure: failed && sentError(failed.error),
      } satisfies Word);
    let own = failure;
    let bytes: Uint8Array;
    try {
      bytes = wordWith(own);
    } catch (error) {
      // What cannot be sent: the others would wait for it.
      own = { error };
      bytes = wordWith(own);
    }
    const all = await this.cluster.allGatherBytes(bytes);
    const words = all.map((word) => deserialize(word) as Word);
    words.forEach((other, rank) => {
      if (other.call === call && other.meeting === meeting) return;
      throw new SteepestError('ERR_CLUSTER', {
        expected: 'the same calls in the same order on every rank',
        given: `${call} on rank ${this.rank}, ${other.call} on rank ${rank}`,
        hint: 'Let no call depend on the rank, and await each before the next.',
      });
    });
    const failed = words.findIndex((other) => other.failure !== undefined);
    if (failed === this.rank) throw own!.error;
    if (failed >= 0) throw receivedError(words[failed]!.failure!);
    return words.map((other) => other.said);
  }

  /**
   * Does this rank's part of some work, in step with the others.
   * @param signal ends the work of all ranks
   * @param work aborted through its signal, also when another rank fails; `meetNow` ends the pause
   *   before the next meeting
   * @throws as {@link meet}
   */
  async inStep<N>(
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal, meetNow: () => void) => Promise<unknown>,
    { news, hear, isComplete }: Hearing<N>,
  ): Promise<void> {
    const controller = new AbortController();
    const off = onAbort(signal, () => controller.abort(signal?.reason));
    if (signal?.aborted === true) controller.abort(signal.reason);
    let failure: { error: unknown } | undefined;
    const fail = (error: unknown): void => {
      failure ??= { error };
      controller.abort(error);
    };
    const pause = new Pause();
    const done = work(controller.signal, () => pause.end())
      .catch(fail)
      .finally(() => pause.endAll());
    try {
      for (;;) {
        if (!isComplete()) await pause.begin(MEETING_MS);
        const isLast = isComplete();
        const all = (await this.meet({ news: news(), isLast }, failure)) as Said<N>[];
        try {
          hear(all.map((said) => said.news));
        } catch (error) {
          fail(error);
        }
        if (all.every((said) => said.isLast)) return;
      }
    } finally {
      off();
      controller.abort();
      await done;
    }
  }
}

/** What the ranks tell each other during work in step. */
export interface Hearing<N> {
  /** What this rank has to say since the last meeting. */
  news(): N;
  /** What every rank has said, in rank order; what it throws is a failure of this rank. */
  hear(all: readonly N[]): void;
  /** Whether this rank has done its part, and heard what it needs. */
  isComplete(): boolean;
}

interface Said<N> {
  news: N;
  isLast: boolean;
}

/** A pause that may end early. It keeps nothing once it is over, however often it begins. */
class Pause {
  private isEnded = false;
  private isOver = false;
  private resolve: (() => void) | undefined;

  async begin(ms: number): Promise<void> {
    if (!this.isEnded && !this.isOver) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        this.resolve = resolve;
        timer = setTimeout(resolve, ms);
      });
      clearTimeout(timer);
      this.resolve = undefined;
    }
    this.isEnded = false;
  }

  /** Ends this pause, or else the next. */
  end(): void {
    this.isEnded = true;
    this.resolve?.();
  }

  /** There are no more pauses. */
  endAll(): void {
    this.isOver = true;
    this.end();
  }
}
