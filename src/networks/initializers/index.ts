import { type Choice, completeChoice, resolveChoice } from '../../core/definition.js';
import { SteepestError } from '../../core/errors.js';
import { INITIALIZER_ALIASES, INITIALIZER_HYPERPARAMETER_ALIASES } from './aliases.js';
import { constant, identity, ones, zeros } from './constant.js';
import type { InitializerDefinition, InitializerRequest } from './definition.js';
import { orthogonal } from './orthogonal.js';
import { randomNormal, randomUniform, truncatedNormal } from './random.js';
import {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  varianceScaling,
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
  constant,
  randomNormal,
  randomUniform,
  truncatedNormal,
  varianceScaling,
  orthogonal,
  identity,
} satisfies Record<string, InitializerDefinition>;

export type { InitializerDefinition, InitializerRequest } from './definition.js';
/**
 * The name of an initializer.
 * @example
 * ```ts
 * import type { InitializerName } from 'steepest';
 * const name: InitializerName = 'heNormal';
 * ```
 */
export type InitializerName = keyof typeof initializers;
/**
 * An initializer by name, or with some hyperparameters: `{ name: 'randomNormal', stddev: 0.1 }`;
 * `'he_normal'` is understood as `'heNormal'`.
 * @example
 * ```ts
 * import type { Initializer } from 'steepest';
 * const initializer: Initializer = { name: 'randomNormal', stddev: 0.1 };
 * ```
 */
export type Initializer = Choice<typeof initializers>;

/**
 * The names of all initializers.
 * @example
 * ```ts
 * import { initializerNames } from 'steepest';
 * console.log(initializerNames.includes('heNormal')); // true
 * ```
 */
export const initializerNames = Object.keys(initializers) as InitializerName[];

const ALIASES = { names: INITIALIZER_ALIASES, hyperparameters: INITIALIZER_HYPERPARAMETER_ALIASES };

const resolve = (what: string, initializer: unknown) =>
  resolveChoice<InitializerDefinition>(
    what,
    initializer,
    initializers as Readonly<Record<string, InitializerDefinition>>,
    ALIASES,
  );

/**
 * An initializer with our name and every hyperparameter, as plain data.
 * @param what the option that names it, for the message: `dense.kernelInitializer`
 * @throws SteepestError `ERR_UNKNOWN_NAME` or `ERR_ARGUMENT`
 */
export function completeInitializer(what: string, initializer: unknown): Initializer {
  return completeChoice(resolve(what, initializer)) as Initializer;
}

/**
 * Refuses an initializer that cannot fill an array of a shape.
 * @throws SteepestError `ERR_ARGUMENT`
 */
export function checkInitializer(initializer: Initializer, array: string, shape: readonly number[]): void {
  const { definition } = resolve('initializer', initializer);
  const { shapes, name } = definition;
  if (shapes === undefined || shapes.accepts(shape)) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${shapes.words} for the initializer ${name}`,
    given: `${array} with shape [${shape.join(', ')}]`,
    hint: "Use another initializer for it, such as 'glorotUniform'.",
  });
}

/** Seeds are one 32-bit word of the random generator's key. */
const SEEDS = 2 ** 32;
/** Streams reserve the upper byte of the other word for the kind of use. */
const STREAMS = 2 ** 24;

/**
 * New values of a parameter, row-major. The same request gives the same bits on every machine.
 * Except with orthogonal, value i does not depend on how many values there are.
 * @throws SteepestError `ERR_UNKNOWN_NAME`, or `ERR_ARGUMENT` for a number outside its range.
 */
export function initialize(initializer: Initializer, request: InitializerRequest): Float32Array<ArrayBuffer> {
  const { definition, hyperparameters } = resolve('initializer', initializer);
  checkWhole('seed', request.seed, SEEDS);
  checkWhole('stream', request.stream, STREAMS);
  for (const key of ['fanIn', 'fanOut', 'length', 'cols'] as const) {
    checkWhole(key, request[key], Number.MAX_SAFE_INTEGER);
  }
  return definition.fill(hyperparameters, request);
}

function checkWhole(what: string, value: number, below: number): void {
  if (Number.isSafeInteger(value) && value >= 0 && value < below) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what} to be a whole number from 0 to ${below - 1}`,
    given: String(value),
    hint: `Leave ${what} out of the request, or give one in this range.`,
  });
}
