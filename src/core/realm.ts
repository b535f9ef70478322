/**
 * What a value is, whichever realm made it. Test runners such as Jest run modules in a realm
 * (`node:vm`) with classes of its own; what Node.js, a structured clone or an ES module hands over
 * is of the main one, and `instanceof` says no.
 */

function tagOf(value: unknown): string {
  try {
    return Object.prototype.toString.call(value).slice('[object '.length, -1);
  } catch {
    // A proxy may throw, and one that has been revoked does.
    return '';
  }
}

/** The typed arrays whose class matters. */
interface TypedArrays {
  Uint8Array: Uint8Array;
  Int32Array: Int32Array;
  Uint32Array: Uint32Array;
  Float32Array: Float32Array;
  Float64Array: Float64Array;
  BigInt64Array: BigInt64Array;
  BigUint64Array: BigUint64Array;
}

export const isDataView = (value: unknown): value is DataView =>
  ArrayBuffer.isView(value) && tagOf(value) === 'DataView';

export const isSharedBuffer = (value: unknown): value is SharedArrayBuffer =>
  tagOf(value) === 'SharedArrayBuffer';

export const isDate = (value: unknown): value is Date => tagOf(value) === 'Date';

export const isError = (value: unknown): value is Error => value instanceof Error || tagOf(value) === 'Error';

/**
 * The name of a typed array's class, such as `Float64Array`;
 * undefined for everything else, a DataView too.
 */
export function typedArrayName(value: unknown): string | undefined {
  return ArrayBuffer.isView(value) ? (readName.call(value) as string | undefined) : undefined;
}

/** Reads the name from the array itself; a property of the same name cannot fool it. */
const readName = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  Symbol.toStringTag,
)!.get as (this: unknown) => unknown;

/** Whether a value is a typed array of this class; a Buffer is an Uint8Array. */
export const isTypedArray = <K extends keyof TypedArrays>(value: unknown, name: K): value is TypedArrays[K] =>
  typedArrayName(value) === name;

export const isBigIntArray = (value: unknown): value is BigInt64Array | BigUint64Array =>
  isTypedArray(value, 'BigInt64Array') || isTypedArray(value, 'BigUint64Array');

/** A list that may hold numbers: a plain one, or a typed array that is not of BigInts. */
export const isNumberList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (typedArrayName(value) !== undefined && !isBigIntArray(value));

/** Memory without a type. */
export const isBuffer = (value: unknown): value is ArrayBufferLike =>
  tagOf(value) === 'ArrayBuffer' || isSharedBuffer(value);

export const isUrl = (value: unknown): value is URL => tagOf(value) === 'URL';

/** `Array.isArray`, which throws for a proxy that has been revoked. */
export function isList(value: unknown): value is unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** True for what `{ … }` makes, of any realm: no list, array, Date, Map or object of a class. */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  try {
    const prototype = Object.getPrototypeOf(value) as unknown;
    // Of another realm too: its Object.prototype has no prototype either.
    return prototype === null || Object.getPrototypeOf(prototype) === null;
  } catch {
    // A proxy may throw whatever is asked of it.
    return false;
  }
}

/** True for what `await` would wait for. */
export function isPromise(value: unknown): boolean {
  try {
    const isObject = typeof value === 'object' && value !== null;
    return isObject && typeof (value as PromiseLike<unknown>).then === 'function';
  } catch {
    return false;
  }
}
