import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { LinearRegression, layers, load, loadEstimator, Ridge, sequential } from 'steepest';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeSafetensors, decoding, encodeSafetensors } from '#steepest/io/safetensors.js';
import { temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();
let bytes: Buffer;

beforeAll(async () => {
  const model = sequential({ layers: [layers.dense({ units: 4, inputShape: [3] })] });
  await model.save(files.path('model.safetensors'));
  await (await new LinearRegression().fit([[1], [2], [4]], [1, 3, 5])).save(files.path('line.safetensors'));
  bytes = await readFile(files.path('model.safetensors'));
});

const READERS: readonly [string, (options?: object) => Promise<unknown>][] = [
  ['load(path)', (options) => load(files.path('model.safetensors'), options)],
  ['load(bytes)', (options) => load(bytes, options)],
  ['loadEstimator(path)', (options) => loadEstimator(files.path('line.safetensors'), options)],
  [
    'loadEstimator(path, Class)',
    (options) => loadEstimator(files.path('line.safetensors'), LinearRegression, options),
  ],
  ['Class.load(path)', (options) => LinearRegression.load(files.path('line.safetensors'), options)],
];

describe.each(READERS)('%s', (_, read) => {
  it('reads a file within its limits', async () => {
    await expect(read()).resolves.toBeDefined();
    await expect(read({ limits: { bytes: 100_000, timeMs: 60_000 } })).resolves.toBeDefined();
  });

  it('refuses a larger file', async () => {
    await expect(read({ limits: { bytes: 100 } })).rejects.toMatchObject({ code: 'ERR_DATA_LIMIT' });
  });

  it('knows its options', async () => {
    await expect(read({ limit: { bytes: 100 } })).rejects.toMatchObject({
      code: 'ERR_UNKNOWN_NAME',
      hint: expect.stringContaining("'limits'"),
    });
    await expect(read({ limits: { bytes: -1 } })).rejects.toMatchObject({ code: 'ERR_ARGUMENT' });
    await expect(read({ limits: { time: 5 } })).rejects.toMatchObject({ code: 'ERR_UNKNOWN_NAME' });
  });
});

it('ends a pipe that nobody writes to when its time is up', async () => {
  if (process.platform === 'win32') return;
  await promisify(execFile)('mkfifo', [files.path('pipe')]);
  const error = await load(files.path('pipe'), { limits: { timeMs: 30 } }).catch((e) => e);
  expect(error).toMatchObject({ code: 'ERR_DATA_LIMIT' });
});

it('still asks for the right class', async () => {
  const path = files.path('line.safetensors');
  await expect(loadEstimator(path, Ridge, { limits: { bytes: 100_000 } })).rejects.toMatchObject({
    code: 'ERR_MODEL_FILE',
  });
  await expect(loadEstimator(path, 3 as never)).rejects.toMatchObject({ code: 'ERR_ARGUMENT' });
});

it('refuses NaN wherever it lies, and names the tensor', async () => {
  const { tensors, metadata } = decodeSafetensors(bytes);
  for (const [name, { data: readonly }] of tensors) {
    const data = readonly as Float32Array;
    for (const at of [0, data.length - 1]) {
      const kept = data[at]!;
      data[at] = Number.NaN;
      await writeFile(files.path('nan.safetensors'), encodeSafetensors(tensors, metadata));
      data[at] = kept;
      const error = await load(files.path('nan.safetensors')).catch((e) => e);
      expect(error).toMatchObject({ code: 'ERR_MODEL_FILE' });
      expect(error.message).toContain(name);
    }
  }
});

it('decodes in steps of at most 1 MiB, so that an event loop can be served between them', () => {
  const length = 5 * 2 ** 18 + 3;
  const data = Float32Array.from({ length }, (_, i) => i);
  const file = encodeSafetensors(new Map([['x', { data, shape: [length] }]]));
  const work = decoding(file);
  let steps = 0;
  let step = work.next();
  for (; step.done !== true; step = work.next()) steps++;
  expect(steps).toBe(6);
  const { buffer } = step.value.tensors.get('x')!.data;
  expect(Buffer.compare(Buffer.from(buffer), Buffer.from(data.buffer))).toBe(0);
});
