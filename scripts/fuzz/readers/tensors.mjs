/** safetensors files of other programs, with the element types that ours do not have. */
import { data } from 'steepest';
import { encodeSafetensors } from '#steepest/io/safetensors.js';
import { changeBytes } from '../lib/bytes.mjs';
import { oneOf } from '../lib/draw.mjs';
import { changeHeader } from '../lib/modelFile.mjs';

/** Element types by their number of bytes. */
const TYPES = { 8: ['F64', 'I64', 'U64'], 4: ['F32', 'I32', 'U32'], 1: ['U8', 'I8', 'BOOL'] };
/** Two bytes in place of one: F16, BF16 and other types of half the elements. */
const HALVES = ['F16', 'BF16', 'I16', 'U16'];

const header = (tensors) => {
  const json = Buffer.from(JSON.stringify(tensors));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json]);
};

/** A file with a tensor of each type, of zeros and small integers. */
function everyType() {
  const tensors = {};
  const parts = [];
  let at = 0;
  const add = (dtype, bytes) => {
    tensors[`x.${dtype}`] = { dtype, shape: [3], data_offsets: [at, at + 3 * bytes] };
    parts.push(Buffer.from(Array.from({ length: 3 * bytes }, (_, i) => (i % bytes === 0 ? i : 0))));
    at += 3 * bytes;
  };
  for (const [bytes, types] of Object.entries(TYPES)) for (const dtype of types) add(dtype, Number(bytes));
  for (const dtype of HALVES) add(dtype, 2);
  return Buffer.concat([header(tensors), ...parts]);
}

export default {
  name: 'tensors',
  covers: ['readSafetensors'],
  codes: ['ERR_DATA_FILE', 'ERR_DATA_LIMIT'],
  async seeds() {
    const x = { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] };
    return { own: encodeSafetensors(new Map([['0.weight', x]])), every: everyType() };
  },
  mutate(draw, files) {
    const changed = draw(3) > 0 ? changeHeader(draw, oneOf(draw, files)) : oneOf(draw, files);
    return draw(2) === 0 ? changeBytes(draw, changed) : changed;
  },
  read: (bytes) => data.readSafetensors(bytes),
  /** As many numbers as the shape says. */
  async check(arrays) {
    const wrong = Object.entries(arrays).find(
      ([, { data: values, shape }]) => values.length !== shape.reduce((a, b) => a * b, 1),
    );
    return wrong === undefined ? undefined : `${wrong[0]} has other numbers than its shape`;
  },
};
