/** Folders of MNIST's four files, of which one or two are damaged. */
import { join } from 'node:path';
import { data } from 'steepest';
import { changeBytes, perhapsZipped } from '../lib/bytes.mjs';
import { oneOf } from '../lib/draw.mjs';
import { joined, parted, unpackInto } from '../lib/files.mjs';
import { idxFile } from './idx.mjs';

const NAMES = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
];
const UINT8 = 8;
/** Shapes near the right ones. */
const IMAGES = [
  [2, 28, 28],
  [2, 28, 28],
  [1, 28, 28],
  [0, 28, 28],
  [2, 28, 27],
  [2, 784],
  [2, 28, 28, 1],
  [3, 28, 28],
];
const LABELS = [[2], [2], [1], [0], [3], [2, 1], [1, 2]];

function fileOf(draw, isImages) {
  const shape = oneOf(draw, isImages ? IMAGES : LABELS);
  const byte = isImages ? undefined : oneOf(draw, [0, 1, 9, 9, 10, 255]);
  return idxFile(draw, { type: draw(10) > 0 ? UINT8 : 13, shape, byte, lies: draw(4) === 0 });
}

export default {
  name: 'mnist',
  covers: ['loadMnist'],
  codes: ['ERR_DATA_FILE', 'ERR_DATA_LIMIT'],
  async seeds() {
    const plain = (shape) => idxFile((below) => 3 % below, { type: UINT8, shape, byte: 4, lies: false });
    return { folder: joined([plain([2, 28, 28]), plain([2]), plain([1, 28, 28]), plain([1])]) };
  },
  mutate(draw, [folder]) {
    const files = parted(folder);
    for (let n = 1 + draw(2); n > 0; n--) {
      const k = draw(files.length);
      files[k] = draw(2) === 0 ? changeBytes(draw, files[k]) : fileOf(draw, k % 2 === 0);
    }
    if (draw(30) === 0) files.length = draw(4);
    return joined(files.map((file) => perhapsZipped(draw, file)));
  },
  async read(bytes, folder) {
    return data.loadMnist(unpackInto(join(folder, 'mnist'), NAMES, bytes));
  },
  async check({ train, test }) {
    for (const { x, y } of [train, test]) {
      if (x.data.length !== y.data.length * 784) return 'numbers of images and labels differ';
      if (y.data.some((label) => label < 0 || label > 9)) return 'a label above 9';
    }
    return undefined;
  },
};
