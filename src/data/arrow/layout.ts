/**
 * Checks that the parts of an Arrow file agree with each other and with its size
 * (github.com/apache/arrow, docs/source/format/Columnar.rst, "Serialization", and format/*.fbs).
 */
import { Malformed } from '../malformed.js';
import { type Table, Verifier } from './flatbuffer.js';

const SCALAR8 = { scalar: 8 } as const;
const SCALAR4 = { scalar: 4 } as const;
const SCALAR2 = { scalar: 2 } as const;
const SCALAR1 = { scalar: 1 } as const;
const TEXT = { text: true } as const;

const KEY_VALUE: Table = [TEXT, TEXT];
const PAIRS = { tables: () => KEY_VALUE };
/** Types have up to three numbers, except these. */
const TYPE: Table = [undefined, undefined, undefined];
const TYPE_TIMESTAMP = 10;
const TYPE_UNION = 14;
const TYPES: ReadonlyMap<number, Table> = new Map([
  [TYPE_TIMESTAMP, [SCALAR2, TEXT]],
  [TYPE_UNION, [SCALAR2, { list: 4 }]],
]);
/** For types with 32-bit integers: Int, Decimal, FixedSizeBinary, FixedSizeList. */
const WIDE: readonly number[] = [2, 7, 15, 16];
const WIDE_TYPE: Table = [SCALAR4];
const INT: Table = [SCALAR4, SCALAR1];
const DICTIONARY: Table = [SCALAR8, { table: () => INT }, SCALAR1, SCALAR2];
const FIELD: Table = [
  TEXT,
  SCALAR1,
  SCALAR1,
  { union: (kind) => TYPES.get(kind) ?? (WIDE.includes(kind) ? WIDE_TYPE : TYPE) },
  { table: () => DICTIONARY },
  { tables: () => FIELD },
  PAIRS,
];
const SCHEMA: Table = [SCALAR2, { tables: () => FIELD }, PAIRS, { list: 8 }];
const COMPRESSION: Table = [SCALAR1, SCALAR1];
/** A length and a null count, or an offset and a size: 64 bits each. */
const PAIR_BYTES = 16;
const RECORD_BATCH: Table = [
  SCALAR8,
  { list: PAIR_BYTES },
  { list: PAIR_BYTES },
  { table: () => COMPRESSION },
  { list: 8 },
];
const DICTIONARY_BATCH: Table = [SCALAR8, { table: () => RECORD_BATCH }, SCALAR1];
const HEADER = { schema: 1, dictionary: 2, records: 3 } as const;
const HEADERS: ReadonlyMap<number, Table> = new Map([
  [HEADER.schema, SCHEMA],
  [HEADER.dictionary, DICTIONARY_BATCH],
  [HEADER.records, RECORD_BATCH],
]);
/** Fields of a footer, and the kind of parts that each lists. */
const PARTS = [
  [2, HEADER.dictionary],
  [3, HEADER.records],
] as const;
const MESSAGE: Table = [
  SCALAR2,
  SCALAR1,
  {
    union: (kind) => {
      const header = HEADERS.get(kind);
      if (header === undefined) throw new Malformed(`a message of kind ${kind}`);
      return header;
    },
  },
  SCALAR8,
  PAIRS,
];
/** The position of a message and the sizes of its two parts. */
const BLOCK_BYTES = 24;
const FOOTER: Table = [SCALAR2, { table: () => SCHEMA }, { list: BLOCK_BYTES }, { list: BLOCK_BYTES }, PAIRS];

const MAGIC = 'ARROW1';
/** The length of the footer and the magic number. */
const TAIL_BYTES = 10;
const CONTINUATION = -1;
/** Bits of the smallest values. */
const BITS = 8;

/** What a file says about its table. */
export interface Layout {
  rows: number;
  columns: number;
}

/** Used while reading: also the positions of the columns' own counts among those of a batch. */
interface Found extends Layout {
  places: number[];
  counts: number;
}

/** @throws Malformed for a file with inconsistent counts and positions */
export function checkLayout(bytes: Uint8Array): Layout {
  const isFile = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, MAGIC.length));
  return isFile.toString('latin1') === MAGIC ? checkFile(bytes) : checkStream(bytes);
}

function checkStream(bytes: Uint8Array): Layout {
  const layout: Found = { rows: 0, columns: 0, places: [], counts: 0 };
  for (let at = 0; at + 4 <= bytes.length; ) {
    const message = messageAt(bytes, at);
    if (message === undefined) break;
    addMessage(layout, message);
    at = message.end;
  }
  return layout;
}

function checkFile(bytes: Uint8Array): Layout {
  const size = bytes.length;
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  const end = size - TAIL_BYTES;
  const tail = Buffer.from(
    bytes.buffer,
    bytes.byteOffset + Math.max(0, size - MAGIC.length),
    Math.min(size, MAGIC.length),
  );
  if (end < MAGIC.length || tail.toString('latin1') !== MAGIC)
    throw new Malformed(`${size} bytes that do not end with ${MAGIC}`);
  const length = view.getInt32(end, true);
  if (length <= 0 || length > end) throw new Malformed(`${length} bytes of metadata in a file of ${size}`);
  const footer = new Verifier(bytes.subarray(end - length, end));
  const root = footer.root(FOOTER);
  const schema = footer.child(root, 1);
  if (schema === undefined) throw new Malformed('no schema');
  const layout: Found = { rows: 0, columns: 0, places: [], counts: 0 };
  addSchema(layout, footer, schema);
  // Overlapping parts would let a few bytes expand to many.
  let left = size;
  for (const [list, kind] of PARTS) {
    const { at, count } = footer.list(root, list);
    for (let i = 0; i < count; i++) {
      const place = footer.longAt(at + i * BLOCK_BYTES);
      if (place < MAGIC.length || place + 4 > end) throw new Malformed(`a part at byte ${place} of ${size}`);
      const message = messageAt(bytes, place);
      // apache-arrow skips a part of another kind, and returns to it endlessly.
      if (message?.kind !== kind) throw new Malformed(`a part of kind ${message?.kind} at byte ${place}`);
      left -= message.end - place;
      if (left < 0) throw new Malformed('parts that share their bytes');
      addMessage(layout, message);
    }
  }
  return layout;
}

interface Message {
  kind: number;
  verifier: Verifier;
  header: number | undefined;
  /** Size of its body, and where the next part begins. */
  body: number;
  end: number;
}

/** A message; undefined for the end-of-stream marker. */
function messageAt(bytes: Uint8Array, place: number): Message | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = place;
  let length = view.getInt32(at, true);
  at += 4;
  if (length === CONTINUATION) {
    if (at + 4 > bytes.length) return undefined;
    length = view.getInt32(at, true);
    at += 4;
  }
  if (length === 0) return undefined;
  if (length < 0 || length > bytes.length - at) {
    throw new Malformed(`${length} bytes of metadata at byte ${at} of ${bytes.length}`);
  }
  const verifier = new Verifier(bytes.subarray(at, at + length));
  const root = verifier.root(MESSAGE);
  const body = verifier.long(root, 3);
  const end = at + length + body;
  if (body < 0 || end > bytes.length)
    throw new Malformed(`${body} bytes of data at byte ${at + length} of ${bytes.length}`);
  return { kind: verifier.byte(root, 1), verifier, header: verifier.child(root, 2), body, end };
}

/** Counts a message's rows or columns. */
function addMessage(layout: Found, { kind, verifier, header, body }: Message): void {
  if (header === undefined) throw new Malformed('a message without its header');
  if (kind === HEADER.schema) addSchema(layout, verifier, header);
  else if (kind === HEADER.records) {
    const rows = checkBatch(verifier, header, body);
    checkColumns(layout, verifier, header, rows);
    layout.rows += rows;
  } else {
    const batch = verifier.child(header, 1);
    if (batch === undefined) throw new Malformed('a dictionary without values');
    checkBatch(verifier, batch, body);
  }
}

/** A schema. Every column has a count in each batch, and so has every nested column. */
function addSchema(found: Found, verifier: Verifier, schema: number): void {
  found.places = [];
  found.counts = 0;
  for (const field of verifier.items(schema, 1)) {
    found.places.push(found.counts);
    found.counts += countsOf(verifier, field);
  }
  found.columns = found.places.length;
}

/** For a dictionary, a batch contains only the codes. */
function countsOf(verifier: Verifier, field: number): number {
  if (verifier.child(field, 4) !== undefined) return 1;
  return verifier.items(field, 5).reduce((sum, inner) => sum + countsOf(verifier, inner), 1);
}

/** Columns must be as long as their batch: apache-arrow pads shorter ones. */
function checkColumns({ places, counts }: Found, verifier: Verifier, batch: number, rows: number): void {
  const nodes = verifier.list(batch, 1);
  if (nodes.count !== counts) throw new Malformed(`${nodes.count} counts for ${counts} columns`);
  for (const place of places) {
    const count = verifier.longAt(nodes.at + place * PAIR_BYTES);
    if (count !== rows) throw new Malformed(`${count} values for ${rows} rows`);
  }
}

/** @returns the number of rows */
function checkBatch(verifier: Verifier, batch: number, body: number): number {
  const rows = verifier.long(batch, 0);
  const most = Math.max(rows, body * BITS);
  if (rows < 0) throw new Malformed(`${rows} rows`);
  const nodes = verifier.list(batch, 1);
  for (let i = 0; i < nodes.count; i++) {
    const count = verifier.longAt(nodes.at + i * PAIR_BYTES);
    const missing = verifier.longAt(nodes.at + i * PAIR_BYTES + 8);
    if (count < 0 || count > most || missing < 0 || missing > count) {
      throw new Malformed(`${missing} missing of ${count} values in ${body} bytes`);
    }
  }
  const buffers = verifier.list(batch, 2);
  for (let i = 0; i < buffers.count; i++) {
    const at = verifier.longAt(buffers.at + i * PAIR_BYTES);
    const size = verifier.longAt(buffers.at + i * PAIR_BYTES + 8);
    if (at < 0 || size < 0 || at + size > body)
      throw new Malformed(`${size} bytes at ${at} of ${body} of data`);
  }
  const views = verifier.list(batch, 4);
  let more = 0;
  for (let i = 0; i < views.count; i++) {
    const count = verifier.longAt(views.at + 8 * i);
    more += count;
    if (count < 0 || more > buffers.count) throw new Malformed(`${more} buffers of ${buffers.count}`);
  }
  return rows;
}
