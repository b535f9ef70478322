import { checkInteger } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import type { Matrix } from '../../core/matrix.js';
import { show } from '../../core/show.js';
import type { Column } from '../../data/column.js';
import type { DataTable } from '../../data/dataTable.js';
import {
  allocate,
  columnPart,
  nextColumn,
  readTable,
  rowParts,
  showColumn,
  type TableInput,
  toDataTable,
} from '../base/columns.js';
import type { EstimatorFitOptions } from '../base/estimator.js';
import { type FeatureInput, type FittedColumns, readFeatures } from '../base/features.js';
import { checkOptions, TRANSFORMER_FIT_KEYS, withoutTarget } from '../base/fitOptions.js';
import { defaultParams, type ParamSpecs, param, resolveParams } from '../base/params.js';
import { attribute, float64Tensor, type SavedState } from '../base/saved.js';
import type { Work } from '../base/work.js';
import { columnsOfCategories, writeCodes, writeLookup } from '../onnx/categories.js';
import type { Graph } from '../onnx/graph.js';
import { type OnnxColumns, OnnxTable } from '../onnx/table.js';
import {
  type CategoriesParam,
  type Category,
  type ColumnCategories,
  categoriesFor,
  checkCategories,
  checkPerColumn,
  columnOf,
  encodeCategories,
  listsOf,
  readCategories,
  restoredCategories,
  savedCategories,
} from './categories.js';
import {
  categoryAt,
  FREQUENCY_SPECS,
  type FrequencyParams,
  type GroupedCategories,
  groupedCategories,
  groupingOf,
  infrequentLists,
  isInfrequentList,
} from './infrequent.js';
import { InvertibleTransformer } from './invertible.js';

/** Hyperparameters of `OrdinalEncoder`. */
export interface OrdinalEncoderParams extends FrequencyParams {
  /**
   * 'auto': the sorted categories of the fit. Or those of each column, in the order of their codes.
   */
  categories: CategoriesParam;
  /**
   * What to do with a category that the fit did not have: throw (default), or use `unknownValue`.
   */
  handleUnknown: 'error' | 'useEncodedValue';
  /** The code of unknown categories: a whole number that no category has, or NaN. */
  unknownValue: number | undefined;
  /** The code of missing values (null, NaN): NaN by default, or a whole number. */
  encodedMissingValue: number;
}

/** JSON writes NaN as null, so a null in a file means NaN. */
function checkCode(name: string, value: unknown): number {
  return value === null || Number.isNaN(value) ? Number.NaN : checkInteger(name, value, MOST_NEGATIVE);
}

const MOST_NEGATIVE = Number.MIN_SAFE_INTEGER;

const SPECS: ParamSpecs<OrdinalEncoderParams> = {
  categories: param.custom<CategoriesParam>('auto', checkCategories),
  handleUnknown: param.oneOf('error', ['error', 'useEncodedValue']),
  unknownValue: param.optional(param.custom(-1, checkCode)),
  encodedMissingValue: param.custom(Number.NaN, checkCode),
  ...FREQUENCY_SPECS,
};

/** Codes that do not stand for a category: hyperparameters of the fit. */
type OtherCodes = Pick<OrdinalEncoderParams, 'handleUnknown' | 'unknownValue' | 'encodedMissingValue'>;

const UNKNOWN_HINT = "Set handleUnknown: 'useEncodedValue' and unknownValue: -1, or fit on data that has it.";

/**
 * One column of codes 0, 1, … per column of numbers or text, for models that treat categories as
 * ordered. A missing value (null, NaN) is no category: it becomes `encodedMissingValue`.
 * @example
 * ```ts
 * import { OrdinalEncoder } from 'steepest';
 * const encoder = new OrdinalEncoder({ categories: [['S', 'M', 'L']] });
 * console.log((await encoder.fitTransform([['L'], ['S'], ['M']])).column(0).join(' '));
 * // 2 0 1
 * ```
 */
export class OrdinalEncoder extends InvertibleTransformer<
  OrdinalEncoderParams,
  Matrix<Float64Array>,
  DataTable
> {
  private encoded: readonly GroupedCategories[] = [];
  private others: OtherCodes = defaultParams(SPECS);

  constructor(params: Partial<OrdinalEncoderParams> = {}) {
    super('OrdinalEncoder', SPECS, params);
  }

  /**
   * Collects the categories of each column.
   * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_NOT_FINITE` (infinities),
   * `ERR_LABEL_RANGE` for a category that is not in given `categories`, with its column and row;
   * `ERR_ARGUMENT` also for an `unknownValue` or `encodedMissingValue` that is a category's code
   */
  async fit(x: TableInput, y?: unknown, options: EstimatorFitOptions = {}): Promise<this> {
    const samples = withoutTarget('fit', x, y);
    checkOptions('OrdinalEncoder.fit', options, TRANSFORMER_FIT_KEYS);
    checkUnknownValue(this.params);
    const table = readTable('X', samples);
    const { cols, names } = table;
    const { categories, handleUnknown, unknownValue, encodedMissingValue } = this.params;
    checkPerColumn('categories', categories, cols);
    const encoded: GroupedCategories[] = [];
    for (let j = 0; j < cols; j++) {
      await nextColumn(j, table.rows, options.signal);
      const shown = showColumn(names, j);
      const column = readCategories(table, j);
      const own = categoriesFor(categories, column, j, shown);
      const how = { hint: UNKNOWN_HINT, skipped: missingCode(own) };
      const one = groupedCategories(own, column, shown, this.params, how);
      checkOtherCodes(one, this.params, shown);
      encoded.push(one);
    }
    this.become({ cols, names }, encoded, { handleUnknown, unknownValue, encodedMissingValue });
    return this;
  }

  private become(fitted: FittedColumns, encoded: readonly GroupedCategories[], others: OtherCodes): void {
    this.encoded = encoded;
    this.others = others;
    this.fitted = fitted;
  }

  /**
   * rows × columns: the code of each category.
   * @throws SteepestError `ERR_NOT_FITTED`, `ERR_SHAPE`; `ERR_LABEL_RANGE` for an unknown category,
   * with its column and row
   */
  protected *transforming(x: TableInput): Work<Matrix<Float64Array>> {
    const table = this.tableLikeFit('transform()', x);
    const { names, cols } = this.ready('transform()');
    const { handleUnknown, unknownValue = Number.NaN, encodedMissingValue } = this.others;
    const result = allocate(table.rows, cols);
    for (const [j, one] of this.encoded.entries()) {
      yield* columnPart(j, table.rows);
      const ignores = handleUnknown !== 'error';
      const shown = showColumn(names, j);
      const codes = encodeCategories(shown, readCategories(table, j), one, ignores, UNKNOWN_HINT);
      const { position } = one.grouping;
      const values = Float64Array.from(position, (at) => (at < 0 ? encodedMissingValue : at));
      yield* rowParts(table.rows, 1, (begin, end) => {
        for (let i = begin; i < end; i++) {
          result.data[i * cols + j] = codes[i]! < 0 ? unknownValue : values[codes[i]!]!;
        }
      });
    }
    return this.named(result);
  }

  /**
   * The category of each code. `unknownValue` becomes a missing value; the code of infrequent
   * categories becomes 'infrequent_sklearn', as in scikit-learn, or NaN in a column of numbers.
   * @throws SteepestError `ERR_NOT_FITTED`, `ERR_SHAPE`, `ERR_LABEL_RANGE` for what is no code
   */
  protected *inverting(x: TableInput): Work<DataTable> {
    this.ready('inverseTransform()');
    const { data, rows, cols } = readFeatures('X', x as FeatureInput);
    const { names, cols: width } = this.checkColumns(
      'inverseTransform()',
      { cols },
      this.ready('inverseTransform()').cols,
    );
    const columns: Column[] = [];
    for (const [j, one] of this.encoded.entries()) {
      yield* columnPart(j, rows);
      const shown = showColumn(names, j);
      const values = Array.from({ length: rows }, (_, i) =>
        decode(one, data[i * width + j]!, this.others, shown, i),
      );
      columns.push(columnOf(one, values));
    }
    return toDataTable(columns, names);
  }

  override onnxColumns(): OnnxColumns {
    return columnsOfCategories(this.ready('toOnnx()').names, this.encoded);
  }

  override writeOnnx(graph: Graph, table: OnnxTable): OnnxTable {
    this.ready('toOnnx()');
    const { handleUnknown, unknownValue = Number.NaN, encodedMissingValue } = this.others;
    const columns = this.encoded.map((one, j) => {
      const known = Array.from(one.grouping.position, (at) => (at < 0 ? encodedMissingValue : at));
      const values = handleUnknown === 'error' ? known : [...known, unknownValue];
      const codes = writeCodes(graph, table.column(graph, j), one);
      return OnnxTable.ofNumbers(writeLookup(graph, codes, Float64Array.from(values), 1), 1);
    });
    return OnnxTable.beside(columns);
  }

  /** The categories of each column, in order; missing is NaN among numbers and null among text. */
  get categories(): readonly (readonly Category[])[] {
    this.ready('categories');
    return listsOf(this.encoded);
  }

  /** The infrequent categories of each column, in order; undefined for a column without any. */
  get infrequentCategories(): readonly (readonly Category[] | undefined)[] {
    this.ready('infrequentCategories');
    return infrequentLists(this.encoded);
  }

  getFeatureNamesOut(inputNames?: readonly string[]): string[] {
    return [...this.inputNames(inputNames)];
  }

  protected fittedState(): SavedState | undefined {
    if (this.fitted === undefined) return undefined;
    const { tensors, text } = savedCategories(this.encoded);
    const { handleUnknown, unknownValue, encodedMissingValue } = this.others;
    const codes = Float64Array.of(unknownValue ?? Number.NaN, encodedMissingValue);
    return {
      tensors: { ...tensors, codes: { data: codes, shape: [2] } },
      attributes: {
        ...this.columnAttributes(),
        text,
        rare: this.encoded.map(({ rare }) => rare),
        handleUnknown,
      },
    };
  }

  protected restoreState(state: SavedState): void {
    const fitted = this.columnsFrom(state);
    const isPerColumn = (value: unknown): value is unknown[] =>
      Array.isArray(value) && value.length === fitted.cols;
    const rare = attribute(state, 'rare', isPerColumn);
    const encoded = restoredCategories(state, fitted.cols).map((own, j): GroupedCategories => {
      const codes = rare[j];
      if (isInfrequentList(codes, own.list.length)) {
        return { ...own, rare: codes, grouping: groupingOf(own, codes, missingCode(own)) };
      }
      throw new SteepestError('ERR_MODEL_FILE', {
        expected: `infrequent categories of column ${j}`,
        given: show(codes),
        hint: 'Save the encoder again.',
      });
    });
    const handleUnknown = attribute(state, 'handleUnknown', isHandling);
    const [unknownValue, encodedMissingValue] = float64Tensor(state, 'codes', [2]).data;
    const others = { handleUnknown, unknownValue: unknownValue!, encodedMissingValue: encodedMissingValue! };
    resolveParams(this.type, SPECS, defaultParams(SPECS), others);
    this.become(fitted, encoded, others);
  }
}

const isHandling = (value: unknown): value is OtherCodes['handleUnknown'] =>
  value === 'error' || value === 'useEncodedValue';

/** The code of the missing value among categories, or −1. */
const missingCode = ({ index }: ColumnCategories): number => index.get(null) ?? -1;

/**
 * @throws SteepestError `ERR_ARGUMENT` unless both parameters or neither speak of unknown
 *   categories
 */
function checkUnknownValue({ handleUnknown, unknownValue }: OtherCodes): void {
  if ((handleUnknown === 'useEncodedValue') === (unknownValue !== undefined)) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: "unknownValue together with handleUnknown: 'useEncodedValue'",
    given: `unknownValue ${show(unknownValue)} with handleUnknown '${handleUnknown}'`,
    hint: "Write { handleUnknown: 'useEncodedValue', unknownValue: -1 }, or neither.",
  });
}

/** @throws SteepestError `ERR_ARGUMENT` if a code for other values is that of a category */
function checkOtherCodes(
  one: GroupedCategories,
  { unknownValue, encodedMissingValue }: OtherCodes,
  shown: string,
): void {
  const { width } = one.grouping;
  const isTaken = (code: number | undefined): boolean => code !== undefined && code >= 0 && code < width;
  const refuse = (what: string, code: number | undefined): never => {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${what} to be no code of a category: column ${shown} uses 0 to ${width - 1}`,
      given: show(code),
      hint: 'Use a negative number or NaN.',
    });
  };
  if (isTaken(unknownValue)) refuse('unknownValue', unknownValue);
  if (missingCode(one) >= 0 && isTaken(encodedMissingValue))
    refuse('encodedMissingValue', encodedMissingValue);
}

/** The category of a code. @throws SteepestError `ERR_LABEL_RANGE` */
function decode(
  one: GroupedCategories,
  code: number,
  { handleUnknown, unknownValue, encodedMissingValue }: OtherCodes,
  shown: string,
  row: number,
): Category {
  const { width } = one.grouping;
  const isSame = (other: number | undefined): boolean => Object.is(code, other) || code === other;
  if (Number.isInteger(code) && code >= 0 && code < width) return categoryAt(one, code);
  if (isSame(encodedMissingValue) || (handleUnknown !== 'error' && isSame(unknownValue))) return null;
  throw new SteepestError('ERR_LABEL_RANGE', {
    expected: `codes of column ${shown}: whole numbers from 0 to ${width - 1}`,
    given: `${show(code)} at row ${row}`,
    hint: 'Pass what transform returned.',
  });
}
