import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { type KernelOptions, LinearRegression, shutdown } from '#steepest/index.js';

afterAll(shutdown);

/** NIST's Statistical Reference Datasets for linear regression (itl.nist.gov/div898/strd), public domain. */
const read = (name: string): string =>
  readFileSync(new URL(`../fixtures/nist/${name}`, import.meta.url), 'utf8');

interface Certified {
  /** To 15 digits. */
  coefficients: number[];
  /** The exact rational solution, rounded to float64. */
  exact: string[];
}
const certified = JSON.parse(read('certified.json')) as Record<string, Certified>;

/** Digits that must be right, and the degree of the polynomial where the model is one. */
const SETS: Record<string, { digits: number; degree?: number; intercept?: boolean; tol?: number }> = {
  norris: { digits: 9 },
  noint1: { digits: 9, intercept: false },
  noint2: { digits: 9, intercept: false },
  longley: { digits: 9 },
  wampler1: { digits: 9, degree: 5 },
  wampler2: { digits: 9, degree: 5 },
  wampler3: { digits: 9, degree: 5 },
  wampler4: { digits: 9, degree: 5 },
  wampler5: { digits: 9, degree: 5 },
  // Its condition number, 1.8e15, is more than the default of tol takes for full rank.
  filip: { digits: 7, degree: 10, tol: 0 },
};

/** x, x², …, each the one before times x: as exact as float64 has them. */
function powers(x: number, degree: number): number[] {
  const row = [x];
  while (row.length < degree) row.push(row[row.length - 1]! * x);
  return row;
}

function data(name: string, degree: number | undefined): { x: number[][]; y: number[] } {
  const [, ...lines] = read(`${name}.csv`).trim().split('\n');
  const rows = lines.map((line) => line.split(',').map(Number));
  const x = rows.map(([, ...values]) => (degree === undefined ? values : powers(values[0]!, degree)));
  return { x, y: rows.map((row) => row[0]!) };
}

/** The number of digits of `given` that are right. */
function correctDigits(given: number, wanted: number): number {
  if (given === wanted) return Number.POSITIVE_INFINITY;
  return -Math.log10(Math.abs(given - wanted) / (wanted === 0 ? 1 : Math.abs(wanted)));
}

const KERNELS: readonly (KernelOptions & { name: string })[] = [
  { name: 'this machine' },
  { name: 'TypeScript', backend: 'typescript' },
  { name: 'exact TypeScript', backend: 'typescript', numerics: 'exact' },
];

describe.each(KERNELS)('NIST StRD with the kernels of $name', ({ name: _name, ...kernels }) => {
  it('has all ten sets', () => {
    expect(Object.keys(certified).sort()).toEqual(Object.keys(SETS).sort());
  });

  it.each(Object.entries(SETS))('%s', async (name, { digits, degree, intercept = true, tol }) => {
    const { x, y } = data(name, degree);
    const model = await new LinearRegression({ fitIntercept: intercept, tol }).fit(x, y, kernels);
    const given = [...(intercept ? model.intercept : []), ...model.coef.data];
    const { exact, coefficients } = certified[name]!;
    expect(given).toHaveLength(exact.length);
    given.forEach((value, i) => {
      expect(correctDigits(value, Number(exact[i])), `coefficient ${i}`).toBeGreaterThan(digits);
      expect(correctDigits(value, coefficients[i]!), `coefficient ${i}`).toBeGreaterThan(digits);
    });
    expect(model.rank).toBe(x[0]!.length);
  });
});

describe('Filip without a tol', () => {
  it('counts as rank-deficient, as in scikit-learn', async () => {
    const { x, y } = data('filip', 10);
    const model = await new LinearRegression().fit(x, y);
    expect(model.rank).toBeLessThan(10);
    expect([...model.coef.data].every(Number.isFinite)).toBe(true);
  });
});
