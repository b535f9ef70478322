import { type Arena, int32At } from '../core/arena.js';

/**
 * The control block: the first bytes of every arena, where ranks and the main thread meet. Each
 * word has a line of its own, two cache lines wide because processors prefetch them in pairs.
 */
const LINE_WORDS = 32;

export const WORD = {
  /** Ranks that have arrived at the barrier. */
  arrived: 0 * LINE_WORDS,
  /** Grows by one each time the barrier opens; ranks sleep on it. */
  generation: 1 * LINE_WORDS,
  /** Not 0: a rank is lost, nobody may wait for it. */
  lost: 2 * LINE_WORDS,
  /** Not 0: the main thread asks for a stop after the current step. */
  stopRequest: 3 * LINE_WORDS,
  /** {@link VERDICT} bits about the current step, complete once the merge barrier opens. */
  verdict: 4 * LINE_WORDS,
  /** Epochs that the main thread has let pass. */
  gate: 5 * LINE_WORDS,
  /** Commits so far. Odd ones are in copy 0, even ones in copy 1: one is whole at any time. */
  commits: 6 * LINE_WORDS,
  /** Optimizer steps in committed copies 0 and 1, and epochs of this fit that had begun. */
  committedSteps: 6 * LINE_WORDS + 1,
  committedEpochs: 6 * LINE_WORDS + 3,
  /** For progress bars: the epoch under way and the steps finished in it. */
  epoch: 7 * LINE_WORDS,
  stepInEpoch: 7 * LINE_WORDS + 1,
} as const;

export const CONTROL_WORDS = 8 * LINE_WORDS;
export const CONTROL_BYTES = CONTROL_WORDS * 4;

/**
 * Why a run of steps ends early. Ranks OR their findings
 * before the merge barrier and read them after it.
 */
export const VERDICT = {
  stop: 1,
  lossNotFinite: 2,
  parameterNotFinite: 4,
  /** A kernel refused an index or a register: a bug, since data is checked before. */
  invalid: 8,
} as const;

export function controlBlock(arena: Arena): Int32Array<SharedArrayBuffer> {
  return int32At(arena, 0, CONTROL_WORDS);
}

/** Tells every rank that waits, or will wait, that one of them is gone. */
export function declareLost(control: Int32Array<SharedArrayBuffer>): void {
  Atomics.store(control, WORD.lost, 1);
  Atomics.notify(control, WORD.generation);
  Atomics.notify(control, WORD.gate);
}
