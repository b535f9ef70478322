import { describe, expect, it } from 'vitest';
import { checkCluster } from '#steepest/core/clusterOption.js';
import { float64Table } from '#steepest/estimators/sharded/ownRows.js';
import { Ranks } from '#steepest/estimators/sharded/ranks.js';
import { exchangeTail } from '#steepest/estimators/sharded/window.js';
import { DIVISIONS, partOf, ROWS } from './divisions.js';
import { onRanks } from './ranksInOneProcess.js';

const COLS = 3;
const UNITS = [1_000, 768];

/** Rows of a table of consecutive numbers, in memory that threads can read. */
function numbersOf(first: number, rows: number): Float64Array {
  const data = new Float64Array(new SharedArrayBuffer(rows * COLS * 8));
  for (let i = 0; i < data.length; i++) data[i] = first * COLS + i;
  return data;
}

/** The units that begin in rows [first, end) and end after them. */
function cutUnits(first: number, end: number): { begin: number; end: number }[] {
  return UNITS.map((rows) => {
    const begin = Math.floor((end - 1) / rows) * rows;
    return { begin, end: Math.min(ROWS, begin + rows) };
  }).filter((unit) => first < end && unit.begin >= first && unit.end > end);
}

describe('rows that complete units', () => {
  it.each(DIVISIONS.map((counts) => ({ counts })))('$counts', async ({ counts }) => {
    const { outcomes } = await onRanks(counts.length, async (cluster, rank) => {
      const { first, rows } = partOf(counts, rank);
      const data = numbersOf(first, rows);
      const ranks = new Ranks(checkCluster('cluster', cluster)!);
      const tables = [float64Table(data, COLS)];
      const window = await exchangeTail({ ranks, counts, tables, unitSizes: UNITS, signal: undefined });
      return { first, rows, data, window };
    });
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') throw outcome.reason;
      const { first, rows, data, window } = outcome.value;
      // Whatever the rank has stays where it is.
      if (rows > 0) expect(window.tables[0]).toBe(data);
      const cut = cutUnits(first, first + rows);
      if (cut.length === 0) {
        expect(window.tail).toBeUndefined();
        continue;
      }
      const tail = window.tail!;
      const begin = Math.min(...cut.map((unit) => unit.begin));
      expect(first + tail.first).toBe(begin);
      expect(begin + tail.rows).toBe(Math.max(...cut.map((unit) => unit.end)));
      expect(tail.tables).toEqual([numbersOf(begin, tail.rows)]);
    }
  });
});
