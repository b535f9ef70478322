import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { callbacks, layers, load, type Optimizer, Sequential, sequential } from 'steepest';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { drawFrom } from '../../scripts/fuzz/lib/draw.mjs';
import { refused } from '../support/folder.js';
import { batches, build, bytesOf, checkpointsIn, newFolder, x, y } from './runs.js';

const options = { batchSize: 16, epochs: 3, workers: 1, validationSplit: 0.2 } as const;
const resume = (folder: string) => ({ resume: { folder, everySteps: 5 } });

/** A folder with the checkpoints of a fit that was aborted in its second epoch. */
let begun = '';
let expected = '';

beforeAll(async () => {
  begun = join(await newFolder(), 'run');
  const abort = new AbortController();
  const onBatchEnd = ({ step }: { step: number }): void => {
    if (step >= 12) abort.abort();
  };
  const model = build();
  const fit = model.fit(x, y, {
    ...options,
    ...resume(begun),
    signal: abort.signal,
    callbacks: { name: 'a', onBatchEnd },
  });
  await expect(fit).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  const plain = build();
  await plain.fit(x, y, options);
  expected = await bytesOf(plain);
});

const own = { name: 'a', onBatchEnd: () => {} };
async function copyOf(folder: string): Promise<string> {
  const copy = join(await newFolder(), 'run');
  cpSync(folder, copy, { recursive: true });
  return copy;
}

describe('another fit is refused, and the message names what differs', () => {
  const other = (change: (rows: number[][]) => void): number[][] => {
    const rows = x.map((row) => [...row]);
    change(rows);
    return rows;
  };
  const twice = (units: number): Sequential =>
    sequential({
      seed: 4,
      layers: [layers.dense({ units, activation: 'tanh', inputShape: [3] }), layers.dense({ units: 1 })],
    }).compile({ optimizer: 'adam', loss: 'meanSquaredError', metrics: ['mae'] });
  const compiled = (optimizer: Optimizer): Sequential =>
    build().compile({ optimizer, loss: 'meanSquaredError', metrics: ['mae'] });

  it.each([
    ['a number of x', ['x: '], () => ({ rows: other((rows) => (rows[70]![1]! += 1e-3)) })],
    ['a number of the rows to validate on', ['x: '], () => ({ rows: other((rows) => (rows[149]![2] = 9)) })],
    ['a number of y', ['y: '], () => ({ targets: y.map(([v], i) => [i === 3 ? 5 : v!]) })],
    ['weights', ['sampleWeight: nothing there'], () => ({ sampleWeight: y.map(() => 2) })],
    ['batchSize', ['batchSize: 16 there, 17 here'], () => ({ batchSize: 17 })],
    ['shuffle', ['shuffle: true there, false here'], () => ({ shuffle: false })],
    ['shards', ['shards: nothing there, 1 here'], () => ({ shards: 1 })],
    ['stepsPerEpoch', ['stepsPerEpoch: nothing there, 4 here'], () => ({ stepsPerEpoch: 4 })],
    ['initialEpoch', ['initialEpoch: 0 there, 1 here'], () => ({ initialEpoch: 1 })],
    ['validationFreq', ['validationFreq: 1 there, 2 here'], () => ({ validationFreq: 2 })],
    ['validationSplit', ['rows to train on: 120 there, 135 here'], () => ({ validationSplit: 0.1 })],
    ['kernels', ['numerics: '], () => ({ backend: 'typescript', numerics: 'default' })],
    ['callbacks', ['callbacks[0].name'], () => ({ callbacks: callbacks.timeLimit({ seconds: 9 }) })],
    ['more callbacks', ['callbacks[1]'], () => ({ callbacks: [own, own] })],
    ['layers', ['model.layers[1]'], () => ({ model: twice(8) })],
    ['the seed', ['model.seed: 4 there, 5 here'], () => ({ model: build(5) })],
    [
      'the optimizer',
      ['compile.optimizer.learningRate: 0.001 there, 0.002 here'],
      () => ({ model: compiled({ name: 'adam', learningRate: 0.002 }) }),
    ],
    [
      'trained parameters',
      ['the model at the beginning'],
      async () => {
        const model = build();
        await model.fit(x, y, { workers: 1 });
        return { model };
      },
    ],
    ['a stream', ['x: '], () => ({ stream: true })],
  ] as const)('%s', async (_title, words, change) => {
    const folder = await copyOf(begun);
    const {
      rows = x,
      targets = y,
      model = build(),
      stream,
      ...changed
    } = (await change()) as {
      rows?: number[][];
      targets?: number[][];
      model?: Sequential;
      stream?: boolean;
    };
    const before = model.getWeights();
    const { validationSplit: _, ...common } = options;
    const fit = stream
      ? model.fit(() => batches(), { ...common, ...resume(folder), callbacks: own })
      : model.fit(rows, targets, { ...options, ...resume(folder), callbacks: own, ...changed });
    // Rows in vitest's table are of many types.
    await expect(fit).rejects.toEqual(refused('ERR_RESUME', ...words));
    expect(model.getWeights()).toEqual(before);
    expect(await readdir(folder)).toEqual(await readdir(begun));
  });

  it('fewer epochs than have run', async () => {
    const fit = build().fit(x, y, { ...options, ...resume(begun), epochs: 1, callbacks: own });
    await expect(fit).rejects.toEqual(refused('ERR_RESUME', 'at least the', 'epochs: 1'));
  });

  it('a stream that delivers other rows where the checkpoint is, and the model stays as it was', async () => {
    const folder = join(await newFolder(), 'run');
    const common = { ...shared, resume: { folder, everySteps: 5, keepLast: 99 }, callbacks: own };
    await build().fit(() => batches(), common);
    // As if the process had been killed after step 5.
    for (const name of await readdir(folder)) if (!name.includes('00005.')) rmSync(join(folder, name));
    // The first batch is the same.
    const changed = x.map((row, i) => (i > 20 && i < 60 ? [0, 0, 0] : row));
    for (const rows of [changed, x.slice(0, 60)]) {
      const model = build();
      const before = await bytesOf(model);
      const fit = model.fit(() => batches(rows, y.slice(0, rows.length)), common);
      await expect(fit).rejects.toEqual(refused('ERR_RESUME', 'the stream to deliver the rows'));
      expect(await bytesOf(model)).toBe(before);
    }
  });
});

const shared = { batchSize: 16, epochs: 3, workers: 1, shuffleBuffer: 20 } as const;

describe('damaged and foreign files', () => {
  const finish = async (folder: string): Promise<string> => {
    const model = build();
    await model.fit(x, y, { ...options, ...resume(folder), callbacks: own });
    return bytesOf(model);
  };

  it('the checkpoint before a damaged one is used, with a warning', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const draw = drawFrom(11);
    const [, newest] = checkpointsIn(begun);
    const whole = readFileSync(join(begun, newest!));
    const damages: ((bytes: Buffer) => Uint8Array)[] = [
      (bytes) => bytes.subarray(0, draw(bytes.length)),
      () => new Uint8Array(0),
      (bytes) => Buffer.concat([bytes, Buffer.alloc(8)]),
      ...Array.from({ length: 12 }, () => (bytes: Buffer) => {
        bytes[draw(bytes.length)]! ^= 1 << draw(8);
        return bytes;
      }),
    ];
    try {
      for (const damage of damages) {
        const folder = await copyOf(begun);
        writeFileSync(join(folder, newest!), damage(Buffer.from(whole)));
        warn.mockClear();
        expect(await finish(folder)).toBe(expected);
        expect(warn.mock.calls[0]).toEqual([
          expect.stringContaining('is passed over'),
          { type: 'SteepestWarning', code: 'STEEPEST_CHECKPOINT' },
        ]);
      }
    } finally {
      warn.mockRestore();
    }
  });

  it('if all are damaged, or of other kinds, the message says so, and nothing is overwritten', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const saved = join(await newFolder(), 'model.safetensors');
    await build().save(saved);
    try {
      for (const bytes of [Buffer.from('hello'), readFileSync(saved)]) {
        const folder = await copyOf(begun);
        for (const name of checkpointsIn(folder)) writeFileSync(join(folder, name), bytes);
        await expect(finish(folder)).rejects.toEqual(
          refused('ERR_MODEL_FILE', 'a whole checkpoint in', 'Delete the folder to begin anew'),
        );
        for (const name of checkpointsIn(folder)) expect(readFileSync(join(folder, name))).toEqual(bytes);
      }
    } finally {
      warn.mockRestore();
    }
  });

  it('other files in the folder stay', async () => {
    const folder = await copyOf(begun);
    await writeFile(join(folder, 'notes.txt'), 'mine');
    await writeFile(join(folder, 'checkpoint-best.safetensors'), 'mine too');
    expect(await finish(folder)).toBe(expected);
    expect(readFileSync(join(folder, 'notes.txt'), 'utf8')).toBe('mine');
    expect(readFileSync(join(folder, 'checkpoint-best.safetensors'), 'utf8')).toBe('mine too');
  });

  it('a file in the place of the folder, or one that cannot be written, is an error before any work', async () => {
    const place = join(await newFolder(), 'file');
    await writeFile(place, '');
    const model = build();
    const before = await bytesOf(model);
    await expect(model.fit(x, y, { resume: place })).rejects.toEqual(
      refused('ERR_MODEL_FILE', 'a folder for checkpoints', 'a file', 'Name a folder'),
    );
    await expect(model.fit(x, y, { resume: join(place, 'below') })).rejects.toMatchObject({
      code: 'ERR_MODEL_FILE',
    });
    expect(await bytesOf(model)).toBe(before);
    if (process.getuid?.() === 0) return;
    const locked = join(await newFolder(), 'locked');
    await mkdir(locked);
    await chmod(locked, 0o500);
    await expect(model.fit(x, y, { resume: locked })).rejects.toMatchObject({ code: 'ERR_MODEL_FILE' });
    expect(await bytesOf(model)).toBe(before);
  });
});

describe('the folder', () => {
  it('keeps the last checkpoints, is made with those above it, and load reads what is in it', async () => {
    const folder = join(await newFolder(), 'a', 'b', 'run');
    const model = build();
    await model.fit(x, y, { ...options, resume: { folder, everySteps: 1, keepLast: 3 } });
    const names = checkpointsIn(folder);
    // A slow disk may have left some out, but not the first and the last.
    expect(names.length).toBeGreaterThan(1);
    expect(names.length).toBeLessThan(4);
    expect(names.at(-1)).toBe('checkpoint-000000000024.safetensors');
    for (const name of [names.at(-1)!, 'result.safetensors']) {
      const loaded = await load(join(folder, name), Sequential);
      expect(await bytesOf(loaded)).toBe(await bytesOf(model));
    }
  });

  it('has the result of a fit that has finished: the same call returns it, and no callback is called', async () => {
    const folder = await copyOf(begun);
    const model = build();
    const result = await model.fit(x, y, { ...options, ...resume(folder), callbacks: own });
    // The result does not need the checkpoints.
    for (const name of checkpointsIn(folder)) rmSync(join(folder, name));
    const again = build();
    const silent = {
      name: 'a',
      onBatchEnd: () => expect.unreachable(),
      onTrainBegin: () => expect.unreachable(),
    };
    expect(await again.fit(x, y, { ...options, resume: folder, workers: 2, callbacks: silent })).toEqual(
      result,
    );
    expect(await bytesOf(again)).toBe(expected);
    // The model that was trained itself may be asked again too.
    expect(await model.fit(x, y, { ...options, resume: folder, callbacks: own })).toEqual(result);
    expect(await bytesOf(model)).toBe(expected);
  });

  it('goes on for more epochs with the bits of a fit of as many', async () => {
    const folder = await copyOf(begun);
    await build().fit(x, y, { ...options, ...resume(folder), callbacks: own });
    const [model, longer] = [build(), build()];
    const result = await model.fit(x, y, { ...options, epochs: 5, resume: folder, callbacks: own });
    expect(await longer.fit(x, y, { ...options, epochs: 5 })).toEqual(result);
    expect(await bytesOf(model)).toBe(await bytesOf(longer));
    const shorter = build().fit(x, y, { ...options, epochs: 4, resume: folder, callbacks: own });
    await expect(shorter).rejects.toMatchObject({ code: 'ERR_RESUME' });
  });

  it('that vanishes costs checkpoints and is an error at the end, when the model has all it learned', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const folder = join(await newFolder(), 'run');
    const model = build();
    const onEpochEnd = ({ epoch }: { epoch: number }): void => {
      // Again if a checkpoint's file appears meanwhile.
      if (epoch === 0) rmSync(folder, { recursive: true, maxRetries: 10 });
    };
    try {
      const fit = model.fit(x, y, { ...options, ...resume(folder), callbacks: { name: 'a', onEpochEnd } });
      await expect(fit).rejects.toMatchObject({
        code: 'ERR_MODEL_FILE',
        history: { loss: [expect.any(Number), expect.any(Number), expect.any(Number)] },
      });
      expect(await bytesOf(model)).toBe(expected);
      // A slow disk may have left them all out.
      for (const [, detail] of warn.mock.calls) expect(detail).toMatchObject({ code: 'STEEPEST_CHECKPOINT' });
    } finally {
      warn.mockRestore();
    }
  });

  it('is taken up by the model whose fit failed', async () => {
    const folder = join(await newFolder(), 'run');
    const model = build();
    let isFirst = true;
    const failing = {
      name: 'failing',
      onEpochEnd({ epoch }: { epoch: number }) {
        if (epoch === 1 && isFirst) throw new Error('once');
      },
    };
    const call = () => model.fit(x, y, { ...options, ...resume(folder), callbacks: failing });
    await expect(call()).rejects.toThrow('once');
    isFirst = false;
    await call();
    expect(await bytesOf(model)).toBe(expected);
  });
});
