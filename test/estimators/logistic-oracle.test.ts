import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { backend, LogisticRegression, type LogisticRegressionParams } from '#steepest/index.js';

/** Written by scripts/oracles/logistic.py. */
interface Fixture {
  tables: Record<string, { x: number[]; shape: [number, number]; y: number[] }>;
  cases: (Partial<LogisticRegressionParams> & {
    table: string;
    weighted?: boolean;
    coef: number[];
    intercept: number[];
    probability: number[];
    loss: number;
  })[];
  penalised: (Partial<LogisticRegressionParams> & { table: string; coef: number[]; intercept: number[] })[];
}

const read = (url: string): string => readFileSync(new URL(url, import.meta.url), 'utf8');
const fixture = JSON.parse(read('../fixtures/logistic.json')) as Fixture;

/** The digits that come with the examples: all rows, pixels 0 … 1. */
function digits(): { x: { data: Float64Array; shape: [number, number] }; y: number[] } {
  const rows = read('../../examples/data/digits.csv')
    .trim()
    .split('\n')
    .map((line) => line.split(',').map(Number));
  const data = Float64Array.from(rows.flatMap((row) => row.slice(0, 64).map((v) => v / 16)));
  return { x: { data, shape: [rows.length, 64] }, y: rows.map((row) => row[64]!) };
}

function tableOf(name: string) {
  if (name === 'digits') return digits();
  const { x, shape, y } = fixture.tables[name]!;
  return { x: { data: Float64Array.from(x), shape }, y };
}

/** ‖given − wanted‖∞ / ‖wanted‖∞. */
function relativeError(given: Iterable<number>, wanted: readonly number[]): number {
  const scale = Math.max(...wanted.map(Math.abs));
  return Math.max(...[...given].map((v, i) => Math.abs(v - wanted[i]!))) / scale;
}

const weightsFor = (rows: number): number[] => Array.from({ length: rows }, (_, i) => ((i % 7) + 1) / 4);

function paramsOf(expected: Fixture['cases'][number]): Partial<LogisticRegressionParams> {
  const { C, classWeight, fitIntercept } = expected;
  return { C, classWeight, fitIntercept };
}

/**
 * Relative, in the largest element. The solvers end at the
 * precision of the loss, about its square root in coefficients.
 */
const TOLERANCE = { lbfgs: 1e-6, newton: 1e-8, newtonCg: 1e-6 };

/**
 * The TypeScript kernels have the native ones' bits (logistic-regression.test.ts): they need not
 * repeat the long way to weak penalties.
 */
const isQuick = ({ table, C = 1 }: Fixture['cases'][number]): boolean => table !== 'digits' || C < 1;
const cases = backend().kind === 'native' ? fixture.cases : fixture.cases.filter(isQuick);

describe.each(cases)('LogisticRegression on $table with C $C', (expected) => {
  const { table, weighted } = expected;
  const options = { classWeight: expected.classWeight, weighted, fitIntercept: expected.fitIntercept };
  // 650 coefficients make Newton's matrix of 422,500 numbers: minutes on the exact kernels.
  const solvers =
    table === 'digits' ? (['lbfgs', 'newtonCg'] as const) : (['lbfgs', 'newton', 'newtonCg'] as const);

  it.each(solvers)(`finds scikit-learn's coefficients with %s ${JSON.stringify(options)}`, async (solver) => {
    const { x, y } = tableOf(table);
    const model = new LogisticRegression({ ...paramsOf(expected), solver, tol: 1e-13, maxIter: 20_000 });
    await model.fit(x, y, weighted ? { sampleWeight: weightsFor(y.length) } : {});
    const given = [...model.coef.data, ...model.intercept];
    const wanted = [...expected.coef, ...expected.intercept];
    expect(relativeError(given, wanted)).toBeLessThan(TOLERANCE[solver]);
    const { data } = await model.predictProba({
      data: x.data.slice(0, 3 * x.shape[1]),
      shape: [3, x.shape[1]],
    });
    data.forEach((p, i) => {
      expect(p).toBeCloseTo(expected.probability[i]!, 6);
    });
  });
});

describe.each(fixture.penalised)('LogisticRegression with penalty $penalty', (expected) => {
  it("finds scikit-learn's coefficients, zeros included", async () => {
    const { x, y } = tableOf(expected.table);
    const { C, penalty, l1Ratio } = expected;
    const model = new LogisticRegression({ C, penalty, l1Ratio, tol: 1e-12, maxIter: 100_000 });
    await model.fit(x, y);
    const given = [...model.coef.data, ...model.intercept];
    expect(relativeError(given, [...expected.coef, ...expected.intercept])).toBeLessThan(1e-6);
    expect([...model.coef.data].map((v) => v === 0)).toEqual(expected.coef.map((v) => v === 0));
  });
});
