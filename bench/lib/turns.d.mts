import type { Summary } from './stats.mjs';

export type Answer = number | { value: number; note?: string };
export interface Turns {
  values: number[];
  note?: string;
  absent?: string;
}

export interface Figure extends Summary {
  name: string;
  note?: string;
  /** Of the limit of the cores used, 0 to 1, and their number; where the operations are known. */
  share?: number;
  cores?: number;
}

export type PeerFigure = (Figure & { ratio: Summary }) | { name: string; absent: string };

export interface Row {
  name: string;
  unit: string;
  better: string;
  headline: boolean;
  /**
   * Operations of what was timed, and the peak of one core in FLOP/s, measured before and after.
   */
  roofline?: { flops: number; peakOfCore: number };
  ours: Figure;
  peers: PeerFigure[];
}

export interface RowOptions {
  name: string;
  unit: string;
  better: 'higher' | 'lower';
  headline?: boolean;
  scale?: number;
  limit?: { flops: number; peak: number; cores: Record<string, number> };
}

export function absent(reason: string): () => Promise<never>;
export function takeTurns(
  contenders: Record<string, () => Promise<Answer>>,
  options: { rounds: number; warmUp?: boolean; pauseMs?: number },
): Promise<Record<string, Turns>>;
export function rowOf(results: Record<string, Turns>, options: RowOptions): Row;
