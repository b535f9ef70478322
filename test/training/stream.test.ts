import { type Batch, data, layers, type Sequential, type StreamFitOptions, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { native, typescriptExact, typescriptFast } from '../support/kernelChoices.js';
import { randomNumbers, randomRows } from '../support/random.js';

const ROWS = 142;
const INPUTS = 7;
const CLASSES = 4;
const next = randomNumbers(31);
const x = randomRows(ROWS, INPUTS, next);
const y = x.map((row) => Math.floor(Math.abs(row[0]! + row[1]! * row[2]!) * 97) % CLASSES);

/** The rows in batches of sizes that have nothing to do with the mini-batches'. */
function batchesOf(rows: readonly number[][], targets: readonly number[], sizes: readonly number[]): Batch[] {
  const batches: Batch[] = [];
  for (let at = 0, i = 0; at < rows.length; i++) {
    const size = sizes[i % sizes.length]!;
    batches.push({ x: rows.slice(at, at + size), y: targets.slice(at, at + size) });
    at += size;
  }
  return batches;
}

const batches = batchesOf(x, y, [1, 17, 50, 3]);

async function* generate(from: readonly Batch[] = batches): AsyncGenerator<Batch> {
  for (const batch of from) {
    await Promise.resolve();
    yield batch;
  }
}

function build(): Sequential {
  const model = sequential({
    seed: 11,
    layers: [
      layers.dense({ units: 9, activation: 'tanh', inputShape: [INPUTS] }),
      layers.dropout({ rate: 0.2 }),
      layers.dense({ units: CLASSES, activation: 'softmax' }),
    ],
  });
  return model.compile({
    optimizer: 'adam',
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
}

const bytesOf = (model: Sequential): string[] =>
  model.getWeights().map(({ data: values }) => Buffer.from(values.buffer).toString('hex'));

const options = { ...native.options, epochs: 3, batchSize: 32, shuffle: false, workers: 1 } as const;

describe('fit on a stream has the bits of fit on the same rows in memory', () => {
  it.each([
    ['in order', false, undefined],
    ['shuffled in a buffer that holds them all', true, ROWS],
    ['shuffled in the default buffer', true, undefined],
  ])('%s, any number of workers, any cut into batches', async (_title, shuffle, shuffleBuffer) => {
    const memory = build();
    const expected = await memory.fit(x, y, { ...options, shuffle });
    const choice: StreamFitOptions = { ...options, shuffle, ...(shuffleBuffer && { shuffleBuffer }) };
    for (const sizes of [[ROWS], [1], [32], [1, 17, 50, 3]]) {
      for (const workers of [1, 2, 3]) {
        const model = build();
        const { history } = await model.fit(() => generate(batchesOf(x, y, sizes)), { ...choice, workers });
        expect(history, `${sizes}, ${workers} workers`).toEqual(expected.history);
        expect(bytesOf(model), `${sizes}, ${workers} workers`).toEqual(bytesOf(memory));
      }
    }
  });

  it.each([typescriptFast, typescriptExact])('on $title', async ({ options: kernels }) => {
    const [memory, model] = [build(), build()];
    const expected = await memory.fit(x, y, { ...options, ...kernels });
    expect(await model.fit(batches, { ...options, ...kernels, workers: 2 })).toEqual(expected);
    expect(bytesOf(model)).toEqual(bytesOf(memory));
  });

  it('in as many rounds of the ring as it takes', async () => {
    const many = 3000;
    const rows = randomRows(many, INPUTS, next);
    const labels = rows.map((row) => (row[0]! > 0 ? 1 : 0));
    const [memory, model] = [build(), build()];
    const choice = { ...options, batchSize: 1, epochs: 2 };
    const expected = await memory.fit(rows, labels, choice);
    const stream = batchesOf(rows, labels, [700, 2]);
    expect(await model.fit(stream, { ...choice, workers: 2 })).toEqual(expected);
    expect(bytesOf(model)).toEqual(bytesOf(memory));
  });

  it('with fewer rows than a mini-batch, and with mini-batches that end where the stream does', async () => {
    for (const batchSize of [1000, ROWS, ROWS / 2]) {
      const [memory, model] = [build(), build()];
      const expected = await memory.fit(x, y, { ...options, batchSize });
      expect(await model.fit(batches, { ...options, batchSize, workers: 3 })).toEqual(expected);
      expect(bytesOf(model)).toEqual(bytesOf(memory));
    }
  });

  it('going on from an earlier fit', async () => {
    const [memory, model] = [build(), build()];
    for (let i = 0; i < 2; i++) {
      await memory.fit(x, y, { ...options, shuffle: true });
      await model.fit(batches, { ...options, shuffle: true, workers: 2 });
    }
    expect(bytesOf(model)).toEqual(bytesOf(memory));
  });

  it('with a validation stream, evaluated too', async () => {
    const [memory, model] = [build(), build()];
    const expected = await memory.fit(x, y, { ...options, validationData: [x, y] });
    const actual = await model.fit(() => generate(), {
      ...options,
      workers: 2,
      validationData: () => generate(),
    });
    expect(actual).toEqual(expected);
    expect(await model.evaluate(generate(), { batchSize: 32, workers: 2 })).toEqual(
      await memory.evaluate(x, y, { batchSize: 32 }),
    );
    const inMemory = build();
    expect(await inMemory.fit(x, y, { ...options, validationData: batches })).toEqual(expected);
  });

  it('predicts the rows of a stream in order', async () => {
    const model = build();
    const stream = batches.map((batch) => ({ x: batch.x }));
    for (const workers of ['auto', 2] as const) {
      expect(await model.predict(stream, { workers })).toEqual(await model.predict(x, { workers }));
    }
    const empty = (): AsyncGenerator<Batch> => generate([]);
    await expect(model.predict(empty)).rejects.toMatchObject({ code: 'ERR_EMPTY' });
  });

  it('takes targets in rows, uint8 inputs, and r2', async () => {
    const bytes = Uint8Array.from({ length: ROWS * INPUTS }, (_, i) => (i * 37) % 256);
    const targets = x.map((row) => [row[0]! * 2, row[1]! - row[2]!]);
    const make = (): Sequential =>
      sequential({
        layers: [
          layers.rescaling({ scale: 1 / 255, inputShape: [INPUTS] }),
          layers.dense({ units: 5, activation: 'relu' }),
          layers.dense({ units: 2 }),
        ],
      }).compile({ optimizer: 'sgd', loss: 'meanSquaredError', metrics: ['r2', 'mae'] });
    const cut = (from: number, to: number): Batch => ({
      x: { data: bytes.subarray(from * INPUTS, to * INPUTS), shape: [to - from, INPUTS] },
      y: targets.slice(from, to),
    });
    const [memory, model] = [make(), make()];
    const expected = await memory.fit({ data: bytes, shape: [ROWS, INPUTS] }, targets, options);
    expect(await model.fit([cut(0, 100), cut(100, ROWS)], { ...options, workers: 2 })).toEqual(expected);
    expect(bytesOf(model)).toEqual(bytesOf(memory));
  });
});

describe('a shuffle buffer smaller than the stream', () => {
  async function train(workers: number, shuffleBuffer: number, sizes: readonly number[]): Promise<string[]> {
    const model = build();
    const stream = (): AsyncGenerator<Batch> => generate(batchesOf(x, y, sizes));
    await model.fit(stream, { ...options, shuffle: true, shuffleBuffer, workers });
    return bytesOf(model);
  }

  it('depends on seed, epoch and the rows alone', async () => {
    const one = await train(1, 20, [ROWS]);
    expect(await train(3, 20, [1, 17, 50, 3])).toEqual(one);
    expect(await train(1, 21, [ROWS])).not.toEqual(one);
  });

  it('trains on every row once per epoch', async () => {
    // One weight, sgd, a loss whose gradient does not depend on the weight: the sum of all rows' inputs.
    const model = sequential({ layers: [layers.dense({ units: 1, useBias: false, inputShape: [1] })] });
    model.compile({ optimizer: { name: 'sgd', learningRate: 1 }, loss: 'meanAbsoluteError' });
    const rows = Array.from({ length: 500 }, (_, i) => [2 ** -10 * (i % 64)]);
    const above = rows.map(() => 1e4);
    const [before] = model.getWeights();
    const stream = batchesOf(rows, above, [33]);
    await model.fit(stream, { batchSize: 1, shuffleBuffer: 40, epochs: 2, workers: 2 });
    const sum = 2 * rows.reduce((total, [value]) => total + value!, 0);
    expect(model.getWeights()[0]!.data[0]! - before!.data[0]!).toBeCloseTo(sum, 3);
  });
});

describe('a CSV data set', () => {
  it('is a stream like any other', async () => {
    const { mkdtemp, rm, writeFile } = await import('node:fs/promises');
    const { tmpdir } = await import('node:os');
    const { join } = await import('node:path');
    const folder = await mkdtemp(join(tmpdir(), 'steepest-stream-'));
    try {
      const path = join(folder, 'rows.csv');
      const names = Array.from({ length: INPUTS }, (_, j) => `c${j}`);
      const lines = x.map((row, i) => [...row, y[i]].join(','));
      await writeFile(path, `${[...names, 'label'].join(',')}\n${lines.join('\n')}\n`);
      const [memory, model] = [build(), build()];
      const expected = await memory.fit(x, y, options);
      const stream = data.csv(path, { target: 'label', batchRows: 25 });
      expect(await model.fit(stream, { ...options, workers: 2 })).toEqual(expected);
      expect(bytesOf(model)).toEqual(bytesOf(memory));
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
