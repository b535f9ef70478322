import { SteepestError, unknownName } from '../core/errors.js';
import { type AdamNumbers, adam, adamw } from './adam.js';
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
  const { name, ...given } = typeof optimizer === 'string' ? { name: optimizer } : optimizer;
  if (!Object.hasOwn(OPTIMIZERS, name)) unknownName('optimizer', name, optimizerNames);
  const definition = OPTIMIZERS[name] as unknown as OptimizerDefinition;
  const numbers: Record<string, number | boolean> = { ...definition.defaults };
  for (const [key, value] of Object.entries(given) as [string, unknown][]) {
    if (value === undefined) continue;
    if (!Object.hasOwn(definition.defaults, key)) {
      unknownName(`option of ${name}`, key, Object.keys(definition.defaults));
    }
    numbers[key] = checkedNumber(name, key, value, definition);
  }
  if (numbers.nesterov === true && numbers.momentum === 0) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'momentum above 0 with nesterov',
      given: 'momentum 0',
      mend: 'Set momentum, 0.9 say, or leave nesterov out.',
    });
  }
  return { definition, numbers };
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
      given: String(value),
      mend: `Leave it out for the usual ${String(usual)}.`,
    });
  }
  return value as number | boolean;
}
