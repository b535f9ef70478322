import { callbacks, type FitOptions, type SteepestError } from 'steepest';
import { describe, expect, it } from 'vitest';
import { errorsOnRanks, onRanks } from './fits.js';
import { bitsOf, convolutions, perceptron } from './models.js';

const { build, x, y } = perceptron;
const COMMON = { ...perceptron.options, workers: 1, validationSplit: 0.2, shards: 8 } as const;
const SIZE = 3;
/** As many as would take minutes. */
const ENDLESS = 1_000_000;

/** Fits with callbacks on all ranks, and in one process. */
async function compare(epochs: number, makeCallbacks: () => FitOptions['callbacks']) {
  const train = async (given: FitOptions) => {
    const model = build();
    const result = await model.fit(x, y, { ...COMMON, ...given, epochs, callbacks: makeCallbacks()! });
    return { bits: bitsOf(model), result };
  };
  const alone = await train({});
  const all = await onRanks(SIZE, (cluster) => train({ cluster }));
  expect(all).toEqual(Array(SIZE).fill(alone));
  return alone;
}

it('early stopping ends the fit on all ranks, with the best parameters', async () => {
  const { result } = await compare(40, () =>
    callbacks.earlyStopping({ patience: 1, minDelta: 0.05, restoreBest: true }),
  );
  expect(result.history.loss.length).toBeLessThan(40);
  expect(result.stopped?.by).toBe('earlyStopping');
});

it('a learning rate that a callback sets holds for the same steps on all ranks', async () => {
  await compare(8, () => [
    callbacks.reduceOnPlateau({ patience: 1, minDelta: 0.05 }),
    callbacks.learningRateLogger(),
  ]);
});

it('averages of the weights are the same', async () => {
  await compare(3, () => callbacks.ema({ decay: 0.9 }));
});

it('calls hooks and reports progress on rank 0 alone', async () => {
  const calls = await onRanks(SIZE, async (cluster) => {
    const seen = new Set<string>();
    const progress = (): void => void seen.add('progress');
    const hooks = {
      onTrainBegin: () => void seen.add('onTrainBegin'),
      onEpochBegin: () => void seen.add('onEpochBegin'),
      onBatchEnd: () => void seen.add('onBatchEnd'),
      onEpochEnd: () => void seen.add('onEpochEnd'),
      onTrainEnd: () => void seen.add('onTrainEnd'),
    };
    await build().fit(x, y, { ...COMMON, cluster, epochs: 2, callbacks: hooks, progress });
    return [...seen].sort();
  });
  const all = ['onBatchEnd', 'onEpochBegin', 'onEpochEnd', 'onTrainBegin', 'onTrainEnd', 'progress'];
  expect(calls).toEqual([all, [], []]);
});

it('callbacks may be passed on rank 0 alone', async () => {
  const stopped = await onRanks(SIZE, async (cluster) => {
    const stopping = [
      { name: 'mine', onEpochEnd: ({ stop }: { stop(reason: string): void }) => stop('enough') },
    ];
    const own = cluster.rank === 0 ? stopping : [];
    return (await build().fit(x, y, { ...COMMON, cluster, epochs: ENDLESS, callbacks: own })).stopped;
  });
  const expected = { by: 'mine', reason: 'enough', epoch: 0, step: 8 };
  expect(stopped).toEqual([expected, expected, expected]);
});

it('a hook that stops before the first step stops all ranks there', async () => {
  const results = await onRanks(SIZE, async (cluster) => {
    const model = build();
    const { history } = await model.fit(x, y, {
      ...COMMON,
      cluster,
      epochs: 2,
      callbacks: { onTrainBegin: ({ stop }) => stop() },
    });
    return { history, bits: bitsOf(model) };
  });
  const expected = { history: { loss: [] }, bits: bitsOf(build()) };
  expect(results).toEqual([expected, expected, expected]);
});

describe('an error ends the fit on all ranks', () => {
  it.each(['onTrainBegin', 'onEpochBegin', 'onBatchEnd', 'onEpochEnd', 'onTrainEnd'])(
    'in %s',
    async (hook) => {
      const states: unknown[] = [];
      const errors = await errorsOnRanks(SIZE, async (cluster) => {
        const model = build();
        const epochs = hook === 'onTrainEnd' ? 2 : ENDLESS;
        const failing = {
          [hook]: () => {
            throw new TypeError('no disk');
          },
        };
        try {
          await model.fit(x, y, { ...COMMON, cluster, epochs, callbacks: failing });
        } finally {
          states[cluster.rank] = bitsOf(model);
        }
      });
      const texts = errors.map(({ name, message }) => `${name}: ${message}`);
      const elsewhere = 'TypeError: no disk (on rank 0)';
      expect(texts).toEqual(['TypeError: no disk', elsewhere, elsewhere]);
      expect(states).toEqual([states[0], states[0], states[0]]);
    },
  );

  it('in a callback that cannot do what it is asked for', async () => {
    const errors = await errorsOnRanks(SIZE, (cluster) =>
      build().fit(x, y, { ...COMMON, cluster, callbacks: callbacks.earlyStopping({ monitor: 'auc' }) }),
    );
    const codes = errors.map((error) => (error as SteepestError).code);
    expect(codes).toEqual(['ERR_UNKNOWN_NAME', 'ERR_UNKNOWN_NAME', 'ERR_UNKNOWN_NAME']);
  });

  it.each([perceptron, convolutions])('of diverging parameters: $name', async (example) => {
    const states: unknown[] = [];
    const diverge = async (place: number, given: FitOptions): Promise<void> => {
      const model = example.build();
      model.learningRate = 1e30;
      try {
        await model.fit(example.x, y, { ...COMMON, ...example.options, ...given, epochs: 20 });
      } finally {
        states[place] = bitsOf(model);
      }
    };
    const errors = await errorsOnRanks(SIZE, (cluster) => diverge(cluster.rank, { cluster }));
    const alone = await diverge(SIZE, {}).catch((error: Error) => error);
    expect(alone).toMatchObject({ code: 'ERR_DIVERGED' });
    expect(errors.map(({ message }) => message)).toEqual(Array(SIZE).fill((alone as Error).message));
    // They have the last finite parameters.
    expect(states).toEqual(Array(SIZE + 1).fill(states[SIZE]));
  });
});

describe('an abort ends the fit on all ranks', () => {
  it.each([0, 1, 2])('of rank %i', async (aborting) => {
    const states: unknown[] = [];
    const controller = new AbortController();
    const { signal } = controller;
    // Rank 0's hook aborts the fit of another rank of this process, which must have begun.
    const hooks = {
      onEpochEnd: ({ epoch }: { epoch: number }) => epoch === 2 && controller.abort(new Error('enough')),
    };
    const errors = await errorsOnRanks(SIZE, async (cluster) => {
      const model = build();
      const own = cluster.rank === aborting ? { signal } : {};
      try {
        await model.fit(x, y, { ...COMMON, cluster, epochs: ENDLESS, callbacks: hooks, ...own });
      } finally {
        states[cluster.rank] = bitsOf(model);
      }
    });
    const codes = errors.map((error) => (error as SteepestError).code);
    expect(codes).toEqual(['ERR_ABORTED', 'ERR_ABORTED', 'ERR_ABORTED']);
    expect((errors[aborting]!.cause as Error).message).toBe('enough');
    expect(states).toEqual([states[0], states[0], states[0]]);
    expect((states[0] as { step: number }).step).toBeGreaterThan(0);
  });

  it('before it begins', async () => {
    const errors = await errorsOnRanks(SIZE, (cluster) => {
      const signal = cluster.rank === 2 ? AbortSignal.abort() : undefined;
      return build().fit(x, y, { ...COMMON, cluster, ...(signal && { signal }) });
    });
    const codes = errors.map((error) => (error as SteepestError).code);
    expect(codes).toEqual(['ERR_ABORTED', 'ERR_ABORTED', 'ERR_ABORTED']);
  });
});
