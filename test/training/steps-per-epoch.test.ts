import { type Batch, type CallbackContext, layers, type Sequential, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { randomNumbers, randomRows } from '../support/random.js';

const ROWS = 70;
const BATCH = 16;
/** Four mini-batches of 16 rows and one of 6. */
const STEPS = 5;
const next = randomNumbers(5);
const x = randomRows(ROWS, 3, next);
const y = x.map((row) => [row[0]! * row[1]!]);

function build(): Sequential {
  const model = sequential({
    seed: 3,
    layers: [
      layers.dense({ units: 6, activation: 'tanh', inputShape: [3] }),
      layers.dropout({ rate: 0.25 }),
      layers.dense({ units: 1 }),
    ],
  });
  return model.compile({ optimizer: 'adam', loss: 'meanSquaredError', metrics: ['mae'] });
}

const bytesOf = (model: Sequential): string[] =>
  model.getWeights().map(({ data }) => Buffer.from(data.buffer).toString('hex'));

const shared = { batchSize: BATCH, workers: 1 } as const;

/** A stream of the rows that counts how often it was opened, read and left early. */
function counted(rows = ROWS, size = 7) {
  const counts = { opened: 0, read: 0, closed: 0 };
  async function* open(): AsyncGenerator<Batch> {
    counts.opened++;
    let isOver = false;
    try {
      for (let at = 0; at < rows; at += size) {
        counts.read++;
        const end = Math.min(rows, at + size);
        yield { x: x.slice(at, end), y: y.slice(at, end) };
      }
      isOver = true;
    } finally {
      if (!isOver) counts.closed++;
    }
  }
  return { counts, open };
}

/** Rows of the steps `[from, from + count)`, pass after pass. */
function rowsOf(from: number, count: number): number {
  let rows = 0;
  for (let step = from; step < from + count; step++) {
    rows += step % STEPS === STEPS - 1 ? ROWS - (STEPS - 1) * BATCH : BATCH;
  }
  return rows;
}

describe('stepsPerEpoch', () => {
  it.each([1, 2, 3, 6, 10, 15, 30])('of %i: the steps are those of whole passes', async (stepsPerEpoch) => {
    const passes = build();
    const whole = await passes.fit(x, y, { ...shared, epochs: 6 });
    const sum = whole.history.loss.reduce((total, loss) => total + loss * ROWS, 0);
    const epochs = (6 * STEPS) / stepsPerEpoch;
    for (const workers of [1, 2, 3]) {
      const model = build();
      const { history } = await model.fit(x, y, { ...shared, epochs, stepsPerEpoch, workers });
      expect(bytesOf(model), `${workers} workers`).toEqual(bytesOf(passes));
      expect(history.loss).toHaveLength(epochs);
      const parts = history.loss.map((loss, i) => loss * rowsOf(i * stepsPerEpoch, stepsPerEpoch));
      expect(parts.reduce((total, part) => total + part, 0)).toBeCloseTo(sum, 10);
    }
  });

  it.each([1, 3, 4, 5, 7, 12])(
    'of %i: a stream has the bits of the rows in memory',
    async (stepsPerEpoch) => {
      const [memory, streamed] = [build(), build()];
      const options = { ...shared, epochs: 5, stepsPerEpoch };
      const expected = await memory.fit(x, y, options);
      const { counts, open } = counted();
      expect(await streamed.fit(open, { ...options, workers: 2 })).toEqual(expected);
      expect(bytesOf(streamed)).toEqual(bytesOf(memory));
      expect(counts.opened).toBe(Math.ceil((5 * stepsPerEpoch) / STEPS));
    },
  );

  it('after a fit that ended within a pass, the next fit begins a new pass', async () => {
    const [twice, passes] = [build(), build()];
    await twice.fit(x, y, { ...shared, epochs: 1, stepsPerEpoch: 7 });
    await twice.fit(x, y, { ...shared, epochs: 1, stepsPerEpoch: 3 });
    // The same steps: a whole pass and two steps, then the first three of the third shuffle.
    const { open } = counted();
    await passes.fit(open, { ...shared, epochs: 1, stepsPerEpoch: 7 });
    await passes.fit(open, { ...shared, epochs: 1, stepsPerEpoch: 3 });
    expect(bytesOf(twice)).toEqual(bytesOf(passes));
    const through = build();
    await through.fit(x, y, { ...shared, epochs: 1, stepsPerEpoch: 10 });
    expect(bytesOf(twice)).not.toEqual(bytesOf(through));
  });

  it('a stream without end is enough, and nothing more is read of it than was needed', async () => {
    const counts = { read: 0, closed: 0 };
    function* forEver(): Generator<Batch> {
      try {
        for (;;) {
          counts.read++;
          yield { x: x.slice(0, BATCH), y: y.slice(0, BATCH) };
        }
      } finally {
        counts.closed++;
      }
    }
    const options = { ...shared, epochs: 3, stepsPerEpoch: 4, shuffle: false };
    const { history } = await build().fit(forEver(), options);
    expect(history.loss).toHaveLength(3);
    expect(counts).toEqual({ read: 12, closed: 1 });
    const memory = await build().fit(x.slice(0, BATCH), y.slice(0, BATCH), { ...options });
    expect(history).toEqual(memory.history);
  });

  it('a stream that ends too early keeps the steps it gave', async () => {
    const [model, passes] = [build(), build()];
    const { open } = counted();
    const fit = model.fit(open(), { ...shared, epochs: 2, stepsPerEpoch: 4 });
    await expect(fit).rejects.toMatchObject({ code: 'ERR_EMPTY' });
    await passes.fit(x, y, { ...shared, epochs: 1 });
    expect(bytesOf(model)).toEqual(bytesOf(passes));
  });

  it('the last finite parameters come back, from a commit of an earlier epoch of the same pass', async () => {
    // The gradient of a huge row overflows in step 5 of the first pass, the second of its epoch.
    const train = (model: Sequential, epochs: number, stepsPerEpoch: number): Promise<unknown> => {
      const data = Array.from({ length: 40 }, (_, i) => [i === 18 ? 3e38 : (i % 5) / 1000]);
      const targets = data.map(() => [1]);
      return model.fit(data, targets, { batchSize: 4, shuffle: false, workers: 2, epochs, stepsPerEpoch });
    };
    const line = (): Sequential =>
      sequential({
        layers: [layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'zeros' })],
      }).compile({
        optimizer: { name: 'sgd', learningRate: 10 },
        loss: 'meanAbsoluteError',
      });
    const [diverged, good] = [line(), line()];
    await expect(train(diverged, 5, 3)).rejects.toMatchObject({ code: 'ERR_DIVERGED' });
    await train(good, 1, 4);
    expect(bytesOf(diverged)).toEqual(bytesOf(good));
  });
});

describe('validationFreq and validationSteps', () => {
  const validationData = [x.slice(0, 40), y.slice(0, 40)] as const;

  it('validates every few epochs: the values are those of these epochs', async () => {
    const all = await build().fit(x, y, { ...shared, epochs: 7, validationData });
    for (const workers of [1, 2]) {
      const options = { ...shared, workers, epochs: 7, validationFreq: 3 };
      const some = await build().fit(x, y, { ...options, validationData });
      expect(some.history.loss).toEqual(all.history.loss);
      expect(some.history.valLoss).toEqual([all.history.valLoss![2], all.history.valLoss![5]]);
      const { counts, open } = counted(40);
      const streamed = await build().fit(x, y, { ...options, validationData: open });
      expect(streamed).toEqual(some);
      expect(counts).toEqual({ opened: 2, read: 12, closed: 0 });
    }
  });

  it('a generator can be read once, for the one validation there is', async () => {
    const { open } = counted(40);
    const options = { ...shared, epochs: 3, validationFreq: 2, validationData: open() };
    const { history } = await build().fit(x, y, options);
    expect(history.valLoss).toHaveLength(1);
  });

  it('takes the first mini-batches only, of arrays and of streams without end', async () => {
    const first = [x.slice(0, 2 * BATCH), y.slice(0, 2 * BATCH)] as const;
    const expected = await build().fit(x, y, { ...shared, epochs: 3, validationData: first });
    const options = { ...shared, epochs: 3, validationSteps: 2 };
    expect(await build().fit(x, y, { ...options, validationData })).toEqual(expected);
    const { counts, open } = counted(40);
    expect(await build().fit(x, y, { ...options, validationData: open })).toEqual(expected);
    // 32 rows are in five batches of seven.
    expect(counts).toEqual({ opened: 3, read: 15, closed: 3 });
  });

  it('of more mini-batches than there are takes all', async () => {
    const expected = await build().fit(x, y, { ...shared, validationSplit: 0.3 });
    const options = { ...shared, validationSteps: 99 };
    expect(await build().fit(x, y, { ...options, validationSplit: 0.3 })).toEqual(expected);
    const held = { x: x.slice(49), y: y.slice(49) };
    const streamed = build().fit(x.slice(0, 49), y.slice(0, 49), { ...options, validationData: [held] });
    expect(await streamed).toEqual(expected);
  });

  it('is an error where nothing is validated', async () => {
    for (const options of [
      { validationFreq: 2 },
      { validationSteps: 2 },
      { validationSteps: 2, validationSplit: 0 },
    ]) {
      await expect(build().fit(x, y, options)).rejects.toMatchObject({
        code: 'ERR_ARGUMENT',
        given: 'neither validationData nor validationSplit',
      });
    }
  });

  it('beside stepsPerEpoch, on two streams: the ranks wait for neither in vain', async () => {
    const options = { ...shared, epochs: 6, stepsPerEpoch: 3, validationFreq: 2, validationSteps: 1 };
    const expected = await build().fit(x, y, { ...options, validationData });
    const [train, held] = [counted(), counted(40)];
    const model = build();
    expect(await model.fit(train.open, { ...options, validationData: held.open })).toEqual(expected);
    expect(expected.history.valLoss).toHaveLength(3);
  });
});

describe('initialEpoch', () => {
  it('is the number of the first epoch; epochs is that of the last', async () => {
    const [model, plain] = [build(), build()];
    const { history } = await model.fit(x, y, { ...shared, initialEpoch: 4, epochs: 7 });
    expect(history).toEqual((await plain.fit(x, y, { ...shared, epochs: 3 })).history);
    expect(bytesOf(model)).toEqual(bytesOf(plain));
    const streamed = build();
    const { counts, open } = counted();
    const options = { ...shared, initialEpoch: 4, epochs: 7 };
    expect((await streamed.fit(open, options)).history).toEqual(history);
    expect(counts.opened).toBe(3);
  });

  it('of epochs or more is an error that says what to write', async () => {
    for (const [initialEpoch, epochs] of [
      [3, 3],
      [5, 2],
    ] as const) {
      await expect(build().fit(x, y, { initialEpoch, epochs })).rejects.toMatchObject({
        code: 'ERR_ARGUMENT',
        expected: `initialEpoch below epochs, which is ${epochs}`,
        hint: expect.stringContaining(`epochs: ${initialEpoch + epochs} for ${epochs} more`),
      });
    }
    await expect(build().fit(x, y, { initialEpoch: 1 })).rejects.toThrow('below epochs, which is 1');
  });

  it('counts for callbacks, and for what validationFreq counts', async () => {
    const seen: unknown[] = [];
    const onEpochEnd = ({ epoch }: CallbackContext): void => void seen.push(epoch);
    const options = { ...shared, initialEpoch: 3, epochs: 8, validationFreq: 4, validationSplit: 0.5 };
    const { history } = await build().fit(x, y, { ...options, callbacks: { onEpochEnd } });
    expect(seen).toEqual([3, 4, 5, 6, 7]);
    expect(history.valLoss).toHaveLength(2);
  });
});
