/** NPY files: magic number, version, a Python dictionary, elements. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { data } from 'steepest';
import { changeBytes, perhapsZipped, splice } from '../lib/bytes.mjs';
import { oneOf } from '../lib/draw.mjs';

/** NumPy's letters with the bytes of an element; the rest is refused. */
const KINDS = {
  ...{ b1: 1, i1: 1, u1: 1, i2: 2, u2: 2, f2: 2, i4: 4, u4: 4, f4: 4, i8: 8, u8: 8, f8: 8 },
  ...{ c8: 8, c16: 16, U3: 12, S5: 5, O: 8, V4: 4, M8: 8, f16: 16, double: 8, '?': 1, int16: 2, L: 8 },
};
const ORDERS = ['<', '<', '<', '>', '|', '=', '', '!', '@'];
const SIZES = [
  '0',
  '1',
  '2',
  '3',
  '7',
  '64',
  '65536',
  '-1',
  '0x3',
  '1_0',
  '01',
  '3L',
  '1.0',
  'True',
  '(2,)',
  '4294967296',
  '9007199254740993',
  "'3'",
];
const SHAPES = [[], [0], [1], [5], [2, 3], [3, 0, 2], [2, 3, 2], [1, 1, 1, 1, 1], [70], [16, 16]];
const JUNK = [
  ...[
    '',
    ' ',
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    ',',
    ':',
    "'",
    '"',
    '#x\n',
    '\\',
    'None',
    'True',
    '\0',
    "'''",
    'é',
  ],
  ...["'x': 1, ", "'shape': (1,), ", "r'", '('.repeat(3000), '\\x4', '\\u00e9', '\n'],
];
const VERSIONS = [1, 1, 1, 2, 3];
const MOST_BYTES = 4096;

/** A value where any other may stand. */
const strange = (draw, value) =>
  draw(12) > 0 ? value : oneOf(draw, ['None', 'True', '1', "'<f8'", '()', '[2]', '[(1,)]', '{}']);

function dictionary(draw, kind, shape) {
  const sizes = shape.map((size) => (draw(15) > 0 ? String(size) : oneOf(draw, SIZES)));
  const tuple = sizes.length === 1 ? `(${sizes[0]},)` : `(${sizes.join(', ')})`;
  const fields = [
    `'descr': ${strange(draw, `'${oneOf(draw, ORDERS)}${kind}'`)}`,
    `'fortran_order': ${strange(draw, oneOf(draw, ['False', 'True']))}`,
    `'shape': ${strange(draw, tuple)}`,
  ];
  if (draw(20) === 0) fields.splice(draw(4), draw(2), oneOf(draw, fields));
  let text = `{${fields.join(', ')}, }`;
  for (let n = draw(5) === 0 ? 1 + draw(3) : 0; n > 0; n--) {
    const at = draw(text.length);
    text = text.slice(0, at) + oneOf(draw, JUNK) + text.slice(at + draw(3));
  }
  return text;
}

/** An NPY file that is nearly right: most of what it says is true. */
export function npyFile(draw) {
  const kind = oneOf(draw, Object.keys(KINDS));
  const shape = oneOf(draw, SHAPES);
  const version = draw(30) > 0 ? oneOf(draw, VERSIONS) : draw(256);
  const text = `${dictionary(draw, kind, shape)}${' '.repeat(draw(70))}\n`;
  const dict = Buffer.from(text, version === 3 ? 'utf8' : 'latin1');
  const lengthBytes = Buffer.alloc(version === 1 ? 2 : 4);
  const length = draw(15) > 0 ? dict.length : oneOf(draw, [0, 1, dict.length - 1, dict.length + 1, 65535]);
  lengthBytes.writeUIntLE(length, 0, lengthBytes.length);
  const whole = shape.reduce((a, b) => a * b, 1) * KINDS[kind];
  const size = Math.max(0, draw(8) > 0 ? whole : whole + oneOf(draw, [-1, 1, -8, 8, draw(100)]));
  const elements = Buffer.alloc(Math.min(size, MOST_BYTES));
  const pattern = draw(4);
  for (let i = 0; i < elements.length; i++) elements[i] = [0, i, 0xff, draw(256)][pattern];
  return Buffer.concat([
    Buffer.from([0x93, ...Buffer.from('NUMPY'), version, 0]),
    lengthBytes,
    dict,
    elements,
  ]);
}

/** @returns {Promise<Record<string, Uint8Array>>} what this package writes itself */
async function seeds(folder) {
  const arrays = {
    f8: { data: Float64Array.of(1, -2.5, 1e300, 0, -0, Number.NaN), shape: [2, 3] },
    u1: { data: Uint8Array.from({ length: 24 }, (_, i) => i * 9), shape: [2, 3, 4] },
    i4: { data: Int32Array.of(1, -(2 ** 31), 2 ** 31 - 1), shape: [3] },
    scalar: { data: Float32Array.of(3), shape: [] },
    none: { data: new Float32Array(0), shape: [0, 4] },
  };
  const { readFile } = await import('node:fs/promises');
  const made = {};
  for (const [name, array] of Object.entries(arrays)) {
    const path = join(folder, 'seed.npy');
    await data.writeNpy(path, array);
    made[name] = await readFile(path);
  }
  return made;
}

function mutate(draw, files) {
  let bytes;
  switch (draw(4)) {
    case 0:
      bytes = changeBytes(draw, oneOf(draw, files));
      break;
    case 1:
      bytes =
        draw(3) > 0 ? changeBytes(draw, npyFile(draw)) : splice(draw, oneOf(draw, files), npyFile(draw));
      break;
    default:
      bytes = npyFile(draw);
  }
  return perhapsZipped(draw, bytes);
}

const pathIn = (folder) => join(folder, 'read.npy');

export default {
  name: 'npy',
  covers: ['readNpy'],
  codes: ['ERR_DATA_FILE', 'ERR_DATA_LIMIT'],
  seeds,
  mutate,
  async read(bytes, folder) {
    writeFileSync(pathIn(folder), bytes);
    return data.readNpy(pathIn(folder));
  },
  /** What was read can be written, and is then the same. */
  async check(array, _bytes, folder, digest) {
    const product = array.shape.reduce((a, b) => a * b, 1);
    if (array.data.length !== product) return `${array.data.length} elements of shape [${array.shape}]`;
    await data.writeNpy(pathIn(folder), array);
    const again = await data.readNpy(pathIn(folder));
    return digest(again) === digest(array) ? undefined : 'written and read again, it differs';
  },
};
