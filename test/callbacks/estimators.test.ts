import {
  type Callback,
  callbacks,
  LinearRegression,
  LogisticRegression,
  MLPClassifier,
  MLPRegressor,
  Ridge,
  SteepestError,
} from 'steepest';
import { describe, expect, it } from 'vitest';

const ROWS = 40;
const x = Array.from({ length: ROWS }, (_, i) => [Math.sin(i), Math.cos(2 * i)]);
const values = x.map(([a, b]) => a! - 2 * b! + 1);
const classes = values.map((value) => (value > 1 ? 'high' : 'low'));

type Descent = (options?: { callbacks?: Callback | readonly unknown[] }) => Promise<{ nIter: number }>;

/** Estimators that descend, with more epochs than any test waits for. */
const ESTIMATORS: [string, Descent][] = [
  [
    'MLPClassifier',
    (o) => new MLPClassifier({ maxIter: 5000, tol: 1e-12, nIterNoChange: 5000 }).fit(x, classes, o as never),
  ],
  [
    'MLPRegressor',
    (o) => new MLPRegressor({ maxIter: 5000, tol: 1e-12, nIterNoChange: 5000 }).fit(x, values, o as never),
  ],
  [
    'LogisticRegression, gd',
    (o) => new LogisticRegression({ solver: 'gd', maxIter: 5000, tol: 1e-12 }).fit(x, classes, o as never),
  ],
  [
    'LogisticRegression, sgd',
    (o) => new LogisticRegression({ solver: 'sgd', maxIter: 5000, tol: 1e-12 }).fit(x, classes, o as never),
  ],
  [
    'LinearRegression, gd',
    (o) => new LinearRegression({ solver: 'gd', maxIter: 5000, tol: 1e-12 }).fit(x, values, o as never),
  ],
  [
    'LinearRegression, sgd',
    (o) => new LinearRegression({ solver: 'sgd', maxIter: 5000, tol: 1e-12 }).fit(x, values, o as never),
  ],
];

describe.each(ESTIMATORS)('callbacks of %s', (_, learn) => {
  it('are called, and end training', async () => {
    const losses: number[] = [];
    const own: Callback = {
      onEpochEnd({ epoch, logs, stop }) {
        losses.push(logs.loss);
        if (epoch === 6) stop();
      },
    };
    expect((await learn({ callbacks: own })).nIter).toBe(7);
    expect(losses).toHaveLength(7);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
  });

  it('are those of networks', async () => {
    const stopping = callbacks.earlyStopping({ monitor: 'loss', minDelta: 1e6, patience: 3 });
    expect((await learn({ callbacks: [stopping, callbacks.timeLimit({ seconds: 1000 })] })).nIter).toBe(4);
  });

  it('change nothing where they do nothing', async () => {
    const end: Callback = { onEpochEnd: ({ epoch, stop }) => (epoch === 4 ? stop() : undefined) };
    const quiet = callbacks.earlyStopping({ monitor: 'loss', patience: 999 });
    const weights = (estimator: object): unknown =>
      (estimator as { weights?: unknown }).weights ?? (estimator as { coef: unknown }).coef;
    expect(weights(await learn({ callbacks: [quiet, end] }))).toEqual(
      weights(await learn({ callbacks: end })),
    );
  });

  it.each([
    [{ onEpochEnds() {} }, "Did you mean 'onEpochEnd'?"],
    [[{ name: 'earlystopping' }], "Did you mean 'earlyStopping'?"],
    [callbacks.earlyStopping(), "write monitor: 'loss'"],
  ])('that are wrong are refused: %j', async (given, hint) => {
    const error = await learn({ callbacks: given as Callback }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SteepestError);
    expect((error as SteepestError).hint).toContain(hint);
  });
});

it.each([
  ['LogisticRegression', (o: object) => new LogisticRegression().fit(x, classes, o), 'ERR_ARGUMENT'],
  ['LinearRegression', (o: object) => new LinearRegression().fit(x, values, o), 'ERR_ARGUMENT'],
  ['Ridge', (o: object) => new Ridge().fit(x, values, o), 'ERR_UNKNOWN_NAME'],
])('%s, which has no epochs, refuses callbacks', async (_, learn, code) => {
  await expect(learn({ callbacks: { onEpochEnd() {} } })).rejects.toMatchObject({ code });
});
