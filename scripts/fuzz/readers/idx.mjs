/** IDX files: a magic number with type and rank, dimensions, elements, big-endian. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { data } from 'steepest';
import { changeBytes, perhapsZipped } from '../lib/bytes.mjs';
import { oneOf, SIZES } from '../lib/draw.mjs';

/** Bytes of the elements by type. */
const TYPES = { 8: 1, 9: 1, 11: 2, 12: 4, 13: 4, 14: 8 };
const SHAPES = [[0], [1], [7], [3, 4], [2, 3, 4], [2, 0, 3], [1, 2, 1, 2], [2, 2, 2, 2, 1, 1, 1, 1], [100]];
const MOST_BYTES = 4096;

/** @param {{ type?: number, shape?: number[], lies?: boolean }} of what; drawn where not given */
export function idxFile(draw, { type, shape, lies = true, byte } = {}) {
  const lie = lies ? draw(4) : -1;
  const code = type ?? Number(oneOf(draw, Object.keys(TYPES)));
  const sizes = [...(shape ?? oneOf(draw, SHAPES))];
  const length = sizes.reduce((a, b) => a * b, 1) * TYPES[code];
  const head = Buffer.alloc(4 + 4 * sizes.length);
  head.set([0, 0, code, sizes.length]);
  if (lie === 0) sizes[draw(sizes.length)] = oneOf(draw, SIZES);
  sizes.forEach((size, k) => {
    head.writeUInt32BE(size, 4 + 4 * k);
  });
  if (lie === 1) head[draw(4)] = oneOf(draw, [0, 1, 8, 10, 13, 15, 255]);
  const extra = lie === 2 ? oneOf(draw, [-1, 1, -4, draw(64)]) : 0;
  const elements = Buffer.alloc(Math.min(MOST_BYTES, Math.max(0, length + extra)));
  for (let i = 0; i < elements.length; i++) elements[i] = byte ?? draw(256);
  return Buffer.concat([head, elements]);
}

/** What an IDX file of this result would be, as far as its bytes tell: the size alone. */
function sizeOf({ shape }, type) {
  return 4 + 4 * shape.length + shape.reduce((a, b) => a * b, 1) * TYPES[type];
}

const pathIn = (folder) => join(folder, 'read.idx');

export default {
  name: 'idx',
  covers: ['readIdx'],
  codes: ['ERR_DATA_FILE', 'ERR_DATA_LIMIT'],
  async seeds() {
    const made = {};
    for (const type of Object.keys(TYPES)) {
      made[`type${type}`] = idxFile((below) => 7 % below, { type: Number(type), shape: [2, 3], lies: false });
    }
    return made;
  },
  mutate(draw, files) {
    const made = draw(3) === 0 ? oneOf(draw, files) : idxFile(draw);
    return perhapsZipped(draw, draw(3) === 0 ? changeBytes(draw, made) : made);
  },
  async read(bytes, folder) {
    writeFileSync(pathIn(folder), bytes);
    return data.readIdx(pathIn(folder));
  },
  /** Every byte of the file has been read, and each element is what the format says. */
  async check(array, bytes) {
    const plain = bytes[0] === 0x1f ? gunzipSync(bytes) : bytes;
    if (plain.length !== sizeOf(array, plain[2]))
      return `${plain.length} bytes read as shape [${array.shape}]`;
    const view = new DataView(plain.buffer, plain.byteOffset + 4 + 4 * array.shape.length);
    const getters = {
      8: 'getUint8',
      9: 'getInt8',
      11: 'getInt16',
      12: 'getInt32',
      13: 'getFloat32',
      14: 'getFloat64',
    };
    for (let i = 0; i < array.data.length; i++) {
      const value = view[getters[plain[2]]](i * TYPES[plain[2]]);
      if (!Object.is(array.data[i], value)) return `element ${i} is ${array.data[i]} and should be ${value}`;
    }
    return undefined;
  },
};
