import type { RowsInput } from '../estimators/selection/rows.js';
import type { Judged } from './judge/judged.js';
import type { HistoryInput } from './plots/index.js';
import type { Scores } from './scores/score.js';

/** Rows with their targets. */
export interface Rows {
  x: RowsInput;
  y: RowsInput;
  /** How many there are. */
  rows: number;
  /** Their numbers among those that were passed; undefined if all are there. */
  drawn: Uint32Array | undefined;
  /** How many were passed. */
  given: number;
  /** Names of the targets, where y named columns. */
  targets: readonly string[] | undefined;
}

/** How permutation importance is computed. */
export interface ImportanceChoice {
  repeats: number;
  rows: number;
  /** Whether the caller asked for it, whatever it costs. */
  isAsked: boolean;
}

/** Everything that the sections of a report are made of. */
export interface Context {
  model: object;
  test: Rows;
  train: Rows | undefined;
  judged: Judged;
  scores: Scores;
  /** Names of the classes as the caller gave them. */
  classes: readonly string[] | undefined;
  history: HistoryInput | undefined;
  /** Undefined if it is not wanted. */
  importance: ImportanceChoice | undefined;
  mistakes: number;
  seed: number;
  /** As the caller gave it. */
  givenSeed: number | undefined;
  command: string | undefined;
  date: string | undefined;
  signal: AbortSignal | undefined;
  /** Height, width and channels, if the samples are images. */
  imageShape: readonly [number, number, number] | undefined;
}
