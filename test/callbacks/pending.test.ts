import { type Callback, layers, type Sequential, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';

const ROWS = 64;
const x = Array.from({ length: ROWS }, (_, i) => [Math.sin(i), Math.cos(i)]);
const y = x.map(([a, b]) => [a! * b!]);
const build = (): Sequential =>
  sequential({ seed: 2, layers: [layers.dense({ units: 1, inputShape: [2] })] }).compile({
    loss: 'meanSquaredError',
    optimizer: 'sgd',
  });
const HOOKS = ['onTrainBegin', 'onEpochBegin', 'onBatchEnd', 'onEpochEnd', 'onTrainEnd'] as const;

describe('an abort does not wait', () => {
  it.each(HOOKS)('for an %s that never answers', async (hook) => {
    const controller = new AbortController();
    const ends: unknown[] = [];
    const never: Callback = {
      [hook]: () => {
        controller.abort('enough');
        return new Promise(() => {});
      },
    };
    const before: Callback = { onTrainEnd: ({ error }) => void ends.push(error) };
    const options = { epochs: 3, signal: controller.signal, callbacks: [before, never] };
    const fit = build().fit(x, y, options);
    if (hook === 'onTrainEnd') {
      // Training has ended well; only the wait is given up.
      expect((await fit).history.loss).toHaveLength(3);
      expect(ends).toEqual([undefined]);
    } else {
      await expect(fit).rejects.toMatchObject({ code: 'ERR_ABORTED', cause: 'enough' });
      expect(ends).toEqual([expect.objectContaining({ code: 'ERR_ABORTED' })]);
    }
  });
});

describe('a callback after the end of its fit', () => {
  it('ends nothing', async () => {
    let stop = (): void => {};
    const keep: Callback = {
      onEpochEnd: (context) => {
        stop = () => context.stop('late');
      },
      onTrainEnd: () => stop(),
    };
    const model = build();
    const { history, stopped } = await model.fit(x, y, { epochs: 2, callbacks: keep });
    expect([history.loss.length, stopped]).toEqual([2, undefined]);
    stop();
    const again = model.fit(x, y, { epochs: 2 });
    stop();
    expect((await again).history.loss).toHaveLength(2);
  });
});

it.each([1, null, {}, new Error('why')])('stop(%s): the reason is a text', async (reason) => {
  const onEpochEnd: Callback['onEpochEnd'] = ({ stop }) => stop(reason as string);
  await expect(build().fit(x, y, { callbacks: { onEpochEnd } })).rejects.toMatchObject({
    code: 'ERR_ARGUMENT',
    hint: "Write stop('why'), or stop().",
  });
});

describe('onBatchEnd that is slower than the steps', () => {
  it('gets steps in order, each once, and the last of every epoch', async () => {
    const seen: [epoch: number, step: number][] = [];
    const order: string[] = [];
    let running = 0;
    const slow: Callback = {
      async onBatchEnd({ epoch, step }) {
        expect(++running).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 1));
        running--;
        seen.push([epoch, step]);
        order.push(`step ${step}`);
      },
      onEpochEnd: ({ step }) => void order.push(`epoch ${step}`),
    };
    // Many more steps than the ring holds.
    const big = Array.from({ length: 3000 }, (_, i) => [Math.sin(i), Math.cos(i)]);
    const target = big.map(([a]) => [a!]);
    await build().fit(big, target, { epochs: 2, batchSize: 1, callbacks: slow });
    const steps = seen.map(([, step]) => step);
    expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
    for (const [epoch, step] of seen) expect(epoch).toBe(Math.ceil(step / 3000) - 1);
    for (const last of [3000, 6000]) {
      expect(order.indexOf(`step ${last}`)).toBe(order.indexOf(`epoch ${last}`) - 1);
    }
  });

  it('sees a model that is whole: the state of a committed step', async () => {
    const seen: { step: number; committed: number; weights: unknown; predicted: unknown }[] = [];
    const model = build();
    const watch: Callback = {
      onBatchEnd({ step, model }) {
        const weights = model.getWeights();
        const predicted = model.predictSync([[1, 2]]).data;
        seen.push({ step, committed: (model as Sequential).trainingState().step, weights, predicted });
      },
    };
    const options = { epochs: 1, batchSize: 1, shuffle: false } as const;
    const rows = Array.from({ length: 1500 }, (_, i) => [Math.sin(i), Math.cos(i)]);
    const target = rows.map(([a]) => [a!]);
    await model.fit(rows, target, { ...options, callbacks: watch });
    expect(seen.at(-1)).toMatchObject({ step: 1500, committed: 1500 });
    for (const committed of new Set(seen.map((one) => one.committed))) {
      expect(committed % 512 === 0 || committed === 1500).toBe(true);
      const apart = build();
      if (committed > 0) await apart.fit(rows.slice(0, committed), target.slice(0, committed), options);
      const { weights, predicted } = seen.find((one) => one.committed === committed)!;
      expect(weights).toEqual(apart.getWeights());
      expect(predicted).toEqual(apart.predictSync([[1, 2]]).data);
    }
  });
});
