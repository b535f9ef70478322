import { describe, expect, it } from 'vitest';
import {
  GammaRegressor,
  LogisticRegression,
  LogisticRegressionCV,
  type PerParameter,
  PoissonRegressor,
} from '#steepest/index.js';
import { readFixture } from '../support/fixtures.js';
import { centredNumbers } from '../support/random.js';

interface Wald {
  params: number[];
  errors: number[];
  z: number[];
  p: number[];
  lower: number[];
  upper: number[];
  residualDf: number;
}
interface Likelihood {
  logLikelihood: number;
  nullLogLikelihood: number;
  pseudoRSquared: number;
  aic: number;
}
type Family = 'poisson' | 'gamma';

/** Written by scripts/oracles/glm.py. */
interface Fixture {
  logits: (Wald & Likelihood & { classes: 2 | 3; fitIntercept: boolean })[];
  weightedLogit: Wald;
  glms: (Wald & {
    family: Family;
    weighted?: boolean;
    offset?: boolean;
    fitIntercept?: boolean;
    deviance: number;
    dispersion: number;
  })[];
  regressors: {
    family: Family;
    alpha: number;
    weighted: boolean;
    coef: number[];
    intercept: number;
    predicted: number[];
    score: number;
  }[];
  searches: {
    classes: 2 | 3;
    Cs: number | number[];
    l1Ratios: number[];
    refit?: boolean;
    scoring?: 'accuracy';
    strengths: number[];
    scores: number[][][];
    C: number;
    l1Ratio: number;
    coef: number[];
    intercept: number[];
  }[];
}

const fixture = readFixture<Fixture>('glm');

const ROWS = 160;
const COLS = 3;

/** The same numbers as in the script: products and sums of multiples of 2⁻³², without a rounding. */
function table() {
  const next = centredNumbers(1);
  const data = new Float64Array(ROWS * COLS);
  const classes: number[] = [];
  const counts: number[] = [];
  const amounts: number[] = [];
  for (let i = 0; i < ROWS; i++) {
    for (let j = 0; j < COLS; j++) data[i * COLS + j] = next() * (j + 1) + (j === 2 ? 1 : 0);
    const [a, b, c] = data.subarray(i * COLS) as unknown as [number, number, number];
    const score = a - b / 2 + c / 4;
    classes.push(Math.min(2, Math.max(0, Math.floor(1 + score + next() * 3))));
    counts.push(Math.floor((1 + score + next()) ** 2));
    amounts.push((2 + score) ** 2 * (next() + 0.75));
  }
  return { x: { data, shape: [ROWS, COLS] as [number, number] }, classes, counts, amounts };
}

const { x, classes, counts, amounts } = table();
const targets = { poisson: counts, gamma: amounts };
const weights = Array.from({ length: ROWS }, (_, i) => ((i % 7) + 1) / 4);
const offset = Array.from({ length: ROWS }, (_, i) => ((i % 5) - 2) / 4);
const isTop = classes.map((c) => c === 2);

const close = (given: number, wanted: number): void => {
  expect(Math.abs(given - wanted)).toBeLessThan(1e-6 * Math.abs(wanted) + 1e-12);
};
const allClose = (given: readonly number[], wanted: readonly number[]): void => {
  expect(given).toHaveLength(wanted.length);
  given.forEach((v, i) => {
    close(v, wanted[i]!);
  });
};

/** Numbers in statsmodels's order: for each row of parameters the constant, then the columns. */
function inOrder({ coef, intercept }: PerParameter): number[] {
  const [outputs, cols] = coef.shape as [number, number];
  return Array.from({ length: outputs }, (_, k) => [
    ...(Number.isNaN(intercept[k]) ? [] : [intercept[k]!]),
    ...coef.data.slice(k * cols, (k + 1) * cols),
  ]).flat();
}

interface Given {
  estimates: PerParameter;
  standardErrors: PerParameter;
  zValues: PerParameter;
  pValues: PerParameter;
  confidenceIntervals: { lower: PerParameter; upper: PerParameter };
}

function checkWald(given: Given, wanted: Wald): void {
  allClose(inOrder(given.estimates), wanted.params);
  allClose(inOrder(given.standardErrors), wanted.errors);
  allClose(inOrder(given.zValues), wanted.z);
  allClose(inOrder(given.pValues), wanted.p);
  allClose(inOrder(given.confidenceIntervals.lower), wanted.lower);
  allClose(inOrder(given.confidenceIntervals.upper), wanted.upper);
}

const TIGHT = { tol: 1e-12, maxIter: 1000 };

describe("LogisticRegression has statsmodels's inference", () => {
  it.each(fixture.logits)('$classes classes, fitIntercept $fitIntercept', async (wanted) => {
    const model = new LogisticRegression({ penalty: 'none', fitIntercept: wanted.fitIntercept, ...TIGHT });
    await (wanted.classes === 2 ? model.fit(x, isTop) : model.fit(x, classes));
    const given = model.inference({ level: 0.9 });
    checkWald(given, wanted);
    close(given.logLikelihood, wanted.logLikelihood);
    close(given.nullLogLikelihood, wanted.nullLogLikelihood);
    close(given.pseudoRSquared, wanted.pseudoRSquared);
    close(given.aic, wanted.aic);
    allClose(inOrder(given.oddsRatios), wanted.params.map(Math.exp));
  });

  it('with weights', async () => {
    const model = new LogisticRegression({ penalty: 'none', ...TIGHT });
    await model.fit(x, isTop, { sampleWeight: weights });
    checkWald(model.inference({ level: 0.9 }), fixture.weightedLogit);
  });
});

const regressorOf = (family: Family, params: object) =>
  family === 'poisson' ? new PoissonRegressor(params) : new GammaRegressor(params);

describe("PoissonRegressor and GammaRegressor have statsmodels's inference", () => {
  it.each(fixture.glms)(
    '$family, weighted $weighted, offset $offset, fitIntercept $fitIntercept',
    async (wanted) => {
      const { family, fitIntercept = true } = wanted;
      const model = regressorOf(family, { alpha: 0, fitIntercept, ...TIGHT });
      await model.fit(x, targets[family], {
        ...(wanted.weighted ? { sampleWeight: weights } : {}),
        ...(wanted.offset ? { offset } : {}),
      });
      const given = model.inference({ level: 0.9 });
      checkWald(given, wanted);
      expect(given.residualDf).toBe(wanted.residualDf);
      close(given.deviance, wanted.deviance);
      close(given.dispersion, wanted.dispersion);
      allClose(inOrder(given.meanRatios), wanted.params.map(Math.exp));
    },
  );
});

describe("PoissonRegressor and GammaRegressor have scikit-learn's coefficients", () => {
  it.each(fixture.regressors)('$family, alpha $alpha, weighted $weighted', async (wanted) => {
    const { family, alpha } = wanted;
    const options = wanted.weighted ? { sampleWeight: weights } : {};
    const head = { data: x.data.slice(0, 3 * COLS), shape: [3, COLS] as [number, number] };
    for (const solver of ['newton', 'newtonCg', 'lbfgs'] as const) {
      const model = await regressorOf(family, { alpha, solver, tol: 1e-10, maxIter: 1000 }).fit(
        x,
        targets[family],
        options,
      );
      allClose([...model.coef.data], wanted.coef);
      allClose([...model.intercept], [wanted.intercept]);
      allClose([...(await model.predict(head))], wanted.predicted);
      close(await model.score(x, targets[family], options), wanted.score);
    }
  });
});

describe('LogisticRegressionCV chooses as scikit-learn does', () => {
  it.each(fixture.searches)('$classes classes, Cs $Cs, l1Ratios $l1Ratios, refit $refit', async (wanted) => {
    const { Cs, l1Ratios, refit = true, scoring = 'negLogLoss' } = wanted;
    const model = new LogisticRegressionCV({
      Cs,
      l1Ratios,
      refit,
      scoring,
      cv: 4,
      tol: 1e-10,
      maxIter: 1000,
    });
    await (wanted.classes === 2 ? model.fit(x, isTop) : model.fit(x, classes));
    allClose([...model.Cs], wanted.strengths);
    expect(model.scores.shape).toEqual([4, l1Ratios.length, wanted.strengths.length]);
    allClose([...model.scores.data], wanted.scores.flat(2));
    close(model.C, wanted.C);
    close(model.l1Ratio, wanted.l1Ratio);
    allClose([...model.coef.data], wanted.coef);
    allClose([...model.intercept], wanted.intercept);
  });
});
