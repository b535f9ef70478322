import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import type { Label } from '../base/labels.js';
import { coefficientTable } from '../glm/coefficientTable.js';
import { exponentials, type GlmInference, glmInference, standardErrorsOf } from '../glm/inference.js';
import type { GlmPathResult } from '../glm/request.js';
import type { PerParameter } from '../leastSquares/inference.js';
import { digits } from '../leastSquares/summaryText.js';
import type { Together } from '../sharded/ranks.js';
import type { Likelihood } from './likelihood.js';
import type { LogisticFit } from './logisticModel.js';

/** The statistical inference of a logistic regression. */
export interface LogisticInference extends GlmInference {
  /** e to the power of the estimates: the factor on the odds for one unit more. */
  oddsRatios: PerParameter;
  /** Σ w·log(probability of the row's class). */
  logLikelihood: number;
  /** The same for the best model of an intercept alone. */
  nullLogLikelihood: number;
  /** McFadden's: 1 − logLikelihood / nullLogLikelihood. */
  pseudoRSquared: number;
  /** Akaike's criterion: 2·parameters − 2·logLikelihood. */
  aic: number;
}

/** A mean loss below this: the classes are separated, and coefficients grow without limit. */
const SEPARATED = 1e-3;

/**
 * The likelihood of a fit by a solver that computed its second derivatives.
 * @param together all who have rows; labels and weights are this process's
 */
export async function likelihoodOf(
  { results, curvature }: GlmPathResult,
  labels: Int32Array,
  classes: number,
  weights: Float64Array | undefined,
  together: Together,
): Promise<Likelihood | undefined> {
  if (curvature === undefined) return undefined;
  const none = Array.from({ length: classes + 1 }, () => 0);
  const sums = await together.inTurn(none, (state) => {
    for (let r = 0; r < labels.length; r++) {
      const weight = weights?.[r] ?? 1;
      state[labels[r]!] = state[labels[r]!]! + weight;
      if (weight > 0) state[classes]!++;
    }
  });
  const ofClass = sums.subarray(0, classes);
  const weightedRows = sums[classes]!;
  const total = ofClass.reduce((sum, w) => sum + w, 0);
  const nullLogLikelihood = ofClass.reduce((sum, w) => sum + (w > 0 ? w * Math.log(w / total) : 0), 0);
  return { curvature, logLikelihood: -results[0]!.value * total, nullLogLikelihood, weightedRows };
}

/** Parameters relative to the first class, and the second derivatives of the others. */
function relativeToFirst({ coef, intercept, columns }: LogisticFit, curvature: Float64Array) {
  const { cols } = columns;
  const all = intercept.length;
  if (all === 1) return { coef, intercept, curvature, outputs: 1 };
  const outputs = all - 1;
  const size = Math.sqrt(curvature.length);
  const kept = Array.from({ length: size }, (_, i) => i).filter((i) => {
    return i < all * cols ? i >= cols : i > all * cols;
  });
  return {
    outputs,
    coef: Float64Array.from({ length: outputs * cols }, (_, i) => coef[cols + i]! - coef[i % cols]!),
    intercept: Float64Array.from({ length: outputs }, (_, k) => intercept[k + 1]! - intercept[0]!),
    curvature: Float64Array.from(kept.flatMap((i) => kept.map((j) => curvature[i * size + j]!))),
  };
}

/**
 * Wald statistics of a logistic regression without a penalty.
 * @throws SteepestError `ERR_ARGUMENT` if coefficients are not determined
 */
export function logisticInference(
  fit: LogisticFit,
  likelihood: Likelihood,
  level: number,
): LogisticInference {
  const { logLikelihood, nullLogLikelihood, weightedRows } = likelihood;
  if (!(logLikelihood < SEPARATED * nullLogLikelihood)) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'classes that the columns do not separate',
      given: 'a fit that predicts every row with near certainty, so that no estimate is finite',
      hint: 'Use a penalty, or leave out the column that tells the classes apart.',
    });
  }
  const { outputs, coef, intercept, curvature } = relativeToFirst(fit, likelihood.curvature);
  const parameters = Math.sqrt(curvature.length);
  const errors = standardErrorsOf(curvature, parameters);
  const { cols } = fit.columns;
  const fitIntercept = parameters > outputs * cols;
  const inference = glmInference(
    { outputs, cols, coef, intercept, fitIntercept, errors, weightedRows },
    level,
  );
  return {
    ...inference,
    oddsRatios: exponentials(inference.estimates),
    logLikelihood,
    nullLogLikelihood,
    pseudoRSquared: 1 - logLikelihood / nullLogLikelihood,
    aic: 2 * parameters - 2 * logLikelihood,
  };
}

/** The inference as printed tables, one for each class but the first. */
export function logisticSummary(
  inference: LogisticInference,
  classes: readonly Label[],
  names: readonly string[] | undefined,
): string {
  const { logLikelihood, pseudoRSquared, aic, residualDf, oddsRatios } = inference;
  const tables = classes.slice(1).flatMap((label, k) => {
    const table = coefficientTable(inference, k, names, ['odds ratio', oddsRatios]);
    return classes.length === 2 ? [table] : [`class ${show(label)} against ${show(classes[0])}`, table];
  });
  return [
    ...tables,
    `log-likelihood ${digits(logLikelihood)} on ${residualDf} degrees of freedom, AIC ${digits(aic)}, pseudo-R² ${digits(pseudoRSquared)}`,
  ].join('\n');
}
