import { type Arena, int32At } from '../core/arena.js';

/**
 * The control block: the first bytes of every arena, which the ranks and the main thread share.
 * Each word has a line of its own, two cache lines wide, because processors prefetch them in pairs.
 */
const LINE_WORDS = 32;

export const WORD = {
  /** Ranks that have arrived at the barrier. */
  arrived: 0 * LINE_WORDS,
  /** Incremented each time the barrier opens; ranks sleep on it. */
  generation: 1 * LINE_WORDS,
  /** Nonzero: a rank is lost and no rank may wait for it. */
  lost: 2 * LINE_WORDS,
  /** Nonzero: the main thread requests a stop after the current step. */
  stopRequest: 3 * LINE_WORDS,
  /** {@link VERDICT} bits about the current step, complete once the merge barrier opens. */
  verdict: 4 * LINE_WORDS,
  /** Epochs that the main thread has allowed. */
  gate: 5 * LINE_WORDS,
  /**
   * Number of commits. Odd commits are in copy 0, even ones in copy 1, so one copy is complete at
   * any time.
   */
  commits: 6 * LINE_WORDS,
  /**
   * For committed copies 0 and 1: the optimizer steps, and the passes over the data that had begun.
   */
  committedSteps: 6 * LINE_WORDS + 1,
  committedPasses: 6 * LINE_WORDS + 3,
  /** For progress bars: the current epoch and its finished steps. */
  epoch: 7 * LINE_WORDS,
  stepInEpoch: 7 * LINE_WORDS + 1,
  /** For callbacks: finished and begun entries of the ring of step reports. */
  stepReports: 7 * LINE_WORDS + 2,
  stepReportsBegun: 7 * LINE_WORDS + 3,
} as const;

export const CONTROL_WORDS = 8 * LINE_WORDS;
export const CONTROL_BYTES = CONTROL_WORDS * 4;

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
}
