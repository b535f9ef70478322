import { show } from '../core/show.js';

/**
 * Recognizes common file types by their first bytes. Used only for messages about files that are
 * not safetensors. The byte values come from the formats' specifications.
 */
export interface FileKind {
  /** A description: `an HDF5 file, as Keras writes (.h5)`. */
  words: string;
  hint: string;
  /** The format, where more than its name is read of it. */
  format?: ForeignFormat;
}

/** Formats of other programs that are read. */
export type ForeignFormat = 'npy' | 'npz' | 'hdf5' | 'keras' | 'kerasJson' | 'onnx' | 'tfjs' | 'sklearn';

const OURS = 'Give a file that save() of this package wrote.';
/** Enough bytes to recognize text and JSON. */
const LOOKED_AT = 2 ** 16;

const ascii = (text: string): number[] => [...text].map((character) => character.charCodeAt(0));
const startsWith = (bytes: Uint8Array, start: readonly number[], at = 0): boolean =>
  start.every((byte, i) => bytes[at + i] === byte);

const UNPACK = 'Unpack it first.';
/** docs/exchange.md has all ways. */
const TRANSFER =
  "Export its weights as .npz or .safetensors, read them with data.readNpz or data.readSafetensors, and call model.setWeights(arrays) or, for PyTorch's names, model.setWeights(arrays, { layout: 'pytorch' }).";
const FROM_TORCH =
  "In Python: from safetensors.torch import save_file; save_file(model.state_dict(), 'net.safetensors'). Here: model.setWeights(await data.readSafetensors('net.safetensors'), { layout: 'pytorch' }).";
const FROM_PICKLE =
  "Write scikit-learn's estimators as JSON, with the function in docs/exchange.md, for fromSklearn(); weights of PyTorch with safetensors.torch.save_file(model.state_dict(), 'net.safetensors'), for data.readSafetensors and model.setWeights(arrays, { layout: 'pytorch' }).";

/** Formats that a byte sequence at the start identifies. */
const MAGIC: readonly (readonly [
  bytes: readonly number[],
  at: number,
  words: string,
  hint: string,
  format?: ForeignFormat,
])[] = [
  [
    [0x89, ...ascii('HDF\r\n'), 0x1a, 0x0a],
    0,
    'an HDF5 file, as Keras writes (.h5)',
    'Read it with fromKeras().',
    'hdf5',
  ],
  [[0x93, ...ascii('NUMPY')], 0, 'a NumPy array (.npy)', 'Read it with data.readNpy.', 'npy'],
  [ascii('PAR1'), 0, 'a Parquet file', 'Read it with data.readParquet.'],
  [ascii('ARROW1'), 0, 'an Arrow file', 'Read it with data.readArrow.'],
  [ascii('GGUF'), 0, 'a GGUF file of llama.cpp', OURS],
  [ascii('TFL3'), 4, 'a TensorFlow Lite model', TRANSFER],
  [[0x1f, 0x8b], 0, 'a gzip file', UNPACK],
  [[0x28, 0xb5, 0x2f, 0xfd], 0, 'a file compressed by zstd', UNPACK],
  [ascii('BZh'), 0, 'a file compressed by bzip2', UNPACK],
  [[0xfd, ...ascii('7zXZ')], 0, 'a file compressed by xz', UNPACK],
  [[0x04, 0x22, 0x4d, 0x18], 0, 'a file compressed by lz4', UNPACK],
  [ascii('7z'), 0, 'a 7-Zip archive', UNPACK],
  [ascii('ustar'), 257, 'a tar archive', UNPACK],
  [[0x89, ...ascii('PNG')], 0, 'a PNG image', OURS],
  [[0xff, 0xd8, 0xff], 0, 'a JPEG image', OURS],
  [ascii('%PDF'), 0, 'a PDF document', OURS],
  [ascii('SQLite format 3'), 0, 'a SQLite database', OURS],
];

/**
 * The kind of a file without a safetensors header; undefined if it may have one, valid or damaged.
 */
export function foreignKind(bytes: Uint8Array): FileKind | undefined {
  if (bytes.length === 0)
    return { words: 'an empty file', hint: 'Save it again: its writing was interrupted.' };
  if (looksLikeSafetensors(bytes)) return undefined;
  const magic = MAGIC.find(([start, at]) => startsWith(bytes, start, at));
  if (magic !== undefined) return kindOf(magic[2], magic[3], magic[4]);
  return zipKind(bytes) ?? pickleKind(bytes) ?? protobufKind(bytes) ?? textKind(bytes) ?? otherKind(bytes);
}

const kindOf = (words: string, hint: string, format: ForeignFormat | undefined): FileKind =>
  format === undefined ? { words, hint } : { words, hint, format };

/**
 * A length of eight bytes, of which no real header uses more than four, and the `{` that starts the
 * header.
 */
function looksLikeSafetensors(bytes: Uint8Array): boolean {
  return bytes[8] === '{'.charCodeAt(0) && startsWith(bytes, [0, 0, 0, 0], 4);
}

function zipKind(bytes: Uint8Array): FileKind | undefined {
  if (!startsWith(bytes, [...ascii('PK'), 3, 4]) && !startsWith(bytes, [...ascii('PK'), 5, 6]))
    return undefined;
  const names = zipNames(bytes);
  const has = (test: RegExp): boolean => names.some((name) => test.test(name));
  if (has(/\.npy$/)) return kindOf('a NumPy archive (.npz)', 'Read it with data.readNpz.', 'npz');
  if (has(/(^|\/)data\.pkl$/)) return { words: 'a PyTorch model (.pt, .pth)', hint: FROM_TORCH };
  if (has(/^(model\.weights\.h5|config\.json|metadata\.json)$/))
    return kindOf('a Keras model (.keras)', 'Read it with fromKeras().', 'keras');
  const first = names[0] === undefined ? '' : ` with ${show(names[0])}`;
  return { words: `a ZIP archive${first}`, hint: UNPACK };
}

/**
 * Names in a ZIP archive's directory (APPNOTE.TXT, 4.3.12), or the name of its first entry if the
 * end is missing.
 */
function zipNames(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (at: number, length: number): string =>
    Buffer.from(bytes.subarray(at, at + length)).toString('utf8');
  const names: string[] = [];
  // The end record has 22 bytes plus a comment; model archives have no comment.
  const end = bytes.length - 22;
  let at =
    end >= 0 && view.getUint32(end, true) === 0x06054b50 ? view.getUint32(end + 16, true) : bytes.length;
  while (at + 46 <= bytes.length && view.getUint32(at, true) === 0x02014b50 && names.length < 1000) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true)) as [
      number,
      number,
      number,
    ];
    names.push(text(at + 46, name));
    at += 46 + name + extra + comment;
  }
  if (names.length === 0 && bytes.length >= 30) names.push(text(30, view.getUint16(26, true)));
  return names;
}

/** Pickles of protocol 2 and later begin with PROTO and its number (PEP 307). */
function pickleKind(bytes: Uint8Array): FileKind | undefined {
  const isZlib = bytes[0] === 0x78 && [0x01, 0x5e, 0x9c, 0xda].includes(bytes[1]!);
  if (isZlib) return { words: 'a file compressed by zlib, as joblib writes', hint: FROM_PICKLE };
  const isPickle = bytes[0] === 0x80 && bytes[1]! >= 2 && bytes[1]! <= 5;
  return isPickle
    ? { words: 'a Python pickle, as scikit-learn and PyTorch write', hint: FROM_PICKLE }
    : undefined;
}

/**
 * ONNX's ModelProto begins with ir_version and
 * producer_name; SavedModel with a version of 1 and a graph.
 */
function protobufKind(bytes: Uint8Array): FileKind | undefined {
  const [first, version, second, length] = bytes;
  if (first !== 0x08 || second !== 0x12) return undefined;
  const producer = Buffer.from(bytes.subarray(4, 4 + Math.min(length!, 4))).toString('latin1');
  if (version! >= 3 && version! < 32 && /^[\w .-]*$/.test(producer))
    return kindOf('an ONNX model', 'Read it with fromOnnx().', 'onnx');
  return version === 1 ? { words: 'a TensorFlow SavedModel', hint: TRANSFER } : undefined;
}

function textKind(bytes: Uint8Array): FileKind | undefined {
  const text = decoded(bytes.subarray(0, LOOKED_AT));
  if (text === undefined) return undefined;
  const start = text.trimStart();
  if (start.startsWith('version https://git-lfs')) {
    return { words: 'a Git LFS pointer', hint: 'Fetch the file itself: git lfs pull.' };
  }
  if (/^<(!doctype|html|\?xml)/i.test(start)) {
    return {
      words: 'an HTML or XML page',
      hint: "Download the file itself: this is a web server's response.",
    };
  }
  if (!/^[{[]/.test(start)) return { words: `text, ${show(start)}`, hint: OURS };
  if (/"modelTopology"|"weightsManifest"/.test(text)) {
    return kindOf('a TensorFlow.js model (model.json)', 'Read it with fromTfjs().', 'tfjs');
  }
  if (/"class_name"\s*:/.test(text))
    return kindOf("a description of Keras's to_json()", TRANSFER, 'kerasJson');
  if (/^\{\s*"sklearn"\s*:/.test(start)) {
    return kindOf('an estimator of scikit-learn as JSON', 'Read it with fromSklearn().', 'sklearn');
  }
  return { words: `JSON, ${show(start)}`, hint: OURS };
}

/** The text if it is UTF-8 without control characters; otherwise undefined. */
function decoded(bytes: Uint8Array): string | undefined {
  try {
    // A copy, because TextDecoder does not take shared memory. The last character may be
    // incomplete, hence `stream`.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array(bytes), { stream: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: their absence is what makes it text.
    return /[\0-\x08\x0e-\x1f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

function otherKind(bytes: Uint8Array): FileKind {
  const start = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return { words: `bytes that begin with ${start}`, hint: OURS };
}
