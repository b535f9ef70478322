import { checkObject, MOST_FLOAT32 } from './check.js';
import { SteepestError, unknownName } from './errors.js';
import { type NoSynonyms, ourName, type Synonyms, type Written } from './names.js';
import { type Aliases, didYouMean } from './nearest.js';
import { isPlainObject } from './realm.js';
import { reading } from './refuse.js';
import { show } from './show.js';

/**
 * Things that users select by name, some with hyperparameters: `'adam'`, or `{ name: 'adam',
 * learningRate: 1e-3 }`. A kind of thing (optimizers, losses, metrics) is a table of definitions.
 * This module alone checks and completes what a user writes.
 */

/** Smallest float32 with all its digits. */
export const LEAST_FLOAT32 = 2 ** -126;

/** The value of a setting: a number, a flag, a name, or plain data whose definition checks it. */
export type HyperparameterValue = number | boolean | string | object;

/** All settings of a thing, by name. */
export type Hyperparameters = Readonly<Record<string, HyperparameterValue | undefined>>;

/** The settings of a thing that has none. */
export type NoHyperparameters = Readonly<Record<never, number>>;

/** The values that a number may have, and the words that describe them. */
export interface NumberRange {
  accepts(value: number): boolean;
  words: string;
}

/** The range of a setting that is a number or plain data, such as a learning rate. */
export interface DataRange extends NumberRange {
  /**
   * Checks and completes a value that is not a number, as data that JSON can hold.
   * @param what the setting, for messages: `adam.learningRate`
   * @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME`
   */
  complete(what: string, value: unknown): object;
  /** The data as text for people. */
  text(value: object): string;
}

/** The names that a setting may have. */
export interface NamedRange {
  names: readonly string[];
  /** Understood in place of them. */
  synonyms?: Synonyms;
}

export const anyNumber: NumberRange = { accepts: () => true, words: 'a number' };
export const positive: NumberRange = { accepts: (v) => v > 0, words: 'a number above 0' };
export const notNegative: NumberRange = { accepts: (v) => v >= 0, words: 'a number of at least 0' };
export const fraction: NumberRange = {
  accepts: (v) => v >= 0 && v < 1,
  words: 'a number of at least 0 and below 1',
};
export const counting: NumberRange = {
  accepts: (v) => Number.isInteger(v) && v >= 1 && v <= 1e6,
  words: 'a whole number from 1 to 1,000,000',
};
export const probability: NumberRange = {
  accepts: (v) => v > 0 && v < 1,
  words: 'a number above 0 and below 1',
};

/** Plain data needs functions of its own. */
type RangeOf<V> = V extends string
  ? NamedRange
  : V extends number | undefined
    ? NumberRange
    : object extends V
      ? NumberRange
      : DataRange;

/** The fields of every definition. */
export interface Definition<H extends Hyperparameters = Hyperparameters> {
  readonly name: string;
  /**
   * Every hyperparameter, with its default. One with the default `undefined` is optional: it is
   * neither printed nor saved unless a user gives it.
   */
  readonly defaults: H;
  /** The range of each number or name; a hyperparameter without one is a boolean. */
  readonly ranges: {
    readonly [K in keyof H as number extends H[K] ? K : H[K] extends string ? K : never]: RangeOf<H[K]>;
  };
  /**
   * Refuses hyperparameters that exclude each other.
   * @throws SteepestError `ERR_ARGUMENT`
   */
  check?(h: H): void;
}

/** A table of definitions by name: one line per thing. */
export type Definitions<D extends Definition = Definition> = Readonly<Record<string, D>>;

/** Hyperparameters that all things of a table have besides their own. */
export interface CommonDefinition {
  readonly defaults: Hyperparameters;
  readonly ranges?: Readonly<Record<string, NumberRange>>;
  /** @throws SteepestError `ERR_ARGUMENT` */
  check?(h: Hyperparameters): void;
}

/** A table of things that also have the common hyperparameters; a thing's own defaults go first. */
export const withCommon = <D extends Definition>(
  table: Definitions<D>,
  common: CommonDefinition,
): Definitions<D> =>
  Object.fromEntries(
    Object.entries(table).map(([name, definition]) => [
      name,
      {
        ...definition,
        defaults: { ...definition.defaults, ...common.defaults, ...definition.defaults },
        ranges: { ...definition.ranges, ...common.ranges },
        check(h: Hyperparameters) {
          common.check?.(h);
          definition.check?.(h);
        },
      },
    ]),
  );

/**
 * What users may write to select a thing of a table: its name, or an object with some
 * hyperparameters.
 */
export type Choice<
  T extends Readonly<Record<string, { readonly defaults: object }>>,
  S extends Synonyms = NoSynonyms,
  Common extends object = NoHyperparameters,
> =
  | Written<keyof T & string, S>
  | {
      [N in keyof T & string]: { name: Written<N, S> } & {
        [K in keyof T[N]['defaults']]?: T[N]['defaults'][K] | undefined;
      } & { [K in keyof Common]?: Common[K] | undefined };
    }[keyof T & string];

/** A thing with all its hyperparameters. */
export interface Chosen<D extends Definition = Definition> {
  definition: D;
  hyperparameters: Hyperparameters;
}

/** Names in other libraries, mapped to ours. */
export interface ChoiceAliases {
  /** Understood in place of ours. */
  synonyms?: Synonyms;
  /** Hints for unknown names. */
  names: Aliases;
  /** Hints for unknown hyperparameters. */
  hyperparameters: Aliases;
}

/**
 * Checks a user's choice and fills in defaults.
 * @param what the option it was passed as, for messages: `optimizer`, `metrics[0]`
 * @throws SteepestError `ERR_UNKNOWN_NAME` or `ERR_ARGUMENT`
 */
export function resolveChoice<D extends Definition>(
  what: string,
  choice: unknown,
  definitions: Definitions<D>,
  aliases: ChoiceAliases,
): Chosen<D> {
  const isObject = typeof choice === 'object' && choice !== null && !Array.isArray(choice);
  const { name: written, ...given } = isObject ? fieldsOf(what, choice) : { name: choice };
  const names = Object.keys(definitions);
  const name = ourName(written, names, aliases.synonyms);
  if (name === undefined) {
    // A synonym in capitals is a hint too.
    const hints = { ...aliases.names, ...aliases.synonyms };
    unknownName(isObject ? `${what}.name` : what, written, names, hints);
  }
  const definition = definitions[name] as D;
  const hyperparameters: Record<string, HyperparameterValue | undefined> = { ...definition.defaults };
  for (const [key, value] of Object.entries(given)) {
    if (!Object.hasOwn(definition.defaults, key)) {
      refuseKey(what, key, definition, definitions, aliases.hyperparameters);
    }
    if (value !== undefined) hyperparameters[key] = checkedValue(definition, key, value);
  }
  definition.check?.(hyperparameters);
  return { definition, hyperparameters };
}

/**
 * The saved form of a choice: complete, so that it does not depend on the defaults of later
 * versions.
 */
export function completeChoice({
  definition,
  hyperparameters,
}: Chosen): string | { name: string; [hyperparameter: string]: string | HyperparameterValue } {
  const { name } = definition;
  const given = Object.entries(hyperparameters).filter(isGiven);
  return given.length === 0 ? name : { name, ...Object.fromEntries(given) };
}

const isGiven = (entry: [string, HyperparameterValue | undefined]): entry is [string, HyperparameterValue] =>
  entry[1] !== undefined;

/**
 * The printed form of a choice: `sgd (learningRate 0.1, momentum 0.9, nesterov)`. What is off by
 * default, and off, is left out.
 */
export function choiceText({ definition, hyperparameters }: Chosen): string {
  const parts = Object.entries(hyperparameters)
    .filter(isGiven)
    .filter(([key, value]) => value !== false && !(value === 0 && definition.defaults[key] === 0))
    .map(([key, value]) => (value === true ? key : `${key} ${valueText(definition, key, value)}`));
  return parts.length === 0 ? definition.name : `${definition.name} (${parts.join(', ')})`;
}

function valueText(definition: Definition, key: string, value: HyperparameterValue): string {
  return typeof value === 'object' ? (rangeOf(definition, key) as DataRange).text(value) : String(value);
}

type AnyRange = NumberRange | DataRange | NamedRange;

const rangeOf = ({ ranges }: Definition, key: string): AnyRange | undefined =>
  (ranges as Readonly<Record<string, AnyRange>>)[key];

/**
 * Copies the fields of an object to a plain object, reading each once. For an instance of a class
 * this includes what it inherits: getters are read, and methods count as fields, because the user
 * expects them to be called.
 * @throws SteepestError `ERR_ARGUMENT` for values without fields, or whose fields cannot be read
 */
export function fieldsOf(what: string, given: unknown, example?: string): Record<string, unknown> {
  const object = checkObject(what, given, example);
  return reading(what, () => Object.fromEntries(fieldNames(object).map((key) => [key, object[key]])));
}

/** Names of an object's own fields and, for an instance of a class, of all inherited ones. */
export function fieldNames(object: object): string[] {
  const names = new Set(Object.keys(object));
  if (isPlainObject(object)) return [...names];
  let prototype = Object.getPrototypeOf(object) as object | null;
  // Stops at the last prototype, Object's own, in any realm.
  for (; prototype !== null && Object.getPrototypeOf(prototype) !== null; ) {
    for (const name of Object.getOwnPropertyNames(prototype)) if (name !== 'constructor') names.add(name);
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return [...names];
}

/** @throws SteepestError `ERR_UNKNOWN_NAME` for an unknown key */
function refuseKey(
  what: string,
  key: string,
  { name, defaults }: Definition,
  definitions: Definitions,
  aliases: Aliases,
): never {
  const known = ['name', ...Object.keys(defaults)];
  const owners = Object.values(definitions).filter((other) => Object.hasOwn(other.defaults, key));
  const elsewhere = `Leave it out: it belongs to ${owners.map((owner) => owner.name).join(', ')}.`;
  throw new SteepestError('ERR_UNKNOWN_NAME', {
    expected: `${what} '${name}' to have only ${known.join(', ')}`,
    given: show(key),
    hint:
      owners.length > 0 ? elsewhere : didYouMean(key, known, 'Check the spelling, or remove it.', aliases),
  });
}

/** @throws SteepestError `ERR_ARGUMENT` */
function checkedValue(definition: Definition, key: string, value: unknown): HyperparameterValue {
  const { name, defaults } = definition;
  const usual = defaults[key];
  const hint = usual === undefined ? 'Leave it out.' : `Leave it out for the default ${String(usual)}.`;
  const refuse = (words: string): never => {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${name}.${key} to be ${words}`,
      given: show(value),
      hint,
    });
  };
  const range = rangeOf(definition, key);
  if (range === undefined) return typeof value === 'boolean' ? value : refuse('true or false');
  if ('names' in range) {
    const { names, synonyms = {} } = range;
    return ourName(value, names, synonyms) ?? unknownName(`${name}.${key}`, value, names);
  }
  if ('complete' in range && typeof value !== 'number') return range.complete(`${name}.${key}`, value);
  if (typeof value !== 'number' || !Number.isFinite(value) || !range.accepts(value)) refuse(range.words);
  return isFloat32(value as number)
    ? (value as number)
    : refuse(`${range.words} that float32 holds, 1.2e-38 to 3.4e38`);
}

/**
 * Kernels compute in float32, in which a smaller number has lost digits, and a larger one is
 * infinite.
 */
export function isFloat32(value: number): boolean {
  const size = Math.abs(value);
  return size <= MOST_FLOAT32 && (size === 0 || Math.fround(size) >= LEAST_FLOAT32);
}
