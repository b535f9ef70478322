import { checkFiniteFeatures } from '../base/features.js';
import type { LeastSquaresInput } from '../leastSquares/input.js';
import type { PassOptions } from '../leastSquares/rowJob.js';
import type { CrossValidation } from '../selection/makeFolds.js';
import { crossFactors, foldsOfTable, rowsOf } from './folds.js';
import { gramQuadratics, type Moments, momentsOf } from './moments.js';
import { columnsProblem, type PenalizedProblem } from './problem.js';

/** Sums of squares of one target over the rows that a fold tests on, divided by their weights. */
export interface TestSums {
  /** Of the residuals of these coefficients. */
  residuals(coef: Float64Array, intercept: number): number;
  /** Of the distances from the mean. */
  total: number;
}

/** What a fold trains on, and for each target what it tests on. */
export interface FoldProblem {
  train: PenalizedProblem;
  tests: readonly TestSums[];
}

/**
 * The sums of a triangle's rows: moments without an intercept, so that their first row has the
 * means.
 */
export function testSums({ r, rows, cols, sides, rest }: Moments): TestSums[] {
  return sides.map((side, k) => ({
    residuals: (coef, intercept) => {
      let squares = rest[k]!;
      for (let i = 0; i < rows; i++) {
        let e = i === 0 ? side[i]! - intercept : side[i]!;
        for (let j = Math.max(0, i - 1); j < cols; j++) e -= r[i * cols + j]! * coef[j]!;
        squares += e * e;
      }
      return squares;
    },
    total: side.subarray(1).reduce((sum, value) => sum + value * value, rest[k]!),
  }));
}

/** The same sums from rows. */
function rowSums({ features, table }: LeastSquaresInput, k: number, targets: number): TestSums {
  const { data, rows, cols } = features!;
  const { y, weight } = table!;
  const weightOf = (i: number): number => weight?.[i] ?? 1;
  const mean = (value: (i: number) => number): number => {
    let [sum, total] = [0, 0];
    for (let i = 0; i < rows; i++) {
      sum += weightOf(i) * value(i);
      total += weightOf(i);
    }
    return sum / total;
  };
  const target = (i: number): number => y[i * targets + k]!;
  const centre = mean(target);
  const support = (coef: Float64Array): number[] => [...coef.keys()].filter((j) => coef[j] !== 0);
  return {
    residuals: (coef, intercept) => {
      const own = support(coef);
      return mean((i) => {
        let e = target(i) - intercept;
        for (const j of own) e -= data[i * cols + j]! * coef[j]!;
        return e * e;
      });
    },
    total: mean((i) => (target(i) - centre) ** 2),
  };
}

/** The problems of all rows and of each fold. */
export interface CrossProblems {
  all: PenalizedProblem;
  folds: FoldProblem[];
}

/**
 * Penalised least squares for cross-validation: from triangles of one pass over the rows, or from
 * the columns of a table that has more of them than rows.
 * @throws SteepestError as `crossFactors` does
 */
export async function crossProblems(
  input: LeastSquaresInput,
  fitIntercept: boolean,
  cv: CrossValidation,
  options: PassOptions,
): Promise<CrossProblems> {
  const { rows, cols } = input.source;
  if (rows !== undefined && cols > rows) return columnProblems(input, fitIntercept, cv);
  const factors = await crossFactors(input, cv, options);
  const problemOf = async (moments: Moments): Promise<PenalizedProblem> => ({
    quadratics: await gramQuadratics(moments),
    means: moments,
  });
  const folds: FoldProblem[] = [];
  for (const { train, test } of factors.folds) {
    const tests = testSums(momentsOf(test, false));
    folds.push({ train: await problemOf(momentsOf(train, fitIntercept)), tests });
  }
  return { all: await problemOf(momentsOf(factors.all, fitIntercept)), folds };
}

async function columnProblems(
  input: LeastSquaresInput,
  fitIntercept: boolean,
  cv: CrossValidation,
): Promise<CrossProblems> {
  const { targets } = input.source;
  checkFiniteFeatures('X', input.features!);
  const folds: FoldProblem[] = [];
  for (const { train, test } of foldsOfTable(input, cv)) {
    const tested = await rowsOf(input, Uint32Array.from(test));
    folds.push({
      train: await columnsProblem(await rowsOf(input, Uint32Array.from(train)), fitIntercept),
      tests: Array.from({ length: targets }, (_, k) => rowSums(tested, k, targets)),
    });
  }
  return { all: await columnsProblem(input, fitIntercept), folds };
}
