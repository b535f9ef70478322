import { checkObject } from '../../core/check.js';
import { SteepestError, unknownName } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { type AdamNumbers, adam, adamw } from './adam.js';
import { NUMBER_ALIASES, OPTIMIZER_ALIASES } from './aliases.js';
import type { Hyperparameters, NumberRange, OptimizerDefinition } from './definition.js';
import { type RmspropNumbers, rmsprop } from './rmsprop.js';
import { type SgdNumbers, sgd } from './sgd.js';

/** The numbers that users may set, by optimizer. */
interface OptimizerNumbers {
  sgd: SgdNumbers;
  rmsprop: RmspropNumbers;
  adam: AdamNumbers;
  adamw: AdamNumbers;
}

/** The registry: one line per optimizer, here and above. */
const OPTIMIZERS: { readonly [N in OptimizerName]: OptimizerDefinition<OptimizerNumbers[N]> } = {
  sgd,
  rmsprop,
  adam,
  adamw,
};

export type OptimizerName = keyof OptimizerNumbers;

/** An optimizer by name, or with some of its numbers: `{ name: 'adam', learningRate: 1e-3 }`. */
export type Optimizer =
  | OptimizerName
  | { [N in OptimizerName]: { name: N } & Partial<OptimizerNumbers[N]> }[OptimizerName];

export const optimizerNames = Object.keys(OPTIMIZERS) as OptimizerName[];

/** An optimizer with all its numbers. */
export interface ResolvedOptimizer {
  definition: OptimizerDefinition;
  numbers: Hyperparameters;
}

/** @throws SteepestError `ERR_UNKNOWN_NAME` or `ERR_ARGUMENT`. */
export function resolveOptimizer(optimizer: Optimizer): ResolvedOptimizer {
  const { name, given } = split(optimizer);
  const definition = OPTIMIZERS[name] as unknown as OptimizerDefinition;
  const numbers: Record<string, number | boolean> = { ...definition.defaults };
  for (const [key, value] of Object.entries(given)) {
    if (!Object.hasOwn(definition.defaults, key)) {
      unknownName(`option of ${name}`, key, Object.keys(definition.defaults), NUMBER_ALIASES);
    }
    if (value === undefined) continue;
    numbers[key] = checkedNumber(name, key, value, definition);
  }
  if (numbers.nesterov === true && numbers.momentum === 0) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'momentum above 0 with nesterov',
      given: 'momentum 0',
      hint: 'Set momentum, 0.9 say, or leave nesterov out.',
    });
  }
  return { definition, numbers };
}

/**
 * Name and numbers, of which the name is checked.
 * @throws SteepestError `ERR_UNKNOWN_NAME` or `ERR_ARGUMENT`
 */
function split(optimizer: unknown): { name: OptimizerName; given: Record<string, unknown> } {
  const isObject = typeof optimizer === 'object' && optimizer !== null && !Array.isArray(optimizer);
  const { name, ...given } = isObject ? checkObject('optimizer', optimizer) : { name: optimizer };
  if (typeof name !== 'string' || !Object.hasOwn(OPTIMIZERS, name)) {
    unknownName(isObject ? 'optimizer.name' : 'optimizer', name, optimizerNames, OPTIMIZER_ALIASES);
  }
  return { name: name as OptimizerName, given };
}

function checkedNumber(
  name: string,
  key: string,
  value: unknown,
  definition: OptimizerDefinition,
): number | boolean {
  const usual = definition.defaults[key];
  const range: NumberRange | undefined = definition.ranges[key];
  const fits =
    typeof usual === 'boolean'
      ? typeof value === 'boolean'
      : typeof value === 'number' && Number.isFinite(value) && (range?.accepts(value) ?? true);
  if (!fits) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${name}.${key} to be ${typeof usual === 'boolean' ? 'true or false' : (range?.words ?? 'a number')}`,
      given: show(value),
      hint: `Leave it out for the usual ${String(usual)}.`,
    });
  }
  return value as number | boolean;
}
