import { damaged, type FileBytes } from './bytes.js';

/**
 * Shapes and element types (HDF5 File Format Specification 3.0, sections IV.A.2.b and IV.A.2.d), and
 * the texts of attributes.
 */

/** HDF5's own limit. */
const MAX_RANK = 32;

/** A shape, and where its message ends. */
export function readShape(file: FileBytes, at: number): number[] {
  const version = file.u8(at);
  const rank = file.u8(at + 1);
  if (version !== 1 && version !== 2) damaged('a dataspace of version 1 or 2', `${version}`);
  if (rank > MAX_RANK) damaged(`at most ${MAX_RANK} dimensions`, `${rank}`);
  // Type 2 of version 2 has no elements.
  if (version === 2 && file.u8(at + 3) === 2) return [0];
  const sizes = at + (version === 1 ? 8 : 4);
  return Array.from({ length: rank }, (_, i) => file.u64(sizes + 8 * i));
}

/** The number of elements. @throws SteepestError `ERR_MODEL_FILE` above 2⁵³ − 1 */
export function elementsOf(shape: readonly number[]): number {
  const count = shape.reduce((a, b) => a * b, 1);
  return Number.isSafeInteger(count)
    ? count
    : damaged('fewer than 2^53 elements', `shape [${shape.join(', ')}]`);
}

/** An element type: enough of it to read numbers and texts. */
export interface ElementType {
  kind: 'float' | 'text' | 'texts elsewhere' | 'other';
  bytes: number;
  isLittleEndian: boolean;
}

const CLASS = { float: 1, text: 3, variable: 9 } as const;
/** Where sign, exponent and mantissa of IEEE 754 numbers are: 1 bit, then these many. */
const IEEE: Readonly<Record<number, readonly [exponent: number, mantissa: number]>> = {
  2: [5, 10],
  4: [8, 23],
  8: [11, 52],
};

export function readType(file: FileBytes, at: number): ElementType {
  const kind = file.u8(at) & 0x0f;
  const flags = file.u8(at + 1);
  const bytes = file.u32(at + 4);
  const isLittleEndian = (flags & 1) === 0;
  if (kind === CLASS.float) {
    const ieee = IEEE[bytes];
    const fits = ieee !== undefined && file.u8(at + 13) === ieee[0] && file.u8(at + 15) === ieee[1];
    return { kind: fits ? 'float' : 'other', bytes, isLittleEndian };
  }
  if (kind === CLASS.text) return { kind: 'text', bytes, isLittleEndian };
  // Type 1 is text; type 0 lists of other things.
  const isText = kind === CLASS.variable && (flags & 0x0f) === 1;
  return { kind: isText ? 'texts elsewhere' : 'other', bytes, isLittleEndian };
}

/** A text of variable length is a reference: its length, a global heap and a number in it. */
const REFERENCE_BYTES = 16;
/** Texts of an attribute, names of arrays for instance. */
const MOST_TEXTS = 65_536;

/** The texts of an attribute whose values begin at a place; undefined if it holds something else. */
export function readTexts(
  file: FileBytes,
  type: ElementType,
  shape: readonly number[],
  at: number,
): string[] | undefined {
  const count = elementsOf(shape);
  if (type.kind !== 'text' && type.kind !== 'texts elsewhere') return undefined;
  if (count > MOST_TEXTS) damaged(`at most ${MOST_TEXTS} texts in an attribute`, `${count}`);
  const bytes = type.kind === 'text' ? type.bytes : REFERENCE_BYTES;
  file.slice(at, count * bytes);
  file.take(count * bytes);
  return Array.from({ length: count }, (_, i) => {
    const place = at + i * bytes;
    return type.kind === 'text' ? file.textUpToZero(place, bytes) : referenced(file, place);
  });
}

function referenced(file: FileBytes, at: number): string {
  const length = file.u32(at);
  const heap = file.u64(at + 4);
  const index = file.u32(at + 12);
  if (length === 0) return '';
  file.expect(heap, 'GCOL');
  const end = heap + file.u64(heap + 8);
  file.slice(heap, end - heap);
  for (let place = heap + 16; place + 16 <= end; ) {
    file.count();
    const number = file.u16(place);
    const size = file.u64(place + 8);
    if (number === index) {
      file.take(size);
      return file.text(place + 16, Math.min(length, size));
    }
    // Index 0 is what is left free, at the end.
    if (number === 0) break;
    place += 16 + 8 * Math.ceil(size / 8);
  }
  return damaged(`text ${index} in the heap at byte ${heap}`, 'none');
}
