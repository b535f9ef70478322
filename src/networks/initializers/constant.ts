import type { InitializerDefinition } from './definition.js';

/** Every value 0. */
export const zeros: InitializerDefinition = ({ length }) => new Float32Array(length);

/** Every value 1. */
export const ones: InitializerDefinition = ({ length }) => new Float32Array(length).fill(1);
