import { readFile } from 'node:fs/promises';
import { data, type NumericArray } from 'steepest';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();

/** An NPY file of version 1.0 (numpy.lib.format). */
function npy(descr: string, bytes: Uint8Array, length: number): Buffer {
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${length},), }`.padEnd(117);
  const header = Buffer.from(`\x93NUMPY\x01\x00\x76\x00${text}\n`, 'latin1');
  return Buffer.concat([header, bytes]);
}

describe('element types of NPY files', () => {
  // NumPy's letters: numpy.org/doc/stable/reference/arrays.dtypes.html.
  it.each<[NumericArray, string]>([
    [Float64Array.of(-1.5, 2), '<f8'],
    [Float32Array.of(-1.5, 2), '<f4'],
    [Int32Array.of(-1, 2), '<i4'],
    [Uint32Array.of(1, 4_000_000_000), '<u4'],
    [Int16Array.of(-32_768, 2), '<i2'],
    [Uint16Array.of(65_535, 2), '<u2'],
    [Int8Array.of(-128, 2), '|i1'],
    [Uint8Array.of(255, 2), '|u1'],
    [Uint8ClampedArray.of(255, 2), '|u1'],
  ])('%s is written as %s and read as the same numbers', async (array, descr) => {
    const path = files.path(`${descr.slice(1)}.npy`);
    await data.writeNpy(path, { data: array, shape: [2] });
    expect((await readFile(path)).toString('latin1')).toContain(`'descr': '${descr}'`);
    expect(Array.from((await data.readNpy(path)).data)).toEqual(Array.from(array));
  });

  it('float16 is read as float32, which holds it exactly', async () => {
    // IEEE 754-2019, binary16.
    const halves: [bits: number, value: number][] = [
      [0x3c00, 1],
      [0xc000, -2],
      [0x3555, 0.333251953125],
      [0x7bff, 65504],
      [0x0400, 2 ** -14],
      [0x03ff, 1023 * 2 ** -24],
      [0x0001, 2 ** -24],
      [0x8000, -0],
      [0x7c00, Number.POSITIVE_INFINITY],
      [0xfc00, Number.NEGATIVE_INFINITY],
      [0x7e00, Number.NaN],
    ];
    for (const [descr, little] of [
      ['<f2', true],
      ['>f2', false],
    ] as const) {
      const bytes = new Uint8Array(2 * halves.length);
      const view = new DataView(bytes.buffer);
      halves.forEach(([bits], i) => {
        view.setUint16(2 * i, bits, little);
      });
      const { data: values } = await data.readNpy(await files.write(npy(descr, bytes, halves.length)));
      expect(values).toEqual(Float32Array.from(halves, ([, value]) => value));
    }
  });
});
