import type { ByteSource } from '../byteSource.js';
import { fileError, shownText } from '../fileErrors.js';
import { LiteralError, PythonTuple, type PythonValue, parsePythonDict } from './pythonLiteral.js';
import { HOST_IS_LITTLE_ENDIAN, NPY_TYPES } from './types.js';

/** The content of an NPY file's header. */
export interface NpyHeader {
  /** NumPy's type letters, such as f8. */
  kind: string;
  littleEndian: boolean;
  fortranOrder: boolean;
  shape: number[];
}

/** 93 'NUMPY'. */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const;
const VERSION_BYTES = 2;
/** NumPy itself refuses to parse longer ones. */
const MAX_HEADER_BYTES = 65_536;
const ALIGNMENT = 64;
const MAX_RANK = 32;

function noNpy(path: string, expected: string, given: string): never {
  throw fileError(path, expected, given, 'Use a file that numpy.save wrote.');
}

/**
 * Reads magic number, version and dictionary:
 * numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
 */
export async function readNpyHeader(source: ByteSource): Promise<NpyHeader> {
  const { path } = source;
  const start = new Uint8Array(MAGIC.length + VERSION_BYTES);
  await source.fill(start, 'the magic number');
  if (!MAGIC.every((byte, i) => start[i] === byte)) {
    const given = [...start.subarray(0, MAGIC.length)].map((byte) => byte.toString(16).padStart(2, '0'));
    noNpy(path, 'to start with 93 4e 55 4d 50 59', given.join(' '));
  }
  const version = start[MAGIC.length]!;
  if (version < 1 || version > 3) noNpy(path, 'to be of NPY version 1, 2 or 3', String(version));
  const sizeBytes = new Uint8Array(version === 1 ? 2 : 4);
  await source.fill(sizeBytes, 'the size of the header');
  const view = new DataView(sizeBytes.buffer);
  const size = version === 1 ? view.getUint16(0, true) : view.getUint32(0, true);
  if (size > MAX_HEADER_BYTES)
    noNpy(path, `to have a header of at most ${MAX_HEADER_BYTES} bytes`, String(size));
  const bytes = new Uint8Array(size);
  await source.fill(bytes, 'the header');
  return parse(path, Buffer.from(bytes).toString(version === 3 ? 'utf8' : 'latin1'));
}

/** The dictionary: three keys, in any order and any spelling that Python accepts. */
function parse(path: string, text: string): NpyHeader {
  const fields = dictOf(path, text);
  const { descr, fortran_order: order, shape } = Object.fromEntries(fields);
  if (fields.size !== KEYS.length || !KEYS.every((key) => fields.has(key))) {
    return noNpy(path, "to have a header with 'descr', 'fortran_order' and 'shape'", shownText(text));
  }
  if (typeof order !== 'boolean') {
    return noNpy(path, "to have True or False for 'fortran_order'", shownText(text));
  }
  const sizes = shape instanceof PythonTuple ? shape.items : undefined;
  const isShape = sizes?.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
  if (sizes === undefined || isShape !== true || sizes.length > MAX_RANK) {
    return noNpy(path, `to have a shape of at most ${MAX_RANK} whole numbers`, shownText(text));
  }
  return { ...typeOf(path, text, descr), fortranOrder: order, shape: sizes as number[] };
}

const KEYS = ['descr', 'fortran_order', 'shape'];

function dictOf(path: string, text: string): ReadonlyMap<string, PythonValue> {
  try {
    return parsePythonDict(text);
  } catch (error) {
    if (!(error instanceof LiteralError)) throw error;
    return noNpy(
      path,
      "to have a header with 'descr', 'fortran_order' and 'shape'",
      `${error.message}: ${shownText(text)}`,
    );
  }
}

/**
 * Element type and byte order: '<f8', '|u1', '=i4', or one of NumPy's names. Without a byte order,
 * or with '=' or '|', the host's applies.
 */
function typeOf(
  path: string,
  text: string,
  descr: PythonValue | undefined,
): Pick<NpyHeader, 'kind' | 'littleEndian'> {
  const type = typeof descr === 'string' ? /^([<>|=]?)(\?|[a-zA-Z]+\d*)$/.exec(descr) : null;
  const kind = type?.[2] === undefined ? undefined : (KIND_NAMES[type[2]] ?? type[2]);
  if (type === null || kind === undefined || !NPY_TYPES.has(kind)) {
    throw fileError(
      path,
      `to hold one of ${[...NPY_TYPES.keys()].join(', ')}`,
      typeof descr === 'string' ? shownText(descr) : shownText(text),
      "Convert it in NumPy first: array.astype('float64').",
    );
  }
  const order = type[1];
  return { kind, littleEndian: order === '<' || (order !== '>' && HOST_IS_LITTLE_ENDIAN) };
}

/** NumPy's other names of these types (numpy.org/doc/stable/reference/arrays.scalars.html). */
const KIND_NAMES: Readonly<Record<string, string>> = {
  '?': 'b1',
  bool: 'b1',
  b: 'i1',
  B: 'u1',
  h: 'i2',
  H: 'u2',
  i: 'i4',
  I: 'u4',
  q: 'i8',
  Q: 'u8',
  e: 'f2',
  f: 'f4',
  d: 'f8',
  int8: 'i1',
  int16: 'i2',
  int32: 'i4',
  int64: 'i8',
  uint8: 'u1',
  uint16: 'u2',
  uint32: 'u4',
  uint64: 'u8',
  float16: 'f2',
  float32: 'f4',
  float64: 'f8',
  half: 'f2',
  single: 'f4',
  double: 'f8',
};

/** Header bytes of version 1.0: the data begins at a multiple of 64. */
export function npyHeaderBytes({ kind, littleEndian, shape }: Omit<NpyHeader, 'fortranOrder'>): Buffer {
  const endian = kind.endsWith('1') ? '|' : littleEndian ? '<' : '>';
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${endian}${kind}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const before = MAGIC.length + VERSION_BYTES + 2;
  const total = Math.ceil((before + text.length + 1) / ALIGNMENT) * ALIGNMENT;
  const header = Buffer.alloc(total, ' ');
  header.set(MAGIC, 0);
  header.set([1, 0], MAGIC.length);
  header.writeUInt16LE(total - before, before - 2);
  header.write(text, before, 'latin1');
  header.write('\n', total - 1, 'latin1');
  return header;
}
