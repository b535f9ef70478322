/** Arrow files and streams: flatbuffers that say where the buffers of columns are. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { data } from 'steepest';
import { changeBytes } from '../lib/bytes.mjs';
import { LARGE_SIZES, oneOf } from '../lib/draw.mjs';
import { batchNumbers, buffersOf, messagesOf } from '../lib/flatbuffer.mjs';
import { tableReader } from '../lib/tables.mjs';

const FIXTURES = new URL('../../../test/fixtures/', import.meta.url);
const RECORD_BATCH = 3;
const TAIL = 10;

/** A number of 16 or 32 bits in a range, where flatbuffers have offsets, counts and sizes. */
function changeWord(draw, bytes, begin, end) {
  if (end - begin < 4) return bytes;
  const at = begin + 4 * draw((end - begin) >> 2);
  if (draw(3) === 0)
    bytes.writeUInt16LE(oneOf(draw, [0, 1, 4, 6, 8, 255, 32767, 65535, draw(64)]), at + 2 * draw(2));
  else {
    const old = bytes.readInt32LE(at);
    const near = [old + 1, old - 1, old + 4, old - 4, old + 8, old * 2, -old, draw(bytes.length)];
    bytes.writeInt32LE(oneOf(draw, [...near, oneOf(draw, LARGE_SIZES)]) | 0, at);
  }
  return bytes;
}

const changeMeta = (draw, bytes, { meta, metaEnd }) => changeWord(draw, bytes, meta, metaEnd);

/** Rows, nodes and buffers of a batch. */
function changeNumbers(draw, bytes, message) {
  if (message.type !== RECORD_BATCH) return changeMeta(draw, bytes, message);
  const at = oneOf(draw, batchNumbers(bytes, message));
  const old = bytes.readBigInt64LE(at);
  const value = oneOf(draw, [
    old + 1n,
    old - 1n,
    old + 8n,
    old * 2n,
    -1n,
    BigInt(draw(64)),
    BigInt(oneOf(draw, LARGE_SIZES)),
  ]);
  bytes.writeBigInt64LE(BigInt.asIntN(64, value), at);
  return bytes;
}

/** Offsets of texts, bits of nulls, codes of dictionaries, values. */
function changeBuffer(draw, bytes, message) {
  const buffers =
    message.type === RECORD_BATCH ? buffersOf(bytes, message).filter(({ begin, end }) => end > begin) : [];
  if (buffers.length === 0) return changeMeta(draw, bytes, message);
  const { begin, end } = oneOf(draw, buffers);
  return changeWord(draw, bytes, begin, Math.min(end, bytes.length));
}

/** Messages left out, repeated or in another order. */
function changeOrder(draw, bytes, message, messages) {
  const other = oneOf(draw, messages);
  const part = bytes.subarray(other.begin, other.bodyEnd);
  const end = draw(2) === 0 ? message.begin : message.bodyEnd;
  return Buffer.concat([bytes.subarray(0, message.begin), part, bytes.subarray(end)]);
}

function changeFooter(draw, bytes) {
  const length = bytes.readInt32LE(Math.max(0, bytes.length - TAIL));
  const end = bytes.length - 6;
  const begin = Math.max(0, end - 4 - (length > 0 && length < bytes.length ? length : 64));
  return changeWord(draw, bytes, begin, end);
}

const CHANGES = [
  changeMeta,
  changeMeta,
  changeNumbers,
  changeNumbers,
  changeBuffer,
  changeBuffer,
  changeOrder,
];

export default {
  name: 'arrow',
  covers: ['readArrow'],
  codes: ['ERR_DATA_FILE', 'ERR_DATA_LIMIT', 'ERR_EMPTY'],
  async seeds() {
    const fixture = (name) => JSON.parse(readFileSync(new URL(name, FIXTURES), 'utf8'));
    const files = Object.entries(fixture('tables.json').arrow);
    const unpacked = Object.entries(fixture('exact_columns.json').arrow.gzipped);
    return Object.fromEntries([
      ...files.map(([name, base64]) => [name.replaceAll(' ', '-'), Buffer.from(base64, 'base64')]),
      ...unpacked.map(([name, base64]) => [`exact-${name}`, gunzipSync(Buffer.from(base64, 'base64'))]),
    ]);
  },
  mutate(draw, files) {
    const file = oneOf(draw, files);
    if (draw(6) === 0) return changeBytes(draw, file);
    let bytes = Buffer.from(file);
    for (let n = 1 + draw(2); n > 0; n--) {
      if (draw(6) === 0) bytes = changeFooter(draw, bytes);
      else {
        const messages = safely(() => messagesOf(bytes));
        if (messages.length === 0) return changeBytes(draw, bytes);
        const message = oneOf(draw, messages);
        bytes = safely(() => oneOf(draw, CHANGES)(draw, bytes, message, messages), bytes);
      }
    }
    return bytes;
  },
  ...tableReader('arrow', data.readArrow),
};

/** A second change may find no messages where the first one was. */
function safely(make, otherwise = []) {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return otherwise;
    throw error;
  }
}
