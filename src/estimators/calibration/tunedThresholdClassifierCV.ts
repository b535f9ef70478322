import { checkBoolean, checkInteger } from '../../core/check.js';
import { checkSeed } from '../../core/draws.js';
import { SteepestError } from '../../core/errors.js';
import type { WeightInput } from '../../core/ndarray.js';
import { nextTurn } from '../../core/nextTurn.js';
import { show } from '../../core/show.js';
import type { ColumnNames } from '../../data/arrayInputs.js';
import { separateTarget } from '../../data/tables/target.js';
import { checkOptions } from '../base/fitOptions.js';
import type { Label, LabelInput } from '../base/labels.js';
import { type ParamSpecs, param } from '../base/params.js';
import { attribute, type SavedState } from '../base/saved.js';
import { readSampleWeight } from '../base/weights.js';
import { copyOf, type Step, type WithNetworks } from '../composition/steps.js';
import { foldRows, meanOf } from '../selection/crossValidate.js';
import type { Fold } from '../selection/folds.js';
import { cloneForJob, fitOptions, resolveJobs, runJobs } from '../selection/jobs.js';
import { type CrossValidation, makeFolds } from '../selection/makeFolds.js';
import { type RowsInput, shareRows } from '../selection/rows.js';
import { resolveScorers, type ScorerFunction, type ScorerName, type Scorers } from '../selection/scorers.js';
import { StratifiedShuffleSplit } from '../selection/shuffleSplit.js';
import { cvParam, estimatorParam } from './metaClassifier.js';
import { scoresOf } from './responses.js';
import { labelsAt, type ResponseParams, responseParam, ThresholdClassifier } from './thresholdClassifier.js';

/** Hyperparameters of `TunedThresholdClassifierCV`. */
export interface TunedThresholdClassifierCVParams extends ResponseParams {
  /**
   * The score to maximise: a name of one that needs only `predict` (`'balancedAccuracy'`), or a
   * function, which is called with an object that predicts at a threshold.
   */
  scoring: ScorerName | ScorerFunction<{ predict(): Promise<Label[]>; classes: readonly Label[] }>;
  /**
   * Number of thresholds to try (100), evenly between the least and the greatest score; or a list.
   */
  thresholds: number | readonly number[];
  /**
   * A number of folds (5, stratified), splits, a fraction of the rows to hold out once, or
   * `'prefit'`: the estimator is fitted already, and all rows of `fit` are for the threshold.
   */
  cv: CrossValidation | 'prefit';
  /**
   * Fit the classifier on all rows in the end (true). False needs a single split, whose classifier
   * is kept; with `'prefit'` there is no fit.
   */
  refit: boolean;
  /** Seed of the split for a fraction. */
  seed: number;
  /** Maximum number of concurrent fits. Default: the number of cores. */
  nJobs: number | undefined;
}

/** Options of `fit` of `TunedThresholdClassifierCV`. */
export interface ThresholdFitOptions {
  /** One weight per row, used in fits but not in scores. */
  sampleWeight?: WeightInput;
  /** The group of each row, for a `cv` that keeps groups together, such as `GroupKFold`. */
  groups?: LabelInput;
  /** Ends the fit with `ERR_ABORTED`; the estimator keeps what it learned before. */
  signal?: AbortSignal;
}

/** Mean scores over the folds. */
export interface ThresholdResults {
  thresholds: Float64Array;
  scores: Float64Array;
}

/** Scores of one fold at its own thresholds. */
interface ThresholdCurve {
  thresholds: Float64Array;
  scores: Float64Array;
}

const SPECS: ParamSpecs<TunedThresholdClassifierCVParams> = {
  estimator: estimatorParam,
  scoring: param.custom<TunedThresholdClassifierCVParams['scoring']>('balancedAccuracy', (_, value) => {
    const { names } = resolveScorers(value as never);
    if (names.length === 1 && (typeof value === 'string' || typeof value === 'function')) {
      return value as ScorerName;
    }
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'scoring as one score',
      given: show(value),
      hint: "Write scoring: 'f1'.",
    });
  }),
  thresholds: param.custom<number | readonly number[]>(100, (name, value) => {
    if (typeof value === 'number') return checkInteger(name, value, 2);
    const isList = Array.isArray(value) && value.length > 0 && value.every(Number.isFinite);
    if (isList) return (value as number[]).slice().sort((a, b) => a - b);
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${name} as a number of them, or a list of numbers`,
      given: show(value),
      hint: 'Write thresholds: [0.2, 0.3, 0.4].',
    });
  }),
  cv: cvParam("a number of folds, a fraction, splits or 'prefit'"),
  refit: param.custom<boolean>(true, checkBoolean),
  responseMethod: responseParam,
  seed: param.custom<number>(0, (_, value) => checkSeed(value)),
  nJobs: param.optional(param.integer(1)),
};

/**
 * A classifier of two classes whose threshold maximises a score, which is estimated by
 * cross-validation: where 0.5 is a poor choice because classes are rare or errors cost differently.
 * @example
 * ```ts
 * import { data, LogisticRegression, TunedThresholdClassifierCV } from 'steepest';
 * const { x, y } = data.makeBlobs({ centers: 2, seed: 1 });
 * const estimator = new LogisticRegression();
 * const model = new TunedThresholdClassifierCV({ estimator, scoring: 'f1' });
 * await model.fit(x, y);
 * console.log(model.bestThreshold > 0, model.bestScore > 0.8); // true true
 * ```
 */
export class TunedThresholdClassifierCV extends ThresholdClassifier<TunedThresholdClassifierCVParams> {
  private results: (ThresholdResults & { best: number }) | undefined;

  constructor(params: WithNetworks<TunedThresholdClassifierCVParams> = {}) {
    super('TunedThresholdClassifierCV', SPECS, params);
  }

  /** The threshold with the best mean score. */
  get bestThreshold(): number {
    return this.learned('bestThreshold').threshold;
  }

  /** That score. */
  get bestScore(): number {
    this.learned('bestScore');
    return this.results!.scores[this.results!.best]!;
  }

  /** All thresholds, with their mean scores over the folds. */
  get thresholdResults(): ThresholdResults {
    this.learned('thresholdResults');
    const { thresholds, scores } = this.results!;
    return { thresholds, scores };
  }

  /**
   * @throws SteepestError `ERR_LABEL_RANGE` unless y has two classes; `ERR_ARGUMENT`, also for an
   *   estimator that says the same of every row; `ERR_ABORTED`; whatever the estimator throws
   */
  async fit(
    givenX: RowsInput,
    givenY: LabelInput | ColumnNames,
    options: ThresholdFitOptions = {},
  ): Promise<this> {
    checkOptions('TunedThresholdClassifierCV.fit', options, ['sampleWeight', 'groups', 'signal']);
    const { x, y } = separateTarget('X', givenX, givenY);
    const { classes, rows } = this.twoClasses(x, y);
    const estimator = this.inner();
    const method = this.response(estimator);
    const weights = readSampleWeight(options.sampleWeight, rows);
    const { cv, refit, nJobs } = this.params;
    const scorers = resolveScorers(this.params.scoring as ScorerName);
    const curveOf = async (model: object, rowsOf: RowsInput, truth: RowsInput): Promise<ThresholdCurve> => {
      const [scores] = (await scoresOf(model, method, rowsOf)) as [Float64Array];
      return this.curve(scores, rowsOf, truth, classes, scorers);
    };
    let model: Step;
    let curves: ThresholdCurve[];
    if (cv === 'prefit') {
      model = copyOf(estimator);
      curves = [await curveOf(model, x, y as RowsInput)];
    } else {
      const folds = this.folds(cv, rows, y as RowsInput, options.groups);
      const limit = resolveJobs(nJobs);
      const data = { x: await shareRows(x), y: y as RowsInput, sampleWeight: weights };
      const jobs = folds.map((fold) => async (signal: AbortSignal) => {
        const part = foldRows(data, fold);
        const clone = cloneForJob(estimator, limit) as Step;
        await clone.fit(part.xTrain as never, part.yTrain as never, fitOptions(signal, part.weights));
        return { clone, curve: await curveOf(clone, part.xTest, part.yTest) };
      });
      const done = await runJobs(jobs, limit, options.signal);
      curves = done.map(({ curve }) => curve);
      model = refit ? estimator.clone() : done[0]!.clone;
      if (refit) await model.fit(x as never, y as never, fitOptions(options.signal, weights));
    }
    const results = this.mean(curves);
    this.results = results;
    this.learnt = { classes, model, method, threshold: results.thresholds[results.best]!, positive: 1 };
    return this;
  }

  /** @throws SteepestError `ERR_ARGUMENT` for several folds without `refit` */
  private folds(
    cv: CrossValidation,
    rows: number,
    y: RowsInput,
    groups: LabelInput | undefined,
  ): readonly Fold[] {
    const { seed, refit } = this.params;
    const isShare = typeof cv === 'number' && cv > 0 && cv < 1;
    const splits = isShare ? new StratifiedShuffleSplit({ nSplits: 1, testSize: cv, seed }) : cv;
    const folds = makeFolds({ cv: splits, groups }, true, rows, y);
    if (refit || folds.length === 1) return folds;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'refit with several folds, whose classifiers differ',
      given: `refit: false and ${folds.length} folds`,
      hint: 'Hold out a fraction once: cv: 0.25.',
    });
  }

  /** The score at each threshold. */
  private async curve(
    scores: Float64Array,
    x: RowsInput,
    y: RowsInput,
    classes: readonly Label[],
    scorers: Scorers,
  ): Promise<ThresholdCurve> {
    const { thresholds: wanted } = this.params;
    const [least, most] = ends(scores);
    const thresholds = typeof wanted === 'number' ? evenly(least, most, wanted) : Float64Array.from(wanted);
    if (thresholds.length > 1 && isClose(thresholds[0]!, thresholds[thresholds.length - 1]!)) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'an estimator whose scores tell rows apart',
        given: `one that says ${thresholds[0]} of every row`,
        hint: 'Fit it with a weaker penalty, or with more columns.',
      });
    }
    const values = new Float64Array(thresholds.length);
    for (let t = 0; t < thresholds.length; t++) {
      // A score of many rows takes milliseconds.
      await nextTurn();
      const labels = labelsAt(scores, thresholds[t]!, classes, 1);
      const made = await scorers.score({ classes, predict: async () => labels }, x, y);
      values[t] = made[scorers.names[0]!]!;
    }
    return { thresholds, scores: values };
  }

  /** Means over folds at common thresholds, linear between those of a fold. */
  private mean(curves: readonly ThresholdCurve[]): ThresholdResults & { best: number } {
    const { thresholds: wanted } = this.params;
    const all = curves.map(({ thresholds }) => thresholds);
    const least = Math.min(...all.map((list) => list[0]!));
    const most = Math.max(...all.map((list) => list[list.length - 1]!));
    const thresholds = typeof wanted === 'number' ? evenly(least, most, wanted) : Float64Array.from(wanted);
    const scores = thresholds.map((threshold) => meanOf(curves.map((curve) => between(curve, threshold))));
    let best = 0;
    for (let t = 1; t < scores.length; t++) if (scores[t]! > scores[best]!) best = t;
    return { thresholds, scores, best };
  }

  protected override moreAttributes(): Readonly<Record<string, unknown>> {
    const { thresholds, scores, best } = this.results!;
    return { thresholds: [...thresholds], scores: [...scores], best };
  }

  protected override restoreState(state: SavedState): void {
    super.restoreState(state);
    if (this.learnt === undefined) return;
    const isList = (v: unknown): v is number[] =>
      Array.isArray(v) && v.length > 0 && v.every((n) => Number.isFinite(n));
    const thresholds = Float64Array.from(attribute(state, 'thresholds', isList));
    const isScores = (v: unknown): v is number[] => isList(v) && v.length === thresholds.length;
    const scores = Float64Array.from(attribute(state, 'scores', isScores));
    const isIndex = (v: unknown): v is number =>
      Number.isInteger(v) && (v as number) >= 0 && (v as number) < scores.length;
    this.results = { thresholds, scores, best: attribute(state, 'best', isIndex) };
  }
}

/** The least and the greatest value. */
function ends(values: Float64Array): [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return [least, most];
}

/** count numbers from low to high, both exactly. */
function evenly(low: number, high: number, count: number): Float64Array {
  const step = (high - low) / (count - 1);
  return Float64Array.from({ length: count }, (_, i) => (i === count - 1 ? high : low + i * step));
}

/** As NumPy's `isclose`. */
const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-8 + 1e-5 * Math.abs(b);

/** The score of a fold at a threshold; beyond its own thresholds that of the nearest. */
function between({ thresholds, scores }: ThresholdCurve, at: number): number {
  const last = thresholds.length - 1;
  if (at <= thresholds[0]!) return scores[0]!;
  if (at >= thresholds[last]!) return scores[last]!;
  let i = 0;
  while (thresholds[i + 1]! <= at) i++;
  const slope = (scores[i + 1]! - scores[i]!) / (thresholds[i + 1]! - thresholds[i]!);
  return slope * (at - thresholds[i]!) + scores[i]!;
}
