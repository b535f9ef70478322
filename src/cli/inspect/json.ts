import { parseObject } from '../../io/description.js';
import { fromFile } from '../../io/modelFile.js';

/** A JSON object in bytes. @throws SteepestError `ERR_MODEL_FILE` */
export function jsonObject(bytes: Uint8Array, what: string): Record<string, unknown> {
  const text = fromFile(what, () => new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array(bytes)));
  return parseObject(text, what);
}

/** An object's field as an object; empty if it is none. */
export function fields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

/** A field as a list; empty if it is none. */
export const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** A field as text; undefined if it is none. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
