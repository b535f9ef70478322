import { checkFloat32, orDefault } from '../../core/check.js';
import { RescaleNode } from '../nodes/rescale.js';
import type { LayerConfig, LayerDefinition } from './definition.js';

export interface RescalingConfig extends LayerConfig {
  type: 'rescaling';
  scale: number;
  /** Default 0. */
  offset?: number;
}

/**
 * y = x·scale + offset. As the first layer it is computed while a mini-batch is gathered, so that
 * uint8 images stay uint8 in memory: `layers.rescaling({ scale: 1 / 255, inputShape: [784] })`.
 */
export const rescaling: LayerDefinition<RescalingConfig> = {
  type: 'rescaling',
  complete: (config) => ({
    ...config,
    scale: checkFloat32('rescaling.scale', config.scale),
    offset: checkFloat32('rescaling.offset', orDefault(config.offset, 0)),
  }),
  outputShape: (_config, { inputShape }) => [...inputShape],
  lower: (config, { name, inputCols }) => [
    new RescaleNode(name, inputCols, config.scale, config.offset as number),
  ],
};
