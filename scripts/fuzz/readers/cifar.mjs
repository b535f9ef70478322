/** CIFAR-10's batches: records of a label and 3,072 bytes. */
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { data } from 'steepest';
import { changeBytes, perhapsZipped } from '../lib/bytes.mjs';
import { oneOf } from '../lib/draw.mjs';
import { joined, parted, unpackInto } from '../lib/files.mjs';

const PLANE = 1024;
const RECORD = 1 + 3 * PLANE;
const NAMES = ['data_batch_1.bin', 'test_batch.bin', 'data_batch_2.bin', 'data_batch_3.bin'];

function batch(draw, records) {
  const bytes = Buffer.alloc(records * RECORD);
  for (let i = 0; i < bytes.length; i++) bytes[i] = i % RECORD === 0 ? draw(10) : (i * 7) & 255;
  return bytes;
}

function damaged(draw, file) {
  const copy = Buffer.from(file);
  switch (draw(5)) {
    case 0:
      return batch(draw, draw(4));
    case 1:
      if (copy.length > 0) copy[draw(Math.ceil(copy.length / RECORD)) * RECORD] = oneOf(draw, [9, 10, 255]);
      return copy;
    case 2:
      return copy.subarray(0, draw(copy.length + 1));
    case 3:
      return Buffer.concat([copy, Buffer.alloc(oneOf(draw, [1, RECORD - 1, RECORD]))]);
    default:
      return changeBytes(draw, copy);
  }
}

const plainOf = (file) => (file[0] === 0x1f && file[1] === 0x8b ? gunzipSync(file) : file);

/** Label and planes again. */
function recordsOf({ x, y }) {
  const bytes = Buffer.alloc(y.data.length * RECORD);
  y.data.forEach((label, image) => {
    bytes[image * RECORD] = label;
    for (let i = 0; i < 3 * PLANE; i++) {
      bytes[image * RECORD + 1 + (i % 3) * PLANE + Math.floor(i / 3)] = x.data[image * 3 * PLANE + i];
    }
  });
  return bytes;
}

export default {
  name: 'cifar',
  covers: ['readCifar10', 'loadCifar10'],
  codes: ['ERR_DATA_FILE', 'ERR_DATA_LIMIT'],
  async seeds() {
    const plain = (below) => 3 % below;
    return {
      two: joined([batch(plain, 2), batch(plain, 1)]),
      three: joined([1, 1, 2].map((n) => batch(plain, n))),
    };
  },
  mutate(draw, folders) {
    const files = parted(oneOf(draw, folders));
    const k = draw(files.length);
    files[k] = damaged(draw, files[k]);
    if (draw(40) === 0) files.length = draw(2);
    return joined(files.map((file) => perhapsZipped(draw, file)));
  },
  async read(bytes, folder) {
    return data.loadCifar10(unpackInto(join(folder, 'cifar'), NAMES, bytes));
  },
  /** The records that come from images and labels are those of the files. */
  async check({ train, test }, bytes, folder) {
    const [first, last, ...more] = parted(bytes).slice(0, NAMES.length).map(plainOf);
    if (!recordsOf(train).equals(Buffer.concat([first, ...more])))
      return 'the images are not those of the files';
    if (!recordsOf(test).equals(last)) return 'the test images are not those of the file';
    const one = await data.readCifar10(join(folder, 'cifar', NAMES[1]));
    return Buffer.from(one.x.data).equals(Buffer.from(test.x.data)) ? undefined : 'readCifar10 gives others';
  },
};
