import { readFile, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { data, type NdArray } from 'steepest';
import { describe, expect, it } from 'vitest';
import fixture from '../fixtures/npy.json' with { type: 'json' };
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();
const decode = (base64: string): Buffer => Buffer.from(base64, 'base64');

const ARRAYS: Readonly<Record<string, { from(values: number[]): NdArray['data'] }>> = {
  Float32Array,
  Float64Array,
  Int32Array,
  Uint32Array,
  Uint8Array,
};

function arrayOf({ type, values, shape }: { type: string; values: number[]; shape: number[] }): NdArray {
  return { data: ARRAYS[type]!.from(values), shape };
}

/** The constructor that holds each of NumPy's kinds. */
const HELD_BY: Readonly<Record<string, string>> = {
  b1: 'Uint8Array',
  u1: 'Uint8Array',
  u2: 'Int32Array',
  u4: 'Uint32Array',
  u8: 'Float64Array',
  i1: 'Int32Array',
  i2: 'Int32Array',
  i4: 'Int32Array',
  i8: 'Float64Array',
  f4: 'Float32Array',
  f8: 'Float64Array',
};

describe('readNpy', () => {
  it.each(fixture.read)('reads what NumPy wrote: $name', async ({ name, base64, shape, values }) => {
    for (const bytes of [decode(base64), gzipSync(decode(base64))]) {
      const array = await data.readNpy(await files.write(bytes));
      expect(array.shape).toEqual(shape);
      expect(Array.from(array.data)).toEqual(values);
      expect(array.data.buffer).toBeInstanceOf(SharedArrayBuffer);
      const held = HELD_BY[name.slice(0, 2)];
      if (held !== undefined) expect(array.data.constructor.name).toBe(held);
    }
  });

  it.each(fixture.headers.map(({ header, array }) => [header, array] as const))(
    'reads a header as NumPy does: %s',
    async (header, array) => {
      const size = Buffer.alloc(2);
      size.writeUInt16LE(header.length);
      const path = await files.write(
        Buffer.concat([
          Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
          size,
          Buffer.from(header, 'latin1'),
          Buffer.of(1, 2, 3, 4, 5, 6, 7, 8),
        ]),
      );
      // 0x0102030405060708 is more than float64 holds.
      if (array === null || header.includes('>Q')) {
        await expect(data.readNpy(path)).rejects.toEqual(refused('ERR_DATA_FILE', `'${path}'`));
        return;
      }
      const { data: values, shape } = await data.readNpy(path);
      expect({ shape, values: Array.from(values) }).toEqual(array);
    },
  );

  it('reads arrays of many pieces', async () => {
    const values = Float64Array.from({ length: 300_000 }, (_, i) => i / 3);
    const path = files.path('many.npy');
    await data.writeNpy(path, { data: values, shape: [300, 1000] });
    expect(Buffer.from((await data.readNpy(path)).data.buffer).equals(Buffer.from(values.buffer))).toBe(true);
    // The same bytes, called big-endian, and swapped to be so.
    const bytes = await readFile(path);
    const start = bytes.length - values.byteLength;
    bytes.subarray(start).swap64();
    bytes.set(Buffer.from(bytes.subarray(0, start).toString('latin1').replace('<f8', '>f8'), 'latin1'));
    await writeFile(path, bytes);
    expect(Buffer.from((await data.readNpy(path)).data.buffer).equals(Buffer.from(values.buffer))).toBe(true);
  });

  it('refuses integers that float64 cannot hold, with their place', async () => {
    const [signed, unsigned] = fixture.refused;
    await expect(data.readNpy(await files.write(decode(signed!.base64)))).rejects.toEqual(
      refused('ERR_DATA_FILE', '2^53', '9007199254740992 at element 1', "astype('float64')"),
    );
    await expect(data.readNpy(await files.write(decode(unsigned!.base64)))).rejects.toEqual(
      refused('ERR_DATA_FILE', '18446744073709551615 at element 1'),
    );
  });

  it.each(fixture.refused.slice(2))('refuses other element types: $name', async ({ base64 }) => {
    await expect(data.readNpy(await files.write(decode(base64)))).rejects.toEqual(
      refused('ERR_DATA_FILE', 'one of b1, u1', "astype('float64')"),
    );
  });

  it('refuses a file cut off anywhere, or with more at its end', async () => {
    const whole = decode(fixture.read.find(({ name }) => name === 'i2, Fortran order')!.base64);
    for (const bytes of [whole, gzipSync(whole)]) {
      for (let length = 0; length < bytes.length; length++) {
        const path = await files.write(bytes.subarray(0, length));
        await expect(data.readNpy(path), `${length} bytes`).rejects.toEqual(
          refused('ERR_DATA_FILE', `'${path}'`),
        );
      }
    }
    const longer = await files.write(Buffer.concat([whole, Buffer.of(0)]));
    await expect(data.readNpy(longer)).rejects.toEqual(refused('ERR_DATA_FILE', 'more bytes'));
  });

  it('refuses headers that cannot be, before it reserves memory', async () => {
    const whole = decode(fixture.read.find(({ name }) => name === 'f8 (2, 3)')!.base64);
    const changed = (from: string, to: string): Buffer =>
      Buffer.from(whole.toString('latin1').replace(from, to.padEnd(from.length)), 'latin1');
    const cases: [Buffer, string][] = [
      [changed('NUMPY', 'NUMPX'), '93 4e 55 4d 50 59'],
      [changed("'descr'", "'descx'"), "'descr', 'fortran_order' and 'shape'"],
      [changed('(2, 3), }                ', '(99999999, 99999999), }'), '79999998400000000 bytes'],
      [changed('(2, 3), }             ', '(-2, 3), }'), "'shape'"],
      [changed('\x01\x00', '\x09\x00'), 'version 1, 2 or 3'],
    ];
    for (const [bytes, word] of cases) {
      await expect(data.readNpy(await files.write(bytes))).rejects.toEqual(refused('ERR_DATA_FILE', word));
    }
    await expect(data.readNpy(files.path('none.npy'))).rejects.toEqual(
      refused('ERR_DATA_FILE', 'no such file'),
    );
  });
});

describe('writeNpy', () => {
  it.each(fixture.written)('writes the bytes that NumPy writes: $type', async (written) => {
    const path = files.path('written.npy');
    await data.writeNpy(path, arrayOf(written));
    expect((await readFile(path)).toString('base64')).toBe(written.base64);
  });

  it('refuses what NumPy could not read', async () => {
    const path = files.path('bad.npy');
    const write = (array: unknown) => data.writeNpy(path, array as NdArray);
    await expect(write({ data: [1], shape: [1] })).rejects.toEqual(refused('ERR_ARGUMENT', 'typed array'));
    await expect(write({ data: new BigInt64Array(1), shape: [1] })).rejects.toEqual(
      refused('ERR_ARGUMENT', 'BigInt64Array'),
    );
    await expect(write(new Float32Array(3))).rejects.toEqual(
      refused('ERR_ARGUMENT', 'Write { data, shape: [3] }'),
    );
    await expect(write({ data: new Float32Array(3), shape: [2] })).rejects.toEqual(
      refused('ERR_SHAPE', '3', '[2]'),
    );
    await expect(data.readNpy(path)).rejects.toEqual(refused('ERR_DATA_FILE', 'no such file'));
    const away = files.path('nowhere/a.npy');
    await expect(data.writeNpy(away, { data: new Float32Array(1), shape: [1] })).rejects.toEqual(
      refused('ERR_DATA_FILE', away),
    );
  });
});

describe('NPZ', () => {
  it.each(fixture.archives)('reads what NumPy wrote: $name', async ({ base64, arrays }) => {
    const read = await data.readNpz(await files.write(decode(base64)));
    expect(Object.keys(read)).toEqual(arrays.map(({ name }) => name));
    for (const { name, shape, values } of arrays) {
      expect(read[name]!.shape).toEqual(shape);
      expect(Array.from(read[name]!.data)).toEqual(values);
    }
  });

  it.each(fixture.oddArchives.files)('reads what other programs wrote, with $name', async ({ base64 }) => {
    const read = await data.readNpz(await files.write(decode(base64)));
    expect(Object.keys(read)).toEqual(fixture.oddArchives.arrays.map(({ name }) => name));
    for (const { name, shape, values } of fixture.oddArchives.arrays) {
      expect(read[name]!.shape).toEqual(shape);
      expect(Array.from(read[name]!.data)).toEqual(values);
    }
  });

  it('refuses an array that is there twice', async () => {
    const bytes = decode(fixture.archives[0]!.base64);
    const twice = Buffer.from(bytes.toString('latin1').replaceAll('y.npy', 'x.npy'), 'latin1');
    await expect(data.readNpz(await files.write(twice))).rejects.toEqual(
      refused('ERR_DATA_FILE', "'x.npy' twice"),
    );
  });

  it('writes the bytes that NumPy has read', async () => {
    const path = files.path('written.npz');
    const arrays = Object.fromEntries(fixture.written.map((written) => [written.type, arrayOf(written)]));
    await data.writeNpz(path, arrays);
    expect((await readFile(path)).toString('base64')).toBe(fixture.writtenArchive);
    const stored = await data.readNpz(path);
    await data.writeNpz(path, arrays, { compress: true });
    expect(await data.readNpz(path)).toEqual(stored);
    for (const [name, { data: values, shape }] of Object.entries(arrays)) {
      expect(stored[name]).toEqual({ data: values, shape });
    }
  });

  it('deflates where it is asked to', async () => {
    const zeros = { zeros: { data: new Float64Array(10_000), shape: [10_000] } };
    const path = files.path('zeros.npz');
    await data.writeNpz(path, zeros, { compress: true });
    expect((await readFile(path)).length).toBeLessThan(1000);
    await data.writeNpz(path, zeros);
    expect((await readFile(path)).length).toBeGreaterThan(80_000);
  });

  it('reads the sizes and offsets of ZIP64', async () => {
    const path = await files.write(zip64(decode(fixture.writtenArchive)));
    const plain = await data.readNpz(await files.write(decode(fixture.writtenArchive)));
    expect(await data.readNpz(path)).toEqual(plain);
  });

  it('notices every changed byte of an array, and every cut', async () => {
    for (const { base64 } of fixture.archives) {
      const whole = decode(base64);
      for (let length = 0; length < whole.length; length += 7) {
        const path = await files.write(whole.subarray(0, length));
        await expect(data.readNpz(path), `${length} bytes`).rejects.toEqual(
          refused('ERR_DATA_FILE', `'${path}'`),
        );
      }
      // The content of the first array: after its header, before the next one.
      const begin = whole.indexOf('.npy') + 30;
      const end = whole.indexOf('PK\x03\x04', begin);
      for (let at = begin; at < end; at += 3) {
        const bytes = Buffer.from(whole);
        bytes[at]! ^= 0x10;
        await expect(data.readNpz(await files.write(bytes)), `byte ${at}`).rejects.toEqual(
          refused('ERR_DATA_FILE'),
        );
      }
    }
  });

  it('refuses other archives and names', async () => {
    const other = Buffer.from(
      decode(fixture.writtenArchive).toString('latin1').replaceAll('.npy', '.txt'),
      'latin1',
    );
    await expect(data.readNpz(await files.write(other))).rejects.toEqual(
      refused('ERR_DATA_FILE', '.npy files only'),
    );
    await expect(data.writeNpz(files.path('none.npz'), {})).rejects.toEqual(refused('ERR_ARGUMENT', '1 to'));
    await expect(data.readNpz(files.path('none.npz'))).rejects.toEqual(
      refused('ERR_DATA_FILE', 'no such file'),
    );
  });
});

/** The archive with its directory in the form of ZIP64 (APPNOTE.TXT, 4.3.14, 4.3.15 and 4.5.3). */
function zip64(plain: Buffer): Buffer {
  const endAt = plain.length - 22;
  const count = plain.readUInt16LE(endAt + 10);
  const listAt = plain.readUInt32LE(endAt + 16);
  const list: Buffer[] = [];
  for (let i = 0, at = listAt; i < count; i++) {
    const nameBytes = plain.readUInt16LE(at + 28);
    const header = Buffer.from(plain.subarray(at, at + 46 + nameBytes));
    const extra = Buffer.alloc(4 + 24);
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(24, 2);
    extra.writeBigUInt64LE(BigInt(header.readUInt32LE(24)), 4);
    extra.writeBigUInt64LE(BigInt(header.readUInt32LE(20)), 12);
    extra.writeBigUInt64LE(BigInt(header.readUInt32LE(42)), 20);
    for (const at64 of [20, 24, 42]) header.writeUInt32LE(0xffffffff, at64);
    header.writeUInt16LE(extra.length, 30);
    list.push(header, extra);
    at += 46 + nameBytes;
  }
  const directory = Buffer.concat(list);
  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(0x06064b50, 0);
  end64.writeBigUInt64LE(44n, 4);
  end64.writeBigUInt64LE(BigInt(count), 24);
  end64.writeBigUInt64LE(BigInt(count), 32);
  end64.writeBigUInt64LE(BigInt(directory.length), 40);
  end64.writeBigUInt64LE(BigInt(listAt), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(listAt + directory.length), 8);
  locator.writeUInt32LE(1, 16);
  const end = Buffer.from(plain.subarray(endAt));
  end.writeUInt16LE(0xffff, 8);
  end.writeUInt16LE(0xffff, 10);
  end.writeUInt32LE(0xffffffff, 12);
  end.writeUInt32LE(0xffffffff, 16);
  return Buffer.concat([plain.subarray(0, listAt), directory, end64, locator, end]);
}
