import { inSlices } from '../../core/inParts.js';
import type { ColumnNames, TargetInput } from '../../data/arrayInputs.js';
import { separateTarget } from '../../data/tables/target.js';
import { checkFiniteFeatures, type FeatureInput, readFeatures } from '../base/features.js';
import { checkOptions } from '../base/fitOptions.js';
import type { LabelInput } from '../base/labels.js';
import { defaultParams, resolveParams } from '../base/params.js';
import { type ScoreFunction, type ScoreParams, scoresOf } from './columnScores.js';
import { SCORE_SPECS } from './selectBest.js';

/** The test of each column: [columns]. NaN for a column that cannot be tested. */
export interface FeatureTests {
  scores: Float64Array;
  pvalues: Float64Array;
}

/** Options of the tests of `featureScores`. */
export interface FeatureTestOptions {
  /** Ends the call with `ERR_ABORTED`. */
  signal?: AbortSignal;
}

/** As in `SelectKBest`. */
export interface MutualInformationOptions
  extends Partial<Omit<ScoreParams, 'scoreFunc'>>,
    FeatureTestOptions {}

/** One class per row, or the name of their column in x. */
type Classes = LabelInput | ColumnNames;
/** One number per row, or the name of their column in x. */
type Numbers = TargetInput | ColumnNames;

async function computed(
  scoreFunc: ScoreFunction,
  x: FeatureInput,
  y: unknown,
  options: MutualInformationOptions,
  keys: readonly string[],
): Promise<FeatureTests> {
  const what = `featureScores.${scoreFunc}`;
  checkOptions(what, options, ['signal', ...keys]);
  const { signal, ...rest } = options;
  const params = resolveParams(what, SCORE_SPECS, defaultParams(SCORE_SPECS), { ...rest, scoreFunc });
  const given = separateTarget('X', x, y);
  const features = readFeatures('X', given.x as FeatureInput);
  checkFiniteFeatures('X', features);
  return inSlices(scoresOf(features, given.y, params), signal);
}

const MUTUAL = ['nNeighbors', 'discreteFeatures', 'seed'];

/**
 * How much each column of x tells of y, by the functions that `SelectKBest` and `SelectPercentile`
 * choose with. All throw a SteepestError: `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_NOT_FINITE`,
 * `ERR_ARGUMENT`, `ERR_LABEL_RANGE` for a single class, `ERR_ABORTED`.
 * @example
 * ```ts
 * import { featureScores } from 'steepest';
 * const { scores } = await featureScores.fClassif([[1, 5], [2, 1], [9, 4]], [0, 0, 1]);
 * console.log(scores[0]! > scores[1]!); // true
 * ```
 */
export const featureScores = {
  /**
   * F test between classes: analysis of variance.
   * @example
   * ```ts
   * import { featureScores } from 'steepest';
   * const { scores, pvalues } = await featureScores.fClassif([[1], [2], [9], [8]], [0, 0, 1, 1]);
   * console.log(scores[0]!.toFixed(1), pvalues[0]!.toFixed(3)); // 98.0 0.010
   * ```
   */
  fClassif: (x: FeatureInput, y: Classes, options: FeatureTestOptions = {}): Promise<FeatureTests> =>
    computed('fClassif', x, y, options, []),
  /**
   * F test of a line through each column.
   * @example
   * ```ts
   * import { featureScores } from 'steepest';
   * const x = [[1, 4], [2, 1], [3, 3], [4, 2]];
   * const { scores } = await featureScores.fRegression(x, [2, 4, 7, 8]);
   * console.log(scores[0]! > scores[1]!); // true
   * ```
   */
  fRegression: (x: FeatureInput, y: Numbers, options: FeatureTestOptions = {}): Promise<FeatureTests> =>
    computed('fRegression', x, y, options, []),
  /**
   * Chi-squared test of counts and other numbers of at least 0 between classes.
   * @example
   * ```ts
   * import { featureScores } from 'steepest';
   * const { scores } = await featureScores.chi2([[10], [10], [30], [30]], [0, 0, 1, 1]);
   * console.log(scores[0]!); // 20
   * ```
   */
  chi2: (x: FeatureInput, y: Classes, options: FeatureTestOptions = {}): Promise<FeatureTests> =>
    computed('chi2', x, y, options, []),
  /**
   * Mutual information with classes, in nats: [columns].
   * @example
   * ```ts
   * import { data, featureScores } from 'steepest';
   * const { x, y } = data.makeClassification({ seed: 1 });
   * console.log((await featureScores.mutualInfoClassif(x, y)).length); // 20
   * ```
   */
  async mutualInfoClassif(
    x: FeatureInput,
    y: Classes,
    options: MutualInformationOptions = {},
  ): Promise<Float64Array> {
    return (await computed('mutualInfoClassif', x, y, options, MUTUAL)).scores;
  },
  /**
   * Mutual information with numbers, in nats: [columns].
   * @example
   * ```ts
   * import { data, featureScores } from 'steepest';
   * const { x, y } = data.makeRegression({ nFeatures: 5, nInformative: 2, seed: 1 });
   * console.log((await featureScores.mutualInfoRegression(x, y, { nNeighbors: 5 })).length);
   * // 5
   * ```
   */
  async mutualInfoRegression(
    x: FeatureInput,
    y: Numbers,
    options: MutualInformationOptions = {},
  ): Promise<Float64Array> {
    return (await computed('mutualInfoRegression', x, y, options, MUTUAL)).scores;
  },
} as const;
