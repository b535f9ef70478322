import { type NamedRange, positive } from '../../core/definition.js';
import { inverseNormal } from '../../core/normal.js';
import { fixed, type InitializerDefinition, type InitializerRequest } from './definition.js';
import { draw } from './draw.js';
import { TRUNCATED_DEVIATION, truncatedNormal } from './truncatedNormal.js';

/**
 * Random weights whose variance keeps signals from growing or shrinking from layer to layer.
 * Definitions as in Keras: variance `scale / fan`, either uniform on ±√(3·variance), or normal, or
 * normal and truncated at two of its own standard deviations.
 */

const MODES = ['fanIn', 'fanOut', 'fanAverage'] as const;
const DISTRIBUTIONS = ['truncatedNormal', 'untruncatedNormal', 'uniform'] as const;

type Mode = (typeof MODES)[number];
type Distribution = (typeof DISTRIBUTIONS)[number];

function fanOf(mode: Mode, { fanIn, fanOut }: InitializerRequest): number {
  if (mode === 'fanAverage') return (fanIn + fanOut) / 2;
  return mode === 'fanIn' ? fanIn : fanOut;
}

function fill(
  scale: number,
  mode: Mode,
  distribution: Distribution,
  request: InitializerRequest,
): Float32Array<ArrayBuffer> {
  const variance = scale / Math.max(1, fanOf(mode, request));
  if (distribution === 'uniform') {
    const limit = Math.sqrt(3 * variance);
    return draw(request, (uniform) => (2 * uniform - 1) * limit);
  }
  if (distribution === 'untruncatedNormal') {
    const deviation = Math.sqrt(variance);
    return draw(request, (uniform) => inverseNormal(uniform) * deviation);
  }
  const deviation = Math.sqrt(variance) / TRUNCATED_DEVIATION;
  return draw(request, (uniform) => truncatedNormal(uniform) * deviation);
}

const modes: NamedRange = { names: MODES, synonyms: { fanAvg: 'fanAverage' } };
const distributions: NamedRange = { names: DISTRIBUTIONS, synonyms: { normal: 'truncatedNormal' } };

/** With a scale, mode and distribution of one's own. */
export const varianceScaling: InitializerDefinition<{
  scale: number;
  mode: Mode;
  distribution: Distribution;
}> = {
  name: 'varianceScaling',
  defaults: { scale: 1, mode: 'fanIn', distribution: 'truncatedNormal' },
  ranges: { scale: positive, mode: modes, distribution: distributions },
  fill: ({ scale, mode, distribution }, request) => fill(scale, mode, distribution, request),
};

const preset = (name: string, scale: number, mode: Mode, distribution: Distribution) =>
  fixed(name, (request) => fill(scale, mode, distribution, request));

/**
 * Variance 2 / (fanIn + fanOut). Glorot and Bengio, AISTATS 2010, equation 16. Suits tanh and
 * sigmoid.
 */
export const glorotUniform = preset('glorotUniform', 1, 'fanAverage', 'uniform');
export const glorotNormal = preset('glorotNormal', 1, 'fanAverage', 'truncatedNormal');

/** Variance 2 / fanIn. He, Zhang, Ren and Sun, ICCV 2015, equation 10. Suits ReLU. */
export const heUniform = preset('heUniform', 2, 'fanIn', 'uniform');
export const heNormal = preset('heNormal', 2, 'fanIn', 'truncatedNormal');

/**
 * Variance 1 / fanIn. LeCun, Bottou, Orr and Müller, "Efficient BackProp", 1998, section 4.6. Suits
 * linear outputs.
 */
export const lecunUniform = preset('lecunUniform', 1, 'fanIn', 'uniform');
export const lecunNormal = preset('lecunNormal', 1, 'fanIn', 'truncatedNormal');
