import { SteepestError } from '../core/errors.js';
import { checkInteger } from '../layers/check.js';
import type { LayerConfig } from '../layers/definition.js';
import { completeLayer, layerDefinition } from '../layers/index.js';
import type { Node, ParameterSpec } from '../program/node.js';

/** The description of a sequential model: plain data, saved with its weights. */
export interface ModelConfig {
  seed: number;
  layers: LayerConfig[];
}

/** One layer of a resolved model. */
export interface ResolvedLayer {
  name: string;
  config: LayerConfig;
  inputCols: number;
  outputCols: number;
  parameters: readonly ParameterSpec[];
}

/** A model whose every layer has a name and sizes. */
export interface ResolvedModel {
  seed: number;
  inputCols: number;
  outputCols: number;
  layers: readonly ResolvedLayer[];
  parameters: readonly ParameterSpec[];
}

/** The seed is a word of the random generator's key. */
const LARGEST_SEED = 2 ** 32 - 1;

/** Checks a model's description and works out names and sizes. */
export function resolveModel(config: ModelConfig): ResolvedModel {
  if (!Array.isArray(config.layers) || config.layers.length === 0) {
    throw new SteepestError('ERR_EMPTY', {
      expected: 'at least one layer',
      given: Array.isArray(config.layers) ? 'none' : String(config.layers),
      mend: 'Pass layers: [layers.dense({ units: 1, inputShape: [inputs] })].',
    });
  }
  const seed = checkInteger('seed', config.seed, 0);
  if (seed > LARGEST_SEED) checkInteger('seed (below 2^32)', Number.NaN, 0);
  const complete = config.layers.map(completeLayer);
  const inputCols = inputColumns(complete);
  let cols = inputCols;
  const names = new Set<string>();
  const resolved = complete.map((layer, index): ResolvedLayer => {
    const name = layerName(layer, complete, index, names);
    const definition = layerDefinition(layer.type);
    const outputCols = definition.outputCols(layer, cols);
    const nodes = definition.lower(layer, { name, inputCols: cols, seed, index });
    const result = {
      name,
      config: layer,
      inputCols: cols,
      outputCols,
      parameters: nodes.flatMap((n) => n.parameters),
    };
    cols = outputCols;
    return result;
  });
  return {
    seed,
    inputCols,
    outputCols: cols,
    layers: resolved,
    parameters: resolved.flatMap((layer) => layer.parameters),
  };
}

/** Fresh nodes for one compile. */
export function lowerModel(model: ResolvedModel): Node[] {
  return model.layers.flatMap(({ config, name, inputCols }, index) =>
    layerDefinition(config.type).lower(config, { name, inputCols, seed: model.seed, index }),
  );
}

function inputColumns(layers: readonly LayerConfig[]): number {
  const shape = layers[0]!.inputShape;
  if (shape === undefined) {
    throw new SteepestError('ERR_SHAPE', {
      expected: 'inputShape on the first layer',
      given: 'none',
      mend: 'Add inputShape: [number of columns of x] to it.',
    });
  }
  if (!Array.isArray(shape) || shape.length !== 1) {
    throw new SteepestError('ERR_SHAPE', {
      expected: 'inputShape with one entry, the number of columns of x',
      given: JSON.stringify(shape),
      mend: 'Flatten each sample to one row.',
    });
  }
  for (const layer of layers.slice(1)) {
    if (layer.inputShape !== undefined) {
      throw new SteepestError('ERR_SHAPE', {
        expected: 'inputShape on the first layer only',
        given: `one on a later ${layer.type} layer`,
        mend: 'Remove it: each layer takes what the one before it gives.',
      });
    }
  }
  return checkInteger('inputShape[0]', shape[0]);
}

function layerName(
  layer: LayerConfig,
  all: readonly LayerConfig[],
  index: number,
  taken: Set<string>,
): string {
  const ordinal = all.slice(0, index + 1).filter((other) => other.type === layer.type).length;
  const name = layer.name ?? `${layer.type}_${ordinal}`;
  if (typeof name !== 'string' || !/^[A-Za-z0-9_.-]+$/.test(name) || taken.has(name)) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'layer names of letters, digits, _ . and -, each used once',
      given: `'${String(name)}'`,
      mend: 'Choose another name, or leave it out.',
    });
  }
  taken.add(name);
  return name;
}
