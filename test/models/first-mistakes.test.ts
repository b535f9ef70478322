import {
  crossValidate,
  data,
  LinearRegression,
  LogisticRegression,
  layers,
  load,
  metrics,
  type Sequential,
  SteepestError,
  sequential,
} from 'steepest';
import { describe, expect, it } from 'vitest';

const x = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
const y = [0, 1, 1, 0];

function network(): Sequential {
  const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
  return model.compile({ loss: 'meanSquaredError' });
}

/** What newcomers do in their first hour, and what helps them on. */
const MISTAKES: Record<string, [attempt: () => unknown, help: string]> = {
  'rows of another width': [() => network().fit([[1, 2, 3]], [1]), 'Change inputShape, or the columns'],
  'a flat list': [() => network().fit([1, 2, 3, 4] as never, [1, 2]), 'shape: [2, 2] }'],
  'fewer targets than rows': [() => network().fit(x, [1, 2]), 'Pass one target per sample.'],
  'a misspelt option': [() => network().fit(x, y, { epoch: 5 } as never), "Did you mean 'epochs'?"],
  'a name of PyTorch': [
    () => network().compile({ loss: 'l1Loss' as never }),
    "Did you mean 'meanAbsoluteError'?",
  ],
  'an option left out': [() => layers.conv2d({ filters: 4 } as never), 'Pass kernelSize.'],
  'a number in quotes': [() => network().fit(x, y, { epochs: '5' as never }), 'Write it without quotes.'],
  'a table not awaited': [() => network().fit(Promise.resolve(x) as never, y), 'Put await before it.'],
  'a prediction not awaited': [() => metrics.r2Score(y, Promise.resolve(y) as never), 'Put await before it.'],
  'a fit not awaited': [() => new LinearRegression().predict(x), 'Call await estimator.fit(X, y) first.'],
  'names of classes as targets': [
    () => network().fit(x, ['a', 'b', 'b', 'a']),
    'meanSquaredError takes numbers: for classes use a loss such as sparseCategoricalCrossentropy.',
  ],
  'text among inputs': [() => network().fit([['a', 1]] as never, [1]), 'for example with OneHotEncoder.'],
  'more folds than rows of a class': [
    () => crossValidate(new LogisticRegression(), x, y, { cv: 5 }),
    'Ask for fewer folds (cv, nSplits), or pass more rows.',
  ],
  'a controller for its signal': [
    () => network().fit(x, y, { signal: new AbortController() as never }),
    'Pass its signal: controller.signal.',
  ],
  'a path from elsewhere': [() => load('./nowhere.safetensors'), 'a relative one starts at process.cwd()'],
  'a table from elsewhere': [() => data.csv('nowhere.csv').table(), 'a relative one starts at process.cwd()'],
};

describe('a first mistake is answered with what to do', () => {
  it.each(Object.entries(MISTAKES))('%s', async (_, [attempt, help]) => {
    const error: unknown = await (async () => attempt())().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(SteepestError);
    expect((error as SteepestError).hint).toContain(help);
  });

  it('unscaled columns: the step, and to scale them', async () => {
    const rows = Array.from({ length: 100 }, (_, i) => [i * 1e6, 1e5 - i]);
    const model = network().compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
    const fit = model.fit(
      rows,
      rows.map(([a]) => 3 * a!),
    );
    await expect(fit).rejects.toThrow(/NaN or infinite in step \d+\. .*Scale the inputs/);
  });
});
