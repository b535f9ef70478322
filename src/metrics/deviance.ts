/** Deviances of the exponential dispersion models with variance μ^power (Jørgensen 1987). */
import { SteepestError } from '../core/errors.js';
import { show } from '../core/show.js';
import {
  readValues,
  readWeights,
  sameRows,
  tooFewSamples,
  type ValueInput,
  type WeightOption,
} from './inputs.js';
import { checkScoreOptions } from './options.js';
import { relative, weightedMean } from './outputs.js';

/** Options of `meanGammaDeviance` and `meanPoissonDeviance`. */
export interface DevianceOptions extends WeightOption {}

/** Options of `d2TweedieScore` and `meanTweedieDeviance`. */
export interface TweedieOptions extends WeightOption {
  /**
   * The exponent of the variance: 0 normal (default), 1 Poisson, between 1 and 2 compound Poisson,
   * 2 gamma, 3 inverse Gaussian; any number but those between 0 and 1.
   */
  power?: number;
}

interface Pairs {
  truth: ArrayLike<number>;
  guess: ArrayLike<number>;
  weights: Float64Array;
}

/** @throws SteepestError `ERR_ARGUMENT` */
function readPower(power: unknown = 0): number {
  if (typeof power === 'number' && Number.isFinite(power) && (power <= 0 || power >= 1)) return power;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'power at most 0 or at least 1, for which there is a distribution',
    given: show(power),
    hint: 'Use 0 for squared errors, 1 for Poisson and 2 for gamma.',
  });
}

/** @throws SteepestError `ERR_SHAPE`; `ERR_LABEL_RANGE` for numbers outside the distribution */
function readPairs(
  name: string,
  yTrue: ValueInput,
  yPred: ValueInput,
  power: number,
  options: WeightOption,
): Pairs {
  const truth = readValues('yTrue', yTrue);
  const guess = readValues('yPred', yPred);
  sameRows('yPred', guess.rows, truth.rows);
  for (const [what, { cols }] of [['yTrue', truth] as const, ['yPred', guess] as const]) {
    if (cols === 1) continue;
    throw new SteepestError('ERR_SHAPE', {
      expected: `${what} with one number per row for ${name}`,
      given: `${cols} columns`,
      hint: 'Score the columns one by one.',
    });
  }
  const check = (what: string, values: ArrayLike<number>, takesZero: boolean): void => {
    const row = Array.prototype.findIndex.call(values, (v: number) => !(takesZero ? v >= 0 : v > 0));
    if (row < 0) return;
    throw new SteepestError('ERR_LABEL_RANGE', {
      expected: `${what} ${takesZero ? 'at least' : 'above'} 0 for a deviance of power ${power}`,
      given: `${values[row]} at row ${row}`,
      hint: 'Use a model with positive predictions, or another score.',
    });
  };
  if (power !== 0) check('yPred', guess.data, false);
  if (power >= 1) check('yTrue', truth.data, power < 2);
  return {
    truth: truth.data,
    guess: guess.data,
    weights: relative(readWeights(options.sampleWeight, truth.rows)),
  };
}

/** The deviance of one target and its prediction. */
function unitDeviance(t: number, mu: number, power: number): number {
  if (power === 0) return (t - mu) ** 2;
  if (power === 1) return 2 * ((t === 0 ? 0 : t * Math.log(t / mu)) - t + mu);
  if (power === 2) return 2 * (Math.log(mu / t) + t / mu - 1);
  const first = Math.max(t, 0) ** (2 - power) / ((1 - power) * (2 - power));
  return 2 * (first - (t * mu ** (1 - power)) / (1 - power) + mu ** (2 - power) / (2 - power));
}

function meanDeviance({ truth, guess, weights }: Pairs, power: number): number {
  return weightedMean(weights, (i) => unitDeviance(truth[i], guess[i], power));
}

/**
 * Mean Poisson deviance, 2 (t ln(t / y) − t + y), of counts and rates.
 * @throws SteepestError `ERR_LABEL_RANGE` for targets below 0 or predictions that are not positive
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * console.log(metrics.meanPoissonDeviance([2, 0, 1], [2, 1, 1]).toFixed(4)); // 0.6667
 * ```
 */
export function meanPoissonDeviance(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: DevianceOptions = {},
): number {
  checkScoreOptions('meanPoissonDeviance', options, []);
  return meanDeviance(readPairs('meanPoissonDeviance', yTrue, yPred, 1, options), 1);
}

/**
 * Mean gamma deviance, 2 (ln(y / t) + t / y − 1), of positive amounts: only ratios count.
 * @throws SteepestError `ERR_LABEL_RANGE` for targets or predictions that are not positive
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * console.log(metrics.meanGammaDeviance([2, 4], [1, 4]).toFixed(4)); // 0.3069
 * ```
 */
export function meanGammaDeviance(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: DevianceOptions = {},
): number {
  checkScoreOptions('meanGammaDeviance', options, []);
  return meanDeviance(readPairs('meanGammaDeviance', yTrue, yPred, 2, options), 2);
}

/**
 * Mean Tweedie deviance: the two above and the squared error are its powers 1, 2 and 0.
 * @throws SteepestError `ERR_LABEL_RANGE` for numbers that the distribution does not take
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * console.log(metrics.meanTweedieDeviance([2, 4], [1, 4], { power: 0 })); // 0.5
 * ```
 */
export function meanTweedieDeviance(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: TweedieOptions = {},
): number {
  checkScoreOptions('meanTweedieDeviance', options, ['power']);
  const power = readPower(options.power);
  return meanDeviance(readPairs('meanTweedieDeviance', yTrue, yPred, power, options), power);
}

/**
 * The share of the Tweedie deviance that predictions save, compared with the mean of the targets;
 * with `power: 0` it is R². With fewer than two samples the result is NaN, with a warning.
 * @example
 * ```ts
 * import { metrics } from 'steepest';
 * console.log(metrics.d2TweedieScore([0, 1, 3], [0.5, 1, 2.5], { power: 1 }).toFixed(3));
 * // 0.745
 * ```
 */
export function d2TweedieScore(yTrue: ValueInput, yPred: ValueInput, options: TweedieOptions = {}): number {
  checkScoreOptions('d2TweedieScore', options, ['power']);
  const power = readPower(options.power);
  const pairs = readPairs('d2TweedieScore', yTrue, yPred, power, options);
  const { truth, weights } = pairs;
  if (weights.length < 2) return tooFewSamples('d2TweedieScore', 'D²');
  const mean = weightedMean(weights, (i) => truth[i]);
  const spread = weightedMean(weights, (i) => unitDeviance(truth[i], mean, power));
  return 1 - meanDeviance(pairs, power) / spread;
}
