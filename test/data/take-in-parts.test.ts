import { data } from 'steepest';
import { describe, expect, it } from 'vitest';
import { type InParts, NUMBERS_PER_PART } from '#steepest/core/inParts.js';
import { rowsTaken } from '#steepest/data/table/take.js';
import { encodeClasses } from '#steepest/estimators/base/labels.js';
import { takeRowsInSlices } from '#steepest/estimators/selection/rows.js';
import { splitCounts, splitting, splittingStratified } from '#steepest/estimators/selection/splitRows.js';

const ROWS = 2 * NUMBERS_PER_PART + 7;
const positions = Uint32Array.from({ length: ROWS }, (_, i) => ROWS - 1 - i);
const numbers = Float64Array.from({ length: ROWS }, (_, i) => i);
const texts = Array.from(numbers, (i) => (i % 5 === 0 ? null : `t${i % 3}`));
const table = new data.DataTable({ n: numbers, t: texts });

/** In how many parts work is done. */
function partsIn<T>(work: InParts<T>): { parts: number; result: T } {
  for (let parts = 1; ; parts++) {
    const { done, value: result } = work.next();
    if (done) return { parts, result };
  }
}

describe('rows of large tables are taken in parts', () => {
  it('of every column', () => {
    const { parts, result } = partsIn(rowsTaken(table, positions));
    // The positions are checked in three parts, and each of two columns is copied in three.
    expect(parts).toBeGreaterThanOrEqual(9);
    const taken = new data.DataTable(result);
    expect(taken.numbers('n')).toEqual(numbers.toReversed());
    expect(taken.column('t')).toEqual(texts.toReversed());
  });

  it('of lists, numbers and matrices, as at once', async () => {
    expect(await takeRowsInSlices(texts, positions)).toEqual(texts.toReversed());
    expect(await takeRowsInSlices(numbers, positions)).toEqual(numbers.toReversed());
    const matrix = { data: numbers.slice(0, ROWS - 1), shape: [(ROWS - 1) / 2, 2] };
    const last = (ROWS - 1) / 2 - 1;
    const { data: taken, shape } = await takeRowsInSlices(matrix, [last, 0, last]);
    expect(shape).toEqual([3, 2]);
    expect([...taken]).toEqual([2 * last, 2 * last + 1, 0, 1, 2 * last, 2 * last + 1]);
  });
});

describe('rows are drawn in parts', () => {
  const counts = splitCounts(ROWS, { testSize: 0.25 });

  it('at random: each row once', () => {
    const { parts, result } = partsIn(splitting(ROWS, counts, 3));
    expect(parts).toBeGreaterThanOrEqual(3);
    expect(result.test.length).toBe(Math.ceil(ROWS / 4));
    expect([...result.train, ...result.test].sort((a, b) => a - b)).toEqual([...numbers]);
  });

  it('by class: each row once, and of each class its share to within a row', () => {
    const labels = encodeClasses(
      'y',
      Array.from(numbers, (i) => (i % 10 === 0 ? 'rare' : 'usual')),
    );
    const { parts, result } = partsIn(splittingStratified(labels, counts, 3));
    expect(parts).toBeGreaterThanOrEqual(9);
    expect([...result.train, ...result.test].sort((a, b) => a - b)).toEqual([...numbers]);
    const rare = result.test.filter((row) => row % 10 === 0).length;
    expect(Math.abs(rare - Math.ceil(ROWS / 10) / 4)).toBeLessThanOrEqual(1);
  });
});
