import {
  d2TweedieScore,
  meanAbsoluteError,
  meanPinballLoss,
  r2Score,
  rootMeanSquaredError,
} from '../../metrics/index.js';
import { count, counted, number, percent } from '../format.js';
import { columnOf, type JudgedValues } from '../judge/judged.js';
import type { Score, Scores } from './score.js';

/** What a regressor wants to predict besides the mean. */
export interface Aim {
  /** A quantile. */
  quantile?: number;
  /** The exponent of the variance: 1 for counts (Poisson), 2 for positive numbers (gamma). */
  power?: number;
}

/** What the class of an estimator says about its aim. */
export function aimOf(predictor: object): Aim {
  const { type, getParams } = predictor as { type?: string; getParams?: () => { quantile?: number } };
  if (type === 'PoissonRegressor') return { power: 1 };
  if (type === 'GammaRegressor') return { power: 2 };
  if (type !== 'QuantileRegressor') return {};
  const { quantile } = getParams!.call(predictor);
  return quantile === undefined ? {} : { quantile };
}

/** The mean of each target. */
function means(data: Float64Array, targets: number): Float64Array {
  const sums = new Float64Array(targets);
  for (let at = 0; at < data.length; at++) sums[at % targets]! += data[at]!;
  return sums.map((sum) => sum / (data.length / targets));
}

/** The quantile of each target, linear between neighbours. */
function quantiles(data: Float64Array, targets: number, share: number): Float64Array {
  return Float64Array.from({ length: targets }, (_, j) => {
    const sorted = columnOf(data, j, targets).sort();
    const at = share * (sorted.length - 1);
    const low = sorted[Math.floor(at)]!;
    return low + (sorted[Math.ceil(at)]! - low) * (at - Math.floor(at));
  });
}

/**
 * Scores of a regressor, averaged over the targets. The baseline always predicts the mean, or the
 * quantile that the model is for.
 * @param reference values of the rows that the baseline learns from; those of the test without
 */
export function valueScores(judged: JudgedValues, reference: Float64Array | undefined, aim: Aim): Scores {
  const { truth, guess, names, rows } = judged;
  const targets = names.length;
  const { quantile } = aim;
  const from = reference ?? truth;
  const centre = quantile === undefined ? means(from, targets) : quantiles(from, targets, quantile);
  const constant = Float64Array.from({ length: truth.length }, (_, at) => centre[at % targets]!);
  const shape = [rows, targets];
  const score = (
    of: (
      truth: { data: Float64Array; shape: number[] },
      guess: { data: Float64Array; shape: number[] },
    ) => number,
    about: Omit<Score, 'value' | 'baseline'>,
  ): Score => {
    const scoreOf = (data: Float64Array): number => of({ data: truth, shape }, { data, shape });
    return { ...about, value: scoreOf(guess), baseline: scoreOf(constant) };
  };
  const absolute = score(meanAbsoluteError, {
    metric: 'mae',
    name: 'Mean absolute error',
    text: number,
    better: 'lower',
    meaning: 'How far a prediction is off, on average, in the unit of the target.',
  });
  const list: Score[] = [
    ...(rows > 1 ? [score(r2Score, R2)] : []),
    absolute,
    score(rootMeanSquaredError, {
      metric: 'rmse',
      name: 'Root mean squared error',
      text: number,
      better: 'lower',
      meaning: 'The same, with large errors counted more.',
    }),
    ...(quantile === undefined ? [] : quantileScores(judged, constant, quantile)),
    ...devianceScores(judged, constant, aim),
  ];
  const word = quantile === undefined ? 'mean' : `${number(quantile)} quantile`;
  const many = targets > 1 ? `, averaged over ${counted(targets, 'target')}` : '';
  return {
    list,
    baseline: `The baseline always predicts the ${word} of the ${reference === undefined ? 'test' : 'training'} rows${targets > 1 ? ', of each target' : ''}.`,
    summary: `Predictions of ${count(rows)} test rows are off by ${number(absolute.value)} on average${many}. Always predicting the ${word} is off by ${number(absolute.baseline!)}.`,
  };
}

const R2: Omit<Score, 'value' | 'baseline'> = {
  metric: 'r2',
  name: 'R²',
  text: number,
  better: 'higher',
  meaning: 'The share of the variance that is explained: 1 is perfect, 0 is no better than the mean.',
};

function quantileScores(
  { truth, guess, names, rows }: JudgedValues,
  constant: Float64Array,
  quantile: number,
) {
  const shape = [rows, names.length];
  const loss = (data: Float64Array): number =>
    meanPinballLoss({ data: truth, shape }, { data, shape }, { alpha: quantile });
  const below = (data: Float64Array): number =>
    truth.reduce((sum, value, at) => sum + Number(value <= data[at]!), 0) / truth.length;
  return [
    {
      metric: 'pinballLoss',
      name: 'Pinball loss',
      value: loss(guess),
      baseline: loss(constant),
      text: number,
      better: 'lower',
      meaning: `What predictions of the ${number(quantile)} quantile cost: 0 is perfect.`,
    } as const,
    {
      metric: 'shareBelow',
      name: 'Rows at or below',
      value: below(guess),
      baseline: undefined,
      text: percent,
      better: 'higher',
      meaning: `The share of rows that are not above their prediction; ${percent(quantile)} is the aim.`,
    } as const,
  ];
}

/** The share of the deviance that is explained, where it is defined. */
function devianceScores(
  { truth, guess, rows }: JudgedValues,
  constant: Float64Array,
  { power }: Aim,
): Score[] {
  const least = power === 2 ? Number.MIN_VALUE : 0;
  const fits = power !== undefined && rows > 1 && truth.every((value) => value >= least);
  if (!fits || guess.some((value) => !(value > 0)) || constant.some((value) => !(value > 0))) return [];
  return [
    {
      metric: power === 1 ? 'd2Poisson' : 'd2Gamma',
      name: power === 1 ? 'D², Poisson' : 'D², gamma',
      value: d2TweedieScore(truth, guess, { power }),
      baseline: d2TweedieScore(truth, constant, { power }),
      text: number,
      better: 'higher',
      meaning: 'The share of the deviance that is explained: 1 is perfect, 0 is no better than the mean.',
    },
  ];
}
