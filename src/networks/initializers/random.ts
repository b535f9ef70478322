import { anyNumber, notNegative } from '../../core/definition.js';
import { SteepestError } from '../../core/errors.js';
import { inverseNormal } from '../../core/normal.js';
import type { InitializerDefinition } from './definition.js';
import { draw } from './draw.js';
import { truncatedNormal as truncated } from './truncatedNormal.js';

/** Random weights whose width does not depend on the layer's size. Names and defaults as in Keras. */

type Normal = { mean: number; stddev: number };

const normal = {
  defaults: { mean: 0, stddev: 0.05 },
  ranges: { mean: anyNumber, stddev: notNegative },
} as const;

/** Normal numbers. */
export const randomNormal: InitializerDefinition<Normal> = {
  name: 'randomNormal',
  ...normal,
  fill: ({ mean, stddev }, request) => draw(request, (u) => mean + inverseNormal(u) * stddev),
};

/**
 * Normal numbers, none of which is further than two standard deviations from the mean. `stddev` is
 * that of the whole distribution; theirs is 0.88 of it.
 */
export const truncatedNormal: InitializerDefinition<Normal> = {
  name: 'truncatedNormal',
  ...normal,
  fill: ({ mean, stddev }, request) => draw(request, (u) => mean + truncated(u) * stddev),
};

/** Uniform numbers between minval and maxval. */
export const randomUniform: InitializerDefinition<{ minval: number; maxval: number }> = {
  name: 'randomUniform',
  defaults: { minval: -0.05, maxval: 0.05 },
  ranges: { minval: anyNumber, maxval: anyNumber },
  check({ minval, maxval }) {
    if (minval <= maxval) return;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'minval of at most maxval',
      given: `${minval} and ${maxval}`,
      hint: 'Swap them.',
    });
  },
  fill: ({ minval, maxval }, request) => draw(request, (u) => minval + u * (maxval - minval)),
};
