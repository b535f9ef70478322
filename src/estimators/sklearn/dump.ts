import type { SteepestError } from '../../core/errors.js';
import { didYouMean } from '../../core/nearest.js';
import { show } from '../../core/show.js';
import { modelFileError } from '../../io/modelFile.js';
import type { Label } from '../base/labels.js';

/**
 * What the Python function of docs/exchange.md writes: an estimator as its class, its parameters
 * and its fitted attributes. Arrays are `{ array, dtype }`, numbers that JSON lacks `{ float }`,
 * and slices `{ slice }`; of anything else there is only a name, `{ other }`.
 */
export interface EstimatorDump {
  class: string;
  params: Readonly<Record<string, unknown>>;
  fitted: Readonly<Record<string, unknown>>;
}

/** Numbers with the shape of their nested lists. */
export interface NumberArray {
  data: Float64Array;
  shape: number[];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function isDump(value: unknown): value is EstimatorDump {
  return (
    isRecord(value) && typeof value.class === 'string' && isRecord(value.params) && isRecord(value.fitted)
  );
}

/** The content of an array, or the value itself. */
export const unwrapped = (value: unknown): unknown =>
  isRecord(value) && Object.hasOwn(value, 'array') ? value.array : value;

/** Three numbers that JSON lacks, by Python's names for them. */
const FLOATS: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
};

/** A number, also one that JSON lacks; undefined for anything else. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  const isFloat = isRecord(value) && typeof value.float === 'string' && Object.hasOwn(FLOATS, value.float);
  return isFloat ? FLOATS[value.float as string] : undefined;
}

/** Arrays of scikit-learn have at most three dimensions. */
const MAX_RANK = 8;

/** A fault of the file; what was given in words. */
export const dumpError = (expected: string, given: string, hint = 'Write the file again.'): SteepestError =>
  modelFileError(expected, given, hint);

/** A dump with checked access to its fields. */
export class Dump {
  constructor(private readonly node: EstimatorDump) {}

  get class(): string {
    return this.node.class;
  }

  get params(): Readonly<Record<string, unknown>> {
    return this.node.params;
  }

  /** A parameter; undefined if there is none. */
  param(name: string): unknown {
    return Object.hasOwn(this.node.params, name) ? this.node.params[name] : undefined;
  }

  /** A fitted attribute; undefined if there is none or it is None. */
  maybe(name: string): unknown {
    const { fitted } = this.node;
    return Object.hasOwn(fitted, name) ? (fitted[name] ?? undefined) : undefined;
  }

  /** @throws SteepestError `ERR_MODEL_FILE` if it is missing */
  need(name: string): unknown {
    const value = this.maybe(name);
    if (value !== undefined) return value;
    const names = Object.keys(this.node.fitted).filter((other) => this.maybe(other) !== undefined);
    const otherwise = names.length === 0 ? 'Fit it before writing the file.' : 'Write the file again.';
    throw dumpError(`a fitted ${this.class} with ${name}`, 'none', didYouMean(name, names, otherwise));
  }

  number(name: string): number {
    const value = numberOf(unwrapped(this.need(name)));
    if (value !== undefined) return value;
    throw dumpError(`${name} of ${this.class} to be a number`, show(this.need(name)));
  }

  /** The largest of one or several counts, at least 1. */
  count(name: string): number {
    const { data } = this.numbers(name);
    return Math.max(1, ...Array.from(data, Math.round).filter(Number.isSafeInteger));
  }

  /** Numbers in nested lists of equal lengths; one number has the shape []. */
  numbers(name: string): NumberArray {
    const found = arrayOf(this.need(name));
    if (found !== undefined) return found;
    throw dumpError(
      `${name} of ${this.class} to be numbers in lists of equal lengths`,
      show(this.need(name)),
    );
  }

  /** One number per column. */
  perColumn(name: string, cols: number): Float64Array {
    const { data } = this.numbers(name);
    if (data.length === cols) return data;
    if (data.length === 1) return new Float64Array(cols).fill(data[0]!);
    throw dumpError(`${cols} numbers in ${name} of ${this.class}`, `${data.length}`);
  }

  list(name: string): readonly unknown[] {
    const value = unwrapped(this.need(name));
    if (Array.isArray(value)) return value;
    throw dumpError(`${name} of ${this.class} to be a list`, show(value));
  }

  /** Classes: strings, numbers or booleans. */
  labels(name: string): Label[] {
    const list = this.list(name);
    const isLabel = (value: unknown): value is Label =>
      typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
    if (list.every(isLabel)) return list as Label[];
    const hint = 'Models with several columns of classes are not supported.';
    throw dumpError(`${name} of ${this.class} to be one list of classes`, show(list), hint);
  }

  /** Number of columns of the fit. */
  get cols(): number {
    const cols = this.number('n_features_in_');
    if (Number.isSafeInteger(cols) && cols > 0) return cols;
    throw dumpError(`n_features_in_ of ${this.class} above 0`, `${cols}`);
  }

  /** Names of the columns of the fit, if they had names. */
  get names(): string[] | undefined {
    const names = unwrapped(this.maybe('feature_names_in_'));
    if (names === undefined) return undefined;
    if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names as string[];
    throw dumpError(`feature_names_in_ of ${this.class} to be text`, show(names));
  }

  /** Attributes that say which columns a transformer takes. */
  get columns(): { cols: number; names?: string[] } {
    const { cols, names } = this;
    return names === undefined ? { cols } : { cols, names };
  }
}

/** Numbers in nested lists, or undefined if it is something else. */
export function arrayOf(given: unknown): NumberArray | undefined {
  const value = unwrapped(given);
  const shape: number[] = [];
  for (let part = value; Array.isArray(part); part = part[0]) {
    shape.push(part.length);
    if (part.length === 0 || shape.length > MAX_RANK) break;
  }
  if (shape.length > MAX_RANK) return undefined;
  const data: number[] = [];
  const fits = (part: unknown, depth: number): boolean => {
    if (depth < shape.length) {
      return Array.isArray(part) && part.length === shape[depth] && part.every((one) => fits(one, depth + 1));
    }
    const number = numberOf(part);
    if (number === undefined) return false;
    data.push(number);
    return true;
  };
  return fits(value, 0) ? { data: Float64Array.from(data), shape } : undefined;
}
