import { checkOptions } from '../../core/check.js';
import { fieldsOf } from '../../core/definition.js';
import { SteepestError, unknownName } from '../../core/errors.js';
import { didYouMean } from '../../core/nearest.js';
import { show } from '../../core/show.js';
import { CALLBACK_ALIASES } from './aliases.js';
import type { CallbackDefinition } from './definition.js';
import type { CallbackMakers, Made } from './makers.js';
import type { Complete, Options, RequiredOption } from './options.js';
import { CALLBACKS, type CallbackName, callbackNames } from './table.js';

export { type CallbackName, callbackNames };

/**
 * A callback of this package as plain data: its name and all its options.
 * @example
 * ```ts
 * import type { CallbackChoice } from 'steepest';
 * const choice: CallbackChoice = { name: 'timeLimit', seconds: 60 };
 * ```
 */
export type CallbackChoice = { [N in CallbackName]: Made<N> }[CallbackName];

/** The definitions, without the types of their options: only checked options reach them. */
const definitions = CALLBACKS as unknown as Readonly<Record<string, CallbackDefinition>>;

/**
 * The callbacks of this package. Each function checks its options and returns plain data, which any
 * number of fits can use. `fit` also takes objects with hooks of your own.
 *
 * @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME` for options that do not fit
 * @example
 * ```ts
 * import { callbacks, layers, sequential } from 'steepest';
 * const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
 * model.compile({ loss: 'meanSquaredError' });
 * const { history } = await model.fit([[0], [1]], [1, 3], {
 *   epochs: 5,
 *   callbacks: [callbacks.ema(), { onEpochEnd: ({ epoch, stop }) => epoch === 2 && stop() }],
 * });
 * console.log(history.loss.length); // 3
 * ```
 */
export const callbacks = Object.fromEntries(
  Object.values(definitions).map((definition) => [
    definition.name,
    (options: unknown = {}) => ({
      name: definition.name,
      ...completeOptions(definition, checkOptions(`options of ${definition.name}`, options)),
    }),
  ]),
) as unknown as CallbackMakers;

/** The options of a callback of this package, with their defaults. */
export const callbackOptions = (name: CallbackName): Options => definitions[name]!.options;

/** A callback of this package with all its options. */
export interface ChosenCallback {
  definition: CallbackDefinition;
  options: Complete<Options>;
}

/**
 * Checks the plain data of a callback and fills in defaults.
 * @throws SteepestError `ERR_UNKNOWN_NAME` or `ERR_ARGUMENT`
 */
export function resolveCallback(what: string, given: object): ChosenCallback {
  const { name, ...options } = fieldsOf(what, given);
  if (typeof name !== 'string' || !Object.hasOwn(definitions, name)) {
    unknownName(`${what}.name`, name, callbackNames, CALLBACK_ALIASES);
  }
  const definition = definitions[name] as CallbackDefinition;
  return { definition, options: completeOptions(definition, options) };
}

function completeOptions(
  definition: CallbackDefinition,
  given: Readonly<Record<string, unknown>>,
): Complete<Options> {
  const { name, options, aliases } = definition;
  const known = Object.keys(options);
  for (const key of Object.keys(given)) {
    if (Object.hasOwn(options, key)) continue;
    throw new SteepestError('ERR_UNKNOWN_NAME', {
      expected: `${name} to have only ${known.join(', ')}`,
      given: show(key),
      hint: didYouMean(key, known, 'Check the spelling, or remove it.', aliases),
    });
  }
  const complete = Object.fromEntries(
    Object.entries(options).map(([key, option]) => {
      const value = given[key];
      const isUsual = value === undefined && !(option as Partial<RequiredOption<unknown>>).isRequired;
      return [key, isUsual ? option.usual : option.check(`${name}.${key}`, value)];
    }),
  );
  definition.check?.(complete);
  return complete;
}
