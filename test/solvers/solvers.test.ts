import { describe, expect, it } from 'vitest';
import { minimizeLbfgs } from '#steepest/estimators/solvers/lbfgs.js';
import { minimizeNewton } from '#steepest/estimators/solvers/newton.js';
import type { Objective } from '#steepest/estimators/solvers/objective.js';
import { minimizeProximal } from '#steepest/estimators/solvers/proximal.js';

/** Rosenbrock's valley in n variables: the minimum is 0, at (1, …, 1). */
const rosenbrock = (n: number): Objective => ({
  size: n,
  evaluate(x, g) {
    let value = 0;
    g.fill(0);
    for (let i = 0; i + 1 < n; i++) {
      const a = x[i + 1]! - x[i]! ** 2;
      const b = 1 - x[i]!;
      value += 100 * a * a + b * b;
      g[i] = g[i]! - 400 * a * x[i]! - 2 * b;
      g[i + 1] = g[i + 1]! + 200 * a;
    }
    return value;
  },
});

/** ½·Σ d_i·(x_i − c_i)². */
const bowl = (d: number[], c: number[]): Objective & { hessian(x: Float64Array, h: Float64Array): void } => ({
  size: d.length,
  evaluate(x, g) {
    let value = 0;
    d.forEach((di, i) => {
      g[i] = di * (x[i]! - c[i]!);
      value += (di / 2) * (x[i]! - c[i]!) ** 2;
    });
    return value;
  },
  hessian(_x, h) {
    h.fill(0);
    d.forEach((di, i) => {
      h[i * (d.length + 1)] = di;
    });
  },
});

describe('L-BFGS', () => {
  it.each([2, 10, 50])("finds the end of Rosenbrock's valley in %i variables", (n) => {
    const start = Float64Array.from({ length: n }, (_, i) => (i % 2 === 0 ? -1.2 : 1));
    const { x, status, value } = minimizeLbfgs(rosenbrock(n), start, { tol: 1e-9, maxIter: 2000 });
    expect(status).toBe('converged');
    expect(value).toBeLessThan(1e-15);
    for (const v of x) expect(v).toBeCloseTo(1, 7);
    expect(start[0]).toBe(-1.2);
  });

  it('copes with curvatures from 1e-6 to 1e6', () => {
    const d = [1e-6, 1e-3, 1, 1e3, 1e6];
    const solution = minimizeLbfgs(bowl(d, [1, 2, 3, 4, 5]), new Float64Array(5), {
      tol: 1e-13,
      maxIter: 1000,
    });
    solution.x.forEach((v, i) => {
      expect(v).toBeCloseTo(i + 1, 5);
    });
  });

  it('is there at once where the start is the minimum', () => {
    const solution = minimizeLbfgs(bowl([1, 2], [3, 4]), Float64Array.of(3, 4), { tol: 1e-9, maxIter: 10 });
    expect(solution).toMatchObject({ status: 'converged', iterations: 0, evaluations: 1 });
  });

  it('says when it ran out of iterations, and keeps the lowest point', () => {
    const start = Float64Array.of(-1.2, 1);
    const { status, iterations, value } = minimizeLbfgs(rosenbrock(2), start, { tol: 1e-9, maxIter: 3 });
    expect({ status, iterations }).toEqual({ status: 'maxIter', iterations: 3 });
    expect(value).toBeLessThan(rosenbrock(2).evaluate(start, new Float64Array(2)));
  });

  it('steps back from where the function is not finite', () => {
    const barrier: Objective = {
      size: 1,
      evaluate(x, g) {
        g[0] = 1 - 1 / x[0]!;
        return x[0]! > 0 ? x[0]! - Math.log(x[0]!) : Number.NaN;
      },
    };
    const { x } = minimizeLbfgs(barrier, Float64Array.of(20), { tol: 1e-10, maxIter: 100 });
    expect(x[0]).toBeCloseTo(1, 8);
  });
});

describe("Newton's method", () => {
  it('solves a quadratic in one step', () => {
    const { x, iterations } = minimizeNewton(bowl([2, 5, 1e-4], [1, -2, 3]), new Float64Array(3), {
      tol: 1e-10,
      maxIter: 5,
    });
    expect(iterations).toBe(1);
    for (const [i, v] of [1, -2, 3].entries()) expect(x[i]).toBeCloseTo(v, 8);
  });

  it('damps a singular Hessian', () => {
    const { x, status } = minimizeNewton(bowl([1, 0], [2, 0]), Float64Array.of(0, 7), {
      tol: 1e-10,
      maxIter: 50,
    });
    expect(status).toBe('converged');
    expect(x[0]).toBeCloseTo(2, 8);
    expect(x[1]).toBeCloseTo(7, 8);
  });
});

describe('the proximal solver', () => {
  it('soft-thresholds where curvature is 1 (Beck & Teboulle 2009, eq. 1.5)', () => {
    const c = [3, -0.5, 0.2, -2];
    const { x, status } = minimizeProximal(
      bowl([1, 1, 1, 1], c),
      { strength: 1, penalized: 4 },
      new Float64Array(4),
      { tol: 1e-12, maxIter: 1000 },
    );
    expect(status).toBe('converged');
    expect([...x].map((v) => Math.round(v * 1e9) / 1e9)).toEqual([2, 0, 0, -1]);
  });

  it('leaves variables beyond the penalised ones alone', () => {
    const { x } = minimizeProximal(
      bowl([1, 4], [0.5, 0.5]),
      { strength: 1, penalized: 1 },
      new Float64Array(2),
      {
        tol: 1e-12,
        maxIter: 1000,
      },
    );
    expect(x[0]).toBe(0);
    expect(x[1]).toBeCloseTo(0.5, 10);
  });
});
