import { checkList } from '../../core/check.js';
import { SteepestError, unknownName } from '../../core/errors.js';
import { configOf, type ResolvedModel, resolveModel } from '../compile/model.js';
import type { LayerConfig } from '../layers/definition.js';
import type { TrainedLayerConfig } from '../layers/parameter.js';
import { checkOptionNames, type OptionNames, TO_COMPILE } from './optionNames.js';

/** How some layers of a model are to be trained; what is left out stays as it is. */
export type LayerTraining = Pick<TrainedLayerConfig, 'trainable' | 'learningRateScale'>;

const EXAMPLE = "Write model.configureLayers(['dense_1'], { trainable: false }).";

const NAMES: OptionNames = {
  known: ['trainable', 'learningRateScale'],
  aliases: { frozen: 'trainable', requiresGrad: 'trainable', lrScale: 'learningRateScale' },
  elsewhere: { learningRate: TO_COMPILE, optimizer: TO_COMPILE },
  example: EXAMPLE,
};

/**
 * A model like the given one, in which the named layers are trained in another way.
 * @throws SteepestError `ERR_UNKNOWN_NAME` or `ERR_ARGUMENT`
 */
export function withLayerTraining(
  model: ResolvedModel,
  names: unknown,
  options: LayerTraining,
): ResolvedModel {
  checkOptionNames('configureLayers options', options, NAMES);
  const wanted = new Set(typeof names === 'string' ? [names] : checkList('the names of layers', names));
  const known = model.layers.map(({ name }) => name);
  for (const name of wanted) {
    if (!known.includes(name as string)) unknownName('the name of a layer', name, known);
  }
  const { trainable, learningRateScale } = options;
  if (trainable === undefined && learningRateScale === undefined) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'trainable, learningRateScale or both',
      given: 'neither',
      hint: EXAMPLE,
    });
  }
  const config = configOf(model);
  const changed = config.layers.map((layer, i): LayerConfig => {
    // Layers without parameters have nothing to freeze.
    if (!wanted.has(layer.name) || model.layers[i]!.parameters.length === 0) return layer;
    return {
      ...layer,
      ...(trainable !== undefined && { trainable }),
      ...(learningRateScale !== undefined && { learningRateScale }),
    } as LayerConfig;
  });
  return resolveModel({ ...config, layers: changed });
}
