import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { UniformStream } from '#steepest/core/random.js';
import { type KernelOptions, LinearRegression, Ridge, type RowBatch, shutdown } from '#steepest/index.js';

afterAll(shutdown);

interface Case {
  name: string;
  x: number[][];
  y: number[];
  weight: number[] | null;
  fitIntercept: boolean;
  coef: number[];
  rank: number;
  prediction: number[];
}
/** Written by scripts/oracles/least_squares.py. */
const { degenerate } = JSON.parse(
  readFileSync(new URL('../fixtures/least_squares.json', import.meta.url), 'utf8'),
) as { degenerate: Case[] };

const KERNELS: readonly (KernelOptions & { name: string })[] = [
  { name: 'this machine' },
  { name: 'TypeScript', backend: 'typescript' },
];

const largest = (values: Iterable<number>): number => Math.max(...[...values].map(Math.abs));

/** ‖given − wanted‖∞ / ‖wanted‖∞; where that is 0, ‖given‖∞. */
function difference(given: Iterable<number>, wanted: ArrayLike<number>): number {
  const scale = largest(Array.from(wanted)) || 1;
  return largest([...given].map((value, i) => (value - wanted[i]!) / scale));
}

describe.each(KERNELS)(
  'columns that are constant or depend on each other: $name',
  ({ name: _name, ...kernels }) => {
    it.each(degenerate)('$name, intercept $fitIntercept, as scikit-learn', async (expected) => {
      const { x, y, weight, fitIntercept } = expected;
      const options = { sampleWeight: weight ?? undefined, ...kernels };
      const model = await new LinearRegression({ fitIntercept }).fit(x, y, options);
      expect(model.rank).toBe(expected.rank);
      expect(difference(model.coef.data, expected.coef)).toBeLessThan(1e-11);
      // Predictions subtract means from numbers as large as those of X.
      const prediction = (await model.predict(x)) as Float64Array;
      expect(difference(prediction, expected.prediction)).toBeLessThan(1e-9);
      if (model.rank < x[0]!.length) expect(() => model.inference()).toThrow(/rank/);
    });

    it.each(degenerate)('$name, intercept $fitIntercept: Ridge tends to the same', async (expected) => {
      const { x, y, weight, fitIntercept } = expected;
      const options = { sampleWeight: weight ?? undefined, ...kernels };
      const exact = await new LinearRegression({ fitIntercept }).fit(x, y, options);
      const least = exact.rank > 0 ? exact.singularValues[exact.rank - 1]! : 1;
      for (const alpha of [0, 1e-10 * least ** 2]) {
        const ridge = await new Ridge({ alpha, fitIntercept }).fit(x, y, options);
        expect(difference(ridge.coef.data, expected.coef)).toBeLessThan(1e-9);
      }
    });
  },
);

/**
 * A table with columns that depend on each other, and what that makes 0: combinations that no
 * coefficients of minimum norm have.
 */
interface Table {
  x: number[][];
  y: number[];
  weight: number[] | undefined;
  nulls: number[][];
}

/**
 * A dependent column from columns a and b of a row, and the
 * combination of (a, b, it) that is constant.
 */
const DEPENDENT: Record<string, { of(a: number, b: number): number; constant: [number, number, number] }> = {
  'a constant': { of: () => 14.62, constant: [0, 0, 1] },
  'a large constant': { of: () => 1e15 / 3, constant: [0, 0, 1] },
  'a small constant': { of: () => 1e-15 / 3, constant: [0, 0, 1] },
  'the same': { of: (a) => a, constant: [1, 0, -1] },
  'a multiple with an offset': { of: (a) => 3 * a + 1e6, constant: [3, 0, -1] },
  'the year of birth': { of: (a) => 2026.3 - a, constant: [1, 0, 1] },
  'a sum': { of: (a, b) => a + b, constant: [1, 1, -1] },
  'a difference with an offset': { of: (a, b) => a - 2 * b - 1e4, constant: [1, -2, -1] },
};

/**
 * Rows of two columns (eighths of small numbers, so that most dependences are exact), a dependent
 * one, and an independent one.
 */
function tableOf(kind: string, seed: number): Table {
  const draw = new UniformStream(seed, 5);
  const rows = 6 + Math.floor(40 * draw.at(1));
  const { of, constant } = DEPENDENT[kind]!;
  const at = (i: number, j: number): number => draw.at(100 + 10 * i + j);
  const x = Array.from({ length: rows }, (_, i) => {
    const [a, b] = [Math.floor(800 * at(i, 0)) / 8, Math.floor(80 * at(i, 1)) / 8];
    return [a, b, of(a, b), at(i, 2)];
  });
  const y = x.map(([a, b], i) => 2 * a! - b! + 20 * at(i, 3));
  const weights = [() => 1, (i: number) => 0.1 + at(i, 4), (i: number) => Math.floor(3 * at(i, 4))][
    seed % 3
  ]!;
  return {
    x,
    y,
    weight: seed % 3 === 0 ? undefined : x.map((_, i) => (i % 5 === 0 ? 1 : weights(i))),
    nulls: [[...constant, 0]],
  };
}

const TABLES = Object.keys(DEPENDENT).flatMap((kind) =>
  Array.from({ length: 12 }, (_, seed) => ({ kind, seed })),
);

describe('Ridge', () => {
  it('weighs what little a column tells: last bits of a number against alpha', async () => {
    const bits = [0, 1, -1, 2, 0, 1, 0, -2, 1, 0];
    const ulp = 2 ** -49; // of 14.62
    const y = bits.map((b, i) => 3 + b + Math.sin(i));
    const x = bits.map((b) => [14.62 + b * ulp]);
    const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
    const distance = bits.map((b) => (b - mean(bits)) * ulp);
    const along = distance.reduce((sum, d, i) => sum + d * (y[i]! - mean(y)), 0);
    const square = distance.reduce((sum, d) => sum + d * d, 0);
    for (const alpha of [1e-30, 1e-28, 1e-10, 1]) {
      const model = await new Ridge({ alpha }).fit(x, y);
      expect((model.coef.data[0]! * (square + alpha)) / along, `alpha ${alpha}`).toBeCloseTo(1, 10);
    }
  });
});

describe('least squares of 96 tables with a dependent column', () => {
  it.each(KERNELS)(
    'is orthogonal to the residuals and has the minimum norm: $name',
    async ({ name: _, ...kernels }) => {
      for (const { kind, seed } of TABLES) {
        const { x, y, weight, nulls } = tableOf(kind, seed);
        const model = await new LinearRegression().fit(x, y, { sampleWeight: weight, ...kernels });
        const coef = model.coef.data;
        const what = `${kind}, table ${seed}`;
        expect(model.rank, what).toBe(3);
        const w = weight ?? y.map(() => 1);
        const rest = ((await model.predict(x)) as Float64Array).map((value, i) => y[i]! - value);
        const columns = [y.map(() => 1), ...[0, 1, 2, 3].map((j) => x.map((row) => row[j]!))];
        for (const column of columns) {
          const scale = largest(column) * largest(rest) * y.length;
          const product = column.reduce((sum, value, i) => sum + w[i]! * value * rest[i]!, 0);
          expect(Math.abs(product) / scale, what).toBeLessThan(1e-9);
        }
        for (const combination of nulls) {
          const along = combination.reduce((sum, value, j) => sum + value * coef[j]!, 0);
          expect(Math.abs(along) / largest(coef), what).toBeLessThan(1e-10);
        }
      }
    },
  );

  it('predicts the same with a constant added to a column, and learns the same coefficients', async () => {
    for (const { kind, seed } of TABLES.filter((_, i) => i % 3 === 0)) {
      const { x, y, weight } = tableOf(kind, seed);
      const options = { sampleWeight: weight };
      const moved = x.map((row) => row.map((value, j) => value + [2 ** 20, -2048, 0, 4][j]!));
      const plain = await new LinearRegression().fit(x, y, options);
      const other = await new LinearRegression().fit(moved, y, options);
      const what = `${kind}, table ${seed}`;
      expect(difference(other.coef.data, plain.coef.data), what).toBeLessThan(1e-10);
      const [a, b] = [await plain.predict(x), await other.predict(moved)] as Float64Array[];
      expect(difference(b!, a!), what).toBeLessThan(1e-9);
    }
  });

  it('has the same bits from streams and from float32, and for weights times any power of two', async () => {
    for (const { kind, seed } of TABLES.filter((_, i) => i % 5 === 0)) {
      const { x, y, weight } = tableOf(kind, seed);
      const rounded = x.map((row) => row.map(Math.fround));
      const w = weight ?? y.map(() => 3);
      const plain = await new LinearRegression().fit(rounded, y, { sampleWeight: w });
      const given = (model: LinearRegression): number[] => [
        ...model.coef.data,
        ...model.intercept,
        model.rank,
      ];
      const data = Float32Array.from(rounded.flat());
      const single = await new LinearRegression().fit({ data, shape: [y.length, 4] }, y, { sampleWeight: w });
      expect(given(single)).toEqual(given(plain));
      function* batches(): Iterable<RowBatch> {
        for (let i = 0; i < y.length; i += 5) {
          const part = [i, i + 5] as const;
          yield { x: rounded.slice(...part), y: y.slice(...part), sampleWeight: w.slice(...part) };
        }
      }
      expect(given(await new LinearRegression().fit(batches()))).toEqual(given(plain));
      for (const factor of [2, 2 ** -301, 2 ** 600, 2 ** -900]) {
        const sampleWeight = w.map((value) => value * factor);
        expect(given(await new LinearRegression().fit(rounded, y, { sampleWeight }))).toEqual(given(plain));
      }
    }
  });
});
