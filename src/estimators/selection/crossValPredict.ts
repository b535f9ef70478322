import { type Cluster, checkCluster } from '../../core/clusterOption.js';
import { SteepestError } from '../../core/errors.js';
import { Matrix } from '../../core/matrix.js';
import type { NdArray, WeightInput } from '../../core/ndarray.js';
import { oneOf } from '../../metrics/inputs.js';
import { checkOptions } from '../base/fitOptions.js';
import { encodeLabels, type Label, type LabelInput } from '../base/labels.js';
import type { PredictedLike } from '../base/predictionForm.js';
import { readSampleWeight } from '../base/weights.js';
import { agreed, printOfRows, printOfValue } from './cluster/agreement.js';
import type { SharedCall } from './cluster/inStep.js';
import { overRanks, runSharedJobs } from './cluster/sharedJobs.js';
import { hashOf } from './cluster/valueHash.js';
import { costOf, foldRows } from './crossValidate.js';
import type { Fold } from './folds.js';
import {
  checkEstimator,
  cloneForJob,
  type Fittable,
  fitOptions,
  isClassifier,
  methodOf,
  resolveJobs,
} from './jobs.js';
import { type CrossValidation, makeFolds } from './makeFolds.js';
import { pairedRows, type RowsInput, shareRows, type TargetRows } from './rows.js';

/** What predicts: a method of the estimator. */
export type PredictMethod = 'predict' | 'predictProba' | 'decisionFunction';

/** Options of `crossValPredict`. */
export interface CrossValPredictOptions<M extends PredictMethod = PredictMethod> {
  /** 5 folds by default. Every row has to be tested exactly once. */
  cv?: CrossValidation;
  /** 'predict' by default. */
  method?: M;
  /** One weight per row, used in fits. */
  sampleWeight?: WeightInput;
  /** The group of each row, for a `cv` that keeps groups together, such as `GroupKFold`. */
  groups?: LabelInput;
  /**
   * Maximum number of concurrent fits; default: the number of cores. It does not change the result.
   */
  nJobs?: number;
  /** Ends all fits; the promise rejects with `ERR_ABORTED`. */
  signal?: AbortSignal;
  /**
   * Divides the fits over the ranks of a cluster. Every rank makes the same call with the same data
   * and gets all predictions.
   */
  cluster?: Cluster;
}

/** What an estimator's method resolves to. */
type ResultOf<E, M extends string> =
  E extends Record<M, (...args: never[]) => infer R> ? Awaited<R> : unknown;

/** The same, for a regressor in the form that its targets have. */
type PredictionOf<E, M extends string, Y> = M extends 'predict'
  ? PredictedLike<E, Y, ResultOf<E, M>>
  : ResultOf<E, M>;

type Prediction = readonly Label[] | Float64Array | NdArray<Float64Array>;

/** A prediction of some rows: one value per row, or several. */
interface Part {
  values: Prediction;
  classes: readonly Label[] | undefined;
}

const KEYS = ['cv', 'method', 'sampleWeight', 'groups', 'nJobs', 'signal', 'cluster'];
const METHODS: readonly PredictMethod[] = ['predict', 'predictProba', 'decisionFunction'];

/**
 * For each row, the prediction of a clone of the estimator that was fitted without it: on all folds
 * but the row's own. For plots and for models on top of others; for an estimate of a score use
 * `crossValidate`, because scores of all rows at once mix models.
 *
 * Columns of `predictProba` are all classes of y in ascending order. A class that a fold did not
 * learn from has probability 0, and the least float64 as its decision, with a warning.
 * @throws SteepestError as `crossValidate`; `ERR_ARGUMENT` for folds that do not test every row
 *   once
 * @example
 * ```ts
 * import { crossValPredict, data, LogisticRegression } from 'steepest';
 * const { x, y } = data.makeBlobs({ centers: 2, seed: 1 });
 * // Each row is predicted by a model that has not seen it.
 * const held = await crossValPredict(new LogisticRegression(), x, y, { cv: 5 });
 * console.log(held.length); // 100
 * ```
 */
export async function crossValPredict<
  E extends Fittable,
  M extends PredictMethod = 'predict',
  const Y extends TargetRows = TargetRows,
>(estimator: E, x: RowsInput, y: Y, options: CrossValPredictOptions<M> = {}): Promise<PredictionOf<E, M, Y>> {
  checkEstimator('the first argument of crossValPredict', estimator);
  checkOptions('crossValPredict', options, KEYS);
  const method = oneOf<PredictMethod>('method', options.method ?? 'predict', METHODS);
  const parts = await overRanks(checkCluster('cluster', options.cluster), 'crossValPredict', (call) =>
    predictFolds(estimator, x, y, method, options, call),
  );
  return parts as PredictionOf<E, M, Y>;
}

/** What the folds are predicted from. */
interface Prepared {
  data: Parameters<typeof foldRows>[0];
  folds: readonly Fold[];
  /** Of probabilities and decisions, which have a column per class. */
  classes: readonly Label[];
  limit: number;
}

async function prepare(
  estimator: Fittable,
  givenX: RowsInput,
  givenY: TargetRows,
  method: PredictMethod,
  options: CrossValPredictOptions,
): Promise<Prepared> {
  const { x, y, rows } = pairedRows(givenX, givenY);
  const folds = makeFolds(options, isClassifier(estimator), rows, y);
  checkPartition(folds, rows);
  const sampleWeight = readSampleWeight(options.sampleWeight, rows);
  const limit = resolveJobs(options.nJobs);
  const classes =
    isClassifier(estimator) && method !== 'predict' ? encodeLabels('y', y as LabelInput).classes : [];
  return { data: { x: await shareRows(x), y, sampleWeight }, folds, classes, limit };
}

/** {@link crossValPredict} with checked arguments. */
export async function predictFolds(
  estimator: Fittable,
  givenX: RowsInput,
  givenY: TargetRows,
  method: PredictMethod,
  options: CrossValPredictOptions,
  call?: SharedCall,
): Promise<Prediction> {
  const { data, folds, classes, limit } = await agreed(
    call,
    () => prepare(estimator, givenX, givenY, method, options),
    async (prepared) => ({
      estimator: await printOfValue(String(estimator), estimator),
      method: [method],
      X: await printOfRows('X', prepared.data.x),
      y: await printOfRows('y', prepared.data.y),
      sampleWeight: await printOfRows('sampleWeight', prepared.data.sampleWeight),
      folds: [`${prepared.folds.length}`, await hashOf(prepared.folds)],
    }),
  );
  const jobs = folds.map((fold) => async (signal: AbortSignal): Promise<Part> => {
    const { xTrain, yTrain, xTest, weights } = foldRows(data, fold);
    const model = cloneForJob(estimator, limit);
    const run = methodOf(model, method, `Use an estimator that can ${method}, or another method.`);
    await model.fit(xTrain as never, yTrain as never, fitOptions(signal, weights));
    return {
      values: (await run(xTest)) as Prediction,
      classes: classes.length > 0 ? (model as Partial<{ classes: readonly Label[] }>).classes : undefined,
    };
  });
  const work = { costs: folds.map(costOf) };
  const parts = await runSharedJobs(jobs, work, limit, options.signal, call, {
    send: ({ values, classes: learned }) => ({ values: plainOf(values), classes: learned }),
    receive: (sent) => sent as Part,
  });
  return assemble(
    parts.map((part) => aligned(part, classes, method)),
    folds,
    folds.reduce((rows, { test }) => rows + test.length, 0),
  );
}

/** Predictions without their class, as a message holds them. */
function plainOf(values: Prediction): unknown {
  if (Array.isArray(values) || ArrayBuffer.isView(values)) return values;
  const { data, shape, columnNames } = values as Matrix<Float64Array>;
  return { data, shape, columnNames };
}

function checkPartition(folds: readonly Fold[], rows: number): void {
  const times = new Uint32Array(rows);
  for (const { test } of folds) for (const row of Array.from(test)) times[row]!++;
  const row = times.findIndex((count) => count !== 1);
  if (row < 0) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'cv to test every row exactly once',
    given: `row ${row} tested ${times[row]} times`,
    hint: 'Use KFold, StratifiedKFold, GroupKFold or LeaveOneOut.',
  });
}

/** Columns of all classes, from those of the classes that a fold has learned. */
function aligned({ values, classes }: Part, all: readonly Label[], method: PredictMethod): Prediction {
  if (classes === undefined || classes.length === all.length) return values;
  const missing = all.filter((label) => !classes.includes(label));
  process.emitWarning(
    `crossValPredict: a fold learned without the rows of class ${missing.join(', ')}. Use StratifiedKFold.`,
    { type: 'SteepestWarning', code: 'STEEPEST_RARE_CLASS' },
  );
  const { data, shape } = values as NdArray<Float64Array>;
  if (shape?.[1] !== classes.length) {
    throw new SteepestError('ERR_LABEL_RANGE', {
      expected: 'every fold to learn from all classes, or from more than two',
      given: `one that learned from ${classes.join(' and ')} only`,
      hint: 'Use StratifiedKFold.',
    });
  }
  const rows = shape[0]!;
  const fill = method === 'predictProba' ? 0 : -Number.MAX_VALUE;
  const full = new Float64Array(rows * all.length).fill(fill);
  classes.forEach((label, from) => {
    const to = all.indexOf(label);
    for (let i = 0; i < rows; i++) full[i * all.length + to] = data[i * classes.length + from]!;
  });
  return new Matrix(full, [rows, all.length], all.map(String));
}

/** Predictions of the folds' test rows in the order of the rows. */
function assemble(parts: readonly Prediction[], folds: readonly Fold[], rows: number): Prediction {
  const first = parts[0]!;
  if (Array.isArray(first)) {
    const all = new Array<Label>(rows);
    folds.forEach(({ test }, f) => {
      Array.from(test).forEach((row, i) => {
        all[row] = (parts[f] as readonly Label[])[i]!;
      });
    });
    return all;
  }
  const isVector = ArrayBuffer.isView(first);
  const width = isVector ? 1 : (first as NdArray).shape.slice(1).reduce((product, n) => product * n, 1);
  const all = new Float64Array(rows * width);
  folds.forEach(({ test }, f) => {
    const part = parts[f] as Float64Array | NdArray<Float64Array>;
    const values = isVector ? (part as Float64Array) : (part as NdArray<Float64Array>).data;
    Array.from(test).forEach((row, i) => {
      all.set(values.subarray(i * width, (i + 1) * width), row * width);
    });
  });
  if (isVector) return all;
  const { shape, columnNames } = first as Matrix<Float64Array>;
  return new Matrix(all, [rows, ...shape.slice(1)], columnNames);
}
