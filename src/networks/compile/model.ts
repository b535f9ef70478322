import { checkInteger, checkNumber } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import type { Node } from '../../program/node.js';
import type { ParameterSpec } from '../../program/parameters.js';
import type { LayerConfig } from '../layers/definition.js';
import { completeLayer, layerDefinition } from '../layers/index.js';
import type { TrainedLayerConfig } from '../layers/parameter.js';
import { checkImageSizes } from '../layers/spatial.js';
import { WindowNode } from '../nodes/windows.js';
import { checkClassNames } from './classNames.js';
import { checkColumnNames } from './columnNames.js';
import { splitInput } from './input.js';

/** The description of a sequential model: plain data, saved with its weights. */
export interface ModelConfig {
  seed: number;
  layers: LayerConfig[];
  /** Names of the classes in the order of their numbers, if they have names. */
  classes?: string[];
  /** Names of the input columns in their order, if the model was trained on columns with names. */
  columns?: string[];
}

/** One layer of a resolved model. */
export interface ResolvedLayer {
  name: string;
  config: LayerConfig;
  inputShape: readonly number[];
  inputCols: number;
  outputShape: readonly number[];
  outputCols: number;
  parameters: readonly ParameterSpec[];
}

/** A model whose layers all have names and sizes. */
export interface ResolvedModel {
  seed: number;
  /** Shapes of one sample, and their numbers of elements. */
  inputShape: readonly number[];
  inputCols: number;
  outputShape: readonly number[];
  outputCols: number;
  layers: readonly ResolvedLayer[];
  parameters: readonly ParameterSpec[];
  /** Names of the classes, if they have names. */
  classes: readonly string[] | undefined;
  /** Names of the input columns, if they have names. */
  columns: readonly string[] | undefined;
}

/**
 * Maximum number of layers. A file holds at most 65,536 arrays, 16 for each layer: every model that
 * can be trained can be saved. (batchNorm has four, and amsgrad three more for each of two of them.)
 */
export const MAX_LAYERS = 4096;
/** Maximum numbers per sample at every layer: kernels count them with 32-bit integers. */
export const MAX_SAMPLE_NUMBERS = 2 ** 31 - 1;
/**
 * Maximum numbers in all parameters: with a header they make the largest file that can be written
 * and read, 4 GiB. A model for which fits and predictions could never get memory is refused when it
 * is created.
 */
export const MAX_PARAMETERS = (2 ** 32 - 2 ** 25) / Float32Array.BYTES_PER_ELEMENT;
/** Maximum length of a layer's name, so that the names of all arrays fit in a file's header. */
const MAX_NAME = 100;

/** The seed is one 32-bit word of the random generator's key. */
const LARGEST_SEED = 2 ** 32 - 1;

/** Refuses values that are not lists of layers, empty lists, and lists with too many layers. */
function checkLayers(layers: unknown): void {
  if (!Array.isArray(layers) || layers.length === 0) {
    const isMissing = layers === undefined || Array.isArray(layers);
    throw new SteepestError(isMissing ? 'ERR_EMPTY' : 'ERR_ARGUMENT', {
      expected: 'layers to be a list with at least one layer',
      given: show(layers),
      hint: isLayer(layers)
        ? 'Put it into a list: layers: [layer].'
        : 'Pass layers: [layers.dense({ units: 1, inputShape: [inputs] })].',
    });
  }
  if (layers.length > MAX_LAYERS) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `at most ${MAX_LAYERS} layers`,
      given: `${layers.length}`,
      hint: 'Use fewer, wider layers.',
    });
  }
}

/**
 * Checks a model's description and computes names and sizes.
 * @throws SteepestError `ERR_EMPTY`, `ERR_SHAPE`, `ERR_MEMORY` and `ERR_ARGUMENT`, naming the layer
 */
export function resolveModel(config: ModelConfig): ResolvedModel {
  checkLayers(config.layers);
  const words = 'a whole number from 0 to 2³² − 1';
  const isSeed = (v: number): boolean => Number.isInteger(v) && v >= 0 && v <= LARGEST_SEED;
  const seed = checkNumber('seed', config.seed, words, isSeed);
  const complete = Array.from(config.layers as readonly LayerConfig[], (layer) => completeLayer(layer));
  const inputShape = sampleShape(complete);
  let shape: readonly number[] = inputShape;
  checkNumbers('inputShape', inputShape);
  const naming = new LayerNames();
  const resolved = complete.map((layer, index): ResolvedLayer => {
    const name = naming.of(layer);
    const definition = layerDefinition(layer.type);
    const outputShape = definition.outputShape(layer, { name, inputShape: shape });
    checkNumbers(`the output of layer ${name}`, outputShape);
    const inputCols = product(shape);
    const nodes = definition.lower(layer, {
      name,
      inputShape: shape,
      inputCols,
      seed,
      index,
      ...trainingOf(layer),
    });
    if (nodes.some((node) => node.takes === 'images' || node instanceof WindowNode)) {
      for (const sizes of [shape, outputShape]) checkImageSizes(name, sizes);
    }
    const result = {
      name,
      config: layer,
      inputShape: shape,
      inputCols,
      outputShape,
      outputCols: product(outputShape),
      parameters: nodes.flatMap((n) => n.parameters),
    };
    shape = outputShape;
    return result;
  });
  const model = {
    seed,
    inputShape,
    inputCols: product(inputShape),
    outputShape: shape,
    outputCols: product(shape),
    layers: resolved,
    parameters: resolved.flatMap((layer) => layer.parameters),
    classes: config.classes === undefined ? undefined : checkClassNames(config.classes, product(shape)),
    columns: config.columns === undefined ? undefined : checkColumnNames(config.columns, product(inputShape)),
  };
  checkParameters(model.layers);
  splitInput(lowerModel(model), inputShape);
  return model;
}

/** The description of a model as plain data. */
export const configOf = ({ seed, layers, classes, columns }: ResolvedModel): ModelConfig => ({
  seed,
  layers: layers.map(({ config, name }) => ({ ...config, name })),
  ...(classes === undefined ? {} : { classes: [...classes] }),
  ...(columns === undefined ? {} : { columns: [...columns] }),
});

/** New nodes for one compilation. */
export function lowerModel(model: ResolvedModel): Node[] {
  return model.layers.flatMap((_, index) => layerNodes(model, index));
}

/** New nodes of one layer. */
export function layerNodes({ layers, seed }: ResolvedModel, index: number): Node[] {
  const { config, name, inputShape, inputCols } = layers[index]!;
  const context = { name, inputShape, inputCols, seed, index, ...trainingOf(config) };
  return layerDefinition(config.type).lower(config, context);
}

/** How a layer's parameters are trained. */
function trainingOf({ trainable = true, learningRateScale = 1 }: TrainedLayerConfig) {
  return { trainable, learningRateScale };
}

const isLayer = (value: unknown): boolean => typeof value === 'object' && value !== null && 'type' in value;

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

function sampleShape(layers: readonly LayerConfig[]): number[] {
  const shape = layers[0]!.inputShape;
  if (shape === undefined) {
    throw new SteepestError('ERR_SHAPE', {
      expected: 'inputShape on the first layer',
      given: 'none',
      hint: 'Add inputShape: [number of columns of x] to it, or [height, width, channels] for images.',
    });
  }
  if (!Array.isArray(shape) || (shape.length !== 1 && shape.length !== 3)) {
    throw new SteepestError('ERR_SHAPE', {
      expected: 'inputShape to be [columns], or [height, width, channels] for images',
      given: show(shape),
      hint: hintInputShape(shape),
    });
  }
  for (const layer of layers.slice(1)) {
    if (layer.inputShape !== undefined) {
      throw new SteepestError('ERR_SHAPE', {
        expected: 'inputShape on the first layer only',
        given: `one on a later ${layer.type} layer`,
        hint: "Remove it: each layer's input is the output of the one before it.",
      });
    }
  }
  return shape.map((size, i) => checkInteger(`inputShape[${i}]`, size));
}

function hintInputShape(shape: unknown): string {
  const sizes = Array.isArray(shape) ? shape : [];
  if (sizes.length === 2) return `Grey images have one channel: [${sizes[0]}, ${sizes[1]}, 1].`;
  if (sizes.length === 4) return `Leave the number of samples out: [${sizes.slice(1).join(', ')}].`;
  return typeof shape === 'number'
    ? `Write inputShape: [${shape}].`
    : 'Write [columns] or [height, width, channels].';
}

/** Names every layer: its own name, or its type with a number. */
class LayerNames {
  private readonly taken = new Set<string>();
  private readonly ofType = new Map<string, number>();

  /**
   * @throws SteepestError `ERR_ARGUMENT` for a name with other characters, too long or used twice
   */
  of({ type, name: given }: LayerConfig): string {
    const ordinal = (this.ofType.get(type) ?? 0) + 1;
    this.ofType.set(type, ordinal);
    const name = given === undefined ? `${type}_${ordinal}` : given;
    const isName = typeof name === 'string' && name.length <= MAX_NAME && /^[A-Za-z0-9_.-]+$/.test(name);
    if (!isName || this.taken.has(name)) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: `layer names of up to ${MAX_NAME} letters, digits, _ . and -, each used once`,
        given: show(name),
        hint: 'Choose another name, or leave it out.',
      });
    }
    this.taken.add(name);
    return name;
  }
}

/** @throws SteepestError `ERR_MEMORY` for more parameters than a file or an arena can hold */
function checkParameters(layers: readonly ResolvedLayer[]): void {
  const counts = layers.map(({ parameters }) => parameters.reduce((n, { rows, cols }) => n + rows * cols, 0));
  const total = counts.reduce((a, b) => a + b, 0);
  if (total <= MAX_PARAMETERS) return;
  const most = counts.indexOf(Math.max(...counts));
  throw new SteepestError('ERR_MEMORY', {
    expected: `at most ${MAX_PARAMETERS} parameters, 4 GiB`,
    given: `${total}, of which layer ${layers[most]!.name} has ${counts[most]}`,
    hint: 'Use fewer units or filters.',
  });
}

/** @throws SteepestError `ERR_SHAPE` for a sample with more numbers than kernels can count */
function checkNumbers(what: string, shape: readonly number[]): void {
  if (product(shape) <= MAX_SAMPLE_NUMBERS) return;
  throw new SteepestError('ERR_SHAPE', {
    expected: `${what} to have at most ${MAX_SAMPLE_NUMBERS} numbers a sample`,
    given: `[${shape.join(', ')}]`,
    hint: 'Use smaller images, or fewer filters or units.',
  });
}
