import { checkObject } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { didYouMean } from '../../core/nearest.js';
import { isPlainObject } from '../../core/realm.js';
import { show } from '../../core/show.js';
import { Sequential } from '../../networks/models/sequential.js';
import type { BaseEstimator, EstimatorFitOptions } from '../base/estimator.js';
import type { SavedEstimator } from '../base/saved.js';
import type { Work } from '../base/work.js';
import { estimatorFromSaved, estimatorTypes } from '../registry.js';
import { networkEstimator } from './networkStep.js';

/** The methods of every estimator, whatever its input and output. */
export interface Step {
  readonly type: string;
  fit(x: never, y: never, options?: EstimatorFitOptions): Promise<unknown>;
  clone(): Step;
  getParams(): object;
  setParams(params: never): unknown;
  toSaved(): SavedEstimator;
}

/** A compiled network, with any metrics. */
export type AnyNetwork = Pick<Sequential, 'compileConfig' | 'type'>;

/** Some hyperparameters, where a network may stand wherever an estimator may. */
export type WithNetworks<P> = { [K in keyof P]?: Step extends P[K] ? P[K] | AnyNetwork : P[K] };

/** A named estimator. */
export type NamedStep = readonly [name: string, step: Step];

/** Separates a step's name from the name of its parameter. */
export const SEPARATOR = '__';

export const isStep = (value: unknown): value is Step =>
  typeof value === 'object' &&
  value !== null &&
  ['fit', 'clone', 'getParams', 'setParams', 'toSaved'].every(
    (name) => typeof (value as Record<string, unknown>)[name] === 'function',
  );

/** An estimator, or a compiled network as one; undefined for anything else. */
export function stepOf(value: unknown): Step | undefined {
  if (isStep(value)) return value;
  return value instanceof Sequential ? (networkEstimator(value) as unknown as Step) : undefined;
}

/**
 * Calls a method that an estimator may not have.
 * @throws SteepestError `ERR_ARGUMENT` that names the step without it
 */
export function method(
  step: Step,
  name: string,
  role: string,
): (...args: readonly unknown[]) => Promise<unknown> {
  const f = (step as unknown as Record<string, unknown>)[name];
  if (typeof f === 'function') return f.bind(step) as (...args: readonly unknown[]) => Promise<unknown>;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${role} with ${name}()`,
    given: `${step.type}, which has none`,
    hint: `Use an estimator that can ${name}.`,
  });
}

/** The result of a method that an estimator may not have. @throws as {@link method} */
export function* calling(step: Step, name: string, role: string, ...args: readonly unknown[]): Work<unknown> {
  const run = method(step, name, role);
  return yield () => run(...args);
}

/**
 * @throws SteepestError `ERR_ARGUMENT` for a name that is empty, repeated or contains the separator
 */
export function checkNames(what: string, names: readonly string[]): void {
  names.forEach((name, i) => {
    if (typeof name === 'string' && name !== '' && !name.includes(SEPARATOR) && names.indexOf(name) === i)
      return;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `names of ${what} that differ, are not empty and do not contain '${SEPARATOR}'`,
      given: show(names),
      hint: 'Rename one of them.',
    });
  });
}

/** Parameters of nested estimators, as step__param, together with the estimators themselves. */
export function nestedParams(steps: readonly NamedStep[]): Record<string, unknown> {
  const params: Record<string, unknown> = {};
  for (const [name, step] of steps) {
    params[name] = step;
    for (const [key, value] of Object.entries(step.getParams())) params[name + SEPARATOR + key] = value;
  }
  return params;
}

/** Parameters of an estimator itself, and those of the steps inside it. */
export function splitParams(
  what: string,
  given: object,
  isNested: (name: string, value: unknown) => boolean,
): { own: Record<string, unknown>; nested: Record<string, unknown> } {
  checkObject(`parameters of ${what}`, given);
  const own: Record<string, unknown> = {};
  const nested: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) (isNested(name, value) ? nested : own)[name] = value;
  return { own, nested };
}

/**
 * New steps with parameters changed: `name: estimator` replaces a step, `name: { param: value }`
 * and `name__param: value` change a clone of it. Steps that do not change are returned as they are.
 * @throws SteepestError `ERR_UNKNOWN_NAME`, and what the steps' own `setParams` throw
 */
export function withParams(what: string, steps: readonly NamedStep[], given: object): NamedStep[] {
  checkObject(`parameters of ${what}`, given);
  const own = new Map(steps);
  const changes = new Map<string, Record<string, unknown>>();
  for (const [key, value] of Object.entries(given)) {
    const replacement = key.includes(SEPARATOR) ? undefined : stepOf(value);
    const [name, ...rest] = key.split(SEPARATOR) as [string, ...string[]];
    if (!own.has(name)) {
      throw new SteepestError('ERR_UNKNOWN_NAME', {
        expected: `parameters of ${what} to begin with the name of a step: ${[...own.keys()].join(', ')}`,
        given: show(key),
        hint: didYouMean(name, own.keys(), 'Write step__param, or { step: { param: value } }.'),
      });
    }
    if (rest.length > 0) changes.set(name, { ...changes.get(name), [rest.join(SEPARATOR)]: value });
    else if (replacement !== undefined) own.set(name, replacement);
    else if (isPlainObject(value)) changes.set(name, { ...changes.get(name), ...value });
    else {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: `step '${name}' as an estimator, or an object of its parameters`,
        given: show(value),
        hint: 'Write step__param to change one parameter.',
      });
    }
  }
  for (const [name, params] of changes) {
    const step = own.get(name)!;
    // A changed copy that keeps what the step has learned: a failing setParams then changes
    // nothing.
    const changed = copyOf(step);
    changed.setParams(params as never);
    own.set(name, changed);
  }
  return [...own];
}

/**
 * An estimator with the same parameters and the same learned state; a class written by the user
 * must be fitted again.
 */
export function copyOf(step: Step): Step {
  if (!estimatorTypes().includes(step.type)) return step.clone();
  return estimatorFromSaved(step.toSaved()) as unknown as Step;
}

/** Nested estimators, for an estimator's file. */
export function savedSteps(steps: readonly NamedStep[]): Record<string, SavedEstimator> {
  return Object.fromEntries(steps.map(([name, step]) => [name, step.toSaved()]));
}

/** @throws SteepestError `ERR_MODEL_FILE` */
export function stepsFromSaved(
  order: readonly string[],
  children: Readonly<Record<string, SavedEstimator>> | undefined,
): NamedStep[] {
  return order.map((name) => {
    const child = children !== undefined && Object.hasOwn(children, name) ? children[name] : undefined;
    if (child === undefined) {
      throw new SteepestError('ERR_MODEL_FILE', {
        expected: `the step '${name}'`,
        given: 'none',
        hint: 'Save the estimator again.',
      });
    }
    return [name, estimatorFromSaved(child) as BaseEstimator<object> as unknown as Step];
  });
}

/**
 * The steps of a pipeline.
 * @throws SteepestError `ERR_ARGUMENT` for what is no list of names and estimators
 */
export function checkSteps(name: string, value: unknown): readonly NamedStep[] {
  const given = Array.isArray(value) ? Array.from(value as unknown[]) : [undefined];
  const steps = given.map((pair) => {
    const step = Array.isArray(pair) ? stepOf(pair[1]) : undefined;
    return step && ([(pair as unknown[])[0] as string, step] as const);
  });
  if (!steps.every((pair) => pair !== undefined)) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${name} as [name, estimator] pairs`,
      given: show(value),
      hint: "Write pipeline(['scale', new StandardScaler()], ['model', new LogisticRegression()]).",
    });
  }
  checkNames(
    'steps',
    steps.map(([step]) => step),
  );
  return steps;
}
