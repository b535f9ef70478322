import { inspect } from 'node:util';
import { type FitOptions, layers, load, type Optimizer, Sequential, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../support/fixtures.js';
import { temporaryFolder } from '../support/folder.js';
import { kernelChoices } from '../support/kernelChoices.js';
import { randomNumbers, randomRows } from '../support/random.js';

const files = temporaryFolder();
const next = randomNumbers(43);
const ROWS = 60;
const x = randomRows(ROWS, 6, next);
const y = x.map((row) => [row[0]! * row[1]!, row[2]! - row[3]!]);

function build(optimizer: Optimizer, middle: 'none' | 'batchNorm' | 'dropout' = 'none'): Sequential {
  const model = sequential({
    seed: 5,
    layers: [
      layers.dense({
        units: 7,
        activation: 'tanh',
        inputShape: [6],
        kernelRegularizer: { l1: 1e-3, l2: 1e-2 },
      }),
      ...(middle === 'batchNorm' ? [layers.batchNorm({ momentum: 0.8 })] : []),
      ...(middle === 'dropout' ? [layers.dropout({ rate: 0.5 })] : []),
      layers.dense({ units: 2 }),
    ],
  });
  return model.compile({ optimizer, loss: 'meanSquaredError' });
}

const bytesOf = (model: Sequential): string[] =>
  model.getWeights().map(({ data }) => Buffer.from(data.buffer).toString('hex'));
const stepsOf = (model: Sequential): number =>
  Number(/([\d,]+) steps?\n/.exec(inspect(model))![1]!.replaceAll(',', ''));
const adam = (accumulateSteps?: number): Optimizer => ({ name: 'adam', learningRate: 0.02, accumulateSteps });

describe.each(kernelChoices)('accumulateSteps, $title', ({ options }) => {
  it('k mini-batches of b are one of k·b', async () => {
    const many = build(adam(4));
    const one = build(adam());
    await many.fit(x, y, { ...options, epochs: 6, batchSize: 5, workers: 2 });
    await one.fit(x, y, { ...options, epochs: 6, batchSize: 20, workers: 1 });
    many.getWeights().forEach(({ data }, i) => {
      expectClose(data, [...one.getWeights()[i]!.data], { absolute: 1e-5 });
    });
    expect([stepsOf(many), stepsOf(one)]).toEqual([18, 18]);
  });

  it('1 is as without, bit for bit', async () => {
    const [one, plain] = [build(adam(1), 'dropout'), build(adam(), 'dropout')];
    for (const model of [one, plain])
      await model.fit(x, y, { ...options, epochs: 2, batchSize: 7, workers: 2 });
    expect(bytesOf(one)).toEqual(bytesOf(plain));
  });

  it('saved half-way and loaded, it goes on as in one go', async () => {
    const fit: FitOptions = { ...options, batchSize: 7, workers: 2 };
    const optimizer: Optimizer = { name: 'adam', globalClipNorm: 0.3, accumulateSteps: 4 };
    const whole = build(optimizer, 'dropout');
    await whole.fit(x, y, { ...fit, epochs: 4 });
    const half = build(optimizer, 'dropout');
    await half.fit(x, y, { ...fit, epochs: 2 });
    await half.save(files.path('half'));
    const loaded = await load(files.path('half'), Sequential);
    expect(loaded.compileConfig).toEqual(whole.compileConfig);
    await loaded.fit(x, y, { ...fit, epochs: 2 });
    expect(bytesOf(loaded)).toEqual(bytesOf(whole));
  });
});

describe('the mini-batches of a group', () => {
  it('that ends an epoch count the same, whatever their number and rows', async () => {
    // 13 rows in mini-batches of 5: groups of 5 + 5 and of 3.
    const rows = { x: x.slice(0, 13), y: y.slice(0, 13) };
    const model = build({ name: 'sgd', learningRate: 0.1, accumulateSteps: 2 });
    await model.fit(rows.x, rows.y, { batchSize: 5, shuffle: false, workers: 2 });
    const parts = build({ name: 'sgd', learningRate: 0.1 });
    await parts.fit(rows.x.slice(0, 10), rows.y.slice(0, 10), { batchSize: 10, shuffle: false, workers: 1 });
    await parts.fit(rows.x.slice(10), rows.y.slice(10), { batchSize: 5, shuffle: false, workers: 1 });
    model.getWeights().forEach(({ data }, i) => {
      expectClose(data, [...parts.getWeights()[i]!.data], { absolute: 1e-6 });
    });
    expect(stepsOf(model)).toBe(2);
  });

  it('of different sizes have equal shares: the mean of their means', async () => {
    const model = build({ name: 'sgd', learningRate: 0.1, accumulateSteps: 2 });
    const before = model.getWeights().map(({ data }) => [...data]);
    const slices = [
      [0, 5],
      [5, 7],
    ] as const;
    const [first, second] = await Promise.all(
      slices.map(([from, to]) => model.gradients(x.slice(from, to), y.slice(from, to))),
    );
    await model.fit(x.slice(0, 7), y.slice(0, 7), { batchSize: 5, shuffle: false, workers: 2 });
    model.getWeights().forEach(({ data }, i) => {
      const expected = before[i]!.map((w, j) => {
        const penalty = i === 0 ? 2e-2 * w + 1e-3 * Math.sign(w) : 0;
        return w - 0.1 * ((first![i]!.data[j]! + second![i]!.data[j]!) / 2 + penalty);
      });
      expectClose(data, expected, { absolute: 1e-6 });
    });
  });

  it('each draw their own dropout', async () => {
    const same = Array.from({ length: 8 }, () => x[0]!);
    const targets = same.map(() => y[0]!);
    const [two, one] = [build({ name: 'sgd', accumulateSteps: 2 }, 'dropout'), build('sgd', 'dropout')];
    await two.fit(same, targets, { batchSize: 4, workers: 1 });
    await one.fit(same.slice(4), targets.slice(4), { batchSize: 4, workers: 1 });
    expect(bytesOf(two)).not.toEqual(bytesOf(one));
  });

  it('come from a stream as well, more of them than a ring usually keeps', async () => {
    const long = randomRows(1300, 6, next);
    const targets = long.map((row) => [row[0]!, row[1]!]);
    const [table, stream] = [build(adam(600)), build(adam(600))];
    const fit = { batchSize: 1, epochs: 2, shuffle: false };
    await table.fit(long, targets, { ...fit, workers: 1 });
    await stream.fit(() => [{ x: long, y: targets }], { ...fit, workers: 2 });
    expect(bytesOf(stream)).toEqual(bytesOf(table));
    expect(stepsOf(stream)).toBe(6);
  });
});

describe('a fit that ends within a group keeps the parameters of the last update', () => {
  const optimizer: Optimizer = { name: 'adam', learningRate: 0.01, accumulateSteps: 3 };
  const HUGE = 3e38;
  /** Updates of 3 mini-batches of 4 rows. */
  async function afterUpdates(updates: number): Promise<string[]> {
    const model = build(optimizer, 'batchNorm');
    if (updates > 0) {
      const rows = 12 * updates;
      await model.fit(x.slice(0, rows), y.slice(0, rows), { batchSize: 4, shuffle: false, workers: 1 });
    }
    return bytesOf(model);
  }

  it.each([1, 2, 3, 7])('when a loss is not finite, %i workers', async (workers) => {
    for (const bad of [0, 1, 2, 5, 8]) {
      const model = build(optimizer, 'batchNorm');
      const targets = y.map((row, i) => (i === 4 * bad + 1 ? [1e30, 0] : row));
      const fit = model.fit(x, targets, { batchSize: 4, shuffle: false, workers });
      await expect(fit).rejects.toMatchObject({ code: 'ERR_DIVERGED' });
      const updates = Math.floor(bad / 3);
      expect(bytesOf(model), `mini-batch ${bad}`).toEqual(await afterUpdates(updates));
      if (updates > 0) expect(stepsOf(model)).toBe(updates);
    }
  });

  /** Two inputs that cancel in the output, and not in the gradient, which overflows. */
  const line = (): Sequential =>
    sequential({ layers: [layers.dense({ units: 1, inputShape: [3], kernelInitializer: 'ones' })] }).compile({
      optimizer: { name: 'sgd', learningRate: 1e-3, accumulateSteps: 2 },
      loss: 'meanSquaredError',
    });

  it.each([1, 2, 3])('when a parameter is not finite, %i workers', async (workers) => {
    const good = [1, 2, -1, 0.5].map((third) => [0, 0, third]);
    const bad = [
      [HUGE, -HUGE, 0],
      [HUGE, -HUGE, 0],
    ];
    const model = line();
    const targets = [1, 2, 3, 4, -3, -3];
    const fit = model.fit([...good, ...bad], targets, { batchSize: 1, shuffle: false, workers });
    await expect(fit).rejects.toMatchObject({
      code: 'ERR_DIVERGED',
      given: expect.stringContaining('parameter'),
    });
    const expected = line();
    await expected.fit(good, targets.slice(0, 4), { batchSize: 1, shuffle: false, workers: 1 });
    expect(bytesOf(model)).toEqual(bytesOf(expected));
    expect(stepsOf(model)).toBe(2);
  });

  it.each([1, 2, 3])('when it is aborted, %i workers', async (workers) => {
    const controller = new AbortController();
    const model = build(optimizer, 'batchNorm');
    const abortSoon = (): void => {
      setTimeout(() => controller.abort(), 3);
    };
    const fit = model.fit(x, y, {
      epochs: 1e6,
      batchSize: 4,
      workers,
      signal: controller.signal,
      callbacks: { onEpochEnd: abortSoon },
    });
    await expect(fit).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    const steps = stepsOf(model);
    const again = build(optimizer, 'batchNorm');
    await again.fit(x, y, { stepsPerEpoch: 3 * steps, batchSize: 4, workers: 1 });
    expect(stepsOf(again)).toBe(steps);
    expect(bytesOf(model)).toEqual(bytesOf(again));
  });
});
