import { isNumbers } from '../../../core/guards.js';
import { show } from '../../../core/show.js';
import type { Constraint } from '../../constraints/index.js';
import type { Regularizer } from '../../layers/regularizer.js';
import { type Fields, readNamed } from './fields.js';
import { HINT_READING, refuseReading } from './refuse.js';

/** A penalty as Keras writes it; null for none. */
export function writeRegularizer(given: Regularizer | undefined): object | null {
  const { l1 = 0, l2 = 0 } = given ?? {};
  return l1 === 0 && l2 === 0 ? null : { class_name: 'L1L2', config: { l1, l2 } };
}

/** Keras's factor for a penalty that is named alone. */
const USUAL_FACTOR = 0.01;

export function readRegularizer(fields: Fields, key: string): Regularizer | undefined {
  const value = fields.take(key);
  if (value === undefined) return undefined;
  const what = `${key} of ${fields.what}`;
  const { key: name, written, fields: options } = readNamed(what, value);
  if (!['l1', 'l2', 'l1l2'].includes(name)) {
    refuseReading(`${what} to be L1, L2 or L1L2`, show(written), HINT_READING);
  }
  const usual = typeof value === 'string' ? USUAL_FACTOR : 0;
  const l1 = name === 'l2' ? 0 : options.number('l1', usual);
  const l2 = name === 'l1' ? 0 : options.number('l2', usual);
  options.finish();
  return { l1, l2 };
}

/** A constraint as Keras writes it; null for none. @param given complete */
export function writeConstraint(given: Constraint | undefined): object | null {
  if (given === undefined) return null;
  const { name, ...options } = typeof given === 'string' ? { name: given } : given;
  if (name === 'nonNeg') return { class_name: 'NonNeg', config: {} };
  const { maxValue, axis } = options as { maxValue?: number; axis?: number | number[] };
  return maxValue === undefined
    ? { class_name: 'UnitNorm', config: { axis } }
    : { class_name: 'MaxNorm', config: { max_value: maxValue, axis } };
}

export function readConstraint(fields: Fields, key: string): Constraint | undefined {
  const value = fields.take(key);
  if (value === undefined) return undefined;
  const what = `${key} of ${fields.what}`;
  const { key: name, written, fields: options } = readNamed(what, value);
  const constraint = constraintOf(name, options);
  options.finish();
  return (
    constraint ?? refuseReading(`${what} to be MaxNorm, NonNeg or UnitNorm`, show(written), HINT_READING)
  );
}

function constraintOf(name: string, options: Fields): Constraint | undefined {
  if (name === 'nonneg') return { name: 'nonNeg' };
  if (name === 'unitnorm') return { name: 'unitNorm', axis: axisOf(options) };
  return name === 'maxnorm'
    ? { name: 'maxNorm', maxValue: options.number('max_value', 2), axis: axisOf(options) }
    : undefined;
}

function axisOf(options: Fields): number | number[] {
  const axis = options.take('axis') ?? 0;
  return typeof axis === 'number' || isNumbers(axis)
    ? axis
    : options.refuse('axis', 'an axis or a list of them', axis);
}
