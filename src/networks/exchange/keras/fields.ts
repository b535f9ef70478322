import { toSnakeCase } from '../../../core/names.js';
import { isList } from '../../../core/realm.js';
import { show } from '../../../core/show.js';
import { HINT_READING, refuseReading } from './refuse.js';

export type JsonObject = Record<string, unknown>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The name of its class that an object has. */
export const classOf = (value: JsonObject): unknown => value.class_name ?? value.className;

/** Options that say nothing about what a layer computes, or that are read elsewhere. */
const ELSEWHERE = ['name', 'trainable', 'dtype', 'batch_input_shape', 'batch_shape', 'input_shape'];

/**
 * The options of one object of a configuration. Each is read by name; `finish` refuses those that
 * nobody has read, so that none is lost. Keys are snake_case, as Keras writes them; those in
 * camelCase, as TensorFlow.js writes some, are understood.
 */
export class Fields {
  private readonly left: Map<string, unknown>;

  /** @param what the object, for messages: `layer dense_1 (Dense)` */
  constructor(
    readonly what: string,
    config: unknown,
  ) {
    if (!isObject(config)) refuseReading(`options of ${what} as an object`, show(config), HINT_READING);
    this.left = new Map(
      Object.entries(config as JsonObject).map(([key, value]) => [toSnakeCase(key), value]),
    );
  }

  /** An option as it is; undefined and null mean that it is not there. */
  take(key: string): unknown {
    const value = this.left.get(key);
    this.left.delete(key);
    return value ?? undefined;
  }

  number(key: string, usual?: number): number {
    const value = this.take(key) ?? usual;
    return typeof value === 'number' ? value : this.refuse(key, 'a number', value);
  }

  flag(key: string, usual: boolean): boolean {
    const value = this.take(key) ?? usual;
    return typeof value === 'boolean' ? value : this.refuse(key, 'true or false', value);
  }

  /** A name, in snake_case. */
  word(key: string, usual?: string): string {
    const value = this.take(key) ?? usual;
    return typeof value === 'string' ? toSnakeCase(value) : this.refuse(key, 'a name', value);
  }

  /** A number for both sides of an image, or two. Their ranges are checked with the layer. */
  pair(key: string, usual?: [number, number]): [number, number] {
    const value = this.take(key) ?? usual;
    if (typeof value === 'number') return [value, value];
    const isPair = isList(value) && value.length === 2 && value.every((side) => typeof side === 'number');
    return isPair ? (value as [number, number]) : this.refuse(key, 'a number or a pair of them', value);
  }

  /** Refuses an option that has another value than this one, the only one that exists here. */
  only(key: string, value: unknown, usual: unknown = value): void {
    const given = this.take(key) ?? usual;
    const read = typeof given === 'string' ? toSnakeCase(given) : given;
    if (JSON.stringify(read) !== JSON.stringify(value))
      this.refuse(key, value === undefined ? 'left out' : show(value), given);
  }

  /** Options that change nothing here. */
  ignore(...keys: string[]): void {
    for (const key of keys) this.left.delete(key);
  }

  /** @throws SteepestError `ERR_MODEL_FILE` for an option that is set and that nothing has read */
  finish(): void {
    this.ignore(...ELSEWHERE);
    for (const [key, value] of this.left) {
      const isOff = value === null || value === undefined || value === false;
      if (!isOff) this.refuse(key, 'left out: this package has no such option', value);
    }
  }

  refuse(key: string, expected: string, given: unknown): never {
    return refuseReading(`${key} of ${this.what} to be ${expected}`, show(given), HINT_READING);
  }
}

/** Letters and digits of a name in lower case, by which names are compared: `glorotuniform`. */
export const squeeze = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** A thing with a name and options, as Keras writes it: a name alone, or an object. */
export interface Named {
  /** The name, squeezed. */
  key: string;
  written: string;
  fields: Fields;
}

/** @param what for messages: `kernel_initializer of layer dense_1 (Dense)` */
export function readNamed(what: string, value: unknown): Named {
  const isNamed = isObject(value);
  const written = isNamed ? classOf(value) : value;
  if (typeof written !== 'string') {
    return refuseReading(`${what} to be a name, or an object with class_name`, show(value), HINT_READING);
  }
  const config = isNamed && isObject(value.config) ? value.config : {};
  return {
    key: squeeze(written),
    written,
    fields: new Fields(`${written}, the ${what}`, config),
  };
}
