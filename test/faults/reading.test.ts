import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { gzipSync } from 'node:zlib';
import { data, layers, load, loadEstimator, OneHotEncoder, sequential } from 'steepest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readArrowColumns } from '#steepest/data/arrow/table.js';
import { readParquetColumns } from '#steepest/data/parquet/table.js';
import fixture from '../fixtures/tables.json' with { type: 'json' };
import {
  CODES,
  expectClosed,
  expectTyped,
  type Fault,
  openFiles,
  SOME_CODES,
  withFaults,
} from './faultyFiles.js';

const folder = mkdtempSync(join(tmpdir(), 'steepest-faults-'));
const path = (name: string): string => join(folder, name);
const put = (name: string, bytes: string | Uint8Array): void => writeFileSync(path(name), bytes);
afterAll(() => rmSync(folder, { recursive: true }));

const TEXT = 'a,b,c\n1,2,x\n3,4,y\n5,6,x\n';
const QUOTED = 'a,b\n1,"x"\n2,"y, ""z"""\n';
const images = (n: number): Uint8Array =>
  Uint8Array.from(
    { length: 16 + n * 784 },
    (_, i) => [0, 0, 8, 3, 0, 0, 0, n, 0, 0, 0, 28, 0, 0, 0, 28][i] ?? i % 251,
  );
const labels = (n: number): Uint8Array => Uint8Array.from([0, 0, 8, 1, 0, 0, 0, n, ...new Array(n).fill(7)]);
const record = (label: number): Uint8Array =>
  Uint8Array.from({ length: 3073 }, (_, i) => (i === 0 ? label : i % 255));

beforeAll(async () => {
  await sequential({ layers: [layers.dense({ units: 2, inputShape: [3] })] }).save(path('model'));
  await (await new OneHotEncoder().fit(new data.DataTable({ a: ['x', 'y'] }))).save(path('estimator'));
  const array = { data: Float32Array.from({ length: 6 }, (_, i) => i), shape: [2, 3] };
  await data.writeNpy(path('array.npy'), array);
  await data.writeNpz(path('arrays.npz'), { array, more: array }, { compress: true });
  await data.writeSafetensors(path('arrays.safetensors'), { array, more: array });
  put('table.csv', TEXT);
  put('table.csv.gz', gzipSync(TEXT));
  put('quoted.csv', QUOTED);
  put('latin.csv', Buffer.from('a,b\n1,é\n2,ü\n', 'latin1'));
  put('table.parquet', Buffer.from(fixture.codecs.gzip, 'base64'));
  put('table.arrow', Buffer.from(fixture.arrow.file, 'base64'));
  put('images', images(2));
  put('images.gz', gzipSync(images(2)));
  mkdirSync(path('mnist'));
  put('mnist/train-images-idx3-ubyte.gz', gzipSync(images(3)));
  put('mnist/train-labels-idx1-ubyte', labels(3));
  put('mnist/t10k-images.idx3-ubyte', images(2));
  put('mnist/t10k-labels-idx1-ubyte', labels(2));
  mkdirSync(path('cifar'));
  put('cifar/data_batch_1.bin', record(1));
  put('cifar/data_batch_2.bin.gz', gzipSync(record(2)));
  put('cifar/test_batch.bin', record(3));
});

const columnsOf = (table: data.DataTable): unknown =>
  table.columnNames.map((name) => [name, table.column(name)]);
async function all<T>(batches: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const batch of batches) list.push(batch);
  return list;
}

/** Each reads a file anew. */
const READERS: Record<string, () => Promise<unknown>> = {
  load: async () => JSON.stringify(await load(path('model'))),
  loadEstimator: async () => JSON.stringify(await loadEstimator(path('estimator'))),
  readNpy: () => data.readNpy(path('array.npy')),
  readNpz: () => data.readNpz(path('arrays.npz')),
  readSafetensors: () => data.readSafetensors(path('arrays.safetensors')),
  'csv, load': () => data.csv(path('table.csv'), { target: 'a' }).load(),
  'csv, batches': () => all(data.csv(path('table.csv'), { columns: ['a', 'b'] }).batches(2)),
  'csv, gzipped': async () => columnsOf(await data.csv(path('table.csv.gz')).table()),
  'csv, quoted': async () => columnsOf(await data.csv(path('quoted.csv')).table()),
  'csv, another encoding': async () =>
    columnsOf(await data.csv(path('latin.csv'), { encoding: 'windows-1252' }).table()),
  readIdx: () => data.readIdx(path('images')),
  'readIdx, gzipped': () => data.readIdx(path('images.gz')),
  // What the two run in a thread of theirs.
  readParquet: () =>
    readParquetColumns(path('table.parquet'), {}, {}, () => {}).then(({ columns }) => columns),
  readArrow: () => readArrowColumns(path('table.arrow'), {}, {}, () => {}).then(({ columns }) => columns),
  loadMnist: () => data.loadMnist(path('mnist')),
  loadCifar10: () => data.loadCifar10(path('cifar')),
};

/** Reads with one call failing. A reader may do without the call, but never return anything else. */
async function attempt(
  name: string,
  right: unknown,
  n: number,
  fault: Fault,
  call: string,
): Promise<unknown> {
  const what = `${name}: ${JSON.stringify(fault)} in call ${n}, ${call}`;
  const open = openFiles();
  const decide = (_: string, number: number) => (number === n ? fault : undefined);
  const { result, error } = await withFaults(decide, READERS[name]!);
  if (error === undefined) expect(isDeepStrictEqual(result, right), `${what}: another result`).toBe(true);
  else
    expectTyped(
      error,
      name.startsWith('load') && !/\d|Mnist/.test(name) ? 'ERR_MODEL_FILE' : 'ERR_DATA_FILE',
      what,
    );
  await expectClosed(open, what);
  return error;
}

it.each(Object.keys(READERS))('%s: a typed error or the right result, whatever call fails', async (name) => {
  const right = await READERS[name]!();
  const { calls } = await withFaults(() => undefined, READERS[name]!);
  expect(calls).toEqual(expect.arrayContaining(['open', 'close']));
  for (let n = 1; n <= calls.length; n++) {
    const call = calls[n - 1]!;
    for (const error of name === 'load' || name === 'readNpz' ? CODES : SOME_CODES) {
      // That a file is not there is no fault: another name may be.
      if (call !== 'access' || error !== 'ENOENT') await attempt(name, right, n, { error }, call);
    }
    if (call !== 'read') continue;
    await attempt(name, right, n, { atMost: 0 }, call);
    // To read less than was asked for is no fault.
    expect(await attempt(name, right, n, { atMost: 1 }, call)).toBe(undefined);
  }
  expect(await READERS[name]!()).toEqual(right);
});
