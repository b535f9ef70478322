import { TextDecoder } from 'node:util';
import { SteepestError } from '../core/errors.js';
import { atOnce, type InParts } from '../core/inParts.js';
import type { NdArray } from '../core/ndarray.js';
import { elementCount } from './elementCount.js';
import { isWellFormed, JsonCursor, shown } from './jsonCursor.js';
import { toLittleEndian } from './littleEndian.js';
import { ALL_TYPES, ELEMENT_TYPES, type ElementType } from './safetensorsTypes.js';

/**
 * The safetensors format (huggingface.co/docs/safetensors): a u64 header length, a JSON header,
 * then the tensors' bytes, little-endian and row-major. A file cannot contain code. This reader is
 * slightly stricter than the reference one: every byte of a file that it accepts belongs to exactly
 * one field or tensor.
 */

/** Bytes of the header length field. */
const LENGTH_BYTES = 8;
/** The writer pads the header with spaces so that tensors are aligned to this boundary. */
const ALIGNMENT = 8;
/**
 * The format allows 100 MB. A header holds names, shapes and a model's description: 14.5 MiB for
 * the largest number of layers, with the longest names and two moments each.
 */
export const MAX_HEADER_BYTES = 16 * 1024 * 1024;
/** Three arrays (value and two moments) for each of 20,000 parameters, rounded up. */
export const MAX_TENSORS = 65_536;
/** Maximum size of typed arrays in Node.js 20. */
export const MOST_FILE_BYTES = 2 ** 32;
/** NumPy's limit for many years; tensors of this package have at most four dimensions. */
export const MAX_RANK = 32;
/** Bytes that are copied in one step of {@link decoding}. */
const STEP_BYTES = 2 ** 20;
/** The first byte of a header: `{`. */
const BRACE = 0x7b;
const METADATA_KEY = '__metadata__';

/**
 * One tensor as the header describes it; `begin` and `end` are relative to the end of the header.
 */
interface Entry {
  name: string;
  type: ElementType;
  shape: number[];
  begin: number;
  end: number;
}

interface Header {
  entries: Entry[];
  metadata: Record<string, string>;
}

/** The content of a safetensors file. Both keep the order of the header. */
export interface SafetensorsContent {
  /** New arrays that share no memory with the file's bytes. */
  tensors: Map<string, NdArray>;
  /** An object without a prototype, so that `__proto__` is an ordinary key. */
  metadata: Record<string, string>;
}

function damaged(expected: string, given: string): never {
  throw new SteepestError('ERR_MODEL_FILE', {
    expected,
    given,
    hint: 'The file is damaged, incomplete or not a safetensors file: copy or save it again.',
  });
}

/**
 * Encodes a safetensors file. The same tensors and metadata always give the same bytes. The header
 * lists tensors in the Map's order. Their bytes are ordered by element size, largest first, so that
 * each is aligned.
 * @throws SteepestError `ERR_ARGUMENT` for names, metadata or element types that the format cannot
 *   hold; `ERR_SHAPE` if a shape and its data disagree.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, NdArray>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const entries = placeTensors(tensors);
  const header = headerBytes(entries, metadata);
  const dataBytes = entries.reduce((sum, { end, begin }) => sum + (end - begin), 0);
  checkBytes(LENGTH_BYTES + header.length + dataBytes);
  const bytes = new Uint8Array(LENGTH_BYTES + header.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, LENGTH_BYTES);
  for (const { name, type, begin, end } of entries) {
    const { data } = tensors.get(name)!;
    const place = bytes.subarray(LENGTH_BYTES + header.length + begin, LENGTH_BYTES + header.length + end);
    place.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    toLittleEndian(place, type.itemBytes);
  }
  return bytes;
}

/**
 * The same file with more metadata, or other values of it; the tensors are copied as they are.
 * @throws SteepestError `ERR_MODEL_FILE` for what is no safetensors file; `ERR_ARGUMENT` for
 *   metadata that the format cannot hold
 */
export function withMetadata(
  bytes: Uint8Array,
  more: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const { dataStart, entries, metadata } = readChecked(bytes, ALL_TYPES);
  const header = headerBytes(entries, { ...metadata, ...more });
  const tensors = bytes.subarray(dataStart);
  checkBytes(LENGTH_BYTES + header.length + tensors.length);
  const result = new Uint8Array(LENGTH_BYTES + header.length + tensors.length);
  new DataView(result.buffer).setBigUint64(0, BigInt(header.length), true);
  result.set(header, LENGTH_BYTES);
  result.set(tensors, LENGTH_BYTES + header.length);
  return result;
}

function checkBytes(byteLength: number): void {
  if (byteLength <= MOST_FILE_BYTES) return;
  throw new SteepestError('ERR_MEMORY', {
    expected: `a file of at most ${MOST_FILE_BYTES} bytes`,
    given: `${byteLength}`,
    hint: 'Use fewer units, filters or columns.',
  });
}

/**
 * Reads the bytes of a safetensors file. Every size is checked against the bytes present before
 * anything of that size is allocated, so a small file cannot request much memory.
 * @throws SteepestError `ERR_MODEL_FILE` for anything but a complete, well-formed file of known
 *   element types.
 */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsContent {
  return atOnce(decoding(bytes));
}

/**
 * The work of {@link decodeSafetensors} in steps of a fraction of a millisecond, between which the
 * caller may serve its event loop.
 * @param types element types that a tensor may have: by default those that this package writes
 */
export function* decoding(
  bytes: Uint8Array,
  types: readonly ElementType[] = ELEMENT_TYPES,
): InParts<SafetensorsContent> {
  const { dataStart, entries, metadata } = readChecked(bytes, types);
  const tensors = new Map<string, NdArray>();
  for (const { name, type, shape, begin, end } of entries) {
    const data = type.make((end - begin) / type.itemBytes);
    for (let at = begin; at < end; at += STEP_BYTES) {
      const piece = new Uint8Array(
        bytes.subarray(dataStart + at, dataStart + Math.min(at + STEP_BYTES, end)),
      );
      toLittleEndian(piece, type.itemBytes);
      const wrong = type.put(piece, data, (at - begin) / type.itemBytes);
      if (wrong !== undefined) refuseInteger(name, type, wrong);
      yield;
    }
    tensors.set(name, { data, shape });
  }
  return { tensors, metadata };
}

function refuseInteger(name: string, { dtype }: ElementType, value: bigint): never {
  throw new SteepestError('ERR_MODEL_FILE', {
    expected: `${shown(name)}, ${dtype}, to have integers within ±(2^53 − 1)`,
    given: `${value}`,
    hint: 'Convert the tensor in the program that wrote it, for example to float32.',
  });
}

/** One tensor of a file as its header describes it. */
export interface TensorInfo {
  name: string;
  dtype: string;
  shape: readonly number[];
}

/**
 * What the header of a file says, without its numbers.
 * @throws SteepestError `ERR_MODEL_FILE` as {@link decodeSafetensors}
 */
export function readTensorInfo(
  bytes: Uint8Array,
  types: readonly ElementType[],
): { tensors: TensorInfo[]; metadata: Record<string, string> } {
  const { entries, metadata } = readChecked(bytes, types);
  return { tensors: entries.map(({ name, type, shape }) => ({ name, dtype: type.dtype, shape })), metadata };
}

/** The header of a file, whose tensors are all of its other bytes, and where these begin. */
function readChecked(bytes: Uint8Array, types: readonly ElementType[]): Header & { dataStart: number } {
  const dataStart = LENGTH_BYTES + readHeaderLength(bytes);
  const header = readHeader(decodeText(bytes.subarray(LENGTH_BYTES, dataStart)), types);
  checkCoverage(header.entries, bytes.length - dataStart);
  return { ...header, dataStart };
}

/**
 * The length of the file that starts with these bytes. For an invalid file, a length that is enough
 * to report the fault.
 * @returns undefined while the header is incomplete
 */
export function safetensorsLength(start: Uint8Array): number | undefined {
  if (start.length < LENGTH_BYTES + 1) return undefined;
  const header = new DataView(start.buffer, start.byteOffset).getBigUint64(0, true);
  if (header > BigInt(MAX_HEADER_BYTES) || start[LENGTH_BYTES] !== BRACE) return start.length;
  const dataStart = LENGTH_BYTES + Number(header);
  if (start.length < dataStart) return undefined;
  try {
    const { entries } = readHeader(decodeText(start.subarray(LENGTH_BYTES, dataStart)), ALL_TYPES);
    return entries.reduce((most, { end }) => Math.max(most, dataStart + end), dataStart);
  } catch {
    return start.length;
  }
}

function badArgument(expected: string, given: string, hint: string): never {
  throw new SteepestError('ERR_ARGUMENT', { expected, given, hint });
}

/**
 * Checks the tensors and assigns each its position, largest element size first; the result is in
 * the Map's order.
 */
function placeTensors(tensors: ReadonlyMap<string, NdArray>): Entry[] {
  if (tensors.size > MAX_TENSORS) {
    badArgument(`at most ${MAX_TENSORS} tensors`, `${tensors.size}`, 'Write several files.');
  }
  const entries = [...tensors].map(([name, tensor]) => describe(name, tensor));
  let position = 0;
  for (const entry of [...entries].sort((a, b) => b.type.itemBytes - a.type.itemBytes)) {
    entry.begin = position;
    position += entry.end;
    entry.end = position;
  }
  return entries;
}

/** The entry of one tensor, as if it were at position 0. */
function describe(name: string, { data, shape }: NdArray): Entry {
  const type = ELEMENT_TYPES.find(({ holds }) => holds(data));
  if (type === undefined) {
    const given = Object.prototype.toString.call(data).slice('[object '.length, -1);
    badArgument(
      `float32, float64, int32, uint32 or uint8 data in ${shown(name)}`,
      given,
      'Convert it first.',
    );
  }
  if (name === METADATA_KEY || !isWellFormed(name)) {
    badArgument('a tensor name of whole Unicode characters', shown(name), 'Choose another name.');
  }
  const valid = shape.length <= MAX_RANK && shape.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!valid || elementCount(shape) !== data.length) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `${shown(name)} to have a shape whose product is its ${data.length} elements`,
      given: `shape [${shape.join(', ')}]`,
      hint: 'Change shape so that its product is data.length.',
    });
  }
  return { name, type, shape: [...shape], begin: 0, end: data.byteLength };
}

/**
 * The JSON header, padded. Built as text, because objects do not keep the order of keys like `7`
 * and treat `__proto__` specially.
 */
function headerBytes(entries: readonly Entry[], metadata: Readonly<Record<string, string>>): Uint8Array {
  const items = entries.map(
    ({ name, type, shape, begin, end }) =>
      `${JSON.stringify(name)}:{"dtype":"${type.dtype}","shape":[${shape}],"data_offsets":[${begin},${end}]}`,
  );
  const pairs = Object.entries(metadata).map(([key, value]) => {
    if (typeof value !== 'string' || !isWellFormed(value) || !isWellFormed(key)) {
      badArgument(
        'metadata of strings, of whole Unicode characters',
        shown(key),
        'Use JSON.stringify on values.',
      );
    }
    return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
  });
  if (pairs.length > 0) items.unshift(`"${METADATA_KEY}":{${pairs}}`);
  const json = Buffer.from(`{${items}}`, 'utf8');
  const length = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  if (length > MAX_HEADER_BYTES) {
    badArgument(
      `names and metadata of at most ${MAX_HEADER_BYTES} bytes`,
      `${length}`,
      'Shorten the metadata.',
    );
  }
  return Buffer.concat([json, Buffer.alloc(length - json.length, ' ')]);
}

/** The length of the header, known to be within the file. */
function readHeaderLength(bytes: Uint8Array): number {
  if (bytes.length < LENGTH_BYTES)
    damaged(`a file of at least ${LENGTH_BYTES} bytes`, `${bytes.length} bytes`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES))
    damaged(`a header of at most ${MAX_HEADER_BYTES} bytes`, `${length}`);
  const available = bytes.length - LENGTH_BYTES;
  if (length > BigInt(available))
    damaged(`a header of ${length} bytes`, `a file that ends after ${available}`);
  return Number(length);
}

function decodeText(header: Uint8Array): string {
  if (header[0] !== BRACE) damaged("a header that starts with '{'", 'another first byte');
  try {
    // A copy, because TextDecoder does not take shared memory.
    return new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array(header));
  } catch {
    return damaged('a header in UTF-8', 'other bytes');
  }
}

function readHeader(text: string, types: readonly ElementType[]): Header {
  const cursor = new JsonCursor(text, damaged);
  const entries: Entry[] = [];
  const metadata = Object.create(null) as Record<string, string>;
  cursor.object((name) => {
    if (name === METADATA_KEY) {
      cursor.object((key) => {
        metadata[key] = cursor.string();
      });
      return;
    }
    if (entries.length === MAX_TENSORS) damaged(`at most ${MAX_TENSORS} tensors`, 'more');
    entries.push(readEntry(cursor, name, types));
  });
  cursor.end();
  return { entries, metadata };
}

function readEntry(cursor: JsonCursor, name: string, types: readonly ElementType[]): Entry {
  let dtype: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  cursor.object((key) => {
    if (key === 'dtype') dtype = cursor.string();
    else if (key === 'shape') shape = cursor.integers(MAX_RANK);
    else if (key === 'data_offsets') offsets = cursor.integers(2);
    else damaged(`only dtype, shape and data_offsets for ${shown(name)}`, shown(key));
  });
  if (dtype === undefined || shape === undefined || offsets?.length !== 2) {
    return damaged(`dtype, shape and two data_offsets for ${shown(name)}`, 'fewer');
  }
  const [begin, end] = offsets as [number, number];
  const entry = { name, type: elementType(name, dtype, types), shape, begin, end };
  checkSize(entry);
  return entry;
}

function elementType(name: string, dtype: string, types: readonly ElementType[]): ElementType {
  const type = types.find((candidate) => candidate.dtype === dtype);
  if (type !== undefined) return type;
  throw new SteepestError('ERR_MODEL_FILE', {
    expected: `${shown(name)} to be one of ${types.map((known) => known.dtype).join(', ')}`,
    given: shown(dtype),
    hint: 'Convert the tensor in the program that wrote it, for example to float32.',
  });
}

function checkSize({ name, type, shape, begin, end }: Entry): void {
  const byteLength = elementCount(shape) * type.itemBytes;
  if (!Number.isSafeInteger(byteLength)) {
    damaged(`${shown(name)} to have fewer than 2^53 bytes`, `shape [${shape.join(', ')}]`);
  }
  if (end - begin !== byteLength) {
    const what = `${shown(name)}, ${type.dtype} of shape [${shape.join(', ')}], to have ${byteLength} bytes`;
    damaged(what, `data_offsets [${begin}, ${end}]`);
  }
}

/** Every byte after the header must belong to exactly one tensor. */
function checkCoverage(entries: readonly Entry[], dataBytes: number): void {
  let position = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== position) {
      damaged(
        `${shown(name)} to begin at byte ${position}, where the tensor before it ends`,
        `${begin < position ? 'an overlap' : 'a gap'}: it begins at ${begin}`,
      );
    }
    position = end;
  }
  // Of a file that is too long, only one extra byte is read.
  const given = dataBytes > position ? 'more' : `${dataBytes}`;
  if (position !== dataBytes) damaged(`${position} bytes of tensors, as the header says`, given);
}
