import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { data, type SteepestError } from 'steepest';
import { describe, expect, it } from 'vitest';
import tables from '../fixtures/tables.json' with { type: 'json' };
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();

/** Signatures and fields of PKWARE's APPNOTE.TXT, 4.3.7 and 4.3.12. */
const CENTRAL = Buffer.from('PK\x01\x02', 'latin1');
const CENTRAL_SIZE = 24;
const CENTRAL_OFFSET = 42;

/** An archive of two arrays of the same bytes, with something changed. */
async function archive(change: (zip: Buffer, first: number, second: number) => void): Promise<string> {
  const path = files.path('two.npz');
  const same = { data: new Float32Array(4000), shape: [4000] };
  await data.writeNpz(path, { a: same, b: same }, { compress: true });
  const zip = await readFile(path);
  const first = zip.indexOf(CENTRAL);
  change(zip, first, zip.indexOf(CENTRAL, first + 1));
  return files.write(zip, 'changed.npz');
}

describe('readNpz', () => {
  it('reads what is unchanged', async () => {
    expect(Object.keys(await data.readNpz(await archive(() => {})))).toEqual(['a', 'b']);
  });

  it('refuses two entries over the same bytes, wholly or in part', async () => {
    const same = await archive((zip, first, second) => {
      zip.writeUInt32LE(zip.readUInt32LE(first + CENTRAL_OFFSET), second + CENTRAL_OFFSET);
    });
    await expect(data.readNpz(same)).rejects.toEqual(refused('ERR_DATA_FILE', 'bytes of its own'));
    const longer = await archive((zip, first) => {
      zip.writeUInt32LE(zip.readUInt32LE(first + 20) + 40, first + 20);
    });
    await expect(data.readNpz(longer)).rejects.toEqual(refused('ERR_DATA_FILE', 'bytes of its own'));
    // The extra field of the local header alone pushes the content into what follows.
    const pushed = await archive((zip, first) => {
      zip.writeUInt16LE(zip.readUInt16LE(28) + 1, zip.readUInt32LE(first + CENTRAL_OFFSET) + 28);
    });
    await expect(data.readNpz(pushed)).rejects.toEqual(refused('ERR_DATA_FILE', 'bytes of its own'));
  });

  it('refuses one name twice before it unpacks anything', async () => {
    const twice = await archive((zip, first, second) => {
      zip.copy(zip, second + 46, first + 46, first + 47);
      zip.writeUInt32LE(0, second + 16);
    });
    await expect(data.readNpz(twice)).rejects.toEqual(refused('ERR_DATA_FILE', 'each array once'));
  });

  it('refuses sizes that deflate cannot hold', async () => {
    const huge = await archive((zip, first) => zip.writeUInt32LE(0xfffffffe, first + CENTRAL_SIZE));
    await expect(data.readNpz(huge)).rejects.toEqual(refused('ERR_DATA_FILE', '1032 times'));
  });

  it('unpacks to as many bytes as it may, all arrays together', async () => {
    const path = await archive(() => {});
    // Each array is 16,000 bytes and a header of 128.
    const bytes = 2 * (16_000 + 128);
    await expect(data.readNpz(path, { limits: { bytes: bytes - 1 } })).rejects.toEqual(
      refused('ERR_DATA_LIMIT', `limits: { bytes: ${bytes} }`),
    );
    expect(Object.keys(await data.readNpz(path, { limits: { bytes } }))).toEqual(['a', 'b']);
  });
});

describe('readParquet', () => {
  const codecs = ['snappy', 'gzip', 'brotli'] as const;
  const bytesOf = (codec: keyof typeof tables.codecs) => Buffer.from(tables.codecs[codec], 'base64');

  it.each(codecs)('unpacks %s to as many bytes as it may', async (codec) => {
    const path = await files.write(bytesOf(codec), `${codec}.parquet`);
    await expect(data.readParquet(path, { limits: { bytes: 1 } })).rejects.toEqual(
      refused('ERR_DATA_LIMIT', 'to unpack to at most 1 bytes', 'limits'),
    );
    const table = await data.readParquet(path, { limits: { bytes: 10_000 } });
    expect(table.rows).toBeGreaterThan(0);
  });

  it('stops unpacking where the page should end', async () => {
    const file = bytesOf('gzip');
    const at = file.indexOf(Buffer.from([0x1f, 0x8b, 8]));
    // The first page packs 16 bytes into 30.
    const letters = Buffer.from('abcdefghij');
    const bomb = [...letters.keys()]
      .map((count) => gzipSync(Buffer.concat([letters.subarray(0, count), Buffer.alloc(200)])))
      .find(({ length }) => length === 30)!;
    bomb.copy(file, at);
    const path = await files.write(file, 'bomb.parquet');
    const error: SteepestError = await data.readParquet(path).then(
      () => expect.fail('was read'),
      (thrown: SteepestError) => thrown,
    );
    expect(error).toEqual(refused('ERR_DATA_FILE', 'whole Parquet file'));
    expect(error.cause).toMatchObject({ code: 'ERR_BUFFER_TOO_LARGE' });
  });
});

describe('limits', () => {
  it.each<[unknown, string, ...string[]]>([
    [{ bytes: 0 }, 'ERR_ARGUMENT', 'limits.bytes'],
    [{ bytes: '1' }, 'ERR_ARGUMENT', 'limits.bytes'],
    [{ maxBytes: 1 }, 'ERR_UNKNOWN_NAME', "'bytes'"],
    [5, 'ERR_ARGUMENT', 'limits'],
    [null, 'ERR_ARGUMENT', 'limits'],
  ])('%o is refused', async (limits, code, ...words) => {
    const path = files.path('none');
    for (const read of [data.readNpz, data.readParquet]) {
      await expect(read(path, { limits } as never)).rejects.toEqual(refused(code as never, ...words));
      await expect(read(path, null as never)).rejects.toEqual(refused('ERR_ARGUMENT'));
    }
  });
});
