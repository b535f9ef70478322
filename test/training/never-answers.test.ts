import { execFile } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  type Batch,
  type CallbackContext,
  LinearRegression,
  layers,
  Ridge,
  type Sequential,
  sequential,
} from 'steepest';
import { describe, expect, it } from 'vitest';

/**
 * User's code that never answers: only an abort, or the program's end, may end what waits for it.
 */

const x = Array.from({ length: 48 }, (_, r) => [Math.sin(r), Math.cos(r)]);
const y = x.map(([a, b]) => [a! * b!]);
const whole: Batch = { x, y };
const never = (): Promise<never> => new Promise(() => {});
/** Full batches in order make an epoch one step. */
const inOrder = { batchSize: 48, shuffle: false, workers: 2, progress: false } as const;

function build(): Sequential {
  const model = sequential({ seed: 5, layers: [layers.dense({ units: 1, inputShape: [2] })] });
  return model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
}

async function weightsAfter(steps: number): Promise<unknown> {
  const model = build();
  if (steps > 0) await model.fit(x, y, { ...inOrder, epochs: steps });
  return model.getWeights();
}

/** Tells when somebody waits for an answer that will not come. */
function silence() {
  let reach!: () => void;
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const wait = (): Promise<never> => {
    reach();
    return never();
  };
  return { reached, wait };
}

/**
 * A stream of `count` batches whose iterator never answers
 * after that, or never says that it has closed.
 */
function stream(count: number, { reach }: { reach: () => Promise<never> }, asked: string[]) {
  let given = 0;
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => (given++ < count ? { value: whole, done: false as const } : reach()),
      return: () => {
        asked.push('return');
        return reach();
      },
    }),
  };
}

describe('an abort ends a fit', () => {
  it.each([0, 2])('whose callback never answers in epoch %i: the model is of that epoch', async (last) => {
    const model = build();
    const { reached, wait } = silence();
    const controller = new AbortController();
    const calls: string[] = [];
    const first = {
      onEpochEnd: ({ epoch }: CallbackContext) => {
        calls.push(`first ${epoch}`);
        return epoch === last ? wait() : undefined;
      },
    };
    const second = { onEpochEnd: ({ epoch }: CallbackContext) => void calls.push(`second ${epoch}`) };
    const options = { ...inOrder, epochs: 9, callbacks: [first, second], signal: controller.signal };
    const running = model.fit(x, y, options);
    await reached;
    controller.abort('enough');
    await expect(running).rejects.toMatchObject({ code: 'ERR_ABORTED', cause: 'enough' });
    expect(model.getWeights()).toEqual(await weightsAfter(last + 1));
    expect(calls.at(-1)).toBe(`first ${last}`);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    await model.fit(x, y, inOrder);
  });

  it.each(['answers', 'throws'])('and nobody hears a callback that %s later', async (how) => {
    const model = build();
    const controller = new AbortController();
    let answer!: () => void;
    let isAsked!: () => void;
    const asked = new Promise<void>((resolve) => {
      isAsked = resolve;
    });
    const late = new Promise<void>((resolve, reject) => {
      answer = () => (how === 'answers' ? resolve() : reject(new Error('too late')));
    });
    const after = { onEpochEnd: () => expect.fail('called after the end') };
    const first = {
      onEpochEnd: () => {
        isAsked();
        return late;
      },
    };
    const options = { ...inOrder, epochs: 9, callbacks: [first, after], signal: controller.signal };
    const running = model.fit(x, y, options);
    await asked;
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    const before = model.getWeights();
    answer();
    await new Promise(setImmediate);
    expect(model.getWeights()).toEqual(before);
    // The test's process would end of an unhandled rejection.
    await model.fit(x, y, inOrder);
  });

  it('that a callback aborts: it may finish what it has begun at once, and its error counts', async () => {
    const controller = new AbortController();
    const thrown = new Error('disk full');
    const onEpochEnd = async (): Promise<void> => {
      controller.abort();
      await Promise.resolve();
      throw thrown;
    };
    const options = { ...inOrder, epochs: 9, callbacks: { onEpochEnd }, signal: controller.signal };
    await expect(build().fit(x, y, options)).rejects.toBe(thrown);
  });

  it.each([0, 1, 3])('whose stream never answers after %i batches, and asks it to close', async (count) => {
    const model = build();
    const { reached, wait } = silence();
    const asked: string[] = [];
    const controller = new AbortController();
    const input = stream(count, { reach: wait }, asked);
    const running = model.fit(input, { ...inOrder, signal: controller.signal });
    await reached;
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    expect(asked).toEqual(['return']);
  });

  it.each(['input', 'validation'])('whose %s stream never says that it has closed', async (place) => {
    const { reached, wait } = silence();
    const asked: string[] = [];
    const controller = new AbortController();
    const endless = stream(Number.POSITIVE_INFINITY, { reach: wait }, asked);
    const callbacks = { onEpochEnd: ({ stop }: CallbackContext) => stop() };
    const data = place === 'input' ? endless : [whole];
    const options = { ...inOrder, epochs: 5, callbacks, signal: controller.signal };
    const running =
      place === 'input'
        ? build().fit(data, options)
        : build().fit(data, { ...options, validationData: endless });
    setTimeout(() => controller.abort(), 20);
    await expect(running).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    await reached;
    expect(asked).toEqual(['return']);
  });

  it.each([
    ['LinearRegression', new LinearRegression({ workers: 2 })],
    ['Ridge', new Ridge({ workers: 2 })],
  ])('of %s, wherever its stream falls silent', async (_name, estimator) => {
    for (const count of [0, 1, 3]) {
      const { reached, wait } = silence();
      const controller = new AbortController();
      const input = stream(count, { reach: wait }, []) as never;
      const running = estimator.fit(input, undefined, { signal: controller.signal });
      await reached;
      controller.abort();
      await expect(running).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    }
  });
});

describe('a program that has nothing else to do', () => {
  const script = fileURLToPath(new URL('faults/neverAnswers.mjs', import.meta.url));
  it.each(['callback', 'stream', 'validation', 'evaluation', 'twoFits', 'leastSquares'])(
    'ends although a %s never answers',
    async (kind) => {
      // Rejects if the time is up, which only a program that hangs takes.
      const { stdout } = await promisify(execFile)(process.execPath, [script, kind], { timeout: 30_000 });
      expect(stdout).toBe('ended\n');
    },
  );
});
