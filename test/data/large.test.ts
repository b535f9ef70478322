import { open } from 'node:fs/promises';
import { data, layers, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { isReadable, MOST_SENT_BYTES, newShared } from '#steepest/kernels/sharedMemory.js';
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();
/** Columns of tables above 4 GiB, none of whose pages is ever touched. */
const COLS = 2 ** 20;
const ROWS = 1100;

/** A file that begins so and goes on with zeros, which take no room on the disk. */
async function sparse(name: string, header: Uint8Array, byteLength: number): Promise<string> {
  const file = await open(files.path(name), 'w');
  await file.write(header);
  await file.truncate(header.length + byteLength);
  await file.close();
  return files.path(name);
}

function npyHeader(dtype: string, length: number): Uint8Array {
  const text = `{'descr': '${dtype}', 'fortran_order': False, 'shape': (${length},), }`.padEnd(117);
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00v\x00', 'latin1'), Buffer.from(`${text}\n`)]);
}

function idxHeader(code: number, ...shape: number[]): Uint8Array {
  const bytes = Buffer.alloc(4 + 4 * shape.length);
  bytes.set([0, 0, code, shape.length]);
  for (const [i, size] of shape.entries()) bytes.writeUInt32BE(size, 4 + 4 * i);
  return bytes;
}

describe('tables above 4 GiB', () => {
  it('are refused by networks before anything is read or copied', async () => {
    const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [COLS] })] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const y = new Float32Array(ROWS);
    for (const Memory of [SharedArrayBuffer, ArrayBuffer]) {
      const x = { data: new Float32Array(new Memory(ROWS * COLS * 4)), shape: [ROWS, COLS] };
      const memory = refused('ERR_MEMORY', '4 GiB', '4400.0 MiB', 'stream');
      await expect(model.fit(x, y)).rejects.toEqual(memory);
      await expect(model.evaluate(x, y)).rejects.toEqual(memory);
      await expect(model.predict(x)).rejects.toEqual(memory);
    }
  });

  it('are not read in place by threads, which would see 4 GiB less', () => {
    const memory = new SharedArrayBuffer(MOST_SENT_BYTES + 8);
    expect(isReadable(new Uint8Array(memory, 0, MOST_SENT_BYTES))).toBe(true);
    expect(isReadable(new Float64Array(memory))).toBe(false);
    expect(isReadable(new Float64Array(2))).toBe(false);
  });

  it.each([
    ['above what a thread can read', MOST_SENT_BYTES + 1],
    ['above what the engine takes', 2 ** 53 - 1],
  ])('have no shared memory: %s', (_, byteLength) => {
    expect(() => newShared(byteLength)).toThrow(refused('ERR_MEMORY'));
  });
});

describe('files of more than one array', () => {
  it('NPY', async () => {
    const path = await sparse('big.npy', npyHeader('|u1', 4.4e9), 4.4e9);
    await expect(data.readNpy(path)).rejects.toEqual(refused('ERR_MEMORY', 'big.npy'));
  });

  it('IDX', async () => {
    const path = await sparse('big.idx', idxHeader(8, 70_000, 70_000), 4.9e9);
    await expect(data.readIdx(path)).rejects.toEqual(refused('ERR_MEMORY', 'big.idx'));
  });
});

it('IDX elements are converted piece by piece', async () => {
  const length = 100_003;
  const bytes = Buffer.alloc(2 * length);
  for (let i = 0; i < length; i++) bytes.writeInt16BE((i % 60_001) - 30_000, 2 * i);
  const path = await files.write(Buffer.concat([idxHeader(0x0b, length), bytes]), 'pieces.idx');
  const { data: read } = await data.readIdx(path);
  expect(read.length).toBe(length);
  expect(read.every((value, i) => value === (i % 60_001) - 30_000)).toBe(true);
});
