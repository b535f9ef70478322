import type { BatchNormConfig } from '../../../layers/batchNorm.js';
import type { LayerNormConfig } from '../../../layers/layerNorm.js';
import type { NormConfig } from '../../../layers/normalization.js';
import type { Fields } from '../fields.js';
import type { LayerForm, Place, WrittenWeight } from '../form.js';
import { readInitializer, writeInitializer } from '../initializers.js';
import { readRegularizer, writeRegularizer } from '../penalties.js';
import { readTrainable, weightsOf } from './shared.js';

const channelsOf = ({ inputShape }: Pick<Place, 'inputShape'>): number => inputShape.at(-1)!;

/** What both normalizations have. */
function writeNorm(config: NormConfig): Record<string, unknown> {
  return {
    axis: -1,
    epsilon: config.epsilon,
    center: config.center,
    scale: config.scale,
    beta_initializer: writeInitializer(config.betaInitializer),
    gamma_initializer: writeInitializer(config.gammaInitializer),
    beta_regularizer: writeRegularizer(config.betaRegularizer),
    gamma_regularizer: writeRegularizer(config.gammaRegularizer),
  };
}

function writeWeights({ scale, center }: NormConfig, place: Place): WrittenWeight[] {
  const shape = [channelsOf(place)];
  return [
    ...(scale ? [{ name: 'gamma', array: 'gamma', shape }] : []),
    ...(center ? [{ name: 'beta', array: 'beta', shape }] : []),
  ];
}

/** Normalizations are over the last axis here, which Keras may count from the front. */
function onlyLastAxis(fields: Fields, inputShape: readonly number[]): void {
  const axis = fields.take('axis') ?? -1;
  const given = Array.isArray(axis) && axis.length === 1 ? (axis[0] as unknown) : axis;
  if (given !== -1 && given !== inputShape.length) {
    fields.refuse('axis', `-1 or ${inputShape.length}, the last one`, axis);
  }
}

function readNorm(fields: Fields, { inputShape }: Place) {
  onlyLastAxis(fields, inputShape);
  return {
    epsilon: fields.number('epsilon', 1e-3),
    center: fields.flag('center', true),
    scale: fields.flag('scale', true),
    betaInitializer: readInitializer(fields, 'beta_initializer', 'zeros'),
    gammaInitializer: readInitializer(fields, 'gamma_initializer', 'ones'),
    betaRegularizer: readRegularizer(fields, 'beta_regularizer'),
    gammaRegularizer: readRegularizer(fields, 'gamma_regularizer'),
    ...readTrainable(fields),
  };
}

const affineShapes = ({ scale, center }: { scale: boolean; center: boolean }, shape: readonly number[]) => ({
  ...(scale && { gamma: shape }),
  ...(center && { beta: shape }),
});

/** Keras's momentum and epsilon mean the same as ours. */
export const batchNorm: LayerForm<BatchNormConfig> = {
  type: 'batchNorm',
  write(config, place) {
    const shape = [channelsOf(place)];
    return [
      {
        className: 'BatchNormalization',
        config: {
          ...writeNorm(config),
          momentum: config.momentum,
          moving_mean_initializer: writeInitializer('zeros'),
          moving_variance_initializer: writeInitializer('ones'),
        },
        weights: [
          ...writeWeights(config, place),
          { name: 'moving_mean', array: 'movingMean', shape },
          { name: 'moving_variance', array: 'movingVariance', shape },
        ],
      },
    ];
  },
  readers: {
    BatchNormalization(fields, place) {
      const { name } = place;
      fields.only('renorm', false);
      fields.only('virtual_batch_size', undefined);
      // How a moving mean begins, which the file's replaces; and how several machines share it.
      fields.ignore('moving_mean_initializer', 'moving_variance_initializer', 'synchronized', 'fused');
      fields.ignore('renorm_clipping', 'renorm_momentum');
      const norm = readNorm(fields, place);
      const layer = { type: 'batchNorm', name, momentum: fields.number('momentum', 0.99), ...norm };
      const shape = [channelsOf(place)];
      const shapes = { ...affineShapes(norm, shape), moving_mean: shape, moving_variance: shape };
      return { layers: [layer], weights: weightsOf(name, shapes) };
    },
  },
};

export const layerNorm: LayerForm<LayerNormConfig> = {
  type: 'layerNorm',
  write: (config, place) => [
    { className: 'LayerNormalization', config: writeNorm(config), weights: writeWeights(config, place) },
  ],
  readers: {
    LayerNormalization(fields, place) {
      fields.only('rms_scaling', false);
      const norm = readNorm(fields, place);
      const weights = weightsOf(place.name, affineShapes(norm, [channelsOf(place)]));
      return { layers: [{ type: 'layerNorm', name: place.name, ...norm }], weights };
    },
  },
};
