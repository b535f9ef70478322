import { SteepestError, unknownName } from '../../core/errors.js';
import { Matrix } from '../../core/matrix.js';
import { isNdArray, type NdArray } from '../../core/ndarray.js';
import { isPlainObject } from '../../core/realm.js';
import { reading } from '../../core/refuse.js';
import { readNumbers } from '../../core/rows.js';
import { show } from '../../core/show.js';
import { valueTable } from '../../data/sharedRows.js';
import type { ParameterSpec } from '../../program/parameters.js';
import type { ResolvedModel } from '../compile/model.js';
import { checkModuleNames, checkOwnNames } from '../exchange/pytorch/match.js';
import { fromTorch, layersWithWeights, toTorch } from '../exchange/pytorch/weights.js';
import { checkOptionNames, type OptionNames } from './optionNames.js';

/**
 * The order of an array's numbers, and the names of arrays.
 * @example
 * ```ts
 * import type { WeightLayout } from 'steepest';
 * const layout: WeightLayout = 'pytorch';
 * ```
 */
export type WeightLayout = 'steepest' | 'pytorch';

/** Options for weights by name. */
export interface NamedWeightOptions {
  /**
   * - `'steepest'` (default): the names of files that `save` writes, such as `dense_1/kernel`.
   * - `'pytorch'`: those of a `state_dict`, such as `fc1.weight`, with its layouts: `[out, in]` and
   *   `[filters, channels, height, width]`, and with its order of flattened images.
   */
  layout?: WeightLayout;
  /**
   * For `'pytorch'`: the module of each layer, `{ dense_1: 'fc1' }`. Where it is left out, arrays
   * that are read are matched by their shapes, and layers of the same shapes by the numbers in the
   * names of their modules. Arrays that are returned have their position in an `nn.Sequential`.
   */
  names?: Readonly<Record<string, string>>;
}

const NAMES: OptionNames = {
  known: ['layout', 'names'],
  aliases: { from: 'layout', to: 'layout', format: 'layout', framework: 'layout', map: 'names' },
  elsewhere: {},
  example: "Write { layout: 'pytorch' }.",
};
const LAYOUTS = ['steepest', 'pytorch'] as const;
const LAYOUT_ALIASES = { torch: 'pytorch', keras: 'steepest', tensorflow: 'steepest' };

/** @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME` */
function checkNamed(
  what: string,
  model: ResolvedModel,
  options: NamedWeightOptions,
): Required<NamedWeightOptions> {
  checkOptionNames(`options of ${what}`, options, NAMES);
  const { layout = 'steepest', names } = options;
  if (!LAYOUTS.includes(layout)) unknownName('layout', layout, LAYOUTS, LAYOUT_ALIASES);
  if (names !== undefined && layout !== 'pytorch') {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `no names with layout '${layout}', whose names are those of the layers`,
      given: show(names),
      hint: "Write layout: 'pytorch', or leave names out.",
    });
  }
  return { layout, names: names === undefined ? {} : checkModuleNames(layersWithWeights(model), names) };
}

/**
 * Copies of a model's parameters by name.
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME`
 */
export function namedWeights(
  model: ResolvedModel,
  values: ReadonlyMap<string, Float32Array>,
  options: NamedWeightOptions,
): Record<string, Matrix<Float32Array>> {
  const { layout, names } = checkNamed('getWeights', model, options);
  if (layout === 'pytorch') return toTorch(model, values, names);
  const own = copyWeights(model.parameters, values);
  return Object.fromEntries(model.parameters.map(({ name }, i) => [name, own[i]!]));
}

/**
 * Checks arrays that were passed by name, and gives them in layer order with our layouts.
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME`, `ERR_SHAPE`, `ERR_NOT_FINITE`
 */
function inLayerOrder(
  model: ResolvedModel,
  weights: Readonly<Record<string, NdArray>>,
  options: NamedWeightOptions,
): readonly NdArray[] {
  const { layout, names } = checkNamed('setWeights', model, options);
  const given = new Map(Object.entries(weights));
  if (layout === 'pytorch') return fromTorch(model, given, names);
  const wanted = model.parameters.map(({ name }) => name);
  checkOwnNames(wanted, [...given.keys()]);
  return wanted.map((name) => given.get(name)!);
}

/** Copies of a model's parameters, in layer order. */
export function copyWeights(
  parameters: readonly ParameterSpec[],
  values: ReadonlyMap<string, Float32Array>,
): Matrix<Float32Array>[] {
  return parameters.map(({ name, shape }) => new Matrix(values.get(name)!.slice(), [...shape]));
}

const isByName = (weights: unknown): weights is Readonly<Record<string, NdArray>> =>
  isPlainObject(weights) && !isNdArray(weights);

/**
 * Checks the arrays passed to `setWeights` against a model's parameters, and copies them.
 * @throws SteepestError `ERR_SHAPE`, `ERR_NOT_FINITE`, `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME`
 */
export function readWeights(
  model: ResolvedModel,
  weights: readonly NdArray[] | Readonly<Record<string, NdArray>>,
  options: NamedWeightOptions | undefined,
): Map<string, Float32Array> {
  const isNamed = isByName(weights);
  if (!isNamed && options !== undefined) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'arrays by name with options',
      given: show(weights),
      hint: 'Pass an object of arrays, as data.readSafetensors and data.readNpz return it.',
    });
  }
  return reading('weights', () => {
    const list = isNamed ? inLayerOrder(model, weights, options ?? {}) : weights;
    return readArrays(model.parameters, list as readonly NdArray[]);
  });
}

function readArrays(
  parameters: readonly ParameterSpec[],
  weights: readonly NdArray[],
): Map<string, Float32Array> {
  if (!Array.isArray(weights) || weights.length !== parameters.length) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `a list of ${parameters.length} arrays, as getWeights returns, or arrays by name`,
      given: Array.isArray(weights) ? `${weights.length}` : show(weights),
      hint: 'Pass one array per parameter, in layer order.',
    });
  }
  return new Map(parameters.map((parameter, i) => [parameter.name, readArray(parameter, weights[i])]));
}

function readArray({ name, shape, rows, cols, notNegative }: ParameterSpec, given: unknown): Float32Array {
  const { data, shape: has } = (given ?? {}) as Partial<NdArray>;
  const fits = Array.isArray(has) && has.length === shape.length && shape.every((size, i) => has[i] === size);
  if (!fits) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `${name} as { data, shape: [${shape.join(', ')}] }`,
      given: has === undefined ? show(given) : `shape ${show(has)}`,
      hint: 'Pass the arrays in the order of getWeights.',
    });
  }
  const matrix = { data, shape: [rows, cols] } as NdArray;
  const values = Float32Array.from(valueTable(name, readNumbers(name, matrix, 'values')).data);
  if (notNegative && values.some((v) => v < 0)) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${name} to have numbers of at least 0, as variances are`,
      given: String(values.find((v) => v < 0)),
      hint: 'Pass the arrays in the order of getWeights: gamma, beta, moving mean, moving variance.',
    });
  }
  return values;
}
