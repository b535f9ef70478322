/** One score of the page: a number beside that of a model that has learned nothing. */
export interface Score {
  /** As programs call it, where `steepest/metrics` has it by its name: 'rocAuc', 'r2'. */
  metric: string;
  /** As people call it. */
  name: string;
  value: number;
  /** The same score of the baseline; undefined where it has none. */
  baseline: number | undefined;
  /** The value as text. */
  text: (value: number) => string;
  better: 'higher' | 'lower';
  /** What the value says, in a sentence. */
  meaning: string;
}

/** All scores of a model, and how they are to be read. */
export interface Scores {
  list: readonly Score[];
  /** What the baseline does: `always predicts “no”, …`. */
  baseline: string;
  /** What matters most, in a sentence or two. */
  summary: string;
}

/** How much better a score is than the baseline; negative if it is worse. */
export function lead({ value, baseline, better }: Score): number {
  if (baseline === undefined) return Number.NaN;
  return better === 'higher' ? value - baseline : baseline - value;
}
