import { checkInteger } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { ReshapeNode } from '../nodes/rearrange.js';
import type { LayerConfig, LayerDefinition } from './definition.js';

export interface FlattenConfig extends LayerConfig {
  type: 'flatten';
}
export interface ReshapeConfig extends LayerConfig {
  type: 'reshape';
  /**
   * Shape of one sample: `[columns]` or `[height, width, channels]`, with the same number of
   * elements.
   */
  targetShape: readonly number[];
}

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Flattens images to rows: column (h·width + w)·channels + c, as in Keras. */
export const flatten: LayerDefinition<FlattenConfig> = {
  type: 'flatten',
  complete: (config) => config,
  outputShape: (_config, { inputShape }) => [product(inputShape)],
  // The following node asks for rows if it needs them; the numbers are already in this order.
  lower: () => [],
};

/** Gives samples another shape; the numbers and their order stay the same. */
export const reshape: LayerDefinition<ReshapeConfig> = {
  type: 'reshape',
  complete(config) {
    const { targetShape } = config;
    if (!Array.isArray(targetShape) || (targetShape.length !== 1 && targetShape.length !== 3)) {
      throw new SteepestError('ERR_SHAPE', {
        expected: 'reshape.targetShape to be [columns] or [height, width, channels]',
        given: show(targetShape),
        hint: 'Leave the number of samples out.',
      });
    }
    return {
      ...config,
      targetShape: targetShape.map((n, i) => checkInteger(`reshape.targetShape[${i}]`, n)),
    };
  },
  outputShape(config, { name, inputShape }) {
    if (product(config.targetShape) === product(inputShape)) return [...config.targetShape];
    throw new SteepestError('ERR_SHAPE', {
      expected: `targetShape of layer ${name} to have ${product(inputShape)} elements, as its input [${inputShape.join(', ')}] has`,
      given: `[${config.targetShape.join(', ')}], ${product(config.targetShape)} elements`,
      hint: 'Change targetShape to that many elements, or the layer before.',
    });
  },
  lower: (_config, { name, inputCols }) => [new ReshapeNode(name, inputCols)],
};
