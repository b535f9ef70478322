import { checkKeys, checkObject } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { nearestName } from '../../core/nearest.js';
import { show } from '../../core/show.js';

/** Functions of one number that can be chosen, and saved, by name. */

/** A function of one number. */
export type NumberFunction = (value: number) => number;

/** A function, and the function that takes its results back. */
export interface FunctionPair {
  forward: NumberFunction;
  /** Without one, `inverseTransform` is an error. */
  inverse?: NumberFunction | undefined;
}

const identity: NumberFunction = (value) => value;
const reciprocal: NumberFunction = (value) => 1 / value;
const negative: NumberFunction = (value) => -value;
const square: NumberFunction = (value) => value * value;
const cube: NumberFunction = (value) => value * value * value;
const exp2: NumberFunction = (value) => 2 ** value;
const exp10: NumberFunction = (value) => 10 ** value;
const logit: NumberFunction = (value) => Math.log(value) - Math.log1p(-value);
const expit: NumberFunction = (value) => 1 / (1 + Math.exp(-value));

/** Names as in NumPy and SciPy. */
const BUILT_IN: ReadonlyMap<string, FunctionPair> = new Map<string, FunctionPair>([
  ['identity', { forward: identity, inverse: identity }],
  ['log', { forward: Math.log, inverse: Math.exp }],
  ['exp', { forward: Math.exp, inverse: Math.log }],
  ['log1p', { forward: Math.log1p, inverse: Math.expm1 }],
  ['expm1', { forward: Math.expm1, inverse: Math.log1p }],
  ['log2', { forward: Math.log2, inverse: exp2 }],
  ['exp2', { forward: exp2, inverse: Math.log2 }],
  ['log10', { forward: Math.log10, inverse: exp10 }],
  ['exp10', { forward: exp10, inverse: Math.log10 }],
  ['sqrt', { forward: Math.sqrt, inverse: square }],
  ['square', { forward: square, inverse: Math.sqrt }],
  ['cbrt', { forward: Math.cbrt, inverse: cube }],
  ['cube', { forward: cube, inverse: Math.cbrt }],
  ['reciprocal', { forward: reciprocal, inverse: reciprocal }],
  ['negative', { forward: negative, inverse: negative }],
  ['abs', { forward: Math.abs }],
  ['sign', { forward: Math.sign }],
  ['sin', { forward: Math.sin }],
  ['cos', { forward: Math.cos }],
  ['tanh', { forward: Math.tanh, inverse: Math.atanh }],
  ['arcsinh', { forward: Math.asinh, inverse: Math.sinh }],
  ['sinh', { forward: Math.sinh, inverse: Math.asinh }],
  ['logit', { forward: logit, inverse: expit }],
  ['expit', { forward: expit, inverse: logit }],
]);

const registered = new Map<string, FunctionPair>();

/**
 * Gives a function of one number a name, with which `FunctionTransformer` and
 * `TransformedTargetRegressor` can be saved. A program that loads such a file registers it first. A
 * name that was registered before gets the new functions.
 * @throws SteepestError `ERR_ARGUMENT`, also for the name of a built-in function;
 *   `ERR_UNKNOWN_NAME`
 * @example
 * ```ts
 * import { FunctionTransformer, registerFunction } from 'steepest';
 * registerFunction('celsius', {
 *   forward: (fahrenheit) => (fahrenheit - 32) / 1.8,
 *   inverse: (celsius) => celsius * 1.8 + 32,
 * });
 * const celsius = new FunctionTransformer({ func: 'celsius' });
 * console.log((await celsius.fitTransform([[212], [32]])).column(0).join(' ')); // 100 0
 * ```
 */
export function registerFunction(name: string, functions: FunctionPair): void {
  const isFree = typeof name === 'string' && name !== '' && !BUILT_IN.has(name);
  if (!isFree) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'a name that is not empty and not that of a built-in function',
      given: show(name),
      hint: `Choose another name. These are built in: ${[...BUILT_IN.keys()].join(', ')}.`,
    });
  }
  const what = `functions of '${name}'`;
  const given = checkObject(what, functions, 'Write { forward: (x) => …, inverse: (y) => … }.');
  checkKeys(what, given, ['forward', 'inverse'], { func: 'forward', inverseFunc: 'inverse' });
  const { forward, inverse } = functions;
  registered.set(name, {
    forward: checkFunction(`forward of '${name}'`, forward),
    inverse: inverse === undefined ? undefined : checkFunction(`inverse of '${name}'`, inverse),
  });
}

function checkFunction(what: string, value: unknown): NumberFunction {
  if (typeof value === 'function') return value as NumberFunction;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what} to be a function of one number`,
    given: show(value),
    hint: 'Write (x) => ….',
  });
}

/** A function, or the name of one. */
export type FunctionChoice = string | NumberFunction;

/**
 * The functions of a choice; a function alone has no inverse.
 * @throws SteepestError `ERR_UNKNOWN_NAME`, `ERR_ARGUMENT`
 */
export function functionsOf(what: string, choice: FunctionChoice): FunctionPair {
  if (typeof choice !== 'string') return { forward: checkFunction(what, choice) };
  const pair = registered.get(choice) ?? BUILT_IN.get(choice);
  if (pair !== undefined) return pair;
  const names = [...BUILT_IN.keys(), ...registered.keys()];
  const nearest = nearestName(choice, names, ALIASES);
  throw new SteepestError('ERR_UNKNOWN_NAME', {
    expected: `${what} to be one of ${names.join(', ')}`,
    given: show(choice),
    hint:
      nearest === undefined
        ? `Register it first: registerFunction(${show(choice)}, { forward, inverse }).`
        : `Did you mean '${nearest}'?`,
  });
}

const ALIASES = {
  ln: 'log',
  power: 'square',
  inverse: 'reciprocal',
  asinh: 'arcsinh',
  sigmoid: 'expit',
  neg: 'negative',
};

/** @throws SteepestError as {@link functionsOf} */
export function checkFunctionChoice(name: string, value: unknown): FunctionChoice {
  functionsOf(name, value as FunctionChoice);
  return value as FunctionChoice;
}

/** Numbers of a table that are tried to see whether functions are inverse to each other. */
const TRIED = 100;

/** Those of `numpy.allclose`. */
const RELATIVE = 1e-5;
const ABSOLUTE = 1e-8;

/** Whether a number came back, as scikit-learn tests it. */
export const isBack = (value: number, back: number): boolean =>
  Object.is(value, back) || Math.abs(back - value) <= ABSOLUTE + RELATIVE * Math.abs(value);

/** Emits a warning: the functions are not inverse to each other. */
export function warnNotInverse(owner: string, value: number, back: number): void {
  process.emitWarning(
    `${owner}: the inverse does not take numbers back: ${value} became ${back}. Set checkInverse: false if that is intended.`,
    { type: 'SteepestWarning', code: 'STEEPEST_NOT_INVERSE' },
  );
}

/** Warns unless the inverse takes some numbers of a table back. */
export function checkInverse(
  owner: string,
  data: ArrayLike<number>,
  { forward, inverse }: FunctionPair,
): void {
  if (inverse === undefined) return;
  const step = Math.max(1, Math.floor(data.length / TRIED));
  for (let at = 0; at < data.length; at += step) {
    const value = data[at]!;
    const back = inverse(forward(value));
    if (Number.isNaN(value) || isBack(value, back)) continue;
    warnNotInverse(owner, value, back);
    return;
  }
}
