import { checkAborted } from '../../core/abort.js';
import { checkNumber, checkObject } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { type InParts, inSlices } from '../../core/inParts.js';
import type { Matrix } from '../../core/matrix.js';
import { didYouMean } from '../../core/nearest.js';
import { show } from '../../core/show.js';
import { separateTarget } from '../../data/tables/target.js';
import { readTable, type TableColumns, type TableInput, type TableOutput } from '../base/columns.js';
import type { EstimatorFitOptions } from '../base/estimator.js';
import { checkOptions, TRANSFORMER_FIT_KEYS } from '../base/fitOptions.js';
import { type ParamSpecs, param } from '../base/params.js';
import { attribute, type SavedState } from '../base/saved.js';
import type { Manner, Work } from '../base/work.js';
import type { Graph } from '../onnx/graph.js';
import { typesOfParts, writePart } from '../onnx/source.js';
import { type OnnxColumns, OnnxTable } from '../onnx/table.js';
import { BaseTransformer } from '../preprocessing/baseTransformer.js';
import { isWord, type Output, type Part, type PartStep, pick, sideBySide, toOutput } from './columnParts.js';
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
import { calling, checkNames, isStep, method, nestedParams, withParams } from './steps.js';

/** A name, and a transformer of all columns, or 'passthrough' or 'drop'. */
export type UnionPart = readonly [name: string, transformer: PartStep];

/** Hyperparameters of `FeatureUnion`. */
export interface FeatureUnionParams {
  /** Names and transformers, in the order of the output. */
  transformers: readonly UnionPart[];
  /** Factors by which the output of some transformers is multiplied. */
  transformerWeights: Readonly<Record<string, number>> | undefined;
  /** Prefix feature names with the part's name and '__' (true). */
  verboseFeatureNamesOut: boolean;
}

function checkParts(name: string, value: unknown): readonly UnionPart[] {
  const isPart = (part: unknown): boolean =>
    Array.isArray(part) && part.length === 2 && (isStep(part[1]) || isWord(part[1]));
  if (!Array.isArray(value) || ![...value].every(isPart)) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${name} as [name, transformer] each`,
      given: show(value),
      hint: "Write featureUnion([['scaled', new StandardScaler()], ['powers', new PolynomialFeatures()]]).",
    });
  }
  const parts = value as readonly UnionPart[];
  checkNames(
    'parts',
    parts.map(([part]) => part),
  );
  return parts.map(([part, step]) => [part, step] as const);
}

const checkWeights = (name: string, value: unknown): Readonly<Record<string, number>> => {
  const given = checkObject(name, value, 'Write { scaled: 0.5 }, a number per part.');
  return Object.fromEntries(
    Object.entries(given).map(([part, weight]) => [part, checkNumber(`${name}.${part}`, weight)]),
  );
};

const SPECS: ParamSpecs<FeatureUnionParams> = {
  transformers: param.custom<readonly UnionPart[]>([], checkParts),
  transformerWeights: param.optional(param.custom<Readonly<Record<string, number>>>({}, checkWeights)),
  verboseFeatureNamesOut: param.boolean(true),
};

/**
 * Applies several transformers to all columns and puts their outputs side by side. `fit` fits
 * copies of the transformers: the fitted ones are in `namedTransformers`.
 * @example
 * ```ts
 * import { FeatureUnion, MinMaxScaler, StandardScaler } from 'steepest';
 * const transformers = [['a', new MinMaxScaler()], ['b', new StandardScaler()]] as const;
 * const union = new FeatureUnion({ transformers });
 * console.log((await union.fitTransform([[1], [3]])).toArray()); // [ [ 0, -1 ], [ 1, 1 ] ]
 * ```
 */
export class FeatureUnion extends BaseTransformer<FeatureUnionParams, Matrix<Float64Array>> {
  private parts: readonly Part[] = [];
  private weights: readonly number[] = [];

  constructor(params: Partial<FeatureUnionParams> = {}) {
    super('FeatureUnion', SPECS, params);
  }

  /** The own parameters, each part, and every parameter of its transformer as part__param. */
  override getParams(): FeatureUnionParams & Record<string, unknown> {
    return { ...this.params, ...nestedParams(transformersOf(this.params.transformers)) };
  }

  /**
   * Like `Pipeline.setParams`.
   * @throws SteepestError `ERR_UNKNOWN_NAME` or `ERR_ARGUMENT`; nothing is changed then
   */
  override setParams(given: Partial<FeatureUnionParams> & Record<string, unknown>): this {
    checkObject('parameters of featureUnion', given);
    const { transformers, transformerWeights, verboseFeatureNamesOut, ...nested } = given;
    const own = this.resolved({ transformers, transformerWeights, verboseFeatureNamesOut } as object);
    const steps = new Map(withParams('featureUnion', transformersOf(own.transformers), nested));
    this.params = {
      ...own,
      transformers: own.transformers.map(([name, step]) => [name, steps.get(name) ?? step] as const),
    };
    return this;
  }

  /** The same with clones of all transformers. */
  override clone(): this {
    const Class = this.constructor as new (params: FeatureUnionParams) => this;
    const transformers = this.params.transformers.map(
      ([name, step]) => [name, isWord(step) ? step : step.clone()] as const,
    );
    return new Class({ ...this.params, transformers });
  }

  /** @throws SteepestError what the transformers throw; `ERR_EMPTY` if there are none */
  async fit(x: TableInput, y?: unknown, options: EstimatorFitOptions = {}): Promise<this> {
    await this.fitTransform(x, y, options);
    return this;
  }

  override async fitTransform(
    x: TableInput,
    y?: unknown,
    options: EstimatorFitOptions = {},
  ): Promise<Matrix<Float64Array>> {
    checkOptions('FeatureUnion.fit', options, TRANSFORMER_FIT_KEYS);
    const { signal } = options;
    const given = separateTarget('X', x, y);
    const table = readTable('X', given.x);
    const { parts, weights } = this.choose();
    const outputs: Output[] = [];
    for (const [k, part] of parts.entries()) {
      checkAborted(signal);
      const step = isWord(part.step) ? part.step : part.step.clone();
      const run = isWord(step) ? undefined : method(step, 'fitTransform', `part '${part.name}'`);
      const result =
        run === undefined
          ? await inSlices(all(table), signal)
          : ((await run(given.x, given.y, { signal })) as TableOutput);
      const output = weighted(toOutput(part, result), weights[k]!);
      outputs.push({ ...output, part: { ...part, step, width: output.cols } });
    }
    const result = await inSlices(sideBySide(table.rows, outputs), signal);
    this.parts = outputs.map(({ part }) => part);
    this.weights = weights;
    this.fitted = { cols: table.cols, names: table.names };
    return this.named(result);
  }

  /**
   * rows × all output columns.
   * @throws SteepestError `ERR_NOT_FITTED`, `ERR_SHAPE`; what the transformers throw
   */
  protected *transforming(x: TableInput, manner: Manner): Work<Matrix<Float64Array>> {
    const table = this.tableLikeFit('transform()', x);
    // In the order of the fit, and without other columns.
    const input = yield* all(table);
    const outputs: Output[] = [];
    for (const [k, part] of this.parts.entries()) {
      const { step, name } = part;
      const result = isWord(step)
        ? input
        : yield* calling(step, `transform${manner}`, `part '${name}'`, input);
      outputs.push(weighted(toOutput(part, result as TableOutput), this.weights[k]!));
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
    const own = this.inputNames(given);
    return namesOfParts(this.parts, this.params.verboseFeatureNamesOut, () => own, namesOf);
  }

  override onnxColumns(): OnnxColumns {
    const { cols, names } = this.ready('toOnnx()');
    const columns = Array.from({ length: cols }, (_, j) => j);
    const parts = this.parts.map(({ step }) => ({ step, columns }));
    return { names, types: typesOfParts(cols, parts) };
  }

  override writeOnnx(graph: Graph, table: OnnxTable): OnnxTable {
    this.ready('toOnnx()');
    return OnnxTable.beside(
      this.parts.map((part, k) => {
        const own = graph.within(part.name);
        const output = writePart(own, part, table);
        const weight = this.weights[k]!;
        if (weight === 1) return output;
        const factor = own.number('weight', weight);
        return OnnxTable.ofNumbers(own.op('Mul', [output.numbers(own), factor], 'weighted'), output.cols);
      }),
    );
  }

  /** The fitted transformers by name. */
  get namedTransformers(): Readonly<Record<string, PartStep>> {
    this.ready('namedTransformers');
    return Object.fromEntries(this.parts.map(({ name, step }) => [name, step]));
  }

  /**
   * For example 'powers__x0^2'.
   * @throws SteepestError `ERR_NOT_FITTED`; `ERR_ARGUMENT` for one name twice
   */
  getFeatureNamesOut(inputNames?: readonly string[]): string[] {
    return eachOnce(this.names(inputNames, namesOnly));
  }

  /** The parts that are not dropped, each for all columns, and their weights. */
  private choose(): { parts: Part[]; weights: number[] } {
    const { transformers, transformerWeights = {} } = this.params;
    const names = transformers.map(([name]) => name);
    for (const name of Object.keys(transformerWeights)) {
      if (names.includes(name)) continue;
      throw new SteepestError('ERR_UNKNOWN_NAME', {
        expected: `transformerWeights of parts: ${names.join(', ')}`,
        given: show(name),
        hint: didYouMean(name, names, 'Use the name of a part.'),
      });
    }
    const parts = transformers
      .filter(([, step]) => step !== 'drop')
      .map(([name, step]): Part => ({ name, step, columns: [], width: 0 }));
    if (parts.length === 0) {
      throw new SteepestError('ERR_EMPTY', {
        expected: 'at least one part that is not dropped',
        given: 'none',
        hint: "Write featureUnion([['scaled', new StandardScaler()], …]).",
      });
    }
    return { parts, weights: parts.map(({ name }) => transformerWeights[name] ?? 1) };
  }

  protected override savedParams(): object {
    const { transformers, ...rest } = this.params;
    // Transformers are saved as children; words mark their places.
    return {
      ...rest,
      transformers: transformers.map(([name, step]) => [name, isWord(step) ? step : 'drop']),
    };
  }

  protected fittedState(): SavedState {
    const learned =
      this.fitted === undefined ? undefined : { ...this.columnAttributes(), weights: [...this.weights] };
    return partsState(transformersOf(this.params.transformers), this.parts, learned);
  }

  protected restoreState(state: SavedState): void {
    const own = ownFromSaved(state);
    super.setParams({
      transformers: this.params.transformers.map(([name, step]) => [name, own.get(name) ?? step] as const),
    });
    if (!('parts' in state.attributes)) return;
    const fitted = this.columnsFrom(state);
    const parts = partsFromSaved(state, fitted.cols);
    const isWeights = (value: unknown): value is number[] =>
      Array.isArray(value) && value.length === parts.length && value.every(Number.isFinite);
    this.weights = attribute(state, 'weights', isWeights);
    this.parts = parts;
    this.fitted = fitted;
  }
}

/** All columns, as a transformer would give them that changes nothing. */
const all = (table: TableColumns): InParts<TableOutput> =>
  pick(
    table,
    Array.from({ length: table.cols }, (_, j) => j),
    table.names,
  );

function weighted(output: Output, weight: number): Output {
  if (weight === 1) return output;
  return { ...output, data: Float64Array.from(output.data, (value) => value * weight) };
}

/**
 * A {@link FeatureUnion} of [name, transformer] parts.
 * @throws SteepestError `ERR_ARGUMENT`
 * @example
 * ```ts
 * import { featureUnion, MinMaxScaler, PolynomialFeatures } from 'steepest';
 * const both = featureUnion([
 *   ['scaled', new MinMaxScaler()],
 *   ['powers', new PolynomialFeatures({ includeBias: false })],
 * ]);
 * console.log((await both.fitTransform([[2], [4]])).toArray());
 * // [ [ 0, 2, 4 ], [ 1, 4, 16 ] ]
 * ```
 */
export function featureUnion(
  transformers: readonly UnionPart[],
  options: Partial<Omit<FeatureUnionParams, 'transformers'>> = {},
): FeatureUnion {
  checkObject('options of featureUnion', options);
  checkParts('transformers', transformers);
  return new FeatureUnion({ ...options, transformers });
}
