import type { ParameterSpec } from '../../../program/parameters.js';
import type { ResolvedLayer } from '../../compile/model.js';
import { type ColumnOrder, columnPosition, type Position } from './columns.js';

/** An array of a module of PyTorch. */
export interface TorchArray {
  /** The last part of its name: `weight`. */
  suffix: string;
  shape: readonly number[];
  /** What it holds: one of our arrays, or the same number everywhere, which we do not keep. */
  holds: { parameter: ParameterSpec; position: Position } | { constant: number };
  /** Whether an array of one number stands for all of ours. */
  mayBeOne?: boolean;
}

/** What PyTorch has for a type of layer. */
interface TorchLayer {
  /** Modules in an `nn.Sequential`, without the one for the layer's activation. */
  modules: number;
  /** Arrays of the first of them. */
  arrays?(layer: ResolvedLayer, order: ColumnOrder): TorchArray[];
}

/** One of our arrays of a layer, by the last part of its name; undefined if the layer has none. */
const ours = ({ name, parameters }: ResolvedLayer, array: string): ParameterSpec | undefined =>
  parameters.find((parameter) => parameter.name === `${name}/${array}`);

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** An array with a number for each column or channel. */
function list(
  suffix: string,
  parameter: ParameterSpec | undefined,
  image: readonly number[] | undefined,
): TorchArray[] {
  if (parameter === undefined) return [];
  return [{ suffix, shape: parameter.shape, holds: { parameter, position: columnPosition(image) } }];
}

/** weight and bias of a normalisation: PyTorch's have both, where ours may do without. */
function affine(layer: ResolvedLayer, { input }: ColumnOrder): TorchArray[] {
  const [gamma, beta] = [ours(layer, 'gamma'), ours(layer, 'beta')];
  const shape = [layer.inputShape.at(-1)!];
  const fixed = (suffix: string, constant: number): TorchArray[] => [{ suffix, shape, holds: { constant } }];
  return [
    ...(gamma ? list('weight', gamma, input) : fixed('weight', 1)),
    ...(beta ? list('bias', beta, input) : fixed('bias', 0)),
  ];
}

/** Kernel [in, out] here, [out, in] there. */
function dense(layer: ResolvedLayer, { input, output }: ColumnOrder): TorchArray[] {
  const parameter = ours(layer, 'kernel')!;
  const [inputs, units] = parameter.shape as [number, number];
  const [row, column] = [columnPosition(output), columnPosition(input)];
  const position: Position = (i) => row(i % units) * inputs + column(Math.floor(i / units));
  return [
    { suffix: 'weight', shape: [units, inputs], holds: { parameter, position } },
    ...list('bias', ours(layer, 'bias'), output),
  ];
}

/** Kernel [height, width, inputs, filters] here, [filters, inputs, height, width] there. */
function conv2d(layer: ResolvedLayer): TorchArray[] {
  const parameter = ours(layer, 'kernel')!;
  const [height, width, inputs, filters] = parameter.shape as [number, number, number, number];
  const position: Position = (i) => {
    const tap = Math.floor(i / filters);
    const [filter, input, pixel] = [i % filters, tap % inputs, Math.floor(tap / inputs)];
    return (filter * inputs + input) * height * width + pixel;
  };
  return [
    { suffix: 'weight', shape: [filters, inputs, height, width], holds: { parameter, position } },
    ...list('bias', ours(layer, 'bias'), undefined),
  ];
}

function batchNorm(layer: ResolvedLayer, order: ColumnOrder): TorchArray[] {
  return [
    ...affine(layer, order),
    ...list('running_mean', ours(layer, 'movingMean'), order.input),
    ...list('running_var', ours(layer, 'movingVariance'), order.input),
  ];
}

/** `nn.PReLU()` learns one alpha, `nn.PReLU(channels)` as many as ours. */
const prelu = (layer: ResolvedLayer, { input }: ColumnOrder): TorchArray[] =>
  list('weight', ours(layer, 'alpha'), input).map((array) => ({ ...array, mayBeOne: true }));

/** Each type of layer. Augmentation and scaling of inputs are not part of a PyTorch model. */
const TORCH_LAYERS: Readonly<Record<string, TorchLayer>> = {
  dense: { modules: 1, arrays: dense },
  conv2d: { modules: 1, arrays: conv2d },
  batchNorm: { modules: 1, arrays: batchNorm },
  layerNorm: { modules: 1, arrays: affine },
  prelu: { modules: 1, arrays: prelu },
  activation: { modules: 1 },
  dropout: { modules: 1 },
  flatten: { modules: 1 },
  reshape: { modules: 1 },
  maxPool2d: { modules: 1 },
  averagePool2d: { modules: 1 },
  // nn.AdaptiveAvgPool2d(1) and nn.Flatten().
  globalAveragePool2d: { modules: 2 },
  rescaling: { modules: 0 },
  randomFlip: { modules: 0 },
  randomTranslation: { modules: 0 },
  randomCrop: { modules: 0 },
};

/** The types of layers that have an answer. */
export const torchLayerTypes = (): string[] => Object.keys(TORCH_LAYERS);

/** PyTorch's arrays of a layer. */
export function torchArrays(layer: ResolvedLayer, order: ColumnOrder): TorchArray[] {
  return TORCH_LAYERS[layer.config.type]!.arrays?.(layer, order) ?? [];
}

/** Modules that a layer is in an `nn.Sequential`, its activation included. */
export function moduleCount({ config }: ResolvedLayer): number {
  const { activation } = config as { activation?: { name?: string } };
  const isOwn = config.type === 'dense' || config.type === 'conv2d';
  const own = isOwn && activation?.name !== 'linear' ? 1 : 0;
  return TORCH_LAYERS[config.type]!.modules + own;
}

/** Numbers of an array. */
export const sizeOf = (array: TorchArray): number => product(array.shape);
