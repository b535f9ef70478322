import { MaxAbsScaler, RobustScaler, type RobustScalerParams } from 'steepest';
import { describe, expect, it } from 'vitest';
import { atOnce } from '#steepest/core/inParts.js';
import { UniformStream } from '#steepest/core/random.js';
import { quantiles } from '#steepest/estimators/preprocessing/orderStatistics.js';
import { readFixture } from '../../support/fixtures.js';
import { expectNear, matrix, type Num } from './near.js';

interface Fixture {
  x: Num[][];
  beyond: Num[][];
  robustScaler: {
    params: Partial<RobustScalerParams>;
    center: Num[] | null;
    scale: Num[] | null;
    transformed: Num[][];
  }[];
  maxAbsScaler: { clip: boolean; maxAbs: Num[]; scale: Num[]; transformed: Num[][] }[];
}

const fixture = readFixture<Fixture>('transformers');
const x = matrix(fixture.x);
const code = (name: string) => expect.objectContaining({ code: name });

describe('RobustScaler', () => {
  it.each(fixture.robustScaler)('$params', async ({ params, center, scale, transformed }) => {
    const scaler = await new RobustScaler(params).fit(x);
    if (center !== null) expectNear(scaler.center, center);
    if (scale !== null) expectNear(scaler.scale, scale, 1e-9);
    expectNear(await scaler.transform(x), transformed, 1e-9);
  });

  it('is not moved by outliers, and keeps what it learned when parameters change', async () => {
    const calm = await new RobustScaler().fit([[1], [2], [3], [4], [5]]);
    const wild = await new RobustScaler().fit([[1], [2], [3], [4], [1e9]]);
    expect([wild.center, wild.scale]).toEqual([calm.center, calm.scale]);
    wild.setParams({ withCentering: false, withScaling: false });
    expect([...(await wild.transform([[5]])).data]).toEqual([1]);
  });

  it('refuses quantiles that are none, and unit variance where a normal distribution has no range', async () => {
    for (const quantileRange of [[75, 25], [-1, 50], [0, 101], [50], 'iqr', [Number.NaN, 50]]) {
      expect(() => new RobustScaler({ quantileRange } as never)).toThrow(code('ERR_ARGUMENT'));
    }
    for (const quantileRange of [
      [0, 75],
      [25, 100],
      [50, 50],
    ] as const) {
      const scaler = new RobustScaler({ quantileRange, unitVariance: true });
      await expect(scaler.fit([[1], [2]])).rejects.toThrow(code('ERR_ARGUMENT'));
    }
  });

  it('takes the largest numbers of both signs, there and back', async () => {
    const ends = [[1.7e308], [-1.7e308], [0]];
    const scaler = await new RobustScaler({ quantileRange: [0, 100] }).fit(ends);
    const scaled = await scaler.transform(ends);
    expect([...scaled.data]).toEqual([0.5, -0.5, 0]);
    expect([...(await scaler.inverseTransform(scaled)).data]).toEqual(ends.flat());
  });
});

describe('MaxAbsScaler', () => {
  it.each(fixture.maxAbsScaler)('clip $clip', async ({ clip, maxAbs, scale, transformed }) => {
    const scaler = await new MaxAbsScaler({ clip }).fit(x);
    expectNear(scaler.maxAbs, maxAbs);
    expectNear(scaler.scale, scale);
    expectNear(await scaler.transform(matrix(fixture.beyond)), transformed);
  });

  it('learns the same in pieces as at once, also after save and load', async () => {
    const whole = await new MaxAbsScaler().fit(x);
    const pieces = new MaxAbsScaler();
    for (const [begin, end] of [
      [0, 3],
      [3, 4],
      [4, x.length],
    ])
      await pieces.partialFit(x.slice(begin, end));
    expect(pieces.maxAbs).toEqual(whole.maxAbs);
    expect(pieces.nSamplesSeen).toBe(x.length);
    await expect(pieces.partialFit([[1]])).rejects.toThrow(code('ERR_SHAPE'));
    expect(pieces.maxAbs).toEqual(whole.maxAbs);
  });

  it.each([-1070, -540, 1023])('has the same digits for numbers times 2^%i', async (k) => {
    const scaler = await new MaxAbsScaler().fit([[-(2 ** k)], [2 ** k * 0.5]]);
    expect([...(await scaler.transform([[2 ** k]])).data]).toEqual([1]);
  });
});

describe('quantiles of long columns', () => {
  const draw = new UniformStream(5, 3);
  const n = 40_000;
  const shapes: Record<string, (i: number) => number> = {
    random: (i) => draw.at(i),
    ascending: (i) => i,
    descending: (i) => -i,
    'few values': (i) => Math.floor(3 * draw.at(i)),
    constant: () => 7,
    'like organ pipes': (i) => Math.min(i, n - i),
  };
  it.each(Object.keys(shapes))('%s: the same as by sorting', (shape) => {
    const values = Float64Array.from({ length: n }, (_, i) => shapes[shape]!(i));
    const sorted = values.slice().sort();
    const fractions = [0, 1, 0.5, 0.25, 0.123456, 0.999999];
    const expected = fractions.map((q) => {
      const below = Math.floor(q * (n - 1));
      const above = Math.min(n - 1, below + 1);
      return sorted[below]! + (q * (n - 1) - below) * (sorted[above]! - sorted[below]!);
    });
    expectNear(atOnce(quantiles(values, fractions)), expected, 1e-14);
    expect(values.sort()).toEqual(sorted);
  });
});
