import { SteepestError } from '../../core/errors.js';
import type { Matrix } from '../../core/matrix.js';
import { show } from '../../core/show.js';
import type { Column } from '../../data/column.js';
import type { DataTable } from '../../data/dataTable.js';
import { type ColumnKind, categoryName, isColumnKind } from '../base/columnKinds.js';
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
import { type FeatureInput, readFeatures } from '../base/features.js';
import { checkOptions, TRANSFORMER_FIT_KEYS, withoutTarget } from '../base/fitOptions.js';
import { attribute, type SavedState } from '../base/saved.js';
import type { Work } from '../base/work.js';
import { columnsOfCategories, writeCodes, writeOneHot } from '../onnx/categories.js';
import type { Graph } from '../onnx/graph.js';
import { type OnnxColumns, OnnxTable } from '../onnx/table.js';
import {
  type Category,
  categoriesFor,
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
  type GroupedCategories,
  groupedCategories,
  groupingOf,
  INFREQUENT,
  infrequentLists,
  isInfrequentList,
} from './infrequent.js';
import { InvertibleTransformer } from './invertible.js';
import { droppedOf, ONE_HOT_SPECS, type OneHotEncoderParams, refuse } from './oneHotParams.js';

/** One column of the fit. */
interface Encoded extends GroupedCategories {
  /** Number of the dropped category, or −1. */
  dropped: number;
  /** How feature names show the categories. */
  shownAs: ColumnKind;
}

/**
 * One column of zeros and ones per category, for columns of numbers or text. A missing value (null,
 * NaN) is a category of its own, the last.
 * @example
 * ```ts
 * import { OneHotEncoder } from 'steepest';
 * const encoder = await new OneHotEncoder().fit([['red'], ['green'], ['red']]);
 * console.log((await encoder.transform([['green']])).toArray(), encoder.getFeatureNamesOut());
 * // [ [ 1, 0 ] ] [ 'x0_green', 'x0_red' ]
 * ```
 */
export class OneHotEncoder extends InvertibleTransformer<
  OneHotEncoderParams,
  Matrix<Float64Array>,
  DataTable
> {
  private encoded: readonly Encoded[] = [];

  constructor(params: Partial<OneHotEncoderParams> = {}) {
    super('OneHotEncoder', ONE_HOT_SPECS, params);
  }

  /**
   * Collects the categories of each column.
   * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_NOT_FINITE`
   * (infinities), `ERR_LABEL_RANGE` for a category that is not in given `categories`, with its
   * column and row
   */
  async fit(x: TableInput, y?: unknown, options: EstimatorFitOptions = {}): Promise<this> {
    const samples = withoutTarget('fit', x, y);
    checkOptions('OneHotEncoder.fit', options, TRANSFORMER_FIT_KEYS);
    const { signal } = options;
    const table = readTable('X', samples);
    const { cols, names } = table;
    const { categories, drop } = this.params;
    checkPerColumn('categories', categories, cols);
    checkPerColumn('drop', drop, cols);
    const encoded: Encoded[] = [];
    const kinds = table.kinds();
    for (let j = 0; j < cols; j++) {
      await nextColumn(j, table.rows, signal);
      const shown = showColumn(names, j);
      const column = readCategories(table, j);
      const own = categoriesFor(categories, column, j, shown);
      const grouped = groupedCategories(own, column, shown, this.params);
      const dropped = droppedOf(own, grouped.grouping, drop, j, shown);
      encoded.push({ ...grouped, dropped, shownAs: kinds[j]! });
    }
    this.encoded = encoded;
    this.fitted = { cols, names };
    return this;
  }

  /**
   * rows × encoded columns of 0 and 1.
   * @throws SteepestError `ERR_NOT_FITTED`, `ERR_SHAPE`; `ERR_LABEL_RANGE` for an unknown category,
   * with its column and row
   */
  protected *transforming(x: TableInput): Work<Matrix<Float64Array>> {
    const table = this.tableLikeFit('transform()', x);
    const { names } = this.ready('transform()');
    const { handleUnknown } = this.params;
    const widths = this.encoded.map(widthOf);
    const width = widths.reduce((sum, n) => sum + n, 0);
    const result = allocate(table.rows, width);
    let offset = 0;
    for (const [j, one] of this.encoded.entries()) {
      yield* columnPart(j, table.rows);
      const column = readCategories(table, j);
      const codes = encodeCategories(showColumn(names, j), column, one, handleUnknown !== 'error');
      const places = placesOf(one, handleUnknown);
      const unknown = places.length - 1;
      const start = offset;
      yield* rowParts(table.rows, 1, (begin, end) => {
        for (let i = begin; i < end; i++) {
          const at = places[codes[i]! < 0 ? unknown : codes[i]!]!;
          if (at >= 0) result.data[i * width + start + at] = 1;
        }
      });
      offset += widths[j]!;
    }
    return this.named(result);
  }

  /**
   * The category of each row and column: that of the largest number. A row of zeros is the dropped
   * category, or a missing value if unknown categories are encoded as zeros. The infrequent
   * categories become 'infrequent_sklearn', as in scikit-learn, or NaN in a column of numbers.
   * @throws SteepestError `ERR_NOT_FITTED`, `ERR_SHAPE`; `ERR_ARGUMENT` for zeros without a meaning
   */
  protected *inverting(x: TableInput): Work<DataTable> {
    this.ready('inverseTransform()');
    const { data, rows, cols } = readFeatures('X', x as FeatureInput);
    const width = this.encoded.reduce((sum, one) => sum + widthOf(one), 0);
    const { names } = this.checkColumns('inverseTransform()', { cols }, width);
    let offset = 0;
    const columns: Column[] = [];
    for (const [j, one] of this.encoded.entries()) {
      yield* columnPart(j, rows);
      const start = offset;
      offset += widthOf(one);
      const values = Array.from({ length: rows }, (_, i) =>
        decode(one, data.subarray(i * cols + start, i * cols + offset), showColumn(names, j), i, this.params),
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
    const { handleUnknown } = this.params;
    const columns = this.encoded.map((one, j) => {
      const places = placesOf(one, handleUnknown);
      // Without a place for them, the graph refuses unknown values.
      const positions = handleUnknown === 'error' ? places.slice(0, -1) : places;
      const width = widthOf(one);
      const codes = writeCodes(graph, table.column(graph, j), one);
      return OnnxTable.ofNumbers(writeOneHot(graph, codes, positions, width), width);
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

  /**
   * For example 'color_red': the column's name and the category, in scikit-learn's format. Integers
   * are '1', floats '1.0', booleans 'True', missing values 'nan' or, for null, 'None'. The type of
   * numbers is that of their array. In rows of plain numbers and in columns of a `DataTable` they
   * are integers if all are whole and none is missing. Infrequent categories are
   * 'color_infrequent_sklearn'.
   */
  getFeatureNamesOut(inputNames?: readonly string[]): string[] {
    return this.inputNames(inputNames).flatMap((name, j) => {
      const { grouping, dropped, shownAs } = this.encoded[j]!;
      const all = grouping.frequent.map((value) => categoryName(value, shownAs));
      if (grouping.infrequent.length > 0) all.push(INFREQUENT);
      return all.filter((_, position) => position !== dropped).map((value) => `${name}_${value}`);
    });
  }

  /**
   * JSON would turn undefined in a list into null, which is the missing category here, so an empty
   * list stands for undefined.
   */
  protected override savedParams(): object {
    const { drop } = this.params;
    return typeof drop === 'object'
      ? { ...this.params, drop: drop.map((entry) => entry ?? (entry === null ? null : [])) }
      : this.params;
  }

  protected override get makesColumns(): boolean {
    return true;
  }

  protected fittedState(): SavedState | undefined {
    if (this.fitted === undefined) return undefined;
    const { tensors, text } = savedCategories(this.encoded);
    return {
      tensors,
      attributes: {
        ...this.columnAttributes(),
        text,
        rare: this.encoded.map(({ rare }) => rare),
        dropped: this.encoded.map(({ dropped }) => dropped),
        shownAs: this.encoded.map(({ shownAs }) => ({ ...shownAs })),
      },
    };
  }

  protected restoreState(state: SavedState): void {
    const fitted = this.columnsFrom(state);
    const isPerColumn = (value: unknown): value is unknown[] =>
      Array.isArray(value) && value.length === fitted.cols;
    const dropped = attribute(
      state,
      'dropped',
      (value): value is number[] => isPerColumn(value) && value.every(Number.isInteger),
    );
    const shownAs = attribute(
      state,
      'shownAs',
      (value): value is ColumnKind[] => isPerColumn(value) && value.every(isColumnKind),
    );
    const rare = attribute(state, 'rare', isPerColumn);
    this.encoded = restoredCategories(state, fitted.cols).map((categories, j) => {
      const codes = rare[j];
      const position = dropped[j]!;
      const isGrouped = isInfrequentList(codes, categories.list.length);
      const grouping = groupingOf(categories, isGrouped ? codes : []);
      if (!isGrouped || position < -1 || position >= grouping.width) {
        throw new SteepestError('ERR_MODEL_FILE', {
          expected: `categories of column ${j}, and the infrequent and dropped ones among them`,
          given: `${categories.list.length} categories, ${show(codes)} infrequent, number ${position} dropped`,
          hint: 'Save the encoder again.',
        });
      }
      return { ...categories, rare: codes, grouping, dropped: position, shownAs: shownAs[j]! };
    });
    this.fitted = fitted;
  }
}

/** The column of each category, and last that of unknown ones: −1 for none. */
function placesOf(
  { grouping, dropped }: Encoded,
  handleUnknown: OneHotEncoderParams['handleUnknown'],
): number[] {
  const { position, frequent, infrequent } = grouping;
  const joins = handleUnknown === 'infrequentIfExist' && infrequent.length > 0;
  return [...position, joins ? frequent.length : -1].map((at) => {
    if (at === dropped) return -1;
    return dropped >= 0 && at > dropped ? at - 1 : at;
  });
}

const widthOf = ({ grouping, dropped }: Encoded): number => grouping.width - (dropped >= 0 ? 1 : 0);

function decode(
  one: Encoded,
  values: ArrayLike<number>,
  shown: string,
  row: number,
  { handleUnknown }: OneHotEncoderParams,
): Category {
  const { dropped } = one;
  let best = -1;
  for (let k = 0; k < values.length; k++) {
    if (values[k] !== 0 && (best < 0 || values[k]! > values[best]!)) best = k;
  }
  if (best >= 0) return categoryAt(one, dropped >= 0 && best >= dropped ? best + 1 : best);
  if (dropped >= 0) return categoryAt(one, dropped);
  if (handleUnknown !== 'error') return null;
  return refuse(
    `a number that is not 0 for one category of column ${shown}`,
    `only zeros at row ${row}`,
    'Pass what transform returned.',
  );
}
