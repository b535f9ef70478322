import { type Align, alignColumns } from '../../core/alignColumns.js';
import { checkInteger } from '../../core/check.js';
import { type Cluster, checkCluster } from '../../core/clusterOption.js';
import { checkSeed, Draws, STREAMS } from '../../core/draws.js';
import { SteepestError } from '../../core/errors.js';
import { Matrix } from '../../core/matrix.js';
import type { WeightInput } from '../../core/ndarray.js';
import { show } from '../../core/show.js';
import { checkOptions } from '../base/fitOptions.js';
import { readSampleWeight } from '../base/weights.js';
import { agreed, printOfRows, printOfValue } from './cluster/agreement.js';
import type { SharedCall } from './cluster/inStep.js';
import { overRanks, runSharedJobs } from './cluster/sharedJobs.js';
import { deviationOf, meanOf, SCORE_DIGITS } from './crossValidate.js';
import { resolveJobs } from './jobs.js';
import { type ColumnsOf, permutable } from './permutedColumns.js';
import { pairedRows, type RowsInput, type TargetRows, takeRows } from './rows.js';
import { resolveScorers, type ScorerFunction, type ScorerName, type Scorers } from './scorers.js';

/** Options of `permutationImportance`. */
export interface PermutationImportanceOptions<E = object> {
  /** A score. Default: the estimator's own. */
  scoring?: ScorerName | ScorerFunction<E>;
  /** How many times each column is shuffled (5). */
  nRepeats?: number;
  /** Number of rows to score for each shuffle, or a fraction of them (1: all), drawn at random. */
  maxSamples?: number;
  /** One weight per row, used in scores. */
  sampleWeight?: WeightInput;
  /** Seed of the shuffles. 0 by default. */
  seed?: number;
  /**
   * Maximum number of concurrent scores; default: the number of cores. It does not change the
   * result.
   */
  nJobs?: number;
  /** Ends the calls; the promise rejects with `ERR_ABORTED`. */
  signal?: AbortSignal;
  /**
   * Divides the scores over the ranks of a cluster. Every rank makes the same call, with the same
   * fitted estimator and the same data, and gets the same result.
   */
  cluster?: Cluster;
}

/** How much a score falls when a column is shuffled: of each column, in their order. */
export interface PermutationImportance {
  /** Names of the columns; x0, x1, … where they have none. */
  featureNames: readonly string[];
  /** Mean fall of the score over the repeats. */
  importancesMean: Float64Array;
  /** Standard deviation over the repeats, divided by n. */
  importancesStd: Float64Array;
  /** columns × repeats. */
  importances: Matrix<Float64Array>;
  /** The score without shuffling. */
  baselineScore: number;
  /** A table, the most important column first. */
  toString(): string;
}

const KEYS = ['scoring', 'nRepeats', 'maxSamples', 'sampleWeight', 'seed', 'nJobs', 'signal', 'cluster'];

/**
 * Permutation importance (Breiman 2001): how much the score of a fitted estimator falls when one
 * column is shuffled, so that it tells nothing about its row any more. Use rows that the estimator
 * was not fitted on. Of two columns that say the same, neither looks important.
 *
 * @param estimator a fitted estimator, or a pipeline or search
 * @throws SteepestError `ERR_SHAPE`, `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME`, `ERR_ABORTED`; whatever
 *   the estimator throws
 * @example
 * ```ts
 * import { data, LinearRegression, permutationImportance } from 'steepest';
 * const table = new data.DataTable({ size: [1, 2, 3, 4, 5, 6], noise: [3, 1, 2, 3, 1, 2] });
 * const y = [10, 20, 30, 40, 50, 60];
 * const model = await new LinearRegression().fit(table, y);
 * const { featureNames, importancesMean } = await permutationImportance(model, table, y);
 * console.log(featureNames, importancesMean[0]! > importancesMean[1]!);
 * // [ 'size', 'noise' ] true
 * ```
 */
export async function permutationImportance<E extends object>(
  estimator: E,
  givenX: RowsInput,
  givenY: TargetRows,
  options: PermutationImportanceOptions<E> = {},
): Promise<PermutationImportance> {
  checkOptions('permutationImportance', options, KEYS);
  const name = 'permutationImportance';
  return overRanks(checkCluster('cluster', options.cluster), name, async (call) => {
    const scoring = await agreed(
      call,
      () => prepare(estimator, givenX, givenY, options),
      async ({ x, y, sampleWeight, orders }) => ({
        estimator: await printOfValue(String(estimator), learnedBy(estimator)),
        X: await printOfRows('X', x),
        y: await printOfRows('y', y),
        sampleWeight: await printOfRows('sampleWeight', sampleWeight),
        scoring: await printOfValue(show(options.scoring), options.scoring),
        shuffles: await printOfValue(`${orders.length} of ${orders[0]!.length} rows`, orders),
      }),
    );
    return importanceOf(scoring, options, call);
  });
}

/** What is scored, and how columns are shuffled. */
interface Scoring {
  x: RowsInput;
  y: RowsInput;
  sampleWeight: Float64Array | undefined;
  columns: ColumnsOf;
  orders: readonly Uint32Array[];
  baselineScore: number;
  score(x: RowsInput, y: RowsInput, weights: Float64Array | undefined): Promise<number>;
}

async function prepare(
  estimator: object,
  givenX: RowsInput,
  givenY: TargetRows,
  options: PermutationImportanceOptions<never>,
): Promise<Scoring> {
  const { nRepeats: repeats = 5, seed = 0, maxSamples = 1 } = options;
  const { x, y, rows } = pairedRows(givenX, givenY);
  const nRepeats = checkInteger('nRepeats', repeats);
  const draws = new Draws(checkSeed(seed), STREAMS.importance);
  const scorers = oneScorer(options.scoring);
  const sampleWeight = readSampleWeight(options.sampleWeight, rows);
  resolveJobs(options.nJobs);
  const scored = scoredRows(maxSamples, rows, draws);
  const score = async (table: RowsInput, of: RowsInput, weights?: Float64Array): Promise<number> =>
    (await scorers.score(estimator, table, of, weights))[scorers.names[0]!]!;
  const baselineScore = await score(x, y, sampleWeight);
  const part = scored === undefined ? { x, y, sampleWeight } : partOf(scored, x, y, sampleWeight);
  const columns = permutable(part.x, estimator);
  // Every column is shuffled in the same ways, so the result does not depend on their order.
  const orders = Array.from({ length: nRepeats }, () => draws.permutation(scored?.length ?? rows));
  return { ...part, columns, orders, baselineScore, score };
}

async function importanceOf(
  { y, sampleWeight, columns, orders, baselineScore, score }: Scoring,
  { nJobs, signal }: PermutationImportanceOptions<never>,
  call: SharedCall | undefined,
): Promise<PermutationImportance> {
  const jobs = columns.names.flatMap((_, j) =>
    orders.map(
      (order) => async () => baselineScore - (await score(columns.permuted(j, order), y, sampleWeight)),
    ),
  );
  const work = { costs: new Array<number>(jobs.length).fill(1) };
  const asItIs = { send: (fall: number) => fall, receive: (fall: unknown) => fall as number };
  const falls = await runSharedJobs(jobs, work, resolveJobs(nJobs), signal, call, asItIs);
  return summarise(columns, Float64Array.from(falls), orders.length, baselineScore);
}

/** What decides the predictions of a fitted estimator. */
function learnedBy(estimator: object): unknown {
  const { toSaved } = estimator as { toSaved?: unknown };
  return typeof toSaved === 'function' ? toSaved.call(estimator) : estimator;
}

/** @throws SteepestError `ERR_ARGUMENT` for several scores */
function oneScorer(scoring: unknown): Scorers {
  const scorers = resolveScorers(scoring as never);
  if (scorers.names.length === 1) return scorers;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'one score for permutationImportance',
    given: scorers.names.join(', '),
    hint: 'Call it once for each.',
  });
}

/** The rows to score after a shuffle; undefined for all. @throws SteepestError `ERR_ARGUMENT` */
function scoredRows(maxSamples: unknown, rows: number, draws: Draws): Uint32Array | undefined {
  if (maxSamples === 1) return undefined;
  const isShare = typeof maxSamples === 'number' && maxSamples > 0 && maxSamples < 1;
  if (
    !isShare &&
    !(Number.isInteger(maxSamples) && (maxSamples as number) > 0 && (maxSamples as number) <= rows)
  ) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `maxSamples as a fraction above 0 and at most 1, or a number of rows from 2 to ${rows}`,
      given: show(maxSamples),
      hint: 'Leave it out for all rows.',
    });
  }
  const count = isShare ? Math.max(1, Math.floor(maxSamples * rows)) : (maxSamples as number);
  return draws.permutation(rows).slice(0, count).sort();
}

function partOf(rows: Uint32Array, x: RowsInput, y: RowsInput, weights: Float64Array | undefined) {
  return {
    x: takeRows(x, rows) as RowsInput,
    y: takeRows(y, rows) as RowsInput,
    sampleWeight: weights && takeRows(weights, rows),
  };
}

function summarise(
  { names }: ColumnsOf,
  importances: Float64Array,
  nRepeats: number,
  baselineScore: number,
): PermutationImportance {
  const ofColumn = (j: number): Float64Array => importances.subarray(j * nRepeats, (j + 1) * nRepeats);
  const importancesMean = Float64Array.from(names, (_, j) => meanOf(ofColumn(j)));
  const importancesStd = Float64Array.from(names, (_, j) => deviationOf(ofColumn(j)));
  return {
    featureNames: names,
    importancesMean,
    importancesStd,
    importances: new Matrix(importances, [names.length, nRepeats]),
    baselineScore,
    toString: () => print(names, importancesMean, importancesStd),
  };
}

function print(names: readonly string[], mean: Float64Array, std: Float64Array): string {
  const order = [...names.keys()].sort((a, b) => mean[b]! - mean[a]! || a - b);
  const rows = order.map((j) => [names[j]!, mean[j]!.toFixed(SCORE_DIGITS), std[j]!.toFixed(SCORE_DIGITS)]);
  const align: Align[] = ['left', 'right', 'right'];
  return alignColumns(['column', 'importance', 'std'], rows, align);
}
