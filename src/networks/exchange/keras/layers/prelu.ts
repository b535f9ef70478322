import type { PreluConfig } from '../../../layers/prelu.js';
import type { LayerForm } from '../form.js';
import { readInitializer, writeInitializer } from '../initializers.js';
import { readRegularizer, writeRegularizer } from '../penalties.js';
import { readTrainable, weightsOf } from './shared.js';

/** One alpha for each channel of images: Keras shares those of all pixels, axes 1 and 2. */
const sharedAxes = (inputShape: readonly number[]): number[] | null =>
  inputShape.length === 3 ? [1, 2] : null;

const shapeOf = (inputShape: readonly number[]): number[] => [
  ...Array.from({ length: inputShape.length - 1 }, () => 1),
  inputShape.at(-1)!,
];

export const prelu: LayerForm<PreluConfig> = {
  type: 'prelu',
  write: (config, { inputShape }) => [
    {
      className: 'PReLU',
      config: {
        alpha_initializer: writeInitializer(config.alphaInitializer),
        alpha_regularizer: writeRegularizer(config.alphaRegularizer),
        alpha_constraint: null,
        shared_axes: sharedAxes(inputShape),
      },
      weights: [{ name: 'alpha', array: 'alpha', shape: shapeOf(inputShape) }],
    },
  ],
  readers: {
    PReLU(fields, { name, inputShape }) {
      const axes = fields.take('shared_axes') ?? null;
      const wanted = sharedAxes(inputShape);
      const given = Array.isArray(axes) && axes.length === 0 ? null : axes;
      if (JSON.stringify(given) !== JSON.stringify(wanted)) {
        const words = wanted === null ? 'left out' : '[1, 2], one alpha for each channel';
        fields.refuse('shared_axes', words, axes);
      }
      const layer = {
        type: 'prelu',
        name,
        alphaInitializer: readInitializer(fields, 'alpha_initializer', 'zeros'),
        alphaRegularizer: readRegularizer(fields, 'alpha_regularizer'),
        ...readTrainable(fields),
      };
      return { layers: [layer], weights: weightsOf(name, { alpha: shapeOf(inputShape) }) };
    },
  },
};
