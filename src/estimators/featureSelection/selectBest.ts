import { checkNumber } from '../../core/check.js';
import { checkSeed } from '../../core/draws.js';
import { SteepestError } from '../../core/errors.js';
import { isSize } from '../../core/guards.js';
import { atOnce, inSlices } from '../../core/inParts.js';
import { show } from '../../core/show.js';
import { separateTarget } from '../../data/tables/target.js';
import type { TableInput } from '../base/columns.js';
import type { EstimatorFitOptions } from '../base/estimator.js';
import { checkNoOptionsAsY, checkOptions, TRANSFORMER_FIT_KEYS } from '../base/fitOptions.js';
import { type ParamSpecs, param } from '../base/params.js';
import { float64Tensor, type SavedState } from '../base/saved.js';
import { quantiles } from '../preprocessing/orderStatistics.js';
import { type ScoreFunction, type ScoreParams, scoresOf } from './columnScores.js';
import { Selector } from './selector.js';

const SCORES: readonly ScoreFunction[] = [
  'chi2',
  'fClassif',
  'fRegression',
  'mutualInfoClassif',
  'mutualInfoRegression',
];

function checkDiscrete(name: string, value: unknown): boolean | readonly number[] {
  if (typeof value === 'boolean') return value;
  if (Array.isArray(value) && [...value].every((j) => Number.isSafeInteger(j) && j >= 0)) return [...value];
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${name} as true, false or a list of column numbers`,
    given: show(value),
    hint: 'Write [0, 3] for the first and the fourth column.',
  });
}

export const SCORE_SPECS: ParamSpecs<ScoreParams> = {
  scoreFunc: param.oneOf('fClassif', SCORES),
  nNeighbors: param.integer(3),
  discreteFeatures: param.custom<boolean | readonly number[]>(false, checkDiscrete),
  seed: param.custom(0, (_, value) => checkSeed(value)),
};

/** What selectors by score share. */
abstract class ByScore<P extends ScoreParams> extends Selector<P> {
  protected readonly takesNaN = false;
  private found: { scores: Float64Array; pvalues: Float64Array } | undefined;

  /** Numbers of the columns to keep, ascending; scores without NaN. */
  protected abstract choose(scores: Float64Array): number[];

  /**
   * @param y one class per row, or one number for 'fRegression' and 'mutualInfoRegression'; or the
   *   name of their column in x
   * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_NOT_FINITE`,
   *   `ERR_LABEL_RANGE` for a single class, `ERR_ABORTED`
   */
  async fit(x: TableInput, y?: unknown, options: EstimatorFitOptions = {}): Promise<this> {
    checkNoOptionsAsY('fit', y);
    checkOptions(`${this.type}.fit`, options, TRANSFORMER_FIT_KEYS);
    const given = separateTarget('X', x, y);
    const features = this.readNumbers(given.x);
    const found = await inSlices(scoresOf(features, given.y, this.params), options.signal);
    // Without a score, a column is the last choice.
    const scores = found.scores.map((score) => (Number.isNaN(score) ? -Number.MAX_VALUE : score));
    this.keep(this.choose(scores), features);
    this.found = found;
    return this;
  }

  /** The score of each column of the fit, the larger the better: [columns]. */
  get scores(): Float64Array {
    return this.learned('scores').scores.slice();
  }

  /** The p-value of each F or chi-squared test; undefined for mutual information: [columns]. */
  get pvalues(): Float64Array | undefined {
    const { pvalues, scores } = this.learned('pvalues');
    const isTest = pvalues.some((p, j) => !Number.isNaN(p) || Number.isNaN(scores[j]!));
    return isTest ? pvalues.slice() : undefined;
  }

  private learned(what: string): { scores: Float64Array; pvalues: Float64Array } {
    if (this.found === undefined) throw this.notFitted(what);
    return this.found;
  }

  protected fittedState(): SavedState | undefined {
    if (this.found === undefined) return undefined;
    const { scores, pvalues } = this.found;
    const shape = [scores.length];
    return {
      tensors: { scores: { data: scores, shape }, pvalues: { data: pvalues, shape } },
      attributes: { ...this.columnAttributes(), kept: [...this.kept] },
    };
  }

  protected restoreState(state: SavedState): void {
    this.restoreKept(state);
    const read = (name: string): Float64Array => float64Tensor(state, name, [this.nFeaturesIn]).data;
    this.found = { scores: read('scores'), pvalues: read('pvalues') };
  }
}

/** Columns by ascending score; of equal ones, the first first. */
const byScore = (scores: Float64Array): number[] =>
  Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]! || a - b);

const ascending = (columns: number[]): number[] => columns.sort((a, b) => a - b);

/** Hyperparameters of `SelectKBest`. */
export interface SelectKBestParams extends ScoreParams {
  /** How many columns to keep (10), or 'all'; all if there are fewer. */
  k: number | 'all';
}

const K_BEST_SPECS: ParamSpecs<SelectKBestParams> = {
  ...SCORE_SPECS,
  k: param.custom<number | 'all'>(10, (name, value) =>
    value === 'all' ? value : checkNumber(name, value, "a whole number of at least 1, or 'all'", isSize),
  ),
};

/**
 * Keeps the k columns with the highest scores. Of equal scores the last columns are kept, as in
 * scikit-learn.
 * @example
 * ```ts
 * import { data, SelectKBest } from 'steepest';
 * const { x, y } = data.makeClassification({ seed: 1 });
 * const best = new SelectKBest({ k: 2 });
 * console.log((await best.fitTransform(x, y)).shape); // [ 100, 2 ]
 * ```
 */
export class SelectKBest extends ByScore<SelectKBestParams> {
  constructor(params: Partial<SelectKBestParams> = {}) {
    super('SelectKBest', K_BEST_SPECS, params);
  }

  protected choose(scores: Float64Array): number[] {
    const { k } = this.params;
    const order = byScore(scores);
    return ascending(k === 'all' ? order : order.slice(-k));
  }
}

/** Hyperparameters of `SelectPercentile`. */
export interface SelectPercentileParams extends ScoreParams {
  /** Percentage of the columns to keep, above 0 and up to 100 (10). */
  percentile: number;
}

const PERCENTILE_SPECS: ParamSpecs<SelectPercentileParams> = {
  ...SCORE_SPECS,
  percentile: param.custom(10, (name, value) =>
    checkNumber(name, value, 'a number above 0 and up to 100', (v) => v > 0 && v <= 100),
  ),
};

/**
 * Keeps a percentage of the columns, those with the highest scores.
 * @example
 * ```ts
 * import { data, SelectPercentile } from 'steepest';
 * const { x, y } = data.makeClassification({ seed: 1 });
 * const best = new SelectPercentile({ percentile: 50 });
 * console.log((await best.fitTransform(x, y)).shape, x.shape); // [ 100, 10 ] [ 100, 20 ]
 * ```
 */
export class SelectPercentile extends ByScore<SelectPercentileParams> {
  constructor(params: Partial<SelectPercentileParams> = {}) {
    super('SelectPercentile', PERCENTILE_SPECS, params);
  }

  protected choose(scores: Float64Array): number[] {
    const { percentile } = this.params;
    if (percentile === 100) return ascending(byScore(scores));
    const [limit] = atOnce(quantiles(scores.slice(), [(100 - percentile) / 100]));
    const all = Array.from(scores.keys());
    const above = all.filter((j) => scores[j]! > limit!);
    const most = Math.trunc((scores.length * percentile) / 100);
    const ties = all.filter((j) => scores[j] === limit).slice(0, Math.max(0, most - above.length));
    return ascending([...above, ...ties]);
  }
}
