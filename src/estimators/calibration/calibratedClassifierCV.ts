import { SteepestError } from '../../core/errors.js';
import { isSize } from '../../core/guards.js';
import { Matrix } from '../../core/matrix.js';
import type { WeightInput } from '../../core/ndarray.js';
import { show } from '../../core/show.js';
import type { ColumnNames } from '../../data/arrayInputs.js';
import type { TableInput } from '../base/columns.js';
import { checkOptions } from '../base/fitOptions.js';
import {
  checkClassCount,
  encodeClasses,
  isLabelList,
  type Label,
  type LabelInput,
  namesOfClasses,
} from '../base/labels.js';
import { type ParamSpecs, param } from '../base/params.js';
import { attribute, FINITE, float64Tensor, type SavedState } from '../base/saved.js';
import { readSampleWeight } from '../base/weights.js';
import { type Manner, type RowInput, rowsOf, type Work, workAtOnce, workInSlices } from '../base/work.js';
import { copyOf, type Step, type WithNetworks } from '../composition/steps.js';
import { writeMean } from '../onnx/calibrate.js';
import { OnnxClasses, once, writeLargest } from '../onnx/classes.js';
import type { Graph } from '../onnx/graph.js';
import { writeComplement, writeShares } from '../onnx/probabilities.js';
import type { OnnxTable } from '../onnx/table.js';
import { foldRows } from '../selection/crossValidate.js';
import { predictFolds } from '../selection/crossValPredict.js';
import { cloneForJob, fitOptions, resolveJobs, runJobs } from '../selection/jobs.js';
import { type CrossValidation, makeFolds } from '../selection/makeFolds.js';
import { pairedRows, type RowsInput, shareRows } from '../selection/rows.js';
import {
  type CalibrationMethod,
  type Calibrator,
  CURVE,
  calibrate,
  fitCalibrator,
  METHODS,
  writeCalibrated,
} from './calibrator.js';
import {
  areSame,
  cvParam,
  estimatorParam,
  fittedChild,
  MetaClassifier,
  type MetaParams,
} from './metaClassifier.js';
import {
  columnsOf,
  isResponseMethod,
  type ResponseMethod,
  responseMethod,
  scoresOf,
  scoring,
  writeResponse,
} from './responses.js';

/** Hyperparameters of `CalibratedClassifierCV`. */
export interface CalibratedClassifierCVParams extends MetaParams {
  /**
   * `'sigmoid'` (default): Platt's logistic curve, for few rows. `'isotonic'`: any rising curve,
   * for a thousand rows or more.
   */
  method: CalibrationMethod;
  /**
   * A number of folds (5, stratified), splits, or `'prefit'`: the estimator is fitted already, and
   * all rows of `fit` calibrate it.
   */
  cv: CrossValidation | 'prefit';
  /**
   * True (default): one classifier and its calibration for each fold, whose probabilities are
   * averaged. False: one classifier of all rows, calibrated on predictions of `crossValPredict`.
   */
  ensemble: boolean;
  /** Maximum number of concurrent fits. Default: the number of cores. */
  nJobs: number | undefined;
}

/** Options of `fit` of `CalibratedClassifierCV`. */
export interface CalibrationFitOptions {
  /** One weight per row, for the classifier and for its calibration. */
  sampleWeight?: WeightInput;
  /** The group of each row, for a `cv` that keeps groups together, such as `GroupKFold`. */
  groups?: LabelInput;
  /** Ends the fit with `ERR_ABORTED`; the estimator keeps what it learned before. */
  signal?: AbortSignal;
}

/** A fitted classifier and, for each of its columns of scores, how they become probabilities. */
interface Part {
  model: Step;
  calibrators: readonly Calibrator[];
}

interface Fitted {
  classes: readonly Label[];
  method: ResponseMethod;
  parts: readonly Part[];
}

const SPECS: ParamSpecs<CalibratedClassifierCVParams> = {
  estimator: estimatorParam,
  method: param.oneOf('sigmoid', METHODS),
  cv: cvParam("a number of folds, splits or 'prefit'"),
  ensemble: param.boolean(true),
  nJobs: param.optional(param.integer(1)),
};

/** Scores are calibrated rather than probabilities where there are both. */
const PREFERRED: readonly ResponseMethod[] = ['decisionFunction', 'predictProba'];

/**
 * A classifier whose probabilities are frequencies: of the rows with 0.8, four in five are of the
 * class. The calibration is learned from rows that the classifier was not fitted on. With more than
 * two classes each is calibrated against the rest, and the probabilities are divided by their sum.
 * @example
 * ```ts
 * import { CalibratedClassifierCV, data, LogisticRegression } from 'steepest';
 * const { x, y } = data.makeBlobs({ centers: 2, seed: 1 });
 * const estimator = new LogisticRegression();
 * const model = new CalibratedClassifierCV({ estimator, method: 'sigmoid' });
 * await model.fit(x, y);
 * console.log((await model.predictProba(x)).shape); // [ 100, 2 ]
 * ```
 */
export class CalibratedClassifierCV extends MetaClassifier<CalibratedClassifierCVParams> {
  private fitted: Fitted | undefined;

  constructor(params: WithNetworks<CalibratedClassifierCVParams> = {}) {
    super('CalibratedClassifierCV', SPECS, params);
  }

  get classes(): readonly Label[] {
    return this.learned('classes').classes;
  }

  /** The fitted classifiers: one for each fold with `ensemble`, otherwise one. */
  get calibratedClassifiers(): readonly Step[] {
    return this.learned('calibratedClassifiers').parts.map(({ model }) => model);
  }

  /**
   * @throws SteepestError `ERR_SHAPE`; `ERR_LABEL_RANGE` for a single class; `ERR_ARGUMENT`, also
   *   for a class with fewer rows than folds; `ERR_ABORTED`; whatever the estimator throws
   */
  async fit(
    givenX: RowsInput,
    givenY: LabelInput | ColumnNames,
    options: CalibrationFitOptions = {},
  ): Promise<this> {
    checkOptions('CalibratedClassifierCV.fit', options, ['sampleWeight', 'groups', 'signal']);
    const { x, y, rows } = pairedRows(givenX, givenY);
    const estimator = this.inner();
    const labels = encodeClasses('y', y);
    checkClassCount('y', labels.classes);
    const weights = readSampleWeight(options.sampleWeight, rows);
    const method = responseMethod(estimator, PREFERRED);
    const task: Task = { x, y: y as RowsInput, rows, ...labels, weights, method, options };
    const { cv } = this.params;
    const parts =
      cv === 'prefit'
        ? await this.calibratePrefit(estimator, task)
        : await this.crossFit(estimator, task, cv);
    this.fitted = { classes: labels.classes, method, parts };
    return this;
  }

  private async calibratePrefit(estimator: Step, task: Task): Promise<Part[]> {
    const known = (estimator as unknown as { classes: readonly Label[] }).classes;
    if (!areSame(known, task.classes)) {
      throw new SteepestError('ERR_LABEL_RANGE', {
        expected: `rows of all classes that the estimator knows, ${show(known)}`,
        given: show(task.classes),
        hint: 'Pass more rows.',
      });
    }
    const model = copyOf(estimator);
    const scores = await scoresOf(model, task.method, task.x);
    return [{ model, calibrators: this.calibratorsOf(scores, task, undefined) }];
  }

  private async crossFit(estimator: Step, task: Task, cv: CrossValidation): Promise<Part[]> {
    const { x, y, rows, codes, classes, weights, method, options } = task;
    const { groups, signal } = options;
    const folds = makeFolds({ cv, groups }, true, rows, y);
    if (typeof cv === 'number') checkRarest(codes, classes, cv);
    const limit = resolveJobs(this.params.nJobs);
    if (!this.params.ensemble) {
      const all = await predictFolds(estimator, x, y, method, {
        cv: folds,
        nJobs: limit,
        ...fitOptions(signal, weights),
      });
      const model = estimator.clone();
      await model.fit(x as never, y as never, fitOptions(signal, weights));
      return [{ model, calibrators: this.calibratorsOf(columnsOf(all as Float64Array), task, undefined) }];
    }
    const data = { x: await shareRows(x), y, sampleWeight: weights };
    const jobs = folds.map((fold) => async (jobSignal: AbortSignal): Promise<Part> => {
      const part = foldRows(data, fold);
      const model = cloneForJob(estimator, limit) as Step;
      await model.fit(part.xTrain as never, part.yTrain as never, fitOptions(jobSignal, part.weights));
      checkLearned((model as unknown as { classes: readonly Label[] }).classes, classes);
      const scores = await scoresOf(model, method, part.xTest);
      return { model, calibrators: this.calibratorsOf(scores, task, fold.test) };
    });
    return await runJobs(jobs, limit, signal);
  }

  /**
   * One calibration for each column of scores.
   * @param rows those of the scores; undefined for all
   */
  private calibratorsOf(
    scores: readonly Float64Array[],
    { codes, weights }: Task,
    rows: ArrayLike<number> | undefined,
  ): Calibrator[] {
    const count = scores[0]!.length;
    const at = (i: number): number => rows?.[i] ?? i;
    const own = Float64Array.from({ length: count }, (_, i) => weights?.[at(i)] ?? 1);
    return scores.map((column, c) => {
      const positive = scores.length === 1 ? 1 : c;
      const targets = Uint8Array.from({ length: count }, (_, i) => (codes[at(i)] === positive ? 1 : 0));
      return fitCalibrator(this.params.method, column, targets, own);
    });
  }

  /** Calibrated probabilities, rows × classes, in the order of `classes`. */
  async predictProba(x: RowsInput): Promise<Matrix<Float64Array>> {
    return workInSlices(this.weighing(x, ''));
  }

  predictProbaSync(x: RowsInput | RowInput): Matrix<Float64Array> {
    return workAtOnce(this.weighing(rowsOf(x as TableInput), 'Sync'));
  }

  private *weighing(x: unknown, manner: Manner): Work<Matrix<Float64Array>> {
    const { classes, method, parts } = this.learned(`predictProba${manner}()`);
    const count = classes.length;
    let mean: Float64Array | undefined;
    for (const { model, calibrators } of parts) {
      const scores = yield* scoring(model, method, x, manner);
      const proba = together(
        scores.map((column, c) => calibrate(calibrators[c]!, column)),
        count,
      );
      mean ??= new Float64Array(proba.length);
      for (let i = 0; i < proba.length; i++) mean[i]! += proba[i]! / parts.length;
    }
    return new Matrix(mean!, [mean!.length / count, count], namesOfClasses(classes));
  }

  /** One class per row, with the type of y: that of the highest probability. */
  async predict(x: RowsInput): Promise<Label[]> {
    const { classes } = this.learned('predict()');
    return likeliest(await this.predictProba(x), classes);
  }

  predictSync(x: RowsInput | RowInput): Label[] {
    return likeliest(this.predictProbaSync(x), this.learned('predictSync()').classes);
  }

  override writeOnnx(graph: Graph, table: OnnxTable): OnnxClasses {
    const { classes, method, parts } = this.learned('toOnnx()');
    const count = classes.length;
    const probabilities = once(() =>
      writeMean(
        graph,
        parts.map(({ model, calibrators }, p) => {
          const own = graph.within(`part${p}`);
          const columns = writeResponse(own, table, model, method).map((scores, c) =>
            writeCalibrated(own, scores, calibrators[c]!),
          );
          return count === 2
            ? writeComplement(own, columns[0]!)
            : writeShares(own, own.beside(columns, 'calibrated'), count);
        }),
      ),
    );
    return new OnnxClasses({ classes, best: () => writeLargest(graph, probabilities()), probabilities });
  }

  protected anyModel(what: string): Step {
    return this.learned(what).parts[0]!.model;
  }

  private learned(what: string): Fitted {
    if (this.fitted === undefined) throw this.notFitted(what);
    return this.fitted;
  }

  protected override fittedState(): SavedState {
    if (this.fitted === undefined) return this.stateWith(undefined);
    const { classes, method, parts } = this.fitted;
    const calibrators = parts.flatMap((part, p) =>
      part.calibrators.map(
        ({ numbers }, c) => [`calibrator${p}_${c}`, { data: numbers, shape: [numbers.length] }] as const,
      ),
    );
    return this.stateWith({
      tensors: Object.fromEntries(calibrators),
      attributes: {
        classes,
        response: method,
        method: parts[0]!.calibrators[0]!.method,
        parts: parts.length,
      },
      children: Object.fromEntries(parts.map(({ model }, p) => [`model${p}`, model.toSaved()])),
    });
  }

  protected override restoreState(state: SavedState): void {
    if (!this.readState(state)) return;
    const classes = attribute(state, 'classes', isLabelList);
    const isMethod = (v: unknown): v is CalibrationMethod => METHODS.includes(v as CalibrationMethod);
    const method = attribute(state, 'response', isResponseMethod);
    const kind = attribute(state, 'method', isMethod);
    const count = attribute(state, 'parts', isSize);
    const columns = classes.length === 2 ? 1 : classes.length;
    const parts = Array.from({ length: count }, (_, p): Part => {
      // First: a file that claims a billion parts fails at the first that it lacks.
      const model = fittedChild(state, `model${p}`, classes, method);
      const calibrators = Array.from({ length: columns }, (__, c): Calibrator => {
        const shape = [kind === 'sigmoid' ? 2 : -1];
        const rule = kind === 'sigmoid' ? FINITE : CURVE;
        return { method: kind, numbers: float64Tensor(state, `calibrator${p}_${c}`, shape, rule).data };
      });
      return { model, calibrators };
    });
    this.fitted = { classes, method, parts };
  }
}

/** The class of the highest probability of each row. */
function likeliest({ data, rows, columns }: Matrix<Float64Array>, classes: readonly Label[]): Label[] {
  return Array.from({ length: rows }, (_, i) => {
    let best = 0;
    for (let c = 1; c < columns; c++) if (data[i * columns + c]! > data[i * columns + best]!) best = c;
    return classes[best]!;
  });
}

/** Checked rows to learn from. */
interface Task {
  x: RowsInput;
  y: RowsInput;
  rows: number;
  codes: Int32Array;
  classes: readonly Label[];
  weights: Float64Array | undefined;
  method: ResponseMethod;
  options: CalibrationFitOptions;
}

/** Rows × classes from the calibrated columns. */
function together(columns: readonly Float64Array[], count: number): Float64Array {
  const rows = columns[0]!.length;
  const proba = new Float64Array(rows * count);
  for (let i = 0; i < rows; i++) {
    if (count === 2) {
      proba[2 * i + 1] = columns[0]![i]!;
      proba[2 * i] = 1 - columns[0]![i]!;
      continue;
    }
    let sum = 0;
    for (const column of columns) sum += column[i]!;
    for (let c = 0; c < count; c++) proba[i * count + c] = sum === 0 ? 1 / count : columns[c]![i]! / sum;
  }
  return proba;
}

/** @throws SteepestError `ERR_ARGUMENT` for a class that some folds would not have */
function checkRarest(codes: Int32Array, classes: readonly Label[], nSplits: number): void {
  const counts = new Uint32Array(classes.length);
  for (const code of codes) counts[code]!++;
  const rare = counts.findIndex((count) => count < nSplits);
  if (rare < 0) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `at least ${nSplits} rows of every class, one for each of the ${nSplits} folds`,
    given: `${counts[rare]} of class ${show(classes[rare])}`,
    hint: 'Ask for fewer folds (cv), or pass more rows.',
  });
}

/** @throws SteepestError `ERR_LABEL_RANGE` for a fold that has learned without a class */
function checkLearned(known: readonly Label[], classes: readonly Label[]): void {
  if (known.length === classes.length) return;
  throw new SteepestError('ERR_LABEL_RANGE', {
    expected: `training rows of every class in every fold, ${show(classes)}`,
    given: show(known),
    hint: 'Use StratifiedKFold.',
  });
}
