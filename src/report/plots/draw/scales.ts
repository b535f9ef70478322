import { exponentOf, tickText } from './numbers.js';

/**
 * From values to places, with the ticks that people would choose: steps of 1, 2 or 5 times a power
 * of ten.
 */

export interface Tick {
  value: number;
  text: string;
}

export interface Scale {
  /** The place of a value. */
  of(value: number): number;
  /** Ascending. */
  ticks: readonly Tick[];
  isLog: boolean;
}

/** Where on the drawing a scale begins and ends; the second is above the first if it points up. */
export type Range = readonly [from: number, to: number];

/** A difference below this share of the numbers themselves counts as none. */
const SAME = 1e-6;

/** Up to these ratios of a rough step, 1, 2 and 5 are nearer than the next (√2, √10, √50). */
const NEAR = [
  [1, Math.SQRT2],
  [2, Math.sqrt(10)],
  [5, Math.sqrt(50)],
] as const;

/** The step of 1, 2 or 5 times a power of ten that is nearest to `rough`, by ratio. */
export function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  // Of the smallest numbers, the power itself is 0.
  if (!(power > 0)) return Number.MIN_VALUE;
  const factor = NEAR.find(([, most]) => rough / power <= most)?.[0] ?? 10;
  return factor * power;
}

/** Multiples of a step from `low` to `high`; division keeps 0.3 from being 0.30000000000000004. */
function multiples(step: number, low: number, high: number): number[] {
  const found: number[] = [];
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const digits = Math.min(100, Math.max(0, -exponentOf(step) + 1));
  for (let i = first; i <= last && found.length < 100; i++) {
    const value = i * step;
    found.push(step >= 1 || digits > 99 ? value : Number(value.toFixed(digits)));
  }
  return found;
}

/** Some room around numbers that are all the same. */
function spread(low: number, high: number): [number, number] {
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (high / 2 - low / 2 > (SAME * size) / 2) return [low, high];
  if (size === 0) return [-1, 1];
  const room = size * (low === high ? 0.1 : SAME);
  return [low - room, high + room];
}

export interface LinearOptions {
  /** About how many ticks. */
  count?: number;
  /** The ends are ticks. */
  isNice?: boolean;
  /** The smallest step. */
  least?: number;
}

/** Even distances for even differences. */
export function linear(
  [low, high]: readonly [number, number],
  range: Range,
  options: LinearOptions = {},
): Scale {
  const { count = 4, isNice = true, least = 0 } = options;
  let [from, to] = spread(low, high);
  // Halves: the difference of the largest numbers is infinite.
  const step = Math.min(Number.MAX_VALUE / 4, Math.max(least, roundStep((to / 2 - from / 2) / (count / 2))));
  if (isNice) {
    const [below, above] = [Math.floor(from / step + 1e-9) * step, Math.ceil(to / step - 1e-9) * step];
    if (Number.isFinite(below)) from = below;
    if (Number.isFinite(above)) to = above;
  }
  const half = to / 2 - from / 2;
  const length = range[1] - range[0];
  const most = Math.max(Math.abs(from), Math.abs(to));
  return {
    of: (value) => range[0] + ((value / 2 - from / 2) / half) * length,
    ticks: multiples(step, from, to).map((value) => ({ value, text: tickText(value, step, most) })),
    isLog: false,
  };
}

/** Even distances for even ratios. All numbers are above 0. */
export function logarithmic([low, high]: readonly [number, number], range: Range, count = 5): Scale {
  const [least, most] = low === high ? [low / 2, high * 2] : [low, high];
  const [from, to] = [Math.log10(Math.max(least, 1e-307)), Math.log10(Math.min(most, 1e308))];
  const [first, last] = [Math.ceil(from - 1e-9), Math.floor(to + 1e-9)];
  const every = Math.max(1, Math.ceil((to - from) / count));
  const factors = to - from < 1.2 ? [1, 2, 5] : to - from < 2.2 ? [1, 3] : [1];
  const values: number[] = [];
  for (let power = first - 1; power <= last; power++) {
    if (every > 1 && power % every !== 0) continue;
    for (const factor of factors) values.push(Number(`${factor}e${power}`));
  }
  const inside = values.filter((value) => value >= 10 ** (from - 1e-9) && value <= 10 ** (to + 1e-9));
  const isFew = inside.length < 2;
  const ticks = isFew ? linear([least, most], range, { count, isNice: false }).ticks : inside.map(logTick);
  return {
    of: (value) => range[0] + ((Math.log10(value) - from) / (to - from)) * (range[1] - range[0]),
    ticks: ticks.filter(({ value }) => value > 0),
    isLog: true,
  };
}

const logTick = (value: number): Tick => ({ value, text: tickText(value, 10 ** exponentOf(value), value) });

/** The least and the largest of the finite numbers; undefined if there is none. */
export function extent(lists: Iterable<ArrayLike<number>>): [number, number] | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) {
      const value = list[i];
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : undefined;
}
