import { SteepestError } from '../../core/errors.js';
import { indexOfNotFinite } from '../../core/finite.js';
import { inSlices } from '../../core/inParts.js';
import type { Matrix } from '../../core/matrix.js';
import { refuseNotFinite } from '../../core/refuse.js';
import { show } from '../../core/show.js';
import type { MatrixInput } from '../../data/arrayInputs.js';
import { type Column, isNumericColumn, likeColumn } from '../../data/column.js';
import type { DataTable } from '../../data/dataTable.js';
import {
  besideEachOther,
  columnName,
  columnPart,
  nextColumn,
  readTable,
  showColumn,
  type TableColumns,
  type TableInput,
  type TableOutput,
  toDataTable,
} from '../base/columns.js';
import type { EstimatorFitOptions } from '../base/estimator.js';
import { checkOptions, TRANSFORMER_FIT_KEYS, withoutTarget } from '../base/fitOptions.js';
import { type ParamSpecs, param } from '../base/params.js';
import { attribute, float64Tensor, type SavedState } from '../base/saved.js';
import type { Work } from '../base/work.js';
import type { Graph } from '../onnx/graph.js';
import { writeFilled } from '../onnx/impute.js';
import type { OnnxColumns, OnnxTable } from '../onnx/table.js';
import {
  type Fill,
  filled,
  fillOf,
  flagMissing,
  hasMissing,
  type ImputeStrategy,
  isMissing,
} from './fillers.js';
import { InvertibleTransformer } from './invertible.js';

/** Hyperparameters of `SimpleImputer`. */
export interface SimpleImputerParams {
  /** What counts as missing besides null: NaN by default. */
  missingValues: number | string;
  /**
   * What replaces missing values: the mean (default), the median, the most frequent value, or
   * `fillValue`.
   */
  strategy: ImputeStrategy;
  /** For 'constant': 0 for numbers and 'missing_value' for text by default. */
  fillValue: number | string | undefined;
  /** Add a 0/1 indicator column for each column that had missing values in the fit (false). */
  addIndicator: boolean;
  /** Fill a column without any value with 0 (text: 'missing_value') instead of throwing (false). */
  keepEmptyFeatures: boolean;
}

function checkFill(name: string, value: unknown): number | string {
  if (typeof value === 'string' || Number.isFinite(value)) return value as number | string;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${name} to be a finite number or text`,
    given: show(value),
    hint: 'Use NaN, a finite number or text that marks missing values in the data.',
  });
}

const SPECS: ParamSpecs<SimpleImputerParams> = {
  // JSON writes NaN as null, so a null in a file means NaN.
  missingValues: param.custom<number | string>(Number.NaN, (name, value) =>
    value === null || Number.isNaN(value) ? Number.NaN : checkFill(name, value),
  ),
  strategy: param.oneOf('mean', ['mean', 'median', 'mostFrequent', 'constant']),
  fillValue: param.optional(param.custom<number | string>(0, checkFill)),
  addIndicator: param.boolean(false),
  keepEmptyFeatures: param.boolean(false),
};

/** What was learned about one column. */
interface Learned {
  fill: Fill;
  hadMissing: boolean;
}

/**
 * Fills missing values of each column. Plain numbers give plain numbers; a `DataTable`, or rows
 * with text, give a `DataTable`.
 * @example
 * ```ts
 * import { SimpleImputer } from 'steepest';
 * const imputer = new SimpleImputer({ strategy: 'median' });
 * console.log((await imputer.fitTransform([[1], [NaN], [3], [8]])).column(0).join(' '));
 * // 1 3 3 8
 * ```
 */
export class SimpleImputer extends InvertibleTransformer<SimpleImputerParams> {
  private learned: readonly Learned[] = [];
  private indicated = false;

  constructor(params: Partial<SimpleImputerParams> = {}) {
    super('SimpleImputer', SPECS, params);
  }

  /**
   * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_NOT_FINITE` (infinities; NaN
   * if `missingValues` is something else), `ERR_ARGUMENT` for a mean of text or a column without
   * any value, with the column
   */
  async fit(x: TableInput, y?: unknown, options: EstimatorFitOptions = {}): Promise<this> {
    const samples = withoutTarget('fit', x, y);
    checkOptions('SimpleImputer.fit', options, TRANSFORMER_FIT_KEYS);
    const { signal } = options;
    const table = readTable('X', samples);
    const { strategy, fillValue, keepEmptyFeatures } = this.params;
    const mark = this.params.missingValues;
    const learned: Learned[] = [];
    for (let j = 0; j < table.cols; j++) {
      await nextColumn(j, table.rows, signal);
      const column = this.readColumn(table, j);
      const work = fillOf(column, showColumn(table.names, j), strategy, mark, {
        fillValue,
        keepEmpty: keepEmptyFeatures,
      });
      const fill = await inSlices(work, signal);
      learned.push({ fill, hadMissing: hasMissing(column, mark) });
    }
    this.learned = learned;
    this.indicated = this.params.addIndicator;
    this.fitted = { cols: table.cols, names: table.names };
    return this;
  }

  /**
   * The same table without missing values, followed by the indicator columns.
   * @throws SteepestError `ERR_NOT_FITTED`, `ERR_SHAPE`, `ERR_NOT_FINITE`, `ERR_ARGUMENT`
   */
  override transform(x: DataTable | readonly (readonly (string | null)[])[]): Promise<DataTable>;
  override transform(x: MatrixInput): Promise<Matrix<Float64Array>>;
  override transform(x: TableInput): Promise<TableOutput>;
  override async transform(x: TableInput): Promise<TableOutput> {
    return super.transform(x);
  }

  protected *transforming(x: TableInput): Work<TableOutput> {
    const table = this.tableLikeFit('transform()', x);
    const { names } = this.ready('transform()');
    const mark = this.params.missingValues;
    const columns: Column[] = [];
    for (const [j, { fill }] of this.learned.entries()) {
      yield* columnPart(j, table.rows);
      columns.push(filled(this.readColumn(table, j), fill, mark, showColumn(names, j)));
    }
    for (const j of this.indicatorColumns()) columns.push(flagMissing(table.column(j), mark));
    if (table.isTable) return toDataTable(columns, this.getFeatureNamesOut());
    return this.named(yield* besideEachOther(columns as readonly Float64Array[]));
  }

  /** Learns the fillers and fills the gaps: a table for a table, numbers for numbers. */
  override fitTransform(
    x: DataTable | readonly (readonly (string | null)[])[],
    y?: unknown,
    options?: EstimatorFitOptions,
  ): Promise<DataTable>;
  /** The same for lists of numbers. */
  override fitTransform(
    x: MatrixInput,
    y?: unknown,
    options?: EstimatorFitOptions,
  ): Promise<Matrix<Float64Array>>;
  /** The same for any table. */
  override fitTransform(x: TableInput, y?: unknown, options?: EstimatorFitOptions): Promise<TableOutput>;
  override async fitTransform(
    x: TableInput,
    y?: unknown,
    options?: EstimatorFitOptions,
  ): Promise<TableOutput> {
    return super.fitTransform(x, y, options);
  }

  /**
   * The table with its missing values restored from the indicator columns.
   * @throws SteepestError `ERR_NOT_FITTED`, `ERR_SHAPE`; `ERR_ARGUMENT` without `addIndicator`
   */
  protected *inverting(x: TableInput): Work<TableOutput> {
    this.ready('inverseTransform()');
    if (!this.indicated) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'indicator columns that tell which values were missing',
        given: 'an imputer without them',
        hint: 'Set addIndicator: true and fit again.',
      });
    }
    const table = readTable('X', x);
    const indicators = this.indicatorColumns();
    const { cols, names } = this.checkColumns(
      'inverseTransform()',
      table,
      this.learned.length + indicators.length,
    );
    const { missingValues } = this.params;
    const columns = Array.from({ length: cols }, (_, j): Column => {
      const column = table.column(j);
      const k = indicators.indexOf(j);
      if (k < 0) return column;
      const was = table.column(cols + k);
      if (isNumericColumn(column)) {
        const missing = typeof missingValues === 'number' ? missingValues : Number.NaN;
        return likeColumn(
          column,
          column.map((value, i) => (was[i] === 1 ? missing : value)),
        );
      }
      return column.map((value, i) =>
        was[i] !== 1 ? value : typeof missingValues === 'string' ? missingValues : null,
      );
    });
    if (table.isTable) {
      return toDataTable(
        columns,
        Array.from({ length: cols }, (_, j) => columnName(names, j)),
      );
    }
    return yield* besideEachOther(columns as readonly Float64Array[], names);
  }

  override onnxColumns(): OnnxColumns {
    const { names } = this.ready('toOnnx()');
    return { names, types: this.learned.map(({ fill }) => (typeof fill === 'string' ? 'text' : 'number')) };
  }

  override writeOnnx(graph: Graph, table: OnnxTable): OnnxTable {
    this.ready('toOnnx()');
    const fills = this.learned.map(({ fill }) => fill);
    const { missingValues: mark } = this.params;
    return writeFilled(graph, table, { fills, mark, flagged: this.indicatorColumns() });
  }

  /** The fill value of each column. */
  get statistics(): readonly Fill[] {
    this.ready('statistics');
    return this.learned.map(({ fill }) => fill);
  }

  /**
   * The columns' own names, then 'missingindicator_' and the name of each column with an indicator.
   */
  getFeatureNamesOut(inputNames?: readonly string[]): string[] {
    const names = this.inputNames(inputNames);
    return [...names, ...this.indicatorColumns().map((j) => `missingindicator_${names[j]}`)];
  }

  private indicatorColumns(): number[] {
    return this.indicated ? this.learned.flatMap(({ hadMissing }, j) => (hadMissing ? [j] : [])) : [];
  }

  /** A column whose numbers must be finite or missing. */
  private readColumn(table: TableColumns, j: number): Column {
    const column = table.column(j);
    if (!isNumericColumn(column) || indexOfNotFinite(column) < 0) return column;
    const mark = this.params.missingValues;
    const row = column.findIndex((value) => !Number.isFinite(value) && !isMissing(value, mark));
    if (row >= 0) refuseNotFinite('X', column[row], row, table.names?.[j] ?? j);
    return column;
  }

  protected fittedState(): SavedState | undefined {
    if (this.fitted === undefined) return undefined;
    const numbers = this.learned.map(({ fill }) => (typeof fill === 'number' ? fill : Number.NaN));
    return {
      tensors: { numbers: { data: Float64Array.from(numbers), shape: [numbers.length] } },
      attributes: {
        ...this.columnAttributes(),
        text: this.learned.map(({ fill }) => (typeof fill === 'string' ? fill : null)),
        hadMissing: this.learned.map(({ hadMissing }) => hadMissing),
        indicated: this.indicated,
      },
    };
  }

  protected restoreState(state: SavedState): void {
    const fitted = this.columnsFrom(state);
    const { data } = float64Tensor(state, 'numbers', [fitted.cols]);
    const isList = (value: unknown): value is unknown[] =>
      Array.isArray(value) && value.length === fitted.cols;
    const text = attribute(
      state,
      'text',
      (value): value is (string | null)[] =>
        isList(value) && value.every((fill) => fill === null || typeof fill === 'string'),
    );
    const hadMissing = attribute(
      state,
      'hadMissing',
      (value): value is boolean[] => isList(value) && value.every((had) => typeof had === 'boolean'),
    );
    this.learned = text.map((fill, j) => ({ fill: fill ?? data[j]!, hadMissing: hadMissing[j]! }));
    this.indicated = attribute(state, 'indicated', (value): value is boolean => typeof value === 'boolean');
    this.fitted = fitted;
  }
}
