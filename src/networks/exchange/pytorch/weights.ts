import { SteepestError } from '../../../core/errors.js';
import { Matrix } from '../../../core/matrix.js';
import type { NdArray } from '../../../core/ndarray.js';
import { readNumbers } from '../../../core/rows.js';
import { show } from '../../../core/show.js';
import { valueTable } from '../../../data/sharedRows.js';
import type { ResolvedModel } from '../../compile/model.js';
import { columnOrders } from './columns.js';
import { moduleCount, sizeOf, type TorchArray, torchArrays } from './layers.js';
import { fullName, type ModuleNames, matchModules, modulesOf, type Wanted } from './match.js';

/**
 * Weights of a network as PyTorch keeps them in a `state_dict`: under its names, in its layouts.
 * Ours are channels-last and have kernels of [inputs, outputs].
 */

function wantedArrays(model: ResolvedModel): Wanted[] {
  const orders = columnOrders(model);
  return model.layers
    .map((layer, i) => ({ layer: layer.name, arrays: torchArrays(layer, orders[i]!) }))
    .filter(({ arrays }) => arrays.some(({ holds }) => 'parameter' in holds));
}

/** Layers with weights, which `names` may name. */
export const layersWithWeights = ({ layers }: ResolvedModel): string[] =>
  layers.filter(({ parameters }) => parameters.length > 0).map(({ name }) => name);

/** The position of each layer's module in an `nn.Sequential` of the same layers. */
function sequentialNames({ layers }: ResolvedModel): Map<string, string> {
  let index = 0;
  return new Map(
    layers.map((layer) => {
      const entry = [layer.name, String(index)] as const;
      index += moduleCount(layer);
      return entry;
    }),
  );
}

/**
 * PyTorch's arrays as ours, in the order of `getWeights`.
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_SHAPE`, `ERR_UNKNOWN_NAME`, `ERR_NOT_FINITE`
 */
export function fromTorch(
  model: ResolvedModel,
  arrays: ReadonlyMap<string, NdArray>,
  names: ModuleNames,
): NdArray[] {
  const wanted = wantedArrays(model);
  const shapes = new Map([...arrays].map(([name, array]) => [name, shapeOf(name, array)] as const));
  const modules = matchModules(wanted, modulesOf(shapes), names);
  const read = new Map<string, NdArray>();
  for (const { layer, arrays: own } of wanted) {
    for (const array of own) {
      const name = fullName(modules.get(layer)!, array.suffix);
      const given = arrays.get(name);
      if (given !== undefined) readTorchArray(name, array, given, read);
    }
  }
  return model.parameters.map(({ name }) => read.get(name)!);
}

function shapeOf(name: string, given: NdArray): readonly number[] {
  const { data, shape } = (given ?? {}) as Partial<NdArray>;
  const length = Array.isArray(shape) ? shape.reduce((a: number, b: number) => a * b, 1) : Number.NaN;
  if (ArrayBuffer.isView(data) && (data as unknown as ArrayLike<number>).length === length) return shape!;
  throw new SteepestError('ERR_SHAPE', {
    expected: `${show(name)} as { data, shape } with a typed array of as many numbers`,
    given: show(given),
    hint: 'Pass what data.readSafetensors or data.readNpz returns.',
  });
}

function readTorchArray(name: string, array: TorchArray, given: NdArray, read: Map<string, NdArray>): void {
  const numbers = readNumbers(name, { data: given.data, shape: [1, given.data.length] }, 'values');
  const { data } = valueTable(name, numbers);
  const { holds } = array;
  if ('constant' in holds) {
    const { constant } = holds;
    const other = Array.from(data).find((value) => value !== constant);
    if (other === undefined) return;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${name} to be ${constant} everywhere, since the layer has no such array`,
      given: `${other}`,
      hint: 'Make the layer with center: true and scale: true.',
    });
  }
  const { parameter, position } = holds;
  const values = new Float64Array(sizeOf(array));
  const isOne = data.length === 1;
  for (let i = 0; i < values.length; i++) values[i] = data[isOne ? 0 : position(i)]!;
  read.set(parameter.name, { data: values, shape: parameter.shape });
}

/**
 * A network's arrays as PyTorch has them, by its names.
 * @param names the module of each layer; by default its position in an `nn.Sequential`
 * @throws SteepestError `ERR_ARGUMENT` for two layers with the same module
 */
export function toTorch(
  model: ResolvedModel,
  values: ReadonlyMap<string, Float32Array>,
  names: ModuleNames,
): Record<string, Matrix<Float32Array>> {
  const wanted = wantedArrays(model);
  const modules = new Map([...sequentialNames(model), ...Object.entries(names)]);
  const used = new Set<string>();
  for (const { layer } of wanted) {
    const module = modules.get(layer)!;
    if (used.has(module)) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'another module for each layer',
        given: `${show(module)} for ${layer} too`,
        hint: 'Name the modules of all layers.',
      });
    }
    used.add(module);
  }
  const entries = wanted.flatMap(({ layer, arrays }) => {
    const isPlain = arrays.every(({ holds, suffix }) => 'constant' in holds || suffix.startsWith('running_'));
    return arrays
      .filter(({ holds }) => !isPlain || !('constant' in holds))
      .map((array) => [fullName(modules.get(layer)!, array.suffix), writtenArray(array, values)] as const);
  });
  return Object.fromEntries(entries);
}

function writtenArray(array: TorchArray, values: ReadonlyMap<string, Float32Array>): Matrix<Float32Array> {
  const data = new Float32Array(sizeOf(array));
  const { holds } = array;
  if ('constant' in holds) data.fill(holds.constant);
  else {
    const own = values.get(holds.parameter.name)!;
    for (let i = 0; i < own.length; i++) data[holds.position(i)] = own[i]!;
  }
  return new Matrix(data, [...array.shape]);
}
