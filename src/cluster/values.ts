import { deserialize, serialize } from 'node:v8';
import { SteepestError } from '../core/errors.js';
import { isPlainObject, typedArrayName } from '../core/realm.js';
import { messageOf, show } from '../core/show.js';

/** Values of `broadcast` and `gather` as bytes: V8's format of a structured clone. */

function refuse(what: string, value: unknown, hint: string, cause?: unknown): never {
  const expected = `${what} to be a value that can be copied to another process`;
  const options = cause === undefined ? {} : { cause };
  throw new SteepestError('ERR_ARGUMENT', { expected, given: show(value), hint }, options);
}

/** An instance of a class, whose methods and private fields a copy would lose without a word. */
function isInstance(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isPlainObject(value))
    return false;
  const tag = Object.prototype.toString.call(value).slice('[object '.length, -1);
  return tag === 'Object' && typedArrayName(value) === undefined;
}

/** @throws SteepestError `ERR_ARGUMENT` for functions, and for what holds one */
export function bytesOf(what: string, value: unknown): Uint8Array {
  if (isInstance(value)) {
    const hasBytes = typeof (value as { toBytes?: unknown }).toBytes === 'function';
    refuse(
      what,
      value,
      hasBytes ? 'Pass its toBytes(), and load those.' : 'Pass an object with the fields that you need.',
    );
  }
  try {
    return serialize(value);
  } catch (cause) {
    return refuse(what, value, `Pass only data: ${messageOf(cause)}`, cause);
  }
}

/** A copy: typed arrays of the value lie over the bytes. */
export const valueIn = (bytes: Uint8Array): unknown => deserialize(bytes.slice());
