import { checkNumber } from '../../core/check.js';
import { checkSeed } from '../../core/draws.js';
import { eachRange, type InParts, inSlices } from '../../core/inParts.js';
import type { Matrix } from '../../core/matrix.js';
import { separateTarget } from '../../data/tables/target.js';
import { categoryName } from '../base/columnKinds.js';
import {
  allocate,
  columnPart,
  nextColumn,
  readTable,
  showColumn,
  type TableColumns,
  type TableInput,
} from '../base/columns.js';
import type { EstimatorFitOptions } from '../base/estimator.js';
import { checkNoOptionsAsY, checkOptions, TRANSFORMER_FIT_KEYS } from '../base/fitOptions.js';
import { isLabelList, type Label } from '../base/labels.js';
import { type ParamSpecs, param } from '../base/params.js';
import { attribute, float64Tensor, type SavedState } from '../base/saved.js';
import type { Work } from '../base/work.js';
import { columnsOfCategories, writeCodes, writeLookup } from '../onnx/categories.js';
import type { Graph } from '../onnx/graph.js';
import { type OnnxColumns, OnnxTable } from '../onnx/table.js';
import { KFold, StratifiedKFold } from '../selection/folds.js';
import { BaseTransformer } from './baseTransformer.js';
import {
  type CategoriesParam,
  type Category,
  type ColumnCategories,
  categoriesFor,
  checkCategories,
  checkPerColumn,
  encodeCategories,
  listsOf,
  readCategories,
  restoredCategories,
  savedCategories,
} from './categories.js';
import { type ReadTarget, readTarget, type TargetType } from './readTarget.js';
import {
  encodingsOf,
  type GroupMoments,
  groupMoments,
  mergeFolds,
  outputsOf,
  ROWS_PER_PART,
} from './targetMeans.js';

/** Hyperparameters of `TargetEncoder`. */
export interface TargetEncoderParams {
  /** 'auto': the sorted categories of the fit. Or those of each column. */
  categories: CategoriesParam;
  /**
   * What y is: numbers, two classes, or more. 'auto' takes text, booleans and whole numbers for
   * classes, as scikit-learn does.
   */
  targetType: 'auto' | TargetType;
  /**
   * How far categories are drawn towards the mean of all rows: that mean counts as this many rows;
   * 'auto' estimates it from the variances (empirical Bayes).
   */
  smooth: 'auto' | number;
  /** Folds of `fitTransform`, at least 2 (5); stratified for classes. */
  cv: number;
  /** Shuffle rows before the folds are cut (true). */
  shuffle: boolean;
  /** Seed of the shuffle (0). */
  seed: number;
}

const SPECS: ParamSpecs<TargetEncoderParams> = {
  categories: param.custom<CategoriesParam>('auto', checkCategories),
  targetType: param.oneOf('auto', ['auto', 'continuous', 'binary', 'multiclass']),
  smooth: param.custom<'auto' | number>('auto', (name, value) =>
    value === 'auto' ? value : checkNumber(name, value, "'auto' or a number of at least 0", (v) => v >= 0),
  ),
  cv: param.integer(5, 2),
  shuffle: param.boolean(true),
  seed: param.custom(0, (_, value) => checkSeed(value)),
};

/** What was learned of y. */
interface LearnedTarget {
  type: TargetType;
  /** Undefined for numbers. */
  classes: readonly Label[] | undefined;
  /** The mean of each output: one, or one per class. */
  means: Float64Array;
}

/** A table on the way through a fit. */
interface Fitting extends ReadTarget {
  table: TableColumns;
  columns: ColumnCategories[];
  codes: Int32Array[];
}

const UNUSED_HINT = 'Read the column the same way both times.';

/**
 * Replaces each category by the mean of the target over its rows, drawn towards the mean of all
 * rows. For more than two classes there is a column per class.
 *
 * **`fitTransform` is not `fit` and `transform`**: it encodes the rows of each fold by the means of
 * the other folds, so that no row's own target is in its encoding. Use it for training rows;
 * pipelines do. `transform` uses the means of all rows. A missing value is a category; a category
 * that the fit did not have becomes the mean of all rows.
 * @example
 * ```ts
 * import { TargetEncoder } from 'steepest';
 * const streets = [['a'], ['a'], ['b'], ['b']];
 * const encoder = new TargetEncoder({ smooth: 0, targetType: 'continuous' });
 * await encoder.fit(streets, [1, 3, 10, 20]);
 * console.log((await encoder.transform([['a'], ['b']])).column(0).join(' ')); // 2 15
 * ```
 */
export class TargetEncoder extends BaseTransformer<TargetEncoderParams, Matrix<Float64Array>> {
  private columns: readonly ColumnCategories[] = [];
  /** By column, then by output. */
  private learnedEncodings: readonly Float64Array[] = [];
  private target: LearnedTarget | undefined;

  constructor(params: Partial<TargetEncoderParams> = {}) {
    super('TargetEncoder', SPECS, params);
  }

  /**
   * Learns from all rows.
   * @param y one number or class per row, or the name of their column in x
   * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_NOT_FINITE`, `ERR_ARGUMENT`,
   *   `ERR_ABORTED`; `ERR_LABEL_RANGE` for more than two classes with `targetType: 'binary'`
   */
  async fit(x: TableInput, y?: unknown, options: EstimatorFitOptions = {}): Promise<this> {
    const given = separateTarget('X', x, y);
    const fitting = await this.read(given.x, given.y, options);
    await this.learn(fitting, new Uint32Array(fitting.table.rows), 1, options.signal);
    return this;
  }

  /**
   * Learns from all rows, and encodes the rows of each fold by means of the others: rows × outputs.
   * @throws SteepestError as {@link fit}; `ERR_ARGUMENT` also for fewer rows than folds
   */
  override async fitTransform(
    x: TableInput,
    y?: unknown,
    options: EstimatorFitOptions = {},
  ): Promise<Matrix<Float64Array>> {
    const given = separateTarget('X', x, y);
    const fitting = await this.read(given.x, given.y, options);
    const { cv, shuffle, seed } = this.params;
    const { rows } = fitting.table;
    const Splitter = fitting.type === 'continuous' ? KFold : StratifiedKFold;
    const foldOf = new Uint32Array(rows);
    new Splitter({ nSplits: cv, shuffle, seed }).split(rows, given.y).forEach(({ test }, fold) => {
      for (const row of test) foldOf[row] = fold;
    });
    return this.learn(fitting, foldOf, cv, options.signal);
  }

  /** Checks the arguments of a fit and finds the categories. */
  private async read(x: TableInput, y: unknown, options: EstimatorFitOptions): Promise<Fitting> {
    checkNoOptionsAsY('fit', y);
    checkOptions('TargetEncoder.fit', options, TRANSFORMER_FIT_KEYS);
    const table = readTable('X', x);
    const { categories } = this.params;
    checkPerColumn('categories', categories, table.cols);
    const learned = readTarget(y, table.rows, this.params.targetType);
    const columns: ColumnCategories[] = [];
    const codes: Int32Array[] = [];
    for (let j = 0; j < table.cols; j++) {
      await nextColumn(j, table.rows, options.signal);
      const shown = showColumn(table.names, j);
      const column = readCategories(table, j);
      const own = categoriesFor(categories, column, j, shown);
      columns.push(own);
      codes.push(encodeCategories(shown, column, own, true, UNUSED_HINT));
    }
    return { table, columns, codes, ...learned };
  }

  /** Learns the encodings of all folds together; returns those of each row without its fold. */
  private async learn(
    fitting: Fitting,
    foldOf: Uint32Array,
    folds: number,
    signal: AbortSignal | undefined,
  ): Promise<Matrix<Float64Array>> {
    const { table, target, type, classes, columns, codes } = fitting;
    const { smooth } = this.params;
    const outputs = outputsOf(target);
    const width = columns.length * outputs;
    const result = allocate(table.rows, width);
    const everyRow = new Int32Array(table.rows);
    const all = await inSlices(groupMoments(target, everyRow, 1, foldOf, folds), signal);
    const encodings: Float64Array[] = [];
    for (const [j, { list }] of columns.entries()) {
      const size = list.length;
      const groups = await inSlices(groupMoments(target, codes[j]!, size, foldOf, folds), signal);
      for (let o = 0; o < outputs; o++) {
        const encode = (without?: number): [Float64Array, number] => {
          const rest = mergeFolds(all[o]!, 1, without);
          return [encodingsOf(mergeFolds(groups[o]!, size, without), rest, smooth), rest.mean[0]!];
        };
        encodings.push(encode()[0]);
        if (folds === 1) continue;
        const ofFold = Array.from({ length: folds }, (_, fold) => encode(fold));
        await inSlices(
          fill(result, j * outputs + o, codes[j]!, (row) => ofFold[foldOf[row]!]!),
          signal,
        );
      }
    }
    this.columns = columns;
    this.learnedEncodings = encodings;
    this.target = { type, classes, means: meansOf(all) };
    this.fitted = { cols: table.cols, names: table.names };
    return this.named(result);
  }

  /**
   * rows × columns, for more than two classes rows × (columns · classes).
   * @throws SteepestError `ERR_NOT_FITTED`, `ERR_SHAPE`, `ERR_ARGUMENT` for text where the fit had
   *   numbers
   */
  protected *transforming(x: TableInput): Work<Matrix<Float64Array>> {
    const { means } = this.learned('transform()');
    const table = this.tableLikeFit('transform()', x);
    const { names } = this.ready('transform()');
    const result = allocate(table.rows, this.learnedEncodings.length);
    for (const [j, own] of this.columns.entries()) {
      yield* columnPart(j, table.rows);
      const shown = showColumn(names, j);
      const codes = encodeCategories(shown, readCategories(table, j), own, true, UNUSED_HINT);
      for (const [o, mean] of means.entries()) {
        const at = j * means.length + o;
        const encoding: [Float64Array, number] = [this.learnedEncodings[at]!, mean];
        yield* fill(result, at, codes, () => encoding);
      }
    }
    return this.named(result);
  }

  override onnxColumns(): OnnxColumns {
    return columnsOfCategories(this.ready('toOnnx()').names, this.columns);
  }

  override writeOnnx(graph: Graph, table: OnnxTable): OnnxTable {
    const { means } = this.learned('toOnnx()');
    const outputs = means.length;
    const columns = this.columns.map((own, j) => {
      // A row for each category, and one for all others.
      const rows = new Float64Array((own.list.length + 1) * outputs);
      means.forEach((mean, o) => {
        const encoding = this.learnedEncodings[j * outputs + o]!;
        encoding.forEach((value, code) => {
          rows[code * outputs + o] = value;
        });
        rows[own.list.length * outputs + o] = mean;
      });
      const codes = writeCodes(graph, table.column(graph, j), own);
      return OnnxTable.ofNumbers(writeLookup(graph, codes, rows, outputs), outputs);
    });
    return OnnxTable.beside(columns);
  }

  /** The encoding of each category, by column and, for more than two classes, by class. */
  get encodings(): readonly Float64Array[] {
    this.ready('encodings');
    return this.learnedEncodings.map((encoding) => encoding.slice());
  }

  /** The categories of each column, in order; missing is NaN among numbers and null among text. */
  get categories(): readonly (readonly Category[])[] {
    this.ready('categories');
    return listsOf(this.columns);
  }

  /** The mean of y, or the share of the second class, or of each of more classes. */
  get targetMean(): Float64Array {
    return this.learned('targetMean').means.slice();
  }

  /** What y was in the fit. */
  get targetType(): TargetType {
    return this.learned('targetType').type;
  }

  /** The classes of y, sorted; undefined for numbers. */
  get classes(): readonly Label[] | undefined {
    const { classes } = this.learned('classes');
    return classes === undefined ? undefined : [...classes];
  }

  private learned(what: string): LearnedTarget {
    if (this.target === undefined) throw this.notFitted(what);
    return this.target;
  }

  /** The columns' own names; for more than two classes 'city_yes': the column and the class. */
  getFeatureNamesOut(inputNames?: readonly string[]): string[] {
    const names = this.inputNames(inputNames);
    const { type, classes = [] } = this.learned('getFeatureNamesOut()');
    if (type !== 'multiclass') return [...names];
    return names.flatMap((name) => classes.map((label) => `${name}_${className(label)}`));
  }

  protected fittedState(): SavedState | undefined {
    if (this.target === undefined) return undefined;
    const { type, classes, means } = this.target;
    const { tensors, text } = savedCategories(this.columns);
    const encodings = this.learnedEncodings.map(
      (data, at) => [`encodings.${at}`, { data, shape: [data.length] }] as const,
    );
    return {
      tensors: {
        ...tensors,
        ...Object.fromEntries(encodings),
        means: { data: means, shape: [means.length] },
      },
      attributes: { ...this.columnAttributes(), text, type, classes: classes ?? null },
    };
  }

  protected restoreState(state: SavedState): void {
    const fitted = this.columnsFrom(state);
    const columns = restoredCategories(state, fitted.cols);
    const type = attribute(state, 'type', isTargetType);
    const classes = type === 'continuous' ? undefined : attribute(state, 'classes', isLabelList);
    const outputs = type === 'multiclass' ? classes!.length : 1;
    const means = float64Tensor(state, 'means', [outputs]).data;
    this.learnedEncodings = columns.flatMap(({ list }, j) =>
      Array.from(means, (_, o) => float64Tensor(state, `encodings.${j * outputs + o}`, [list.length]).data),
    );
    this.columns = columns;
    this.target = { type, classes, means };
    this.fitted = fitted;
  }
}

const isTargetType = (value: unknown): value is TargetType =>
  value === 'continuous' || value === 'binary' || value === 'multiclass';

const meansOf = (all: readonly GroupMoments[]): Float64Array =>
  Float64Array.from(all, (moments) => mergeFolds(moments, 1).mean[0]!);

/** A class in a feature name, as Python would print it. */
const className = (label: Label): string =>
  categoryName(typeof label === 'boolean' ? Number(label) : label, {
    numbers: typeof label === 'boolean' ? 'boolean' : 'any',
    missing: 'nan',
  });

/** Writes the encoding of each row into a column; unknown categories get the mean beside it. */
function fill(
  { data, shape }: Matrix<Float64Array>,
  column: number,
  codes: Int32Array,
  encodingOf: (row: number) => readonly [Float64Array, number],
): InParts<void> {
  const width = shape[1]!;
  const write = (begin: number, end: number): void => {
    for (let row = begin; row < end; row++) {
      const [encoding, mean] = encodingOf(row);
      data[row * width + column] = codes[row]! < 0 ? mean : encoding[codes[row]!]!;
    }
  };
  return eachRange(codes.length, write, ROWS_PER_PART);
}
