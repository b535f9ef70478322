import { isTypedArray } from './realm.js';

/**
 * Where the first number from `begin` to `end` lies that is NaN or infinite; −1 if there is none.
 * Plain loops: a callback per number takes ten times as long.
 */
export function indexOfNotFinite(data: ArrayLike<number>, begin = 0, end = data.length): number {
  if (end - begin >= MANY && isTypedArray(data, 'Float32Array')) return indexOfNotFinite32(data, begin, end);
  // The difference of a number and itself is 0, of NaN and of infinities NaN.
  for (let i = begin; i < end; i++) if (data[i]! - data[i]! !== 0) return i;
  return -1;
}

/** From here on the faster search pays. */
const MANY = 256;

/** The exponent's bits of a float32: all of them are set in NaN and in infinities alone. */
const EXPONENT = 0x7f800000;

/** On the bits as integers, four at a time: five times as fast as arithmetic on mixed arrays. */
function indexOfNotFinite32(data: Float32Array<ArrayBufferLike>, begin: number, end: number): number {
  const bits = new Int32Array(data.buffer, data.byteOffset + 4 * begin, end - begin);
  const { length } = bits;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    const isFound =
      (bits[i]! & EXPONENT) === EXPONENT ||
      (bits[i + 1]! & EXPONENT) === EXPONENT ||
      (bits[i + 2]! & EXPONENT) === EXPONENT ||
      (bits[i + 3]! & EXPONENT) === EXPONENT;
    if (isFound) break;
  }
  for (; i < length; i++) if ((bits[i]! & EXPONENT) === EXPONENT) return begin + i;
  return -1;
}
