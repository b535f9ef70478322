import { describe, expect, it } from 'vitest';
import { minimizeCoordinate } from '#steepest/estimators/solvers/coordinate.js';
import { minimizeLbfgs } from '#steepest/estimators/solvers/lbfgs.js';
import { type CurvedObjective, minimizeNewton } from '#steepest/estimators/solvers/newton.js';
import type { Objective } from '#steepest/estimators/solvers/objective.js';
import { minimizeProximal } from '#steepest/estimators/solvers/proximal.js';
import { minimizeTrustRegion, type ProductObjective } from '#steepest/estimators/solvers/trustRegion.js';

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
const bowl = (d: number[], c: number[]): CurvedObjective & ProductObjective => {
  const evaluate = (x: Float64Array, g: Float64Array): number => {
    let value = 0;
    d.forEach((di, i) => {
      g[i] = di * (x[i]! - c[i]!);
      value += (di / 2) * (x[i]! - c[i]!) ** 2;
    });
    return value;
  };
  return {
    size: d.length,
    evaluate,
    evaluateCurved(x, g, h) {
      h.fill(0);
      d.forEach((di, i) => {
        h[i * (d.length + 1)] = di;
      });
      return evaluate(x, g);
    },
    product(v, out) {
      d.forEach((di, i) => {
        out[i] = di * v[i]!;
      });
    },
    preconditioner: () => undefined,
  };
};

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

/** 1 + Σ log cosh(x_i − c_i): full Newton steps overshoot beyond |x − c| = 1.09 and would diverge. */
const logCosh = (c: number[]): CurvedObjective & ProductObjective => {
  let at = new Float64Array(c.length);
  const bends = (): Float64Array => at.map((v, i) => 1 / Math.cosh(v - c[i]!) ** 2);
  const evaluate = (x: Float64Array, g: Float64Array): number => {
    at = x.slice();
    let value = 1;
    c.forEach((ci, i) => {
      g[i] = Math.tanh(x[i]! - ci);
      value += Math.log(Math.cosh(x[i]! - ci));
    });
    return value;
  };
  return {
    size: c.length,
    evaluate,
    evaluateCurved(x, g, h) {
      const value = evaluate(x, g);
      h.fill(0);
      bends().forEach((bend, i) => {
        h[i * (c.length + 1)] = bend;
      });
      return value;
    },
    product(v, out) {
      bends().forEach((bend, i) => {
        out[i] = bend * v[i]!;
      });
    },
    preconditioner: () => undefined,
  };
};

describe('the trust region', () => {
  it('solves a quadratic of n variables in about n products', () => {
    const d = [1e-3, 0.1, 1, 10, 1000];
    const { x, status } = minimizeTrustRegion(bowl(d, [1, 2, 3, 4, 5]), new Float64Array(5), {
      tol: 1e-10,
      maxIter: 20,
    });
    expect(status).toBe('converged');
    x.forEach((v, i) => {
      expect(v).toBeCloseTo(i + 1, 6);
    });
  });

  it.each([minimizeTrustRegion, minimizeNewton])('comes back from a step that goes too far (%#)', (solve) => {
    const { x, status, iterations } = solve(logCosh([0, 1]), Float64Array.of(3, -2), {
      tol: 1e-9,
      maxIter: 60,
    });
    expect(status).toBe('converged');
    expect(iterations).toBeLessThan(30);
    expect(x[0]).toBeCloseTo(0, 8);
    expect(x[1]).toBeCloseTo(1, 8);
  });

  // Good, flat, and a hundred times too small and too large.
  it.each([1.2, 0, 0.01, 100])(
    'finds the minimum with products that are %f times the right ones',
    (factor) => {
      const exact = logCosh([0, 1, 2]);
      let [rough, right] = [0, 0];
      const objective: ProductObjective = {
        ...exact,
        product(v, out) {
          right++;
          exact.product(v, out);
        },
        roughProduct(v, out) {
          rough++;
          exact.product(v, out);
          out.forEach((value, i) => {
            out[i] = factor * value;
          });
        },
      };
      const limits = { tol: 1e-9, maxIter: 60 };
      const { x, status } = minimizeTrustRegion(objective, Float64Array.of(0.5, 0.2, 2.9), limits);
      expect(status).toBe('converged');
      x.forEach((v, i) => {
        expect(v).toBeCloseTo(i, 8);
      });
      expect(rough).toBeGreaterThan(0);
      expect(right).toBeGreaterThan(0);
    },
  );

  it('has no direction to go where all is flat', () => {
    const { x, status } = minimizeTrustRegion(bowl([1, 0], [2, 0]), Float64Array.of(0, 7), {
      tol: 1e-10,
      maxIter: 50,
    });
    expect(status).toBe('converged');
    expect([...x]).toEqual([2, 7]);
  });
});

describe('coordinate descent', () => {
  it('soft-thresholds, and leaves variables beyond the penalised ones alone', () => {
    const penalty = { strength: 1, penalized: 4 };
    const limits = { tol: 1e-12, maxIter: 10 };
    const c = [3, -0.5, 0.2, -2, 0.5];
    const { x, status } = minimizeCoordinate(bowl([1, 1, 1, 1, 4], c), penalty, new Float64Array(5), limits);
    expect(status).toBe('converged');
    expect([...x].map((v) => Math.round(v * 1e9) / 1e9)).toEqual([2, 0, 0, -1, 0.5]);
  });

  it('finds the point that proximal gradients find, where Newton steps go too far', () => {
    const penalty = { strength: 0.3, penalized: 2 };
    const start = Float64Array.of(4, -3, 2);
    const objective = logCosh([1, 0.1, -1]);
    const { x } = minimizeCoordinate(objective, penalty, start, { tol: 1e-10, maxIter: 100 });
    // At x_1 = 0 the slope tanh(0.1) is below the penalty; at x_0 it is as large: tanh(1 − x_0) = 0.3.
    expect(x[0]).toBeCloseTo(1 - Math.atanh(0.3), 8);
    expect(x[1]).toBe(0);
    expect(x[2]).toBeCloseTo(-1, 8);
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
