import { configure, layers, sequential, shutdown } from 'steepest';
import { afterEach, describe, expect, it } from 'vitest';
import { idleThreads, startThreads } from '#steepest/parallel/threads.js';
import { turnsDuring } from '../support/turns.js';

const settings = configure();
const ids = (): number[] => idleThreads().map(({ threadId }) => threadId);

describe('threads that start while a call prepares', () => {
  afterEach(async () => {
    configure(settings);
    await shutdown();
  });

  it('are idle, and start in turns of their own', async () => {
    expect(await turnsDuring(startThreads(3))).toBeGreaterThanOrEqual(3);
    const started = ids();
    expect(started.length).toBe(3);
    await startThreads(2);
    expect(ids()).toEqual(started);
  });

  it('keep to the limits', async () => {
    configure({ maxThreads: 2 });
    await Promise.all([startThreads(5), startThreads(5)]);
    expect(ids().length).toBe(2);
    await shutdown();
    configure({ idleTimeoutMs: 0 });
    await startThreads(1);
    expect(ids()).toEqual([]);
  });

  it('are those that the fit uses', async () => {
    await startThreads(2);
    const started = ids();
    const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const x = { data: new Float32Array(8).fill(1), shape: [4, 2] };
    await model.fit(x, new Float32Array(4), { epochs: 1, workers: 2 });
    expect(ids().sort()).toEqual(started.sort());
  });
});
