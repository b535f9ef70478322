/** Arrow's messages, as far as their numbers can be found: arrow.apache.org/docs/format/Columnar.html. */

const CONTINUATION = 0xffffffff;
const MAGIC = Buffer.from('ARROW1');
const HEADER_TYPE = 1;
const HEADER = 2;
const BODY_LENGTH = 3;

/** Where the fields of a table lie, by number; -1 for those that are left out. */
function fieldsOf(bytes, table) {
  const vtable = table - bytes.readInt32LE(table);
  const count = (bytes.readUInt16LE(vtable) - 4) / 2;
  return Array.from({ length: count }, (_, k) => {
    const offset = bytes.readUInt16LE(vtable + 4 + 2 * k);
    return offset === 0 ? -1 : table + offset;
  });
}

const follow = (bytes, at) => at + bytes.readUInt32LE(at);

/**
 * Messages of a file or stream: where each begins, its metadata and its body.
 * @returns {{ begin: number, meta: number, metaEnd: number, bodyEnd: number, type: number, fields: number[] }[]}
 */
export function messagesOf(bytes) {
  const found = [];
  let at = bytes.subarray(0, MAGIC.length).equals(MAGIC) ? 8 : 0;
  while (at + 8 <= bytes.length && bytes.readUInt32LE(at) === CONTINUATION) {
    const length = bytes.readInt32LE(at + 4);
    if (length <= 0) break;
    const meta = at + 8;
    const fields = fieldsOf(bytes, follow(bytes, meta));
    const bodyLength = fields[BODY_LENGTH] === -1 ? 0 : Number(bytes.readBigInt64LE(fields[BODY_LENGTH]));
    const type = bytes[fields[HEADER_TYPE]];
    const metaEnd = meta + length;
    found.push({ begin: at, meta, metaEnd, bodyEnd: metaEnd + bodyLength, type, fields });
    at = metaEnd + bodyLength;
  }
  return found;
}

/** Places of 64-bit numbers in a record batch: rows, then lengths and offsets of all nodes and buffers. */
export function batchNumbers(bytes, { fields }) {
  const [length, nodes, buffers] = fieldsOf(bytes, follow(bytes, fields[HEADER]));
  const places = length === -1 ? [] : [length];
  for (const vector of [nodes, buffers]) {
    const start = follow(bytes, vector);
    // Each is a struct of two 64-bit numbers.
    for (let k = 0; k < 2 * bytes.readUInt32LE(start); k++) places.push(start + 4 + 8 * k);
  }
  return places;
}

/** Where the buffers of a batch's body begin and end. */
export function buffersOf(bytes, { fields, metaEnd }) {
  const vector = fieldsOf(bytes, follow(bytes, fields[HEADER]))[2];
  const start = follow(bytes, vector);
  return Array.from({ length: bytes.readUInt32LE(start) }, (_, k) => {
    const begin = metaEnd + Number(bytes.readBigInt64LE(start + 4 + 16 * k));
    return { begin, end: begin + Number(bytes.readBigInt64LE(start + 12 + 16 * k)) };
  });
}
