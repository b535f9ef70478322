import { orDefault } from '../../core/check.js';
import { unknownName } from '../../core/errors.js';
import { WindowNode } from '../nodes/windows.js';
import type { LayerConfig, LayerDefinition } from './definition.js';
import { imageInput } from './spatial.js';

/**
 * `'horizontal'` swaps left and right; `'vertical'` swaps top and bottom. Each is decided
 * independently.
 */
export type FlipMode = 'horizontal' | 'vertical' | 'horizontal_and_vertical';
const FLIP_MODES: readonly FlipMode[] = ['horizontal', 'vertical', 'horizontal_and_vertical'];

export interface RandomFlipConfig extends LayerConfig {
  type: 'randomFlip';
  /** Default `'horizontal_and_vertical'`. */
  mode?: FlipMode;
}

/** Mirrors each image with probability ½ in training; passes images through otherwise. */
export const randomFlip: LayerDefinition<RandomFlipConfig> = {
  type: 'randomFlip',
  complete(config) {
    const mode = orDefault(config.mode, 'horizontal_and_vertical');
    if (!FLIP_MODES.includes(mode)) unknownName('randomFlip.mode', mode, FLIP_MODES);
    return { ...config, mode };
  },
  outputShape: (_config, { name, inputShape }) => [...imageInput(name, inputShape)],
  lower({ mode }, { name, inputShape, seed, index }) {
    const input = imageInput(name, inputShape);
    const random = {
      topLeast: 0,
      topCount: 1,
      leftLeast: 0,
      leftCount: 1,
      flipRows: mode !== 'horizontal',
      flipCols: mode !== 'vertical',
    };
    return [
      new WindowNode(name, {
        input,
        output: input,
        random,
        fixed: undefined,
        // Mirroring keeps all pixels, so no fill is needed.
        border: 'nearest',
        fillValue: 0,
        seed,
        stream: index,
      }),
    ];
  },
};
