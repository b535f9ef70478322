/** The container of model files by itself, with tensors of every type. */
import { decodeSafetensors, encodeSafetensors } from '#steepest/io/safetensors.js';
import { changeBytes } from '../lib/bytes.mjs';
import { oneOf } from '../lib/draw.mjs';
import { changeHeader } from '../lib/modelFile.mjs';

const ITEM_BYTES = { F64: 8, F32: 4, I32: 4, U32: 4, U8: 1 };

export default {
  name: 'safetensors',
  covers: [],
  codes: ['ERR_MODEL_FILE'],
  async seeds() {
    const tensors = new Map([
      ['a', { data: Float64Array.of(1, -0, Number.NaN), shape: [3] }],
      ['b/c', { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] }],
      ['__proto__', { data: Int32Array.of(-1, 7), shape: [1, 2, 1] }],
      ['none', { data: new Uint32Array(0), shape: [0, 5] }],
      ['é', { data: Uint8Array.of(1, 2, 3), shape: [3] }],
    ]);
    return {
      full: encodeSafetensors(tensors, { a: '1', __proto__: 'x', 'ü"\\': '\n' }),
      empty: encodeSafetensors(new Map()),
    };
  },
  mutate(draw, files) {
    const changed = draw(3) > 0 ? changeHeader(draw, oneOf(draw, files)) : oneOf(draw, files);
    return draw(3) === 0 ? changeBytes(draw, changed) : changed;
  },
  read: async (bytes) => decodeSafetensors(bytes),
  /** As the format says, read another way; and the same once written. */
  async check({ tensors, metadata }, bytes, _folder, digest) {
    const file = Buffer.from(bytes);
    const start = 8 + Number(file.readBigUInt64LE(0));
    const header = JSON.parse(file.toString('utf8', 8, start));
    const names = Object.keys(header).filter((name) => name !== '__metadata__');
    if (names.length !== tensors.size) return `${tensors.size} of ${names.length} tensors`;
    for (const name of names) {
      const {
        dtype,
        shape,
        data_offsets: [begin, end],
      } = header[name];
      const { data } = tensors.get(name);
      const isWhole =
        data.length * ITEM_BYTES[dtype] === end - begin && digest(shape) === digest(tensors.get(name).shape);
      const own = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      if (!isWhole || !own.equals(file.subarray(start + begin, start + end))) return `${name} differs`;
    }
    const again = decodeSafetensors(encodeSafetensors(tensors, metadata));
    return digest(again) === digest({ tensors, metadata }) ? undefined : 'written and read again, it differs';
  },
};
