/**
 * Cases that take turns, A B A B, so that all of them see the same machine. Each is repeated so
 * often that its turn can be timed, and the turns together take about the time that is given.
 */
import { type Better, shareOfLimit, summary } from './stats.js';

/** Units of figures: what one second per repetition is in them, or operations per second. */
export const UNITS = {
  'GFLOP/s': { better: 'higher', of: (seconds: number, work: number) => work / seconds / 1e9 },
  'G/s': { better: 'higher', of: (seconds: number, work: number) => work / seconds / 1e9 },
  µs: { better: 'lower', of: (seconds: number) => seconds * 1e6 },
  ms: { better: 'lower', of: (seconds: number) => seconds * 1e3 },
} as const satisfies Record<string, { better: Better; of(seconds: number, work: number): number }>;
export type Unit = keyof typeof UNITS;

/** What is timed. */
export interface Case {
  name: string;
  unit: Unit;
  /** Does it `count` times; the seconds that they took. */
  run(count: number): number | Promise<number>;
  /** Operations of one, for a unit of rates. */
  work?: number;
  /** Floating-point operations of one, where they have a limit. */
  flops?: number;
  /** Cores that compute. */
  cores: number;
}

/** The figure of a case. */
export interface Row {
  name: string;
  unit: Unit;
  better: Better;
  /** Median, least and greatest of the rounds. */
  value: number;
  min: number;
  max: number;
  rounds: number;
  cores: number;
  /** Of what the cores could compute, 0 to 1. Null where the operations or the limit are unknown. */
  share: number | null;
}

export interface Turns {
  rows: Row[];
  /** The greatest peak of a core in FLOP/s that was measured between turns. Null without one. */
  peak: number | null;
}

export interface TurnOptions {
  /** For all turns together, about. */
  seconds: number;
  /** The peak of a core, measured between rounds; undefined where there is none. */
  peakOfCore(): number | undefined;
  /** Called before each turn. */
  onTurn(name: string): void;
}

/** Rounds that fit into the time; quick cases do more. */
const ROUNDS = 7;
/** A median of more rounds says nothing more. */
const MOST_ROUNDS = 25;
/** Shares of the time that finding out the number of repetitions takes. */
const CALIBRATION = 2;
const MOST_REPEATS = 1e7;
/** A clock that has not moved. */
const LEAST_SECONDS = 1e-9;

/** How often a case is repeated in a turn, and the seconds of one when this was found out. */
export interface Repeats {
  count: number;
  seconds: number;
}

/** How often a case is to be repeated in a turn of so many seconds. */
export async function repeatsFor({ run }: Pick<Case, 'run'>, seconds: number): Promise<Repeats> {
  let count = 1;
  for (;;) {
    const took = Math.max(await run(count), LEAST_SECONDS);
    const wanted = Math.max(1, Math.min(MOST_REPEATS, Math.round((count * seconds) / took)));
    if (took >= seconds / 2 || wanted <= count) return { count: wanted, seconds: took / count };
    // The first runs are slower than those that follow: a part of the way, then another look.
    count = Math.min(wanted, 10 * count);
  }
}

/**
 * Measures cases in turns. Where finding out the repetitions has already taken all the time, it is
 * the only round.
 */
export async function takeTurns(cases: readonly Case[], options: TurnOptions): Promise<Turns> {
  const { seconds, peakOfCore, onTurn } = options;
  const end = performance.now() + 1e3 * seconds;
  const slice = seconds / cases.length / (ROUNDS + CALIBRATION);
  const repeats: Repeats[] = [];
  for (const one of cases) {
    onTurn(one.name);
    repeats.push(await repeatsFor(one, slice));
  }
  const rounds: number[][] = [];
  let peak = peakOfCore();
  for (let took = 0; rounds.length < MOST_ROUNDS; ) {
    const start = performance.now();
    if (start + took > end) break;
    const round: number[] = [];
    for (const [i, one] of cases.entries()) {
      const { count } = repeats[i]!;
      onTurn(one.name);
      round.push(Math.max(await one.run(count), LEAST_SECONDS) / count);
    }
    rounds.push(round);
    const now = peakOfCore();
    if (peak !== undefined && now !== undefined) peak = Math.max(peak, now);
    took = performance.now() - start;
  }
  if (rounds.length === 0) rounds.push(repeats.map(({ seconds: one }) => one));
  const rows = cases.map((one, i) =>
    rowOf(
      one,
      rounds.map((round) => round[i]!),
      peak,
    ),
  );
  return { rows, peak: peak ?? null };
}

function rowOf({ name, unit, work = 0, flops, cores }: Case, times: number[], peak?: number): Row {
  const { better, of } = UNITS[unit];
  const { value: seconds } = summary(times);
  const share =
    flops === undefined || peak === undefined
      ? undefined
      : shareOfLimit(seconds, 'lower', { flops, peak, cores });
  const figures = summary(times.map((time) => of(time, work)));
  return { name, unit, better, ...figures, cores, share: share ?? null };
}

/** Seconds that something took. */
export async function secondsOf(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1e3;
}
