import { type Arena, float64At, int32At } from '../core/arena.js';

/**
 * The control block: the first bytes of every arena, which the ranks and the main thread share.
 * Each word has a line of its own, two cache lines wide, because processors prefetch them in pairs.
 */
const LINE_WORDS = 32;

export const WORD = {
  /** Ranks that have arrived at the barrier. */
  arrived: 0 * LINE_WORDS,
  /**
   * Incremented each time the barrier opens, and by two ranks when one of them arrives; ranks sleep
   * on it.
   */
  generation: 1 * LINE_WORDS,
  /** Ranks that sleep at the barrier, or are about to. Beside the word that wakes them. */
  sleepers: 1 * LINE_WORDS + 1,
  /** Nonzero: a rank is lost and no rank may wait for it. */
  lost: 2 * LINE_WORDS,
  /** Nonzero: the main thread requests a stop after the current step. */
  stopRequest: 3 * LINE_WORDS,
  /**
   * Number of requests of the main thread for another learning rate. The rate of request n is the
   * float64 at {@link rateRequest}(n).
   */
  rateRequests: 3 * LINE_WORDS + 1,
  /** {@link VERDICT} bits about the current step, complete once its last barrier opens. */
  verdict: 4 * LINE_WORDS,
  /**
   * Number of learning rates on which the ranks have agreed. Rank 0 raises it before a barrier and
   * the others read it after, with the float64 `agreedRate`. It is beside the verdict because every
   * rank reads both after every step.
   */
  agreedRates: 4 * LINE_WORDS + 1,
  agreedRate: 4 * LINE_WORDS + 2,
  /**
   * Verdict on a merge that the update follows in phases of its own. A word of its own: a rank may
   * write the verdict on the update while another still reads the one on the merge.
   */
  mergeVerdict: 4 * LINE_WORDS + 4,
  /** Epochs that the main thread has allowed. */
  gate: 5 * LINE_WORDS,
  /**
   * Number of commits. Odd commits are in copy 0, even ones in copy 1, so one copy is complete at
   * any time.
   */
  commits: 6 * LINE_WORDS,
  /**
   * For committed copies 0 and 1: the optimizer steps, the passes over the data that had begun, the
   * epochs that had begun since the learning rate was set, and as a float64 the rate that a callback
   * had set, or NaN.
   */
  committedSteps: 6 * LINE_WORDS + 1,
  committedPasses: 6 * LINE_WORDS + 3,
  committedEpochs: 6 * LINE_WORDS + 5,
  committedRates: 6 * LINE_WORDS + 8,
  /** Number of commits that have begun, the one that is being written included. */
  commitsBegun: 6 * LINE_WORDS + 12,
  /** For the main thread: the current epoch, its finished steps, and those of the model. */
  epoch: 7 * LINE_WORDS,
  stepInEpoch: 7 * LINE_WORDS + 1,
  step: 7 * LINE_WORDS + 2,
  /** For callbacks: finished and begun entries of the ring of step reports. */
  stepReports: 7 * LINE_WORDS + 3,
  stepReportsBegun: 7 * LINE_WORDS + 4,
  /** {@link CHECKPOINT}: who may use the memory for a checkpoint. */
  checkpoint: 7 * LINE_WORDS + 5,
  /** Nonzero: the main thread wants the sums of the epoch so far. Rank 0 sets it back. */
  sumsWanted: 7 * LINE_WORDS + 6,
  /**
   * With a cluster: number of exchanges with other ranks that a worker has asked for, the plan of
   * the latest one, and number of those that are done (`exchange.ts`). The link thread sleeps on
   * the first of them, the worker on the last.
   */
  exchange: 8 * LINE_WORDS,
  exchangePlan: 8 * LINE_WORDS + 1,
  exchanged: 9 * LINE_WORDS,
} as const;

/**
 * States of the memory for a checkpoint: the main thread has no use for one now; it wants one, so
 * rank 0 may write; rank 0 has written, so the main thread may read.
 */
export const CHECKPOINT = { unwanted: 0, wanted: 1, taken: 2 } as const;

export const CONTROL_WORDS = 10 * LINE_WORDS;
export const CONTROL_BYTES = CONTROL_WORDS * 4;

/** Word of the float64 of a request: two take turns, so that none is overwritten while it is read. */
export const rateRequest = (request: number): number => 3 * LINE_WORDS + 2 + 2 * (request & 1);

/** The float64 numbers of the control block, by their first word. */
export class ControlNumbers {
  private readonly values: Float64Array<SharedArrayBuffer>;

  constructor(arena: Arena) {
    this.values = float64At(arena, 0, CONTROL_WORDS / 2);
  }

  read(word: number): number {
    return this.values[word / 2]!;
  }

  write(word: number, value: number): void {
    this.values[word / 2] = value;
  }
}

/**
 * Why a run of steps ended early. Ranks OR their findings into the verdict before the merge barrier
 * and read it after.
 */
export const VERDICT = {
  stop: 1,
  lossNotFinite: 2,
  parameterNotFinite: 4,
  /** A kernel refused an index or a register. This is a bug, because data is checked before. */
  invalid: 8,
} as const;

export function controlBlock(arena: Arena): Int32Array<SharedArrayBuffer> {
  return int32At(arena, 0, CONTROL_WORDS);
}

/** Notifies every rank that waits, now or later, that a rank is lost. */
export function declareLost(control: Int32Array<SharedArrayBuffer>): void {
  Atomics.store(control, WORD.lost, 1);
  Atomics.notify(control, WORD.generation);
  Atomics.notify(control, WORD.gate);
  Atomics.notify(control, WORD.exchanged);
}
