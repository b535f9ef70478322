import { between } from '../../core/between.js';
import { type InParts, NUMBERS_PER_PART } from '../../core/inParts.js';

/** Quantiles in linear time, in parts, so that a long column does not hold up the event loop. */

/** Shorter ranges are sorted: that takes less than a millisecond. */
const SORTED_BELOW = 2 ** 12;

/** Positions of pivots: a linear congruential generator (Numerical Recipes, "quick and dirty"). */
const MULTIPLIER = 1664525;
const INCREMENT = 1013904223;

/**
 * A three-way partition that is under way: below the pivot, equal to it, not looked at, above it.
 */
interface Partition {
  below: number;
  next: number;
  above: number;
  pivot: number;
}

/** Goes on with a partition for at most `most` numbers. */
function partitionSome(values: Float64Array, state: Partition, most: number): void {
  const { pivot } = state;
  let { below, next, above } = state;
  for (let n = 0; n < most && next < above; n++) {
    const value = values[next]!;
    if (value < pivot) {
      values[next++] = values[below]!;
      values[below++] = value;
    } else if (value > pivot) {
      values[next] = values[--above]!;
      values[above] = value;
    } else next++;
  }
  Object.assign(state, { below, next, above });
}

/**
 * Moves the numbers of some ranks to where sorting would put them (Hoare's quickselect).
 * @param values no NaN; reordered
 * @param ranks ascending
 */
export function* selectRanks(values: Float64Array, ranks: readonly number[]): InParts<void> {
  const open = [{ begin: 0, end: values.length, ranks }];
  let random = 1;
  for (let range = open.pop(); range !== undefined; range = open.pop()) {
    const { begin, end } = range;
    if (end - begin < SORTED_BELOW) {
      values.subarray(begin, end).sort();
      continue;
    }
    random = (Math.imul(random, MULTIPLIER) + INCREMENT) >>> 0;
    const pivot = values[begin + Math.floor((random / 2 ** 32) * (end - begin))]!;
    const state: Partition = { below: begin, next: begin, above: end, pivot };
    while (state.next < state.above) {
      partitionSome(values, state, NUMBERS_PER_PART);
      yield;
    }
    const sides = [
      { begin, end: state.below, ranks: range.ranks.filter((rank) => rank < state.below) },
      { begin: state.above, end, ranks: range.ranks.filter((rank) => rank >= state.above) },
    ];
    open.push(...sides.filter((side) => side.ranks.length > 0));
  }
}

/**
 * Quantiles with linear interpolation between neighbours, NumPy's default method (Hyndman & Fan's
 * seventh definition): the number at rank fraction · (n − 1).
 * @param values no NaN; reordered
 * @returns one number per fraction; NaN if there are no values
 */
export function* quantiles(values: Float64Array, fractions: readonly number[]): InParts<number[]> {
  const last = values.length - 1;
  if (last < 0) return fractions.map(() => Number.NaN);
  const ranks = fractions.flatMap((fraction) => {
    const below = Math.floor(fraction * last);
    return [below, Math.min(below + 1, last)];
  });
  yield* selectRanks(
    values,
    [...new Set(ranks)].sort((a, b) => a - b),
  );
  return fractions.map((fraction, i) => {
    const [low, high] = [values[ranks[2 * i]!]!, values[ranks[2 * i + 1]!]!];
    return between(low, high, fraction * last - ranks[2 * i]!);
  });
}

/** The numbers of a column that are not NaN, in an array of their own. */
export function presentNumbers(
  data: ArrayLike<number>,
  rows: number,
  cols: number,
  column: number,
): Float64Array {
  const present = new Float64Array(rows);
  let count = 0;
  for (let row = 0, at = column; row < rows; row++, at += cols) {
    const value = data[at]!;
    if (!Number.isNaN(value)) present[count++] = value;
  }
  return present.subarray(0, count);
}
