import { describe, expect, test } from 'vitest';
import {
  advantage,
  advantages,
  isUnsteady,
  median,
  quantile,
  shareOfLimit,
  summary,
} from '../../bench/lib/stats.mjs';
import { absent, rowOf, takeTurns } from '../../bench/lib/turns.mjs';

describe('statistics of rounds', () => {
  test('the median of an odd and of an even number of rounds', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(() => median([])).toThrow(RangeError);
  });

  test('a quantile is one of the values', () => {
    const values = Array.from({ length: 100 }, (_, i) => 99 - i);
    expect(quantile(values, 0.99)).toBe(99);
    expect(quantile([5], 0.99)).toBe(5);
  });

  test('the spread reaches from the least to the greatest', () => {
    expect(summary([2, 9, 4])).toEqual({ value: 4, min: 2, max: 9, rounds: 3 });
  });

  test('rounds that differ by more than a factor of two are unsteady', () => {
    expect(isUnsteady(summary([1, 1.9, 1.5]))).toBe(false);
    expect(isUnsteady(summary([1, 2.1, 1.5]))).toBe(true);
  });

  test('above 1 ours is ahead, whichever way is better', () => {
    expect(advantage(10, 20, 'lower')).toBe(2);
    expect(advantage(10, 20, 'higher')).toBe(0.5);
  });

  test('the share of the limit, from times and from rates', () => {
    // 240 MFLOP in a millisecond are 240 GFLOP/s, on cores of 200.
    expect(shareOfLimit(1e-3, 'lower', { flops: 240e6, peak: 200e9, cores: 2 })).toBeCloseTo(0.6, 12);
    expect(shareOfLimit(240, 'higher', { flops: 1, peak: 200e9, cores: 2 })).toBeCloseTo(0.6, 12);
    expect(shareOfLimit(240, 'higher', { flops: 1, peak: 200e9, cores: undefined })).toBeUndefined();
  });

  test('ratios are taken round by round: a machine that slows down for both changes none', () => {
    expect(advantages([1, 10, 2], [3, 30, 6], 'lower')).toEqual({ value: 3, min: 3, max: 3, rounds: 3 });
  });
});

describe('contenders in turn', () => {
  test('take turns, and the round that warms up does not count', async () => {
    const order: string[] = [];
    const contender = (name: string, figures: number[]) => () => {
      order.push(name);
      return Promise.resolve(figures.shift()!);
    };
    const results = await takeTurns(
      { a: contender('a', [99, 1, 2]), b: contender('b', [99, 3, 4]) },
      { pauseMs: 0, rounds: 2 },
    );
    expect(order.join('')).toBe('ababab');
    expect(results).toEqual({ a: { values: [1, 2] }, b: { values: [3, 4] } });
  });

  test('one that fails is absent with its reason and is not asked again', async () => {
    let asked = 0;
    const failing = () => {
      asked += 1;
      return Promise.reject(new Error('no such library\nat line 3'));
    };
    const contenders = { ours: () => Promise.resolve(2), failing, missing: absent('not installed') };
    const results = await takeTurns(contenders, { pauseMs: 0, rounds: 3 });
    expect(asked).toBe(1);
    const row = rowOf(results, { name: 'work', unit: 's', better: 'lower' });
    expect(row.ours).toMatchObject({ name: 'ours', value: 2, rounds: 3 });
    expect(row.peers).toEqual([
      { name: 'failing', absent: 'no such library' },
      { name: 'missing', absent: 'not installed' },
    ]);
  });

  test('an answer that is no number is no figure', async () => {
    const results = await takeTurns({ odd: () => Promise.resolve(Number.NaN) }, { pauseMs: 0, rounds: 1 });
    expect(results.odd).toEqual({ absent: 'no figure: NaN' });
  });

  test('a row without ours is refused', async () => {
    const results = await takeTurns({ ours: absent('broken') }, { pauseMs: 0, rounds: 1 });
    expect(() => rowOf(results, { name: 'work', unit: 's', better: 'lower' })).toThrow(
      /work: ours failed: broken/,
    );
  });

  test('units are scaled in figures, not in ratios', async () => {
    const results = await takeTurns(
      { ours: () => Promise.resolve(0.001), other: () => Promise.resolve({ value: 0.004, note: 'fine' }) },
      { pauseMs: 0, rounds: 2 },
    );
    const row = rowOf(results, { name: 'work', unit: 'ms', better: 'lower', scale: 1e3 });
    expect(row.ours.value).toBe(1);
    expect(row.peers[0]).toMatchObject({ value: 4, note: 'fine', ratio: { value: 4 } });
  });

  test('each contender has the share of the limit of its own cores', async () => {
    const results = await takeTurns(
      {
        ours: () => Promise.resolve(1e-3),
        one: () => Promise.resolve(4e-3),
        other: () => Promise.resolve(1),
      },
      { pauseMs: 0, rounds: 1 },
    );
    const limit = { flops: 240e6, peak: 200e9, cores: { ours: 2, one: 1 } };
    const row = rowOf(results, { name: 'work', unit: 'ms', better: 'lower', scale: 1e3, limit });
    expect(row.roofline).toEqual({ flops: 240e6, peakOfCore: 200e9 });
    expect(row.ours.share).toBeCloseTo(0.6, 12);
    expect(row.ours.cores).toBe(2);
    expect(row.peers[0]).toMatchObject({ name: 'one', cores: 1 });
    expect((row.peers[0] as { share: number }).share).toBeCloseTo(0.3, 12);
    expect(row.peers[1]).not.toHaveProperty('share');
    expect(rowOf(results, { name: 'work', unit: 'ms', better: 'lower' })).not.toHaveProperty('roofline');
  });
});
