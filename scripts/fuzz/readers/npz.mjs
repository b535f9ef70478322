/** NPZ files: ZIP archives of NPY files. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { data } from 'steepest';
import { changeBytes, splice } from '../lib/bytes.mjs';
import { drawFrom, oneOf } from '../lib/draw.mjs';
import { zipOf } from '../lib/zip.mjs';
import { npyFile } from './npy.mjs';

const NAMES = [
  'x.npy',
  'y.npy',
  'a/b.npy',
  'é.npy',
  '.npy',
  '__proto__.npy',
  '../x.npy',
  'constructor.npy',
  'toString.npy',
  '0.npy',
  'x.npy ',
];
const OTHERS = ['folder/', '__MACOSX/x.npy', '.DS_Store', 'readme.txt', '', 'x.NPY'];
const BOMB_BYTES = 2 ** 16;

const pathIn = (folder) => join(folder, 'read.npz');

/** NPY files that are right, to be put into archives that are not. */
const whole = [];

async function seeds(folder) {
  const arrays = {
    x: { data: Float64Array.of(1, 2.5, -3), shape: [3] },
    y: { data: Uint8Array.from({ length: 300 }, (_, i) => i % 5), shape: [100, 3] },
    z: { data: new Float32Array(0), shape: [0] },
  };
  const made = {};
  for (const compress of [false, true]) {
    await data.writeNpz(pathIn(folder), arrays, { compress });
    made[compress ? 'packed' : 'stored'] = readFileSync(pathIn(folder));
  }
  return made;
}

function rightFile(draw) {
  if (whole.length === 0) {
    // What a zero draws everywhere is the plainest file that there is.
    whole.push(
      npyFile(() => 1),
      npyFile((below) => Math.min(2, below - 1)),
      npyFile(drawFrom(5)),
    );
  }
  return oneOf(draw, whole);
}

function archive(draw) {
  const count = oneOf(draw, [0, 1, 1, 2, 2, 3, 5]);
  const files = Array.from({ length: count }, (_, i) => {
    const name = draw(8) > 0 ? NAMES[(i + draw(3)) % NAMES.length] : oneOf(draw, [...NAMES, ...OTHERS]);
    const content = draw(30) === 0 ? Buffer.alloc(BOMB_BYTES) : draw(3) > 0 ? rightFile(draw) : npyFile(draw);
    return { name, content };
  });
  return zipOf(draw, files, draw(5) > 0);
}

function mutate(draw, files) {
  switch (draw(5)) {
    case 0:
      return changeBytes(draw, oneOf(draw, files));
    case 1:
      return draw(4) > 0 ? changeBytes(draw, archive(draw)) : splice(draw, oneOf(draw, files), archive(draw));
    default:
      return archive(draw);
  }
}

export default {
  name: 'npz',
  covers: ['readNpz'],
  codes: ['ERR_DATA_FILE', 'ERR_DATA_LIMIT'],
  seeds,
  mutate,
  async read(bytes, folder) {
    writeFileSync(pathIn(folder), bytes);
    return data.readNpz(pathIn(folder));
  },
  /** What was read can be written, and is then the same. */
  async check(arrays, _bytes, folder, digest) {
    if (Object.keys(arrays).length === 0) return undefined;
    await data.writeNpz(pathIn(folder), arrays, { compress: true });
    const again = await data.readNpz(pathIn(folder));
    return digest(again) === digest(arrays) ? undefined : 'written and read again, it differs';
  },
};
