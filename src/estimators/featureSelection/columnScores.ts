import { Draws, STREAMS } from '../../core/draws.js';
import { SteepestError } from '../../core/errors.js';
import type { InParts } from '../../core/inParts.js';
import { checkRowCount } from '../../core/refuse.js';
import { show } from '../../core/show.js';
import type { TargetInput } from '../../data/arrayInputs.js';
import type { Features } from '../base/features.js';
import { checkClassCount, encodeClasses, type LabelInput } from '../base/labels.js';
import { readSingleTarget } from '../base/targets.js';
import { checkFrequencies, chi2OfClasses } from './chiSquared.js';
import { type ColumnScore, fOfClasses, fOfRegression, meanOf } from './fTests.js';
import { ofContinuous, ofContinuousAndDiscrete, ofDiscrete, prepared } from './mutualInformation.js';

/**
 * How a column is scored against the target: a test by name.
 * @example
 * ```ts
 * import { data, type ScoreFunction, SelectKBest } from 'steepest';
 * const { x, y } = data.makeRegression({ nFeatures: 5, seed: 1 });
 * const scoreFunc: ScoreFunction = 'fRegression';
 * const three = await new SelectKBest({ scoreFunc, k: 3 }).fitTransform(x, y);
 * console.log(three.shape); // [ 100, 3 ]
 * ```
 */
export type ScoreFunction =
  | 'chi2'
  | 'fClassif'
  | 'fRegression'
  | 'mutualInfoClassif'
  | 'mutualInfoRegression';

export interface ScoreParams {
  /**
   * How columns are compared with y: an F test between classes (default) or of a linear regression,
   * the chi-squared test of frequencies, or mutual information, which also sees what is not linear.
   */
  scoreFunc: ScoreFunction;
  /** Neighbours that mutual information looks at (3). */
  nNeighbors: number;
  /** For mutual information: whether columns are discrete, or which of them are (false). */
  discreteFeatures: boolean | readonly number[];
  /** Seed of the noise that separates equal numbers for mutual information (0). */
  seed: number;
}

/** y, read for a score. */
type Truth = { codes: Int32Array; classes: number } | { values: Float64Array };

function readTruth(y: unknown, rows: number, isClasses: boolean): Truth {
  if (!isClasses) {
    const hint = 'Select columns for one target at a time.';
    return { values: readSingleTarget('y', y as TargetInput, rows, hint) };
  }
  const { codes, classes } = encodeClasses('y', y as LabelInput);
  checkRowCount('y', codes.length, 'X', rows);
  checkClassCount('y', classes);
  return { codes, classes: classes.length };
}

/** A column's numbers in float64. */
function columnOf({ data, rows, cols }: Features, j: number): Float64Array {
  const values = new Float64Array(rows);
  for (let i = 0, at = j; i < rows; i++, at += cols) values[i] = data[at]!;
  return values;
}

/** Numbers that stand for the different values of a discrete column. */
function codesOf(values: Float64Array): { codes: Int32Array; classes: number } {
  const seen = new Map<number, number>();
  const codes = Int32Array.from(values, (value) => {
    const code = seen.get(value) ?? seen.size;
    seen.set(value, code);
    return code;
  });
  return { codes, classes: seen.size };
}

/** Which columns are discrete. @throws SteepestError `ERR_ARGUMENT` for one that does not exist */
function discreteMask(given: boolean | readonly number[], cols: number): boolean[] {
  if (typeof given === 'boolean') return new Array<boolean>(cols).fill(given);
  const mask = new Array<boolean>(cols).fill(false);
  for (const j of given) {
    if (j >= cols) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: `discreteFeatures with numbers of columns from 0 to ${cols - 1}`,
        given: show(given),
        hint: 'Name columns of X by their numbers.',
      });
    }
    mask[j] = true;
  }
  return mask;
}

/** y less its mean, for correlations. */
function centred(values: Float64Array): Float64Array {
  const mean = meanOf(values);
  return values.map((value) => value - mean);
}

/** Scores and p-values of all columns. */
export function* scoresOf(
  features: Features,
  y: unknown,
  params: ScoreParams,
): InParts<{ scores: Float64Array; pvalues: Float64Array }> {
  const { rows, cols } = features;
  const { scoreFunc } = params;
  const truth = readTruth(y, rows, !scoreFunc.endsWith('Regression'));
  if (scoreFunc === 'chi2') checkFrequencies(features.data, cols, features.names);
  const isDiscrete = discreteMask(params.discreteFeatures, cols);
  const noise = new Draws(params.seed, STREAMS.mutualInformation);
  const isMutual = scoreFunc.startsWith('mutualInfo');
  const target =
    'codes' in truth ? truth : { values: isMutual ? prepared(truth.values, noise) : centred(truth.values) };
  const scores = new Float64Array(cols);
  const pvalues = new Float64Array(cols).fill(Number.NaN);
  for (let j = 0; j < cols; j++) {
    yield;
    const values = columnOf(features, j);
    if (isMutual) {
      scores[j] = yield* mutualInformation(values, isDiscrete[j]!, target, params.nNeighbors, noise);
      continue;
    }
    const ofClasses = scoreFunc === 'chi2' ? chi2OfClasses : fOfClasses;
    const found: ColumnScore =
      'codes' in target
        ? yield* ofClasses(values, target.codes, target.classes)
        : fOfRegression(values, target.values);
    scores[j] = found.score;
    pvalues[j] = found.pvalue;
  }
  return { scores, pvalues };
}

function* mutualInformation(
  values: Float64Array,
  isDiscrete: boolean,
  target: Truth,
  neighbors: number,
  noise: Draws,
): InParts<number> {
  if (isDiscrete) {
    const { codes, classes } = codesOf(values);
    if ('codes' in target) return ofDiscrete(codes, target.codes, target.classes);
    return yield* ofContinuousAndDiscrete(target.values, codes, classes, neighbors);
  }
  const x = prepared(values, noise);
  if ('codes' in target) return yield* ofContinuousAndDiscrete(x, target.codes, target.classes, neighbors);
  return yield* ofContinuous(x, target.values, neighbors);
}
