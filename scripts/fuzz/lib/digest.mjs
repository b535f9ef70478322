/** What a reader returned as a short text, so that two results can be compared. */
import { createHash } from 'node:crypto';

/**
 * Equal for values with the same numbers and texts in the same order. NaN is NaN: its payload is no
 * part of what readers promise.
 * @param {unknown} value
 */
export function digest(value) {
  const hash = createHash('sha1');
  add(hash, value);
  return hash.digest('base64');
}

function add(hash, value) {
  if (ArrayBuffer.isView(value)) addArray(hash, value);
  else if (Array.isArray(value)) {
    hash.update(`[${value.length}`);
    for (const item of value) add(hash, item);
  } else if (value instanceof Map) add(hash, [...value]);
  else if (typeof value === 'object' && value !== null) {
    hash.update('{');
    for (const key of Object.keys(value)) {
      add(hash, key);
      add(hash, value[key]);
    }
  } else if (typeof value === 'string') hash.update(`"${value.length}:`).update(value, 'utf16le');
  else hash.update(Object.is(value, -0) ? '-0' : `${typeof value} ${String(value)}`);
}

function addArray(hash, array) {
  hash.update(`${array.constructor.name} ${array.length}`);
  let copy = array;
  if (array instanceof Float32Array || array instanceof Float64Array) {
    copy = array.slice();
    for (let i = 0; i < copy.length; i++) if (Number.isNaN(copy[i])) copy[i] = Number.NaN;
  }
  const bytes = new Uint8Array(copy.buffer, copy.byteOffset, copy.byteLength);
  // OpenSSL does not take shared memory.
  hash.update(bytes.buffer instanceof SharedArrayBuffer ? Uint8Array.from(bytes) : bytes);
}
