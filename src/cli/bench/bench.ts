/**
 * What `steepest bench` measures: kernels, steps of training, how they scale, predictions and
 * estimators, in about the time that is given.
 */
import { selectKernels } from '../../kernels/backend.js';
import { estimatorCases } from './estimators.js';
import { percent } from './figures.js';
import { kernelCases } from './kernels/cases.js';
import { peakOfCore } from './limit.js';
import { shareOfOthers, startLoad } from './load.js';
import { type Machine, machine } from './machine.js';
import { isUnsteady } from './stats.js';
import { predictionCases, scalingCases, stepCases } from './training.js';
import { type Case, type Row, takeTurns } from './turns.js';

/** A table of figures. */
export interface Section {
  id: 'training' | 'prediction' | 'estimators' | 'scaling' | 'kernels';
  title: string;
  rows: Row[];
}

export interface BenchResult {
  machine: Machine;
  /** Worker threads that trained and predicted. */
  workers: number;
  /** Seconds that it was to take, and that it took. */
  seconds: { asked: number; taken: number };
  /** Of the time of all cores, what other processes took: 0 to 1. Null if it is not known. */
  shareOfOthers: number | null;
  /** The greatest peak of a core that was measured, in GFLOP/s. Null without native kernels. */
  peakOfCore: number | null;
  sections: Section[];
  /** One sentence for each reason to mistrust the figures. */
  warnings: string[];
}

export interface BenchOptions {
  seconds: number;
  workers: number;
  /** What is being measured: a section, a case of it ('' before the first), and seconds so far. */
  onProgress(section: string, name: string, elapsed: number): void;
}

interface Plan {
  id: Section['id'];
  title: string;
  /** Share of the time, compared with the others. */
  weight: number;
  cases(workers: number): Case[];
}

/** In the order of the tables: what users do first, what it is made of last. */
const PLANS: readonly Plan[] = [
  { id: 'training', title: 'a step of training', weight: 14, cases: stepCases },
  { id: 'prediction', title: 'predictions', weight: 8, cases: predictionCases },
  { id: 'estimators', title: 'a fit, float64', weight: 8, cases: estimatorCases },
  { id: 'scaling', title: 'a step on several workers', weight: 12, cases: scalingCases },
  { id: 'kernels', title: 'kernels, one core', weight: 16, cases: () => kernelCases(selectKernels()) },
];

/** A desktop at rest takes about 2 % of the time of its cores. */
const MOST_OTHERS = 0.05;
/** The system counts time in steps of up to 16 ms. */
const LEAST_COUNTED_SECONDS = 1;

/** Measures everything. One round of each case at least, however short the time. */
export async function bench({ seconds, workers, onProgress }: BenchOptions): Promise<BenchResult> {
  const start = performance.now();
  const load = startLoad();
  const elapsed = (): number => (performance.now() - start) / 1e3;
  const sections: Section[] = [];
  let [peak, weights] = [0, PLANS.reduce((sum, { weight }) => sum + weight, 0)];
  for (const { id, title, weight, cases } of PLANS) {
    const share = (Math.max(0, seconds - elapsed()) * weight) / weights;
    const onTurn = (name: string): void => onProgress(title, name, elapsed());
    onTurn('');
    const turns = await takeTurns(cases(workers), { seconds: share, peakOfCore, onTurn });
    sections.push({ id, title, rows: turns.rows });
    peak = Math.max(peak, turns.peak ?? 0);
    weights -= weight;
  }
  const [about, used] = [machine(), load()];
  const others = used.wall < LEAST_COUNTED_SECONDS ? undefined : shareOfOthers(used, about.cores);
  return {
    machine: about,
    workers,
    seconds: { asked: seconds, taken: elapsed() },
    shareOfOthers: others ?? null,
    peakOfCore: peak > 0 ? peak / 1e9 : null,
    sections,
    warnings: warningsOf(sections, others),
  };
}

/** Reasons to mistrust the figures: another process had a part of the cores. */
export function warningsOf(sections: readonly Section[], others: number | undefined): string[] {
  const warnings: string[] = [];
  const unsteady = sections.flatMap(({ rows }) => rows.filter(isUnsteady).map(({ name }) => name));
  if (others !== undefined && others > MOST_OTHERS)
    warnings.push(`The machine is busy: other processes took ${percent(others)} of the time of its cores.`);
  if (unsteady.length > 0)
    warnings.push(`Rounds differ by more than a factor of two: ${unsteady.join('; ')}.`);
  return warnings;
}
