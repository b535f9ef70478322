/**
 * Determines what a value is, whichever realm created it. Test runners such as Jest run modules in
 * a realm (`node:vm`) with its own classes. Values from Node.js, a structured clone or an ES module
 * belong to the main realm, and `instanceof` fails for them.
 */

function tagOf(value: unknown): string {
  try {
    return Object.prototype.toString.call(value).slice('[object '.length, -1);
  } catch {
    // A proxy may throw; a revoked one does.
    return '';
  }
}

/** The typed arrays whose class matters to callers. */
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

/** Numbers and text are no Dates: long lists of them are asked quickly. */
export const isDate = (value: unknown): value is Date => typeof value === 'object' && tagOf(value) === 'Date';

export const isError = (value: unknown): value is Error => value instanceof Error || tagOf(value) === 'Error';

/**
 * The name of a typed array's class, such as `Float64Array`; undefined for everything else,
 * including a DataView.
 */
export function typedArrayName(value: unknown): string | undefined {
  return ArrayBuffer.isView(value) ? (readName.call(value) as string | undefined) : undefined;
}

/** Reads the name from the array itself; an own property of the same name cannot fake it. */
const readName = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  Symbol.toStringTag,
)!.get as (this: unknown) => unknown;

/** Whether a value is a typed array of this class; a Buffer is a Uint8Array. */
export const isTypedArray = <K extends keyof TypedArrays>(value: unknown, name: K): value is TypedArrays[K] =>
  typedArrayName(value) === name;

export const isBigIntArray = (value: unknown): value is BigInt64Array | BigUint64Array =>
  isTypedArray(value, 'BigInt64Array') || isTypedArray(value, 'BigUint64Array');

/** A list that may hold numbers: a plain array, or a typed array other than BigInt ones. */
export const isNumberList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (typedArrayName(value) !== undefined && !isBigIntArray(value));

/** A buffer without an element type. */
export const isBuffer = (value: unknown): value is ArrayBufferLike =>
  tagOf(value) === 'ArrayBuffer' || isSharedBuffer(value);

export const isUrl = (value: unknown): value is URL => tagOf(value) === 'URL';

/** `Array.isArray` without its exception for revoked proxies. */
export function isList(value: unknown): value is unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/**
 * True for object literals `{ … }` of any realm; false for lists, arrays, Dates, Maps and class
 * instances.
 */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  try {
    const prototype = Object.getPrototypeOf(value) as unknown;
    // Works across realms: every Object.prototype has a null prototype.
    return prototype === null || Object.getPrototypeOf(prototype) === null;
  } catch {
    // A proxy may throw on any access.
    return false;
  }
}

/** True for values that `await` would wait for. */
export function isPromise(value: unknown): boolean {
  try {
    const isObject = typeof value === 'object' && value !== null;
    return isObject && typeof (value as PromiseLike<unknown>).then === 'function';
  } catch {
    return false;
  }
}
