import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { layers, sequential, shutdown } from 'steepest';
import { afterAll, describe, expect, it } from 'vitest';
import { Leftovers } from '#steepest/parallel/leftovers.js';

const MIB = 2 ** 20;

/** A task that reads tables of so many MiB, each of them perhaps twice. */
function reading(...tables: SharedArrayBuffer[]) {
  return { arena: new Uint8Array(new SharedArrayBuffer(1024)), tables: tables.map((t) => new Uint8Array(t)) };
}

describe('what tasks leave in a thread', () => {
  const large = new SharedArrayBuffer(100 * MIB);
  const other = new SharedArrayBuffer(40 * MIB);

  it('is not collected while tasks read the same data', () => {
    const leftovers = new Leftovers();
    for (let i = 0; i < 50; i++) expect(leftovers.add(reading(large, large))).toBe(false);
    expect(leftovers.areMany).toBe(true);
  });

  it('is collected before a task that reads other data', () => {
    const leftovers = new Leftovers();
    leftovers.add(reading(large));
    expect(leftovers.add(reading(other))).toBe(true);
    expect(leftovers.areMany).toBe(false);
    // 40 MiB are not enough.
    expect(leftovers.add(reading(new SharedArrayBuffer(40 * MIB)))).toBe(false);
    expect(leftovers.areMany).toBe(true);
    expect(leftovers.add(reading(new SharedArrayBuffer(40 * MIB)))).toBe(true);
  });

  it('counts arenas, though less', () => {
    const leftovers = new Leftovers();
    const arena = new Uint8Array(new SharedArrayBuffer(30 * MIB));
    let tasks = 0;
    while (!leftovers.add({ arena, tables: [] })) tasks++;
    expect(tasks).toBeGreaterThanOrEqual(2);
    expect(tasks).toBeLessThanOrEqual(Math.ceil((64 * 8) / 30));
  });
});

describe('idle threads', () => {
  afterAll(shutdown);

  it('give back data that the program has dropped', async () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1024] })] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const rows = 128 * 1024;
    const train = async (): Promise<number> => {
      const x = { data: new Uint8Array(new SharedArrayBuffer(rows * 1024)).fill(1), shape: [rows, 1024] };
      const y = new Float32Array(rows);
      const { rss } = process.memoryUsage();
      await model.fit(x, y, { epochs: 1, stepsPerEpoch: 1, workers: 2 });
      return rss;
    };
    const full = await train();
    let rss = full;
    for (let i = 0; i < 100 && rss > full - 100 * MIB; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      gc();
      ({ rss } = process.memoryUsage());
    }
    expect(rss).toBeLessThan(full - 100 * MIB);
  });
});
