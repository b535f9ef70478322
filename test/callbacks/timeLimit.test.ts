import { callbacks, layers, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';

describe('timeLimit', () => {
  const rows = 2000;
  const x = { data: Float32Array.from({ length: rows }, (_, i) => Math.sin(i)), shape: [rows, 1] as const };
  const build = () =>
    sequential({ seed: 1, layers: [layers.dense({ units: 1, inputShape: [1] })] }).compile({
      loss: 'meanSquaredError',
      optimizer: 'sgd',
    });

  it('ends training between two steps, in the middle of an epoch too', async () => {
    const model = build();
    // One epoch would take hours.
    async function* endless() {
      for (;;) yield { x: { data: x.data, shape: [rows, 1] }, y: { data: x.data, shape: [rows, 1] } };
    }
    const before = performance.now();
    const result = await model.fit(endless, {
      epochs: 2,
      batchSize: 1,
      callbacks: callbacks.timeLimit({ seconds: 0.05 }),
    });
    expect(performance.now() - before).toBeLessThan(20_000);
    expect(result.stopped).toMatchObject({ by: 'timeLimit', reason: '0.05 seconds have passed', epoch: 0 });
    expect(result.history.loss).toEqual([]);
    expect(model.trainingState().step).toBeGreaterThanOrEqual(result.stopped!.step);
  });

  it('changes nothing in time', async () => {
    const limited = await build().fit(x, x, { epochs: 2, callbacks: callbacks.timeLimit({ seconds: 1e9 }) });
    expect(limited).toEqual(await build().fit(x, x, { epochs: 2 }));
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '60', undefined, null])('%s seconds', (seconds) => {
    expect(() => callbacks.timeLimit({ seconds: seconds as number })).toThrow('timeLimit.seconds to be');
  });
});
