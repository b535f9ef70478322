import { anyNumber } from '../../core/definition.js';
import { fixed, type InitializerDefinition } from './definition.js';

/** Every value 0. */
export const zeros = fixed('zeros', ({ length }) => new Float32Array(length));

/** Every value 1. */
export const ones = fixed('ones', ({ length }) => new Float32Array(length).fill(1));

/** Every value the same. */
export const constant: InitializerDefinition<{ value: number }> = {
  name: 'constant',
  defaults: { value: 0 },
  ranges: { value: anyNumber },
  fill: ({ value }, { length }) => new Float32Array(length).fill(value),
};

/** 1 on the diagonal, 0 elsewhere, times gain: a dense kernel that passes its inputs on. */
export const identity: InitializerDefinition<{ gain: number }> = {
  name: 'identity',
  defaults: { gain: 1 },
  ranges: { gain: anyNumber },
  shapes: {
    accepts: (shape) => shape.length === 2,
    words: 'an array of two dimensions, as dense kernels are',
  },
  fill({ gain }, { length, cols }) {
    const values = new Float32Array(length);
    for (let i = 0; i < length; i += cols + 1) {
      if (i / cols < cols) values[i] = gain;
    }
    return values;
  },
};
