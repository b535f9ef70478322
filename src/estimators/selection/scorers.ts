import { checkObject } from '../../core/check.js';
import { SteepestError, unknownName } from '../../core/errors.js';
import type { NdArray, WeightInput } from '../../core/ndarray.js';
import { show } from '../../core/show.js';
import type { ValueInput } from '../../metrics/index.js';
import * as metrics from '../../metrics/index.js';
import type { Label, LabelInput } from '../base/labels.js';
import { SCORER_ALIASES } from '../base/names.js';
import { type ResponseMethod, responds } from '../calibration/responses.js';
import { type Fittable, methodOf } from './jobs.js';
import type { RowsInput } from './rows.js';

/**
 * A score of a fitted estimator: larger is better.
 * @param options weights of the rows, if `permutationImportance` was given some
 * @example
 * ```ts
 * import { crossValidate, data, metrics, Ridge, type ScorerFunction } from 'steepest';
 * const { x, y } = data.makeRegression({ nFeatures: 5, seed: 1 });
 * const scoring: ScorerFunction<Ridge> = async (model, rows, targets) =>
 *   -metrics.maxError(targets as Float64Array, await model.predict(rows as number[][]));
 * console.log((await crossValidate(new Ridge(), x, y, { scoring })).mean.score! < 0); // true
 * ```
 */
export type ScorerFunction<E = Fittable> = (
  estimator: E,
  x: RowsInput,
  y: RowsInput,
  options?: { sampleWeight?: WeightInput },
) => number | Promise<number>;

type Weighed = { sampleWeight?: WeightInput };

/** A fitted estimator's predictions for some rows, computed once for all scores. */
class Predictions {
  private readonly asked = new Map<string, Promise<unknown>>();

  constructor(
    private readonly estimator: object,
    private readonly x: RowsInput,
    readonly y: RowsInput,
    /** Weights of the rows in scores, as an option. */
    readonly weights: Weighed,
  ) {}

  private ask(name: string): Promise<unknown> {
    const hint = "Use a score that needs only predict, such as 'accuracy' or 'r2'.";
    const method = methodOf(this.estimator, name, hint, ' for this score');
    const known = this.asked.get(name) ?? (method(this.x) as Promise<unknown>);
    this.asked.set(name, known);
    return known;
  }

  labels(): Promise<LabelInput> {
    return this.ask('predict') as Promise<LabelInput>;
  }

  values(): Promise<ValueInput> {
    return this.ask('predict') as Promise<ValueInput>;
  }

  proba(): Promise<NdArray<Float64Array>> {
    return this.ask('predictProba') as Promise<NdArray<Float64Array>>;
  }

  get classes(): readonly Label[] {
    return (this.estimator as { classes: readonly Label[] }).classes;
  }

  /** The second of two classes, as an option. */
  get posLabel(): { posLabel?: Label } {
    const [, second, ...more] = this.classes;
    return second === undefined || more.length > 0 ? {} : { posLabel: second };
  }

  get truth(): LabelInput & ValueInput {
    return this.y as LabelInput & ValueInput;
  }

  /**
   * The probability of the second of two classes, or all probabilities; of an estimator without
   * probabilities its decision function.
   */
  async classScores(): Promise<ValueInput> {
    const has = (name: ResponseMethod): boolean => responds(this.estimator, name);
    if (!has('predictProba') && has('decisionFunction')) {
      return (await this.ask('decisionFunction')) as ValueInput;
    }
    const { data, shape } = await this.proba();
    const [, cols = 0] = shape;
    return cols === 2 ? data.filter((_, i) => i % 2 === 1) : { data, shape };
  }
}

type NamedScorer = (p: Predictions) => Promise<number>;

/** A score of predicted classes. */
const ofLabels =
  (score: (truth: Label[], guess: Label[], options: Weighed) => number): NamedScorer =>
  async (p) =>
    score(p.truth as Label[], (await p.labels()) as Label[], p.weights);

type Ratio = typeof metrics.precisionScore;

/** The score of two classes, with the second as the positive one. */
const binary =
  (ratio: Ratio): NamedScorer =>
  async (p) => {
    const guess = (await p.labels()) as Label[];
    return ratio(p.truth as Label[], guess, { ...p.weights, ...p.posLabel });
  };

const averaged = (ratio: Ratio, average: 'micro' | 'macro' | 'weighted'): NamedScorer =>
  ofLabels((truth, guess, options) => ratio(truth, guess, { average, ...options }));

const area =
  (multiClass: 'raise' | 'ovr' | 'ovo'): NamedScorer =>
  async (p) => {
    const labels = p.classes.length > 2 ? [...p.classes] : undefined;
    const options = { multiClass, labels, ...p.weights };
    return metrics.rocAucScore(p.truth as Label[], await p.classScores(), options);
  };

/** A score of all probabilities. */
const ofProba =
  (
    score: (truth: Label[], proba: ValueInput, options: Weighed & { labels: Label[] }) => number,
  ): NamedScorer =>
  async (p) =>
    score(p.truth as Label[], await p.proba(), { labels: [...p.classes], ...p.weights });

/** A score of predicted numbers. */
const ofValues =
  (score: (truth: ValueInput, guess: ValueInput, options: Weighed) => number): NamedScorer =>
  async (p) =>
    score(p.truth, await p.values(), p.weights);

/** An error: negated, so that larger is better. */
const negated =
  (scorer: NamedScorer): NamedScorer =>
  async (p) =>
    -(await scorer(p));

/** Scores with names; errors and losses are negated, so that larger is better. */
const SCORERS = {
  accuracy: ofLabels(metrics.accuracyScore),
  balancedAccuracy: ofLabels(metrics.balancedAccuracyScore),
  matthewsCorrcoef: ofLabels(metrics.matthewsCorrcoef),
  precision: binary(metrics.precisionScore),
  precisionMicro: averaged(metrics.precisionScore, 'micro'),
  precisionMacro: averaged(metrics.precisionScore, 'macro'),
  precisionWeighted: averaged(metrics.precisionScore, 'weighted'),
  recall: binary(metrics.recallScore),
  recallMicro: averaged(metrics.recallScore, 'micro'),
  recallMacro: averaged(metrics.recallScore, 'macro'),
  recallWeighted: averaged(metrics.recallScore, 'weighted'),
  f1: binary(metrics.f1Score),
  f1Micro: averaged(metrics.f1Score, 'micro'),
  f1Macro: averaged(metrics.f1Score, 'macro'),
  f1Weighted: averaged(metrics.f1Score, 'weighted'),
  rocAuc: area('raise'),
  rocAucOvr: area('ovr'),
  rocAucOvo: area('ovo'),
  averagePrecision: async (p) =>
    metrics.averagePrecisionScore(p.truth as Label[], await p.classScores(), { ...p.weights, ...p.posLabel }),
  topKAccuracy: async (p) =>
    metrics.topKAccuracyScore(p.truth as Label[], await p.classScores(), {
      labels: [...p.classes],
      ...p.weights,
    }),
  negLogLoss: negated(ofProba(metrics.logLoss)),
  negBrierScore: negated(ofProba(metrics.brierScoreLoss)),
  d2LogLossScore: ofProba(metrics.d2LogLossScore),
  d2BrierScore: ofProba(metrics.d2BrierScore),
  r2: ofValues(metrics.r2Score),
  explainedVariance: ofValues(metrics.explainedVarianceScore),
  d2AbsoluteErrorScore: ofValues(metrics.d2AbsoluteErrorScore),
  negMeanSquaredError: negated(ofValues(metrics.meanSquaredError)),
  negRootMeanSquaredError: negated(ofValues(metrics.rootMeanSquaredError)),
  negMeanAbsoluteError: negated(ofValues(metrics.meanAbsoluteError)),
  negMedianAbsoluteError: negated(ofValues(metrics.medianAbsoluteError)),
  negMeanAbsolutePercentageError: negated(ofValues(metrics.meanAbsolutePercentageError)),
  // It refuses weights.
  negMaxError: negated(ofValues((truth, guess, options) => metrics.maxError(truth, guess, options as never))),
  negMeanPoissonDeviance: negated(ofValues(metrics.meanPoissonDeviance)),
  negMeanGammaDeviance: negated(ofValues(metrics.meanGammaDeviance)),
} satisfies Record<string, NamedScorer>;

/** Names of scores. */
export type ScorerName = keyof typeof SCORERS;
/**
 * The names of all scores that `scoring` accepts.
 * @example
 * ```ts
 * import { scorerNames } from 'steepest';
 * console.log(scorerNames.includes('r2')); // true
 * ```
 */
export const scorerNames = Object.keys(SCORERS) as ScorerName[];

/**
 * One score, several by name, or several under your own names. By default the estimator's own
 * `score`.
 * @example
 * ```ts
 * import { crossValidate, data, Ridge, type Scoring } from 'steepest';
 * const { x, y } = data.makeRegression({ nFeatures: 5, seed: 1 });
 * const scoring: Scoring = ['r2', 'negMeanAbsoluteError'];
 * console.log(Object.keys((await crossValidate(new Ridge(), x, y, { scoring })).mean));
 * // [ 'r2', 'negMeanAbsoluteError' ]
 * ```
 */
export type Scoring<E = Fittable> =
  | ScorerName
  | ScorerFunction<E>
  | readonly ScorerName[]
  | Readonly<Record<string, ScorerName | ScorerFunction<E>>>;

/** The name of the only score if none is given. */
const DEFAULT_SCORE = 'score';

/** Scores by their names in results. */
export interface Scorers {
  names: readonly string[];
  score(
    estimator: object,
    x: RowsInput,
    y: RowsInput,
    sampleWeight?: WeightInput,
  ): Promise<Record<string, number>>;
}

/** @throws SteepestError `ERR_UNKNOWN_NAME`, `ERR_ARGUMENT` */
export function resolveScorers(scoring: Scoring<never> | undefined): Scorers {
  const entries = scoringEntries(scoring);
  for (const [, scorer] of entries) {
    if (typeof scorer === 'function') continue;
    if (typeof scorer !== 'string' || !Object.hasOwn(SCORERS, scorer)) {
      unknownName('scoring', scorer, scorerNames, SCORER_ALIASES);
    }
  }
  return {
    names: entries.map(([name]) => name),
    async score(estimator, x, y, sampleWeight) {
      const weights = sampleWeight === undefined ? {} : { sampleWeight };
      const predictions = new Predictions(estimator, x, y, weights);
      const scores: Record<string, number> = {};
      for (const [name, scorer] of entries) {
        const value =
          typeof scorer === 'function'
            ? await scorer(estimator as never, x, y, weights)
            : await SCORERS[scorer](predictions);
        if (typeof value !== 'number') {
          throw new SteepestError('ERR_ARGUMENT', {
            expected: `scorer '${name}' to return a number`,
            given: show(value),
            hint: 'Return one number per call, larger for better.',
          });
        }
        scores[name] = value;
      }
      return scores;
    },
  };
}

/** The estimator's own score. */
const ownScore: ScorerFunction<Readonly<Record<string, unknown>>> = async (estimator, x, y, weights) => {
  if (typeof estimator.score === 'function') return (await estimator.score(x, y, weights)) as number;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'an estimator with score(), where no scoring is given',
    given: 'one that has none',
    hint: "Set scoring, such as 'accuracy' or 'r2'.",
  });
};

function scoringEntries(scoring: Scoring<never> | undefined): [string, ScorerName | ScorerFunction<never>][] {
  if (scoring === undefined) return [[DEFAULT_SCORE, ownScore]];
  if (typeof scoring === 'string' || typeof scoring === 'function') return [[DEFAULT_SCORE, scoring]];
  if (!Array.isArray(scoring)) checkObject('scoring', scoring);
  const entries = Array.isArray(scoring)
    ? Array.from(scoring as readonly ScorerName[], (name): [string, ScorerName] => [name, name])
    : (Object.entries(scoring) as [string, ScorerName | ScorerFunction<never>][]);
  if (entries.length > 0) return entries;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'at least one score',
    given: 'none',
    hint: "Leave scoring out for the estimator's own score.",
  });
}
