import type { ByteSource } from '../byteSource.js';
import { fileError, shownText } from '../fileErrors.js';
import { NPY_TYPES } from './types.js';

/** What the header of an NPY file says. */
export interface NpyHeader {
  /** NumPy's letters, such as f8. */
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
  throw fileError(path, expected, given, 'Give a file that numpy.save wrote.');
}

/** Reads magic number, version and dictionary: numpy.org/doc/stable/reference/generated/numpy.lib.format.html. */
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

/** The dictionary, a literal of Python with three keys. */
function parse(path: string, text: string): NpyHeader {
  const descr = /'descr'\s*:\s*(?:'([^']*)'|(\[.*\]))/.exec(text);
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text);
  const shape = /'shape'\s*:\s*\(([\dL,\s]*)\)/.exec(text);
  if (
    !text.trim().startsWith('{') ||
    !text.trim().endsWith('}') ||
    descr === null ||
    order === null ||
    shape === null
  ) {
    return noNpy(path, "to have a header with 'descr', 'fortran_order' and 'shape'", shownText(text));
  }
  const sizes = shape[1]!
    .split(',')
    .map((size) => size.replace('L', '').trim())
    .filter((size) => size !== '')
    .map(Number);
  if (sizes.length > MAX_RANK || !sizes.every(Number.isSafeInteger)) {
    return noNpy(path, `to have a shape of at most ${MAX_RANK} whole numbers`, shownText(shape[1]!));
  }
  const type = /^([<>|=])([a-zA-Z]\d+)$/.exec(descr[1] ?? '');
  const kind = type?.[2];
  if (type === null || kind === undefined || !NPY_TYPES.has(kind)) {
    throw fileError(
      path,
      `to hold one of ${[...NPY_TYPES.keys()].join(', ')}`,
      shownText(descr[1] ?? descr[2] ?? ''),
      "Convert it in NumPy first: array.astype('float64').",
    );
  }
  return { kind, littleEndian: type[1] !== '>', fortranOrder: order[1] === 'True', shape: sizes };
}

/** Header bytes of version 1.0: what follows begins at a multiple of 64. */
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
