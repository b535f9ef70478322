import { getEventListeners } from 'node:events';
import {
  type CallbackContext,
  configure,
  layers,
  type Sequential,
  SteepestError,
  sequential,
  shutdown,
} from 'steepest';
import { afterEach, describe, expect, it } from 'vitest';
import { idleThreads, threadLife } from '#steepest/parallel/threads.js';

const DEFAULTS = configure();
const X = Array.from({ length: 8 }, (_, i) => [i / 8, 1 - i / 8]);
const Y = X.map(([a]) => [a!]);

afterEach(async () => {
  configure(DEFAULTS);
  await shutdown();
});

function model(): Sequential {
  const made = sequential({
    seed: 3,
    layers: [layers.dense({ units: 4, activation: 'tanh', inputShape: [2] }), layers.dense({ units: 1 })],
  });
  made.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  return made;
}

const train = (of: Sequential, workers: number, more: object = {}) =>
  of.fit(X, Y, { epochs: 2, batchSize: 4, workers, progress: false, ...more });

const bits = (of: Sequential) => of.getWeights().map(({ data }) => [...data]);

/** Waits until a condition holds; the test's own timeout ends it otherwise. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A worker thread that has ended has the id −1. */
const workersAtRest = () => [...idleThreads()];
const hasEnded = (worker: { threadId: number }): boolean => worker.threadId === -1;

/** A fit that holds its threads until it is released. */
async function held(workers: number) {
  const gate = resolvers();
  const begun = resolvers();
  const trained = model();
  const done = train(trained, workers, {
    callbacks: [
      {
        onEpochEnd: ({ epoch }: CallbackContext) => {
          if (epoch > 0) return undefined;
          begun.resolve();
          return gate.promise;
        },
      },
    ],
  });
  await begun.promise;
  return { trained, done, release: gate.resolve };
}

function resolvers() {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

it('makes room for a new thread after so many tasks, with the same bits', async () => {
  const { tasks } = threadLife;
  threadLife.tasks = 3;
  try {
    const [kept, renewed] = [model(), model()];
    const ids = new Set<number>();
    for (let i = 0; i < 6; i++) {
      await train(renewed, 1);
      for (const { threadId } of idleThreads()) ids.add(threadId);
      expect(idleThreads()).toHaveLength(i % 3 === 2 ? 0 : 1);
    }
    expect(ids.size).toBe(2);
    threadLife.tasks = tasks;
    for (let i = 0; i < 6; i++) await train(kept, 1);
    expect(bits(renewed)).toEqual(bits(kept));
  } finally {
    threadLife.tasks = tasks;
  }
});

describe('threads at rest', () => {
  it('end after the timeout, with the threads of the operating system', async () => {
    configure({ idleTimeoutMs: Number.POSITIVE_INFINITY });
    await Promise.all([train(model(), 3), train(model(), 2)]);
    const workers = workersAtRest();
    expect(workers).toHaveLength(5);
    configure({ idleTimeoutMs: 40 });
    await until(() => workers.every(hasEnded));
    expect(idleThreads()).toHaveLength(0);
  });

  it('are used again before it, whatever the number of workers, and stay with Infinity', async () => {
    configure({ idleTimeoutMs: Number.POSITIVE_INFINITY });
    await train(model(), 4);
    const ids = new Set(workersAtRest().map(({ threadId }) => threadId));
    await train(model(), 2);
    await Promise.all([train(model(), 1), train(model(), 3)]);
    expect(new Set(workersAtRest().map(({ threadId }) => threadId))).toEqual(ids);
  });

  it('end at once with 0', async () => {
    configure({ idleTimeoutMs: 0 });
    await train(model(), 2);
    expect(idleThreads()).toHaveLength(0);
  });

  it('end when the timeout or the number of threads is lowered', async () => {
    configure({ idleTimeoutMs: Number.POSITIVE_INFINITY, maxThreads: 8 });
    await Promise.all([train(model(), 3), train(model(), 3)]);
    expect(idleThreads()).toHaveLength(6);
    configure({ maxThreads: 2 });
    expect(idleThreads()).toHaveLength(2);
    const workers = workersAtRest();
    configure({ idleTimeoutMs: 0 });
    await until(() => workers.every(hasEnded));
  });

  it('end after a lost thread and an abort too, and the next fits have the same bits', async () => {
    configure({ idleTimeoutMs: 40 });
    const expected = model();
    await train(expected, 2);
    const lost = await held(2);
    await train(model(), 2);
    const controller = new AbortController();
    const aborted = train(model(), 2, { epochs: 1e6, signal: controller.signal });
    const killed = workersAtRest() as unknown as { terminate(): Promise<number> }[];
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    await Promise.all(killed.map((worker) => worker.terminate()));
    lost.release();
    await lost.done.catch((error: SteepestError) => expect(error.code).toBe('ERR_WORKER_LOST'));
    await until(() => idleThreads().length === 0);
    const again = model();
    await train(again, 2);
    expect(bits(again)).toEqual(bits(expected));
  });

  it('may end while a fit begins: twelve fits in a row with the same bits', async () => {
    const expected = model();
    await train(expected, 1);
    for (let i = 0; i < 12; i++) {
      configure({ idleTimeoutMs: i % 3 });
      const again = model();
      await train(again, 1 + (i % 3));
      expect(bits(again)).toEqual(bits(expected));
      await new Promise((resolve) => setTimeout(resolve, i % 4));
    }
  });

  it('end with shutdown, and those at work with their fit', async () => {
    await train(model(), 1);
    const [resting] = workersAtRest();
    const { done, release } = await held(2);
    await shutdown();
    release();
    await done;
    expect(idleThreads()).toHaveLength(0);
    await until(() => hasEnded(resting!));
    await train(model(), 1);
  });
});

describe('maxThreads', () => {
  it('lets 30 fits wait their turn: never more threads, the same bits', async () => {
    configure({ maxThreads: 4 });
    const expected = model();
    await train(expected, 1);
    const models = Array.from({ length: 30 }, model);
    let begun = idleThreads().length;
    const count = (): void => void begun++;
    process.on('worker', count);
    await Promise.all(models.map((one, i) => train(one, 1 + (i % 4))));
    process.off('worker', count);
    for (const one of models) expect(bits(one)).toEqual(bits(expected));
    expect(begun).toBe(4);
    expect(idleThreads()).toHaveLength(4);
  });

  it('caps what workers asks for, with the same bits and one warning', async () => {
    configure({ maxThreads: 2 });
    const warnings: string[] = [];
    const listen = (warning: Error & { code?: string }): void => {
      if (warning.code === 'STEEPEST_WORKERS') warnings.push(warning.message);
    };
    process.on('warning', listen);
    const [many, one] = [model(), model()];
    await train(many, 7);
    await train(model(), 7);
    await train(one, 1);
    await new Promise(setImmediate);
    process.off('warning', listen);
    expect(idleThreads()).toHaveLength(2);
    expect(bits(many)).toEqual(bits(one));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/workers: 7 .* 2 threads/);
  });

  it('lets those who wait go on when a thread is lost', async () => {
    configure({ maxThreads: 2 });
    await train(model(), 2);
    const killed = workersAtRest() as unknown as { terminate(): Promise<number> }[];
    const { done, release } = await held(2);
    const waiting = [model(), model(), model()];
    const fits = waiting.map((one) => train(one, 1));
    await killed[1]!.terminate();
    await expect(done).rejects.toMatchObject({ code: 'ERR_WORKER_LOST' });
    release();
    await Promise.all(fits);
    expect(bits(waiting[2]!)).toEqual(bits(waiting[0]!));
  });

  it('gives a waiting fit up when its signal aborts, with its model as it was and no listener left', async () => {
    configure({ maxThreads: 1 });
    const { done, release } = await held(1);
    const waiting = model();
    waiting.predictSync([[1, 2]]);
    const before = bits(waiting);
    const controller = new AbortController();
    const aborted = train(waiting, 1, { signal: controller.signal });
    const stream = model();
    const streamed = stream.fit(
      async function* () {
        yield { x: X, y: Y };
      },
      { workers: 1, epochs: 2, signal: controller.signal, progress: false },
    );
    const results = Promise.allSettled([aborted, streamed]);
    controller.abort(new Error('no longer wanted'));
    for (const result of await results) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'ERR_ABORTED' } });
    }
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    expect(bits(waiting)).toEqual(before);
    const next = train(waiting, 1);
    release();
    await Promise.all([done, next]);
    const expected = model();
    await train(expected, 1);
    expect(bits(waiting)).toEqual(bits(expected));
  });

  it('lets callbacks and streams wait for other fits, even for ones that wait for their threads', async () => {
    configure({ maxThreads: 2 });
    const other = model();
    const waiting: Promise<unknown>[] = [];
    const trained = model();
    await trained.fit(
      async function* () {
        yield { x: X, y: Y };
        yield { x: X, y: (await other.predict(X)).data };
      },
      {
        workers: 2,
        epochs: 2,
        batchSize: 4,
        progress: false,
        callbacks: [
          {
            onEpochEnd: async () => {
              waiting.push(train(model(), 2));
              await Promise.all([...waiting, other.evaluate(X, Y)]);
            },
          },
        ],
      },
    );
    // Its threads count again.
    await Promise.all([train(model(), 2), train(model(), 2)]);
    expect(idleThreads().length).toBeLessThanOrEqual(2);
  });
});

describe('configure', () => {
  it('says what a setting is called here', () => {
    expect(() => configure({ concurrency: 2 } as never)).toThrow(/Did you mean '?maxThreads/);
    expect(() => configure({ idleTimeout: 2 } as never)).toThrow(/Did you mean '?idleTimeoutMs/);
    expect(() => configure({ nice: 19 } as never)).toThrow(/Did you mean '?priority/);
    expect(() => configure({ priority: 'idle' } as never)).toThrow(/Did you mean 'background'/);
  });

  it('gives the settings in force and changes what it is told', () => {
    expect(configure({ idleTimeoutMs: 5 })).toEqual({ ...DEFAULTS, idleTimeoutMs: 5 });
    expect(configure({ maxThreads: 3 })).toEqual({ ...DEFAULTS, idleTimeoutMs: 5, maxThreads: 3 });
    expect(configure()).toEqual({ ...DEFAULTS, idleTimeoutMs: 5, maxThreads: 3 });
  });

  it.each([
    [{ idleTimeoutMs: -1 }, 'ERR_ARGUMENT'],
    [{ idleTimeoutMs: Number.NaN }, 'ERR_ARGUMENT'],
    [{ idleTimeoutMs: '5' }, 'ERR_ARGUMENT'],
    [{ idleTimeoutMs: 2 ** 31 }, 'ERR_ARGUMENT'],
    [{ maxThreads: 0 }, 'ERR_ARGUMENT'],
    [{ maxThreads: 1.5 }, 'ERR_ARGUMENT'],
    [{ maxThreads: 1025 }, 'ERR_ARGUMENT'],
    [{ maxThreads: 'auto' }, 'ERR_ARGUMENT'],
    [{ maxthreads: 2 }, 'ERR_UNKNOWN_NAME'],
    [{ concurrency: 2 }, 'ERR_UNKNOWN_NAME'],
    [{ idleTimeout: 2 }, 'ERR_UNKNOWN_NAME'],
    [{ workers: 2 }, 'ERR_UNKNOWN_NAME'],
    [{ priority: 'idle' }, 'ERR_UNKNOWN_NAME'],
    [{ priority: 19 }, 'ERR_UNKNOWN_NAME'],
    [{ nice: 19 }, 'ERR_UNKNOWN_NAME'],
    [[], 'ERR_ARGUMENT'],
    [null, 'ERR_ARGUMENT'],
    [3, 'ERR_ARGUMENT'],
  ])('refuses %j', (settings, code) => {
    try {
      configure({ ...{ maxThreads: 7 }, ...(settings as object) });
      if (typeof settings === 'object' && settings !== null && !Array.isArray(settings)) expect.fail();
      configure(settings as never);
      expect.fail();
    } catch (error) {
      expect(error).toBeInstanceOf(SteepestError);
      expect((error as SteepestError).code).toBe(code);
    }
  });
});
