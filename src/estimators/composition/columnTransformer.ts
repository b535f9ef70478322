import { checkAborted } from '../../core/abort.js';
import { checkObject } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { inSlices } from '../../core/inParts.js';
import type { Matrix } from '../../core/matrix.js';
import { separateTarget } from '../../data/tables/target.js';
import {
  columnName,
  readTable,
  type TableColumns,
  type TableInput,
  type TableOutput,
  toDataTable,
} from '../base/columns.js';
import type { EstimatorFitOptions } from '../base/estimator.js';
import { checkOptions, TRANSFORMER_FIT_KEYS } from '../base/fitOptions.js';
import type { SavedState } from '../base/saved.js';
import type { Manner, Work } from '../base/work.js';
import type { Graph } from '../onnx/graph.js';
import { typesOfParts, writePart } from '../onnx/source.js';
import { type OnnxColumns, OnnxTable } from '../onnx/table.js';
import { InvertibleTransformer } from '../preprocessing/invertible.js';
import {
  type ColumnRule,
  columnNumbers,
  isWord,
  type Output,
  type Part,
  type PartStep,
  pick,
  sideBySide,
  toOutput,
} from './columnParts.js';
import {
  COLUMN_TRANSFORMER_SPECS,
  type ColumnTransformerParams,
  checkRules,
  REMAINDER,
} from './columnTransformerParams.js';
import {
  eachOnce,
  namesOfParts,
  namesOnly,
  namesOrNumbers,
  ownFromSaved,
  partsFromSaved,
  partsState,
  transformersOf,
} from './namedParts.js';
import { calling, method, type NamedStep, nestedParams, type Step, withParams } from './steps.js';

/**
 * Applies different transformers to different columns, side by side. Columns of text stay text for
 * transformers that accept it; the result is numbers. `fit` fits copies of the transformers: the
 * fitted copies are in `namedTransformers`.
 * @example
 * ```ts
 * import { ColumnTransformer, StandardScaler } from 'steepest';
 * const scale = new ColumnTransformer({
 *   transformers: [['scale', new StandardScaler(), [0]]],
 *   remainder: 'passthrough',
 * });
 * console.log((await scale.fitTransform([[1, 7], [3, 7]])).toArray());
 * // [ [ -1, 7 ], [ 1, 7 ] ]
 * ```
 */
export class ColumnTransformer extends InvertibleTransformer<
  ColumnTransformerParams,
  Matrix<Float64Array>,
  TableOutput
> {
  private parts: readonly Part[] = [];

  constructor(params: Partial<ColumnTransformerParams> = {}) {
    super('ColumnTransformer', COLUMN_TRANSFORMER_SPECS, params);
  }

  /** The own parameters, each part, and every parameter of its transformer as part__param. */
  override getParams(): ColumnTransformerParams & Record<string, unknown> {
    return { ...this.params, ...nestedParams(ownSteps(this.params)) };
  }

  /**
   * Like `Pipeline.setParams`.
   * @throws SteepestError `ERR_UNKNOWN_NAME` or `ERR_ARGUMENT`; nothing is changed then
   */
  override setParams(given: Partial<ColumnTransformerParams> & Record<string, unknown>): this {
    checkObject('parameters of columnTransformer', given);
    const { transformers, remainder, verboseFeatureNamesOut, ...nested } = given;
    const own = this.resolved({ transformers, remainder, verboseFeatureNamesOut });
    this.params = withSteps(own, new Map(withParams('columnTransformer', ownSteps(own), nested)));
    return this;
  }

  /** The same with clones of all transformers. */
  override clone(): this {
    const copy = (step: PartStep) => (isWord(step) ? step : step.clone());
    const { transformers, remainder, verboseFeatureNamesOut } = this.params;
    const Class = this.constructor as new (params: ColumnTransformerParams) => this;
    return new Class({
      transformers: transformers.map(([name, step, columns]) => [name, copy(step), columns] as const),
      remainder: copy(remainder),
      verboseFeatureNamesOut,
    });
  }

  /**
   * @throws SteepestError `ERR_UNKNOWN_NAME` for a column that does not exist; whatever the
   *   transformers throw
   */
  async fit(x: TableInput, y?: unknown, options: EstimatorFitOptions = {}): Promise<this> {
    await this.fitTransform(x, y, options);
    return this;
  }

  override async fitTransform(
    x: TableInput,
    y?: unknown,
    options: EstimatorFitOptions = {},
  ): Promise<Matrix<Float64Array>> {
    checkOptions('ColumnTransformer.fit', options, TRANSFORMER_FIT_KEYS);
    const { signal } = options;
    const given = separateTarget('X', x, y);
    const table = readTable('X', given.x);
    const parts = this.choose(table);
    const outputs: Output[] = [];
    for (const part of parts) {
      checkAborted(signal);
      const input = await inSlices(pick(table, part.columns, table.names), signal);
      const step = isWord(part.step) ? part.step : part.step.clone();
      const result = isWord(step)
        ? input
        : ((await method(step, 'fitTransform', `part '${part.name}'`)(input, given.y, {
            signal,
          })) as TableOutput);
      const output = toOutput(part, result);
      outputs.push({ ...output, part: { ...part, step, width: output.cols } });
    }
    const result = await inSlices(sideBySide(table.rows, outputs), signal);
    this.parts = outputs.map(({ part }) => part);
    this.fitted = { cols: table.cols, names: table.names };
    return this.named(result);
  }

  /**
   * rows × all output columns. Of a table with named columns, those that no part uses may be
   * missing.
   * @throws SteepestError `ERR_NOT_FITTED`, `ERR_SHAPE`; whatever the transformers throw
   */
  protected *transforming(x: TableInput, manner: Manner): Work<Matrix<Float64Array>> {
    const used = new Set(this.parts.flatMap(({ columns }) => columns));
    const table = this.tableLikeFit('transform()', x, [...used]);
    const { names } = this.ready('transform()');
    const outputs: Output[] = [];
    for (const part of this.parts) {
      const { name, step, columns } = part;
      const input = yield* pick(table, columns, names);
      const result = isWord(step)
        ? input
        : yield* calling(step, `transform${manner}`, `part '${name}'`, input);
      outputs.push(toOutput(part, result as TableOutput));
    }
    return this.named(yield* sideBySide(table.rows, outputs));
  }

  protected override get makesColumns(): boolean {
    return true;
  }

  /** A name may occur twice. */
  protected override namesOut(): readonly string[] {
    return this.names(undefined, namesOrNumbers);
  }

  private names(given: readonly string[] | undefined, namesOf: typeof namesOnly): string[] {
    const all = this.inputNames(given);
    const ownOf = ({ columns }: Part): string[] => columns.map((j) => all[j]!);
    return namesOfParts(this.parts, this.params.verboseFeatureNamesOut, ownOf, namesOf);
  }

  /**
   * The table that was transformed. Dropped columns are missing in it; columns that two parts used
   * come from the later one.
   * @throws SteepestError `ERR_NOT_FITTED`, `ERR_SHAPE`; `ERR_ARGUMENT` if a transformer has no
   *   inverse
   */
  protected *inverting(x: TableInput, manner: Manner): Work<TableOutput> {
    const { names, cols } = this.ready('inverseTransform()');
    const table = readTable('X', x);
    this.checkColumns(
      'inverseTransform()',
      table,
      this.parts.reduce((sum, { width }) => sum + width, 0),
    );
    const columns = new Map<number, ReturnType<TableColumns['column']>>();
    let offset = 0;
    for (const { name, step, columns: places, width } of this.parts) {
      const own = Array.from({ length: width }, (_, k) => offset + k);
      const input = yield* pick(table, own, table.names);
      offset += width;
      const back = isWord(step)
        ? input
        : yield* calling(step, `inverseTransform${manner}`, `part '${name}'`, input);
      const restored = readTable('X', back as TableOutput);
      places.forEach((j, k) => {
        columns.set(j, restored.column(k));
      });
    }
    const order = Array.from({ length: cols }, (_, j) => j).filter((j) => columns.has(j));
    return toDataTable(
      order.map((j) => columns.get(j)!),
      order.map((j) => columnName(names, j)),
    );
  }

  override onnxColumns(): OnnxColumns {
    const { cols, names } = this.ready('toOnnx()');
    return { names, types: typesOfParts(cols, this.parts) };
  }

  override writeOnnx(graph: Graph, table: OnnxTable): OnnxTable {
    this.ready('toOnnx()');
    return OnnxTable.beside(
      this.parts.map((part) => writePart(graph.within(part.name), part, table.pick(graph, part.columns))),
    );
  }

  /** The fitted transformers by name. */
  get namedTransformers(): Readonly<Record<string, PartStep>> {
    this.ready('namedTransformers');
    return Object.fromEntries(this.parts.map(({ name, step }) => [name, step]));
  }

  /** The fitted parts, and the numbers of the columns that each gets. @internal */
  get fittedParts(): readonly { readonly step: PartStep; readonly columns: readonly number[] }[] {
    this.ready('fittedParts');
    return this.parts;
  }

  /** For example 'text__city_Bern'. */
  getFeatureNamesOut(inputNames?: readonly string[]): string[] {
    return eachOnce(this.names(inputNames, namesOnly));
  }

  /** Which columns each part gets, and what happens to the rest. */
  private choose(table: TableColumns): Part[] {
    const { transformers, remainder } = this.params;
    const used = new Set<number>();
    const parts = transformers.map(([name, step, choice]): Part => {
      const columns = columnNumbers(name, choice, table);
      for (const j of columns) used.add(j);
      return { name, step, columns, width: 0 };
    });
    const rest = Array.from({ length: table.cols }, (_, j) => j).filter((j) => !used.has(j));
    const all = [...parts, { name: REMAINDER, step: remainder, columns: rest, width: 0 }];
    const active = all.filter(({ step, columns }) => step !== 'drop' && columns.length > 0);
    if (active.length > 0) return active;
    throw new SteepestError('ERR_EMPTY', {
      expected: 'at least one column in the output',
      given: 'parts that drop all of them',
      hint: "Name columns, or set remainder: 'passthrough'.",
    });
  }

  protected override savedParams(): object {
    const { transformers, remainder, verboseFeatureNamesOut } = this.params;
    // Transformers are saved as children; words mark their places.
    return {
      verboseFeatureNamesOut,
      transformers: transformers.map(([name, step, columns]) => [
        name,
        isWord(step) ? step : 'drop',
        columns,
      ]),
      remainder: isWord(remainder) ? remainder : 'drop',
    };
  }

  protected fittedState(): SavedState {
    const learned = this.fitted === undefined ? undefined : this.columnAttributes();
    return partsState(ownSteps(this.params), this.parts, learned);
  }

  protected restoreState(state: SavedState): void {
    super.setParams(withSteps(this.params, ownFromSaved(state)));
    if (!('parts' in state.attributes)) return;
    const fitted = this.columnsFrom(state);
    this.parts = partsFromSaved(state, fitted.cols);
    this.fitted = fitted;
  }
}

/** The transformers among the parameters. */
function ownSteps({ transformers, remainder }: ColumnTransformerParams): NamedStep[] {
  return transformersOf([...transformers, [REMAINDER, remainder]]);
}

/** The parameters with these transformers in their places. */
function withSteps(
  params: ColumnTransformerParams,
  steps: ReadonlyMap<string, Step>,
): ColumnTransformerParams {
  return {
    ...params,
    transformers: params.transformers.map(
      ([name, step, columns]) => [name, steps.get(name) ?? step, columns] as const,
    ),
    remainder: steps.get(REMAINDER) ?? params.remainder,
  };
}

/**
 * A {@link ColumnTransformer} of [name, transformer, columns] parts.
 * @throws SteepestError `ERR_ARGUMENT`
 * @example
 * ```ts
 * import { columnTransformer, data, MinMaxScaler, OneHotEncoder } from 'steepest';
 * const flats = new data.DataTable({ rooms: [3, 1, 2], town: ['Bern', 'Chur', 'Bern'] });
 * const prepare = columnTransformer([
 *   ['number', new MinMaxScaler(), ['rooms']],
 *   ['text', new OneHotEncoder(), ['town']],
 * ]);
 * console.log((await prepare.fitTransform(flats)).toArray());
 * // [ [ 1, 1, 0 ], [ 0, 0, 1 ], [ 0.5, 1, 0 ] ]
 * ```
 */
export function columnTransformer(
  transformers: readonly ColumnRule[],
  options: Partial<Omit<ColumnTransformerParams, 'transformers'>> = {},
): ColumnTransformer {
  checkObject('options of columnTransformer', options);
  checkRules('transformers', transformers);
  return new ColumnTransformer({ ...options, transformers });
}
