import { UniformStream } from '../../core/random.js';
import type { InitializerDefinition, InitializerRequest } from './definition.js';
import { TRUNCATED_DEVIATION, truncatedNormal } from './truncatedNormal.js';

/**
 * Random weights whose variance keeps signals from growing or shrinking from layer to layer.
 * Definitions as in Keras: variance `gain / fan`, either uniform on ±√(3·variance), or normal and
 * truncated at two of its own standard deviations.
 */

type Fan = 'in' | 'average';
type Distribution = 'uniform' | 'normal';

/**
 * Added to the stream, so that initializers never share random numbers with dropout or shuffling.
 */
const STREAM_BASE = 0x49_000000;

function varianceScaling(gain: number, fan: Fan, distribution: Distribution): InitializerDefinition {
  return (request) => {
    const variance = gain / Math.max(1, fan === 'in' ? request.fanIn : (request.fanIn + request.fanOut) / 2);
    if (distribution === 'uniform') {
      const limit = Math.sqrt(3 * variance);
      return fill(request, (uniform) => (2 * uniform - 1) * limit);
    }
    const deviation = Math.sqrt(variance) / TRUNCATED_DEVIATION;
    return fill(request, (uniform) => truncatedNormal(uniform) * deviation);
  };
}

function fill({ length, seed, stream }: InitializerRequest, toValue: (uniform: number) => number) {
  const uniforms = new UniformStream(seed, STREAM_BASE + stream);
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = toValue(uniforms.at(i));
  return values;
}

/**
 * Variance 2 / (fanIn + fanOut). Glorot and Bengio, AISTATS 2010, equation 16. Suits tanh and
 * sigmoid.
 */
export const glorotUniform = varianceScaling(1, 'average', 'uniform');
export const glorotNormal = varianceScaling(1, 'average', 'normal');

/** Variance 2 / fanIn. He, Zhang, Ren and Sun, ICCV 2015, equation 10. Suits ReLU. */
export const heUniform = varianceScaling(2, 'in', 'uniform');
export const heNormal = varianceScaling(2, 'in', 'normal');

/**
 * Variance 1 / fanIn. LeCun, Bottou, Orr and Müller, "Efficient BackProp", 1998, section 4.6. Suits
 * linear outputs.
 */
export const lecunUniform = varianceScaling(1, 'in', 'uniform');
export const lecunNormal = varianceScaling(1, 'in', 'normal');
