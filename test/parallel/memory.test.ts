import { readFileSync } from 'node:fs';
import { layers, type Sequential, SteepestError, sequential, shutdown } from 'steepest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idleThreads } from '#steepest/parallel/threads.js';

const MIB = 2 ** 20;
const UNITS = 220;
const x = { data: new Float32Array(8 * UNITS).map((_, i) => (i % 7) / 7), shape: [8, UNITS] };
const ROWS = 8192;
const table = { data: new Float32Array(ROWS * 16).map((_, i) => (i % 5) / 5), shape: [ROWS, 16] };
const workers = 2;
/**
 * The arenas of 300 fits, and the tables and predictions of 300 calls, are some 300 to 480 MiB.
 * What may lie about is 64 MiB a thread; where the system takes no pages back before the garbage
 * collector has been, of the main thread too.
 */
const REPEATS = 300;
const MOST_GROWTH = 220 * MIB;

/** One layer; Adam and two committed copies make an arena of 1.6 MiB of it. */
function build(learningRate = 0.001): Sequential {
  const model = sequential({ layers: [layers.dense({ units: UNITS, inputShape: [UNITS] })] });
  return model.compile({ optimizer: { name: 'adam', learningRate }, loss: 'meanSquaredError' });
}

const train = (model: Sequential) => model.fit(x, x, { epochs: 1, batchSize: 8, workers });

/** What Linux says of this process, in bytes or as a number. */
function status(key: 'VmSize' | 'Threads'): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const [, number] = new RegExp(`${key}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))!;
  return key === 'VmSize' ? Number(number) * 1024 : Number(number);
}

/**
 * Does something again and again, after enough times that threads and their code are there.
 * @returns bytes that came to stay
 */
async function growth(times: number, action: () => Promise<unknown>, first = 10): Promise<number> {
  for (let i = 0; i < first; i++) await action();
  const [before, threads] = [process.memoryUsage.rss(), status('Threads')];
  for (let i = 0; i < times; i++) await action();
  expect(idleThreads().length).toBeLessThanOrEqual(workers);
  // A thread that was lost may not have quite ended.
  expect(status('Threads') ?? 0).toBeLessThanOrEqual((threads ?? 0) + workers);
  expect(status('VmSize') ?? 0).toBeLessThan(50 * 2 ** 30);
  return process.memoryUsage.rss() - before;
}

describe('memory is given back after', () => {
  // Programs that fit call this nowhere.
  beforeAll(shutdown);
  afterAll(shutdown);

  it('fits', async () => {
    const model = build();
    expect(await growth(REPEATS, () => train(model))).toBeLessThan(MOST_GROWTH);
  });

  it('fits that fail', async () => {
    const model = build(1e38);
    let failures = 0;
    const fail = async (): Promise<void> => {
      const error = await model.fit(x, x, { epochs: 9, batchSize: 8, workers }).catch((e: unknown) => e);
      expect((error as SteepestError).code).toBe('ERR_DIVERGED');
      failures++;
    };
    expect(await growth(REPEATS, fail)).toBeLessThan(MOST_GROWTH);
    expect(failures).toBe(REPEATS + 10);
  });

  it('predictions and evaluations on the pool', async () => {
    const model = sequential({ layers: [layers.dense({ units: 16, inputShape: [16] })] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const options = { batchSize: 1024, workers };
    expect(await growth(REPEATS, () => model.predict(table, options))).toBeLessThan(MOST_GROWTH);
    expect(await growth(20, () => model.evaluate(table, table, options))).toBeLessThan(MOST_GROWTH);
  });

  it('lost threads', async () => {
    const model = build();
    const lose = async (): Promise<void> => {
      await train(model);
      const [victim] = idleThreads(workers) as unknown as readonly { terminate(): Promise<number> }[];
      let epochs = 0;
      const callbacks = {
        onEpochEnd: () => {
          if (epochs++ === 0) void victim!.terminate();
        },
      };
      const lost = model.fit(x, x, { epochs: 1e6, batchSize: 8, workers, callbacks });
      expect(await lost.catch((e: unknown) => e)).toBeInstanceOf(SteepestError);
    };
    expect(await growth(5, lose, 1)).toBeLessThan(MOST_GROWTH);
  });
});
