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
 */
export const featureScores = {
  /** F test between classes: analysis of variance. */
  fClassif: (x: FeatureInput, y: Classes, options: FeatureTestOptions = {}): Promise<FeatureTests> =>
    computed('fClassif', x, y, options, []),
  /** F test of a line through each column. */
  fRegression: (x: FeatureInput, y: Numbers, options: FeatureTestOptions = {}): Promise<FeatureTests> =>
    computed('fRegression', x, y, options, []),
  /** Chi-squared test of counts and other numbers of at least 0 between classes. */
  chi2: (x: FeatureInput, y: Classes, options: FeatureTestOptions = {}): Promise<FeatureTests> =>
    computed('chi2', x, y, options, []),
  /** Mutual information with classes, in nats: [columns]. */
  async mutualInfoClassif(
    x: FeatureInput,
    y: Classes,
    options: MutualInformationOptions = {},
  ): Promise<Float64Array> {
    return (await computed('mutualInfoClassif', x, y, options, MUTUAL)).scores;
  },
  /** Mutual information with numbers, in nats: [columns]. */
  async mutualInfoRegression(
    x: FeatureInput,
    y: Numbers,
    options: MutualInformationOptions = {},
  ): Promise<Float64Array> {
    return (await computed('mutualInfoRegression', x, y, options, MUTUAL)).scores;
  },
} as const;
