import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Batch,
  layers,
  type Sequential,
  SteepestError,
  type StreamFitOptions,
  sequential,
} from 'steepest';
import { describe, expect, it } from 'vitest';
import { idleThreads } from '#steepest/parallel/threads.js';
import { randomNumbers, randomRows } from '../support/random.js';

const ROWS = 48;
const next = randomNumbers(29);
const x = randomRows(ROWS, 6, next);
const y = x.map(([a, b, c]) => [a! * b! + c!]);
/** Full batches in order make an epoch one step. */
const inOrder = { batchSize: ROWS, shuffle: false } as const;
const whole: Batch = { x, y };
/** fit must have given up by then: a second on a quiet machine; what takes this long hangs. */
const PROMPT_MS = 20_000;

function build(learningRate = 0.01): Sequential {
  const model = sequential({
    seed: 3,
    layers: [layers.dense({ units: 9, activation: 'relu', inputShape: [6] }), layers.dense({ units: 1 })],
  });
  return model.compile({ optimizer: { name: 'sgd', learningRate }, loss: 'meanSquaredError' });
}

async function afterSteps(steps: number, learningRate?: number): Promise<Sequential> {
  const model = build(learningRate);
  if (steps > 0) await model.fit(x, y, { ...inOrder, epochs: steps, workers: 1 });
  return model;
}

async function failure(action: Promise<unknown>): Promise<SteepestError> {
  const error = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SteepestError);
  return error as SteepestError;
}

const stepIn = ({ given }: SteepestError): number => Number(/step (\d+)/.exec(given)?.[1]);

/** A stream that tells whether it was closed, gives `count` whole batches, then does `end`. */
function watched(count: number, end: () => Promise<unknown> = async () => {}) {
  const seen = { begun: 0, closed: 0 };
  async function* stream(): AsyncGenerator<Batch> {
    seen.begun++;
    try {
      for (let i = 0; i < count; i++) yield whole;
      await end();
    } finally {
      seen.closed++;
    }
  }
  return { seen, stream };
}

const never = (): Promise<never> => new Promise(() => {});

describe('a stream that fails', () => {
  it.each([1, 2, 3])(
    'its own error passes through, %i workers, and what came before it is kept',
    async (workers) => {
      const thrown = new Error('disk gone');
      const { seen, stream } = watched(5, () => Promise.reject(thrown));
      const model = build();
      await expect(model.fit(stream, { ...inOrder, epochs: 3, workers })).rejects.toBe(thrown);
      expect(model.getWeights()).toEqual((await afterSteps(5)).getWeights());
      expect(seen).toEqual({ begun: 1, closed: 1 });
      await model.fit(x, y, { workers });
    },
  );

  it('before its first batch: nothing is changed', async () => {
    const thrown = new Error('no such file');
    const model = build();
    const before = model.getWeights();
    await expect(model.fit(watched(0, () => Promise.reject(thrown)).stream)).rejects.toBe(thrown);
    await expect(
      model.fit(() => {
        throw thrown;
      }),
    ).rejects.toBe(thrown);
    expect(model.getWeights()).toEqual(before);
  });

  it('in a later epoch, and as validation stream', async () => {
    const thrown = new Error('disk gone');
    let calls = 0;
    const stream = (): AsyncGenerator<Batch> =>
      watched(2, async () => {
        if (++calls === 3) throw thrown;
      }).stream();
    const model = build();
    await expect(model.fit(stream, { ...inOrder, epochs: 5, workers: 2 })).rejects.toBe(thrown);
    expect(model.getWeights()).toEqual((await afterSteps(6)).getWeights());
    calls = 1;
    const other = build();
    const validating = other.fit(x, y, { ...inOrder, epochs: 5, workers: 2, validationData: stream });
    await expect(validating).rejects.toBe(thrown);
    expect(other.getWeights()).toEqual((await afterSteps(2)).getWeights());
  });

  it.each([
    [
      'a number that is none',
      { x: [[1, 2, 3, Number.NaN, 5, 6]], y: [[1]] },
      'ERR_NOT_FINITE',
      'row 48, column 3',
    ],
    ['too large a number', { x: [[1, 2, 3, 1e39, 5, 6]], y: [[1]] }, 'ERR_NOT_FINITE', 'row 48, column 3'],
    ['a target that is none', { x: [[1, 2, 3, 4, 5, 6]], y: [[Number.NaN]] }, 'ERR_NOT_FINITE', 'row 48'],
    ['ragged rows', { x: [[1, 2, 3, 4, 5, 6], [1]], y: [[1], [1]] }, 'ERR_RAGGED', 'row 49'],
    ['another number of columns', { x: [[1]], y: [[1]] }, 'ERR_SHAPE', '1 column'],
    ['fewer targets', { x: x.slice(0, 2), y: [[1]] }, 'ERR_SHAPE', '1'],
    ['no targets', { x: x.slice(0, 2) }, 'ERR_ARGUMENT', 'row 48'],
    ['no batch', 7 as unknown as Batch, 'ERR_ARGUMENT', 'row 48'],
  ])('%s is an error that names the row of the epoch', async (_title, bad, code, given) => {
    const seen = { closed: 0 };
    const model = build();
    async function* withBad(): AsyncGenerator<Batch> {
      try {
        yield whole;
        yield bad as Batch;
      } finally {
        seen.closed++;
      }
    }
    const error = await failure(model.fit(withBad, { ...inOrder, workers: 2 }));
    expect(error.code).toBe(code);
    expect(error.given).toContain(given);
    expect(seen.closed).toBe(1);
    expect(model.getWeights()).toEqual((await afterSteps(1)).getWeights());
  });
});

describe('a stream that can be read only once', () => {
  it('is refused before any work if it is a generator and there are more epochs', async () => {
    const model = build();
    const before = model.getWeights();
    const { seen, stream } = watched(1);
    for (const options of [{ epochs: 2 }, { epochs: 2, validationData: stream() }]) {
      const input = options.validationData ? [whole] : stream();
      const error = await failure(model.fit(input, options));
      expect(error.code).toBe('ERR_ARGUMENT');
      expect(error.hint).toContain('generator function');
    }
    expect(seen.begun).toBe(0);
    expect(model.getWeights()).toEqual(before);
    await model.fit(stream(), { ...inOrder, epochs: 1 });
    expect(model.getWeights()).toEqual((await afterSteps(1)).getWeights());
  });

  it('keeps the epochs before if it shows only later', async () => {
    const { stream } = watched(3);
    const generator = stream();
    const once = { [Symbol.asyncIterator]: () => ({ next: () => generator.next() }) };
    const model = build();
    const error = await failure(model.fit(once, { ...inOrder, epochs: 4, workers: 2 }));
    expect(error.code).toBe('ERR_EMPTY');
    expect(error.hint).toContain('function');
    expect(model.getWeights()).toEqual((await afterSteps(3)).getWeights());
  });

  it('without rows: ERR_EMPTY', async () => {
    const model = build();
    expect((await failure(model.fit(watched(0).stream))).code).toBe('ERR_EMPTY');
    expect((await failure(model.evaluate(watched(0).stream))).code).toBe('ERR_EMPTY');
  });
});

describe('a stream that keeps fit waiting', () => {
  it.each([
    ['the first batch', 0],
    ['a later one', 3],
  ])('is aborted at once while %s is awaited', async (_title, count) => {
    const model = build();
    const { seen, stream } = watched(count, never);
    const controller = new AbortController();
    const running = failure(
      model.fit(stream, { ...inOrder, epochs: 9, workers: 2, signal: controller.signal }),
    );
    await sleep(60);
    const aborted = performance.now();
    controller.abort(new Error('enough'));
    const error = await running;
    expect(error.code).toBe('ERR_ABORTED');
    expect((error.cause as Error).message).toBe('enough');
    expect(performance.now() - aborted).toBeLessThan(PROMPT_MS);
    expect(stepIn(error)).toBe(count);
    expect(model.getWeights()).toEqual((await afterSteps(count)).getWeights());
    expect(seen.begun).toBe(1);
    await model.fit(x, y, { workers: 2 });
  });

  it('leaves the parameters of the step it names, whenever the abort comes', async () => {
    for (let trial = 0; trial < 24; trial++) {
      const { stream } = watched(1 + (trial % 5), () => sleep(trial % 3));
      const model = build();
      const controller = new AbortController();
      setTimeout(() => controller.abort(), (trial * 7) % 30);
      const options = { ...inOrder, epochs: 1e6, workers: 1 + (trial % 3), signal: controller.signal };
      const validation = trial % 2 === 0 ? {} : { validationData: stream };
      const error = await failure(model.fit(stream, { ...options, ...validation }));
      expect(error.code).toBe('ERR_ABORTED');
      expect(model.getWeights(), `trial ${trial}`).toEqual((await afterSteps(stepIn(error))).getWeights());
    }
  });

  it('is aborted while validation data are awaited', async () => {
    const model = build();
    const controller = new AbortController();
    const running = failure(
      model.fit(x, y, {
        ...inOrder,
        epochs: 2,
        workers: 2,
        validationData: watched(1, never).stream,
        signal: controller.signal,
      }),
    );
    await sleep(60);
    controller.abort();
    expect((await running).code).toBe('ERR_ABORTED');
    expect(model.getWeights()).toEqual((await afterSteps(1)).getWeights());
  });

  it.each([0, 1, 2])('notices that thread %i of 3 is gone', async (victim) => {
    const model = build();
    await model.fit(x, y, { workers: 3 });
    model.setWeights(build().getWeights());
    const threads = idleThreads(3) as unknown as readonly { terminate(): Promise<number> }[];
    const running = failure(model.fit(watched(4, never).stream, { ...inOrder, epochs: 9, workers: 3 }));
    await sleep(60);
    const killed = performance.now();
    void threads[threads.length - 3 + victim]!.terminate();
    expect((await running).code).toBe('ERR_WORKER_LOST');
    expect(performance.now() - killed).toBeLessThan(PROMPT_MS);
    expect(model.getWeights().every(({ data }) => data.every(Number.isFinite))).toBe(true);
    await model.fit(x, y, { workers: 3 });
  });

  it('leaves the event loop free, also if it never waits for anything', async () => {
    const model = build();
    const batch = { x: { data: new Float32Array(6000), shape: [1000, 6] }, y: new Float32Array(1000) };
    let batches = 0;
    async function* endless(): AsyncGenerator<Batch> {
      for (;;) {
        batches++;
        yield batch;
      }
    }
    const controller = new AbortController();
    const running = failure(model.fit(endless, { workers: 1, signal: controller.signal }));
    let turns = 0;
    // A stream that starved the event loop would never let these timers fire.
    while (turns < 10 || batches < 2) {
      await sleep(5);
      turns++;
    }
    controller.abort();
    expect((await running).code).toBe('ERR_ABORTED');
    expect(turns).toBeGreaterThanOrEqual(10);
    expect(batches).toBeGreaterThan(1);
  });
});

describe('a fit on a stream that ends early', () => {
  it('by a callback: the stream is not begun again', async () => {
    const model = build();
    const { seen, stream } = watched(2);
    const { history } = await model.fit(stream, {
      ...inOrder,
      epochs: 100,
      workers: 2,
      callbacks: [{ onEpochEnd: ({ epoch, stop }) => epoch === 2 && stop() }],
    });
    expect(history.loss).toHaveLength(3);
    expect(seen).toEqual({ begun: 3, closed: 3 });
    expect(model.getWeights()).toEqual((await afterSteps(6)).getWeights());
  });

  it.each([
    [10, 1],
    [10, 3],
    [3e38, 1],
    [3e38, 3],
  ])('by a loss that is no longer finite: learning rate %d, %i workers', async (learningRate, workers) => {
    const model = build(learningRate);
    const { seen, stream } = watched(1e9);
    const error = await failure(model.fit(stream, { ...inOrder, workers }));
    expect(error.code).toBe('ERR_DIVERGED');
    expect(seen.closed).toBe(1);
    const step = stepIn(error);
    expect(model.getWeights()).toEqual((await afterSteps(step - 1, learningRate)).getWeights());
  });

  it('with an error while closing: that error', async () => {
    const thrown = new Error('cannot close');
    async function* stream(): AsyncGenerator<Batch> {
      try {
        for (;;) yield whole;
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: what is tested
        throw thrown;
      }
    }
    const model = build(10);
    expect((await failure(model.fit(stream, inOrder))).code).toBe('ERR_DIVERGED');
  });
});

describe('options that a stream does not take', () => {
  it.each([
    ['validationSplit', { validationSplit: 0.1 }, 'ERR_UNKNOWN_NAME', 'validationData'],
    ['a shuffle buffer without shuffling', { shuffle: false, shuffleBuffer: 9 }, 'ERR_ARGUMENT', ''],
    ['an empty shuffle buffer', { shuffleBuffer: 0 }, 'ERR_ARGUMENT', ''],
  ])('%s', async (_title, options, code, hint) => {
    const error = await failure(build().fit([whole], options as StreamFitOptions));
    expect(error.code).toBe(code);
    expect(error.hint).toContain(hint);
  });

  it('targets beside it, and a shuffle buffer for arrays', async () => {
    const model = build();
    expect((await failure(model.fit([whole] as never, y as never))).code).toBe('ERR_ARGUMENT');
    expect((await failure(model.fit(x, y, { shuffleBuffer: 9 } as never))).code).toBe('ERR_UNKNOWN_NAME');
    expect((await failure(model.fit((() => 7) as never))).code).toBe('ERR_ARGUMENT');
  });

  it('one type of x, then another', async () => {
    const bytes: Batch = { x: { data: new Uint8Array(6), shape: [1, 6] }, y: [[1]] };
    const error = await failure(build().fit([bytes, whole], inOrder));
    expect(error.code).toBe('ERR_SHAPE');
  });
});
