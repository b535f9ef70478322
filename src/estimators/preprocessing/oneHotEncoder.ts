import { SteepestError } from '../../core/errors.js';
import type { NdArray } from '../../core/ndarray.js';
import { isTypedArray } from '../../core/realm.js';
import type { Column } from '../../data/column.js';
import type { DataTable } from '../../data/dataTable.js';
import { type ColumnKind, categoryName, isColumnKind } from '../base/columnKinds.js';
import {
  allocate,
  checkNoInfinity,
  forSlices,
  nextColumn,
  readTable,
  showColumn,
  type TableColumns,
  type TableInput,
  toDataTable,
} from '../base/columns.js';
import type { EstimatorFitOptions } from '../base/estimator.js';
import { type FeatureInput, readFeatures } from '../base/features.js';
import { checkNoOptionsAsY, checkOptions, TRANSFORMER_FIT_KEYS } from '../base/fitOptions.js';
import { attribute, float64Tensor, type SavedState } from '../base/saved.js';
import { BaseTransformer } from './baseTransformer.js';
import {
  type Category,
  type ColumnCategories,
  categoriesOf,
  encodeCategories,
  givenCategories,
  toCategories,
} from './categories.js';
import { droppedOf, ONE_HOT_SPECS, type OneHotEncoderParams, refuse } from './oneHotParams.js';

/** One column of the fit. */
interface Encoded extends ColumnCategories {
  /** Index of the dropped category, or −1. */
  dropped: number;
  /** How feature names show the categories. */
  shownAs: ColumnKind;
}

/**
 * One column of zeros and ones per category, for columns of numbers or text. A missing value (null,
 * NaN) is a category of its own, the last.
 */
export class OneHotEncoder extends BaseTransformer<OneHotEncoderParams, NdArray<Float64Array>> {
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
    checkNoOptionsAsY('fit', y);
    checkOptions('OneHotEncoder.fit', options, TRANSFORMER_FIT_KEYS);
    const { signal } = options;
    const table = readTable('X', x);
    const { cols, names } = table;
    const { categories, drop } = this.params;
    for (const [what, value] of Object.entries({ categories, drop })) {
      if (typeof value === 'object' && value.length !== cols) {
        refuse(`${what} with ${cols} entries, one per column of X`, value, 'Write one entry per column.');
      }
    }
    const encoded: Encoded[] = [];
    const kinds = table.kinds();
    for (let j = 0; j < cols; j++) {
      await nextColumn(j, table.rows, signal);
      const shown = showColumn(names, j);
      const own = this.categoriesFor(readColumn(table, j), j, shown);
      encoded.push({ ...own, dropped: droppedOf(own, drop, j, shown), shownAs: kinds[j]! });
    }
    this.encoded = encoded;
    this.fitted = { cols, names };
    return this;
  }

  private categoriesFor(column: Column, j: number, shown: string): ColumnCategories {
    const { categories, handleUnknown } = this.params;
    if (categories === 'auto') return categoriesOf(column);
    const given = givenCategories(shown, categories[j]!);
    encodeCategories(shown, column, given, handleUnknown === 'ignore');
    return given;
  }

  /**
   * rows × encoded columns of 0 and 1.
   * @throws SteepestError `ERR_NOT_FITTED`, `ERR_SHAPE`; `ERR_LABEL_RANGE` for an unknown category,
   * with its column and row
   */
  async transform(x: TableInput): Promise<NdArray<Float64Array>> {
    this.ready('transform()');
    const table = readTable('X', x);
    const { names } = this.checkColumns('transform()', table);
    const ignore = this.params.handleUnknown === 'ignore';
    const widths = this.encoded.map(widthOf);
    const width = widths.reduce((sum, n) => sum + n, 0);
    const result = allocate(table.rows, width);
    let offset = 0;
    for (const [j, one] of this.encoded.entries()) {
      await nextColumn(j, table.rows);
      const codes = encodeCategories(showColumn(names, j), readColumn(table, j), one, ignore);
      const start = offset;
      await forSlices(table.rows, 1, (begin, end) => {
        for (let i = begin; i < end; i++) {
          const code = codes[i]!;
          if (code < 0 || code === one.dropped) continue;
          const position = one.dropped >= 0 && code > one.dropped ? code - 1 : code;
          result.data[i * width + start + position] = 1;
        }
      });
      offset += widths[j]!;
    }
    return result;
  }

  /**
   * The category of each row and column: that of the largest number. A row of zeros is the dropped
   * category, or a missing value if unknown categories are encoded as zeros.
   * @throws SteepestError `ERR_NOT_FITTED`, `ERR_SHAPE`; `ERR_ARGUMENT` for zeros without a meaning
   */
  async inverseTransform(x: TableInput): Promise<DataTable> {
    this.ready('inverseTransform()');
    const { data, rows, cols } = readFeatures('X', x as FeatureInput);
    const width = this.encoded.reduce((sum, one) => sum + widthOf(one), 0);
    const { names } = this.checkColumns('inverseTransform()', { rows, cols, names: undefined }, width);
    let offset = 0;
    const columns = this.encoded.map((one, j): Column => {
      const start = offset;
      offset += widthOf(one);
      const values = Array.from({ length: rows }, (_, i) =>
        decode(one, data.subarray(i * cols + start, i * cols + offset), showColumn(names, j), i, this.params),
      );
      return one.kind === 'numeric'
        ? Float64Array.from(values, (value) => (value === null ? Number.NaN : (value as number)))
        : (values as (string | null)[]);
    });
    return toDataTable(columns, names);
  }

  /** The categories of each column, in order; missing is NaN among numbers and null among text. */
  get categories(): readonly (readonly Category[])[] {
    this.ready('categories');
    return this.encoded.map(({ list }) => [...list]);
  }

  /**
   * For example 'color_red': the column's name and the category, in scikit-learn's format. Integers
   * are '1', floats '1.0', booleans 'True', missing values 'nan' or, for null, 'None'. The type of
   * numbers is that of their array. In rows of plain numbers and in columns of a `DataTable` they
   * are integers if all are whole and none is missing.
   */
  getFeatureNamesOut(inputNames?: readonly string[]): string[] {
    return this.inputNames(inputNames).flatMap((name, j) => {
      const { list, dropped, shownAs } = this.encoded[j]!;
      return list
        .filter((_, code) => code !== dropped)
        .map((value) => `${name}_${categoryName(value, shownAs)}`);
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

  protected fittedState(): SavedState | undefined {
    if (this.fitted === undefined) return undefined;
    const numeric = this.encoded.flatMap(({ kind, list }, j) =>
      kind === 'numeric'
        ? [[`categories.${j}`, { data: Float64Array.from(list as number[]), shape: [list.length] }] as const]
        : [],
    );
    return {
      tensors: Object.fromEntries(numeric),
      attributes: {
        ...this.columnAttributes(),
        // JSON has no NaN, so numbers are saved as tensors.
        text: this.encoded.map(({ kind, list }) => (kind === 'text' ? list : false)),
        dropped: this.encoded.map(({ dropped }) => dropped),
        shownAs: this.encoded.map(({ shownAs }) => ({ ...shownAs })),
      },
    };
  }

  protected restoreState(state: SavedState): void {
    const fitted = this.columnsFrom(state);
    const isPerColumn = (value: unknown): value is unknown[] =>
      Array.isArray(value) && value.length === fitted.cols;
    const text = attribute(
      state,
      'text',
      (value): value is (false | (string | null)[])[] =>
        isPerColumn(value) && value.every((list) => list === false || isTextList(list)),
    );
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
    this.encoded = text.map((list, j) => {
      const categories =
        list === false
          ? toCategories('numeric', [...float64Tensor(state, `categories.${j}`, [-1]).data])
          : toCategories('text', list);
      const position = dropped[j]!;
      if (position < -1 || position >= categories.list.length || categories.list.length === 0) {
        throw new SteepestError('ERR_MODEL_FILE', {
          expected: `categories of column ${j}, and the one that is left out among them`,
          given: `${categories.list.length} categories, number ${position} left out`,
          hint: 'Save the encoder again.',
        });
      }
      return { ...categories, dropped: position, shownAs: shownAs[j]! };
    });
    this.fitted = fitted;
  }
}

const isTextList = (list: unknown): list is (string | null)[] =>
  Array.isArray(list) && list.every((value) => value === null || typeof value === 'string');

const widthOf = ({ list, dropped }: Encoded): number => list.length - (dropped >= 0 ? 1 : 0);

function readColumn(table: TableColumns, j: number): Column {
  const column = table.column(j);
  if (isTypedArray(column, 'Float64Array')) {
    checkNoInfinity('X', column, 1, table.names === undefined ? undefined : [table.names[j]!]);
  }
  return column;
}

function decode(
  { list, dropped }: Encoded,
  values: ArrayLike<number>,
  shown: string,
  row: number,
  { handleUnknown }: OneHotEncoderParams,
): Category {
  let best = -1;
  for (let k = 0; k < values.length; k++) {
    if (values[k] !== 0 && (best < 0 || values[k]! > values[best]!)) best = k;
  }
  if (best >= 0) return list[dropped >= 0 && best >= dropped ? best + 1 : best]!;
  if (dropped >= 0) return list[dropped]!;
  if (handleUnknown === 'ignore') return null;
  return refuse(
    `a number that is not 0 for one category of column ${shown}`,
    `only zeros at row ${row}`,
    'Pass what transform returned.',
  );
}
