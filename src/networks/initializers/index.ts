import { SteepestError, unknownName } from '../../core/errors.js';
import { ourName, type Written } from '../../core/names.js';
import { INITIALIZER_ALIASES } from './aliases.js';
import { ones, zeros } from './constant.js';
import type { InitializerDefinition, InitializerRequest } from './definition.js';
import {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
} from './varianceScaling.js';

/** The registry: one line per initializer. */
export const initializers = {
  zeros,
  ones,
  glorotUniform,
  glorotNormal,
  heUniform,
  heNormal,
  lecunUniform,
  lecunNormal,
} satisfies Record<string, InitializerDefinition>;

export type { InitializerDefinition, InitializerRequest } from './definition.js';
export type InitializerName = keyof typeof initializers;
/** An initializer by name; `'he_normal'` is understood as `'heNormal'`. */
export type Initializer = Written<InitializerName>;

export const initializerNames = Object.keys(initializers) as InitializerName[];

/**
 * Our name of an initializer, if it exists.
 * @param what the option that names it, for the message: `dense.kernelInitializer`
 * @throws SteepestError `ERR_UNKNOWN_NAME`
 */
export function completeInitializer(what: string, name: unknown): InitializerName {
  return ourName(name, initializerNames) ?? unknownName(what, name, initializerNames, INITIALIZER_ALIASES);
}

/** Seeds are one 32-bit word of the random generator's key. */
const SEEDS = 2 ** 32;
/** Streams reserve the upper byte of the other word for the kind of use. */
const STREAMS = 2 ** 24;

/**
 * New values of a parameter, row-major. The same request gives the same bits on every machine, and
 * value i does not depend on how many values there are.
 * @throws SteepestError `ERR_UNKNOWN_NAME`, or `ERR_ARGUMENT` for a number outside its range.
 */
export function initialize(name: InitializerName, request: InitializerRequest): Float32Array<ArrayBuffer> {
  const initializer = initializers[completeInitializer('initializer', name)];
  checkWhole('seed', request.seed, SEEDS);
  checkWhole('stream', request.stream, STREAMS);
  for (const key of ['fanIn', 'fanOut', 'length'] as const) {
    checkWhole(key, request[key], Number.MAX_SAFE_INTEGER);
  }
  return initializer(request);
}

function checkWhole(what: string, value: number, below: number): void {
  if (Number.isSafeInteger(value) && value >= 0 && value < below) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what} to be a whole number from 0 to ${below - 1}`,
    given: String(value),
    hint: `Leave ${what} out of the request, or give one in this range.`,
  });
}
