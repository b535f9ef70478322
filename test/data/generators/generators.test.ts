import { data } from 'steepest';
import { describe, expect, it } from 'vitest';

const { makeBlobs, makeClassification, makeMoons, makeRegression } = data;

/** Standard errors that a right generator stays within, but for one run in two million. */
const SIGMAS = 5;

function column(x: { data: Float64Array; shape: readonly number[] }, j: number): number[] {
  return Array.from({ length: x.shape[0]! }, (_, i) => x.data[i * x.shape[1]! + j]!);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function variance(values: readonly number[]): number {
  const middle = mean(values);
  return mean(values.map((value) => (value - middle) ** 2));
}

/** Mean and variance of normal numbers lie within σ/√n and σ²·√(2/n) of the true ones. */
function expectNormal(values: readonly number[], center: number, deviation: number): void {
  const n = values.length;
  expect(Math.abs(mean(values) - center)).toBeLessThan((SIGMAS * deviation) / Math.sqrt(n));
  expect(Math.abs(variance(values) - deviation ** 2)).toBeLessThan(
    SIGMAS * deviation ** 2 * Math.sqrt(2 / n),
  );
}

interface Made {
  x: { data: Float64Array };
  y: { data: ArrayLike<number> };
}

const sorted = (values: Iterable<number>): number[] => [...values].sort((a, b) => a - b);

describe.each([
  ['makeBlobs', makeBlobs],
  ['makeClassification', makeClassification],
  ['makeMoons', (o: object) => makeMoons({ noise: 0.1, ...o })],
  ['makeRegression', makeRegression],
] as const)('%s', (_, make: (options: object) => Made) => {
  it('gives the same data for the same seed, other data for another', () => {
    expect(make({ seed: 3 })).toEqual(make({ seed: 3 }));
    expect(make({ seed: 4 }).x.data).not.toEqual(make({ seed: 3 }).x.data);
    expect(make({})).toEqual(make({ seed: 0 }));
  });

  it('refuses what it does not know', () => {
    expect(() => make({ samples: 3 })).toThrow(expect.objectContaining({ code: 'ERR_UNKNOWN_NAME' }));
    expect(() => make({ nSamples: 0 })).toThrow(expect.objectContaining({ code: 'ERR_ARGUMENT' }));
    expect(() => make({ seed: -1 })).toThrow(expect.objectContaining({ code: 'ERR_ARGUMENT' }));
  });
});

it.each([
  ['makeBlobs', makeBlobs],
  ['makeClassification', makeClassification],
  ['makeMoons', makeMoons],
  ['makeRegression', makeRegression],
] as const)('%s shuffles without changing a value', (_, make: (options: object) => Made) => {
  const plain = make({ shuffle: false });
  const mixed = make({ shuffle: true });
  expect(mixed.x.data).not.toEqual(plain.x.data);
  expect(sorted(mixed.x.data)).toEqual(sorted(plain.x.data));
  expect(Array.from(mixed.y.data)).not.toEqual(Array.from(plain.y.data));
  expect(sorted(Array.from(mixed.y.data))).toEqual(sorted(Array.from(plain.y.data)));
});

describe('makeBlobs', () => {
  it('puts normal clouds around the centers', () => {
    const clusterStd = [0.5, 1, 2];
    const { x, y, centers } = makeBlobs({ nSamples: 6000, nFeatures: 4, clusterStd, seed: 1 });
    expect([x.shape, y.shape, centers.shape]).toEqual([[6000, 4], [6000], [3, 4]]);
    for (let c = 0; c < 3; c++) {
      for (let j = 0; j < 4; j++) {
        const values = column(x, j).filter((_, i) => y.data[i] === c);
        expect(values.length).toBe(2000);
        expectNormal(values, centers.data[c * 4 + j]!, clusterStd[c]!);
      }
    }
    expect(centers.data.every((value) => value >= -10 && value <= 10)).toBe(true);
  });

  it('takes centers and sizes', () => {
    const centers = [
      [0, 0],
      [50, 50],
    ];
    const { x, y } = makeBlobs({ nSamples: [3, 5], centers, shuffle: false });
    expect([...y.data]).toEqual([0, 0, 0, 1, 1, 1, 1, 1]);
    expect(column(x, 0).map((value) => value > 25)).toEqual([...y.data].map(Boolean));
  });

  it.each([
    { centers: [[1], [1, 2]] },
    { centers: [[1, 2]], nFeatures: 3 },
    { nSamples: [1, 2], centers: 3 },
    { clusterStd: [1, 2] },
    { clusterStd: -1 },
    { centerBox: [1, 0] as const },
  ])('refuses %j', (options) => {
    expect(() => makeBlobs(options)).toThrow(expect.objectContaining({ code: 'ERR_ARGUMENT' }));
  });
});

describe('makeMoons', () => {
  it('puts points on two half circles', () => {
    const { x, y } = makeMoons({ nSamples: 101 });
    expect(y.data.filter((moon) => moon === 0).length).toBe(50);
    y.data.forEach((moon, i) => {
      const [a, b] = [x.data[2 * i]!, x.data[2 * i + 1]!];
      const [u, v] = moon === 0 ? [a, b] : [1 - a, 0.5 - b];
      expect(u ** 2 + v ** 2).toBeCloseTo(1, 14);
      expect(v).toBeGreaterThan(-1e-15);
    });
  });

  it('adds normal noise', () => {
    const [clean, noisy] = [0, 0.3].map((noise) => makeMoons({ nSamples: [4000, 1000], noise, seed: 5 }));
    expect(noisy!.y).toEqual(clean!.y);
    expectNormal(
      Array.from(noisy!.x.data, (value, i) => value - clean!.x.data[i]!),
      0,
      0.3,
    );
  });
});

describe('makeRegression', () => {
  it('is the line that it says, with normal columns', () => {
    const { x, y, coef } = makeRegression({
      nSamples: 4000,
      nFeatures: 6,
      nInformative: 3,
      bias: 7,
      seed: 2,
    });
    expect(coef.data.filter((value) => value !== 0).length).toBe(3);
    expect(coef.data.every((value) => value >= 0 && value <= 100)).toBe(true);
    y.data.forEach((value, i) => {
      const line = coef.data.reduce((sum, w, j) => sum + w * x.data[i * 6 + j]!, 7);
      expect(Math.abs(value - line)).toBeLessThan(1e-11);
    });
    for (let j = 0; j < 6; j++) expectNormal(column(x, j), 0, 1);
  });

  it('adds normal noise and takes several targets', () => {
    const options = { nSamples: 3000, nFeatures: 4, nTargets: 2, seed: 2, shuffle: false };
    const clean = makeRegression(options);
    const noisy = makeRegression({ ...options, noise: 3 });
    expect(clean.y.shape).toEqual([3000, 2]);
    expect(clean.coef.shape).toEqual([4, 2]);
    expectNormal(
      Array.from(noisy.y.data, (value, i) => value - clean.y.data[i]!),
      0,
      3,
    );
  });

  it('has the singular values of the effective rank', () => {
    const [rows, cols, rank, tail] = [30, 8, 3, 0.25];
    const { x } = makeRegression({
      nSamples: rows,
      nFeatures: cols,
      effectiveRank: rank,
      tailStrength: tail,
    });
    const s = Array.from(
      { length: cols },
      (_, i) => (1 - tail) * Math.exp(-((i / rank) ** 2)) + tail * Math.exp((-0.1 * i) / rank),
    );
    // The traces of XᵀX and (XᵀX)² are the sums of the second and fourth powers of the singular values.
    const gram = Array.from({ length: cols }, (_, a) =>
      Array.from({ length: cols }, (_, b) =>
        column(x, a).reduce((sum, value, i) => sum + value * column(x, b)[i]!, 0),
      ),
    );
    const trace = gram.reduce((sum, row, i) => sum + row[i]!, 0);
    const squares = gram.flat().reduce((sum, value) => sum + value ** 2, 0);
    expect(trace).toBeCloseTo(
      s.reduce((sum, value) => sum + value ** 2, 0),
      12,
    );
    expect(squares).toBeCloseTo(
      s.reduce((sum, value) => sum + value ** 4, 0),
      12,
    );
  });
});

describe('makeClassification', () => {
  it('centers clusters on different corners of the hypercube', () => {
    const [k, perCluster, classSep] = [3, 2000, 2];
    const nSamples = perCluster * 8;
    const { x, y } = makeClassification({
      nSamples,
      nFeatures: 5,
      nInformative: k,
      nRedundant: 0,
      nClasses: 4,
      classSep,
      flipY: 0,
      shuffle: false,
    });
    const corners = new Set<string>();
    for (let c = 0; c < 8; c++) {
      const rows = Array.from({ length: perCluster }, (_, i) => c * perCluster + i);
      expect(rows.every((i) => y.data[i] === c % 4)).toBe(true);
      const middle = [0, 1, 2].map((j) => mean(rows.map((i) => x.data[i * 5 + j]!)));
      corners.add(middle.map(Math.sign).join());
      // A column of the stretched cluster is a sum of k normal ones times numbers in (−1, 1).
      for (const value of middle) {
        expect(Math.abs(Math.abs(value) - classSep)).toBeLessThan(SIGMAS * Math.sqrt(k / perCluster));
      }
    }
    expect(corners.size).toBe(8);
    for (const j of [3, 4]) expectNormal(column(x, j), 0, 1);
  });

  it('has redundant columns that are combinations and repeated ones that are copies', () => {
    const { x } = makeClassification({
      nFeatures: 5,
      nInformative: 1,
      nRedundant: 2,
      nRepeated: 2,
      nClustersPerClass: 1,
      shuffle: false,
    });
    const columns = [0, 1, 2, 3, 4].map((j) => column(x, j));
    for (const j of [1, 2]) {
      const ratio = columns[j]![0]! / columns[0]![0]!;
      expect(Math.abs(ratio)).toBeLessThan(1);
      columns[j]!.forEach((value, i) => {
        expect(value).toBeCloseTo(ratio * columns[0]![i]!, 12);
      });
    }
    for (const j of [3, 4]) {
      expect([0, 1, 2].some((from) => columns[from]!.every((value, i) => value === columns[j]![i]))).toBe(
        true,
      );
    }
  });

  it('flips the share of classes that it says', () => {
    const [n, flipY, nClasses] = [20000, 0.3, 3];
    const options = { nSamples: n, nInformative: 3, nClasses, shuffle: false };
    const [clean, flipped] = [0, flipY].map(
      (share) => makeClassification({ ...options, flipY: share }).y.data,
    );
    const share = flipped!.filter((value, i) => value !== clean![i]).length / n;
    const expected = flipY * (1 - 1 / nClasses);
    expect(Math.abs(share - expected)).toBeLessThan(SIGMAS * Math.sqrt((expected * (1 - expected)) / n));
  });

  it('gives classes the weights asked for', () => {
    const { y } = makeClassification({ nSamples: 1000, weights: [0.9], flipY: 0 });
    expect(y.data.filter((value) => value === 0).length).toBe(900);
    const three = makeClassification({
      nSamples: 80,
      nInformative: 3,
      nClasses: 3,
      weights: [0.5, 0, 0.5],
      flipY: 0,
    });
    expect(three.y.data.filter((value) => value === 1).length).toBe(0);
  });

  it('shifts, then scales', () => {
    const options = { nFeatures: 4, shuffle: false, seed: 8 };
    const plain = makeClassification(options).x.data;
    const moved = makeClassification({ ...options, shift: 10, scale: [1, 2, 3, 4] }).x.data;
    moved.forEach((value, i) => {
      expect(value).toBeCloseTo((plain[i]! + 10) * ((i % 4) + 1), 10);
    });
    const drawn = makeClassification({ ...options, shift: null, scale: null }).x;
    const before = { data: plain, shape: drawn.shape };
    for (let j = 0; j < 4; j++) {
      const scale = Math.sqrt(variance(column(drawn, j)) / variance(column(before, j)));
      expect(scale > 1 && scale < 100).toBe(true);
      expect(Math.abs(mean(column(drawn, j)) / scale - mean(column(before, j)))).toBeLessThan(1);
    }
  });

  it('puts clusters of a polytope inside the hypercube', () => {
    const { x } = makeClassification({
      nSamples: 8000,
      nFeatures: 2,
      nRedundant: 0,
      classSep: 100,
      hypercube: false,
      shuffle: false,
    });
    for (let c = 0; c < 4; c++) {
      const rows = Array.from({ length: 2000 }, (_, i) => c * 2000 + i);
      for (const j of [0, 1]) expect(Math.abs(mean(rows.map((i) => x.data[i * 2 + j]!)))).toBeLessThan(100);
    }
  });

  it.each([
    { nFeatures: 3 },
    { nClasses: 3 },
    { weights: [0.5, 0.6, 0.1] },
    { weights: [-1, 2] },
    { weights: [2] },
    { flipY: 2 },
    { shift: [1, 2] },
    { scale: Number.NaN },
  ])('refuses %j', (options) => {
    expect(() => makeClassification(options)).toThrow(expect.objectContaining({ code: 'ERR_ARGUMENT' }));
  });
});
