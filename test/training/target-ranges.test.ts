import { type Loss, type LossName, layers, lossNames, type SteepestError, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';

const x = [[1], [2], [3]];
/** For each loss with a range: targets that it accepts, and targets with a wrong value in row 1. */
const RANGES: Partial<Record<LossName, { right: number[][]; wrong: number[][] }>> = {
  poisson: { right: [[0, 7, 1e9]], wrong: [[0, -1, 3]] },
  meanSquaredLogarithmicError: { right: [[0, 0.5, 1e9]], wrong: [[0, -0.5, 0]] },
  hinge: {
    right: [
      [-1, 1, -1],
      [0, 1, 0],
      [1, 1, 1],
    ],
    wrong: [
      [1, 0.5, 0],
      [0, -1, 1],
      [-1, 0, 1],
      [1, 2, 0],
    ],
  },
  squaredHinge: { right: [[-1, 1, -1]], wrong: [[0, -1, 1]] },
  ...Object.fromEntries(
    [
      'binaryCrossentropy',
      'categoricalCrossentropy',
      'binaryFocalCrossentropy',
      'categoricalFocalCrossentropy',
      'klDivergence',
      'categoricalHinge',
    ].map((name) => [
      name,
      {
        right: [[0, 1, 0.5]],
        wrong: [
          [0, 1.5, 0],
          [0, -0.5, 0],
        ],
      },
    ]),
  ),
};
const OTHERS: readonly LossName[] = [
  'meanSquaredError',
  'meanAbsoluteError',
  'meanAbsolutePercentageError',
  'huber',
  'logCosh',
  'quantile',
  'cosineSimilarity',
  'sparseCategoricalCrossentropy',
];

const build = (loss: LossName) =>
  sequential({ layers: [layers.dense({ units: 2, inputShape: [1], activation: 'sigmoid' })] }).compile({
    loss: loss as Loss,
    optimizer: 'sgd',
  });
/** Two columns; the second is right. */
const rows = (values: readonly number[]): number[][] => values.map((v) => [v, 1]);

async function refusal(
  call: () => Promise<unknown>,
): Promise<Pick<SteepestError, 'code' | 'given' | 'expected'>> {
  try {
    await call();
  } catch (error) {
    return error as SteepestError;
  }
  return expect.fail('accepted');
}

describe('targets are checked before training', () => {
  it('of every loss, or they may have any value', () => {
    expect(new Set([...Object.keys(RANGES), ...OTHERS])).toEqual(new Set(lossNames));
  });

  it.each(Object.entries(RANGES))('%s', async (name, { right, wrong }) => {
    const how = { workers: 1, epochs: 1 };
    for (const values of right) {
      await build(name as LossName).fit(x, rows(values), how);
      await build(name as LossName).fit(() => [{ x, y: rows(values) }], how);
    }
    for (const values of wrong) {
      const model = build(name as LossName);
      const before = model.getWeights();
      const good = rows(right[0]!);
      const calls: Readonly<Record<string, () => Promise<unknown>>> = {
        fit: () => model.fit(x, rows(values), how),
        evaluate: () => model.evaluate(x, rows(values), { workers: 1 }),
        gradients: () => model.gradients(x, rows(values)),
        validationData: () => model.fit(x, good, { ...how, validationData: [x, rows(values)] }),
        stream: () => model.fit(() => [{ x, y: rows(values) }], how),
        'stream, row by row': () =>
          model.fit(() => x.map((row, i) => ({ x: [row], y: rows([values[i]!]) })), { ...how, batchSize: 3 }),
      };
      for (const [title, call] of Object.entries(calls)) {
        const error = await refusal(call);
        expect(error.code, title).toBe('ERR_LABEL_RANGE');
        expect(error.given, title).toBe(`${values[1]} at row 1`);
        expect(error.expected, title).toMatch(/ for this loss$/);
      }
      expect(model.getWeights()).toEqual(before);
    }
  });

  it('each set on its own: 0 and 1 to train with, −1 and 1 to validate with', async () => {
    const validationData: [number[][], number[][]] = [x, rows([-1, 1, -1])];
    await build('hinge').fit(x, rows([0, 1, 1]), { workers: 1, epochs: 2, validationData });
  });
});

describe('labelSmoothing', () => {
  it('changes the targets of the loss, not those of metrics', async () => {
    const y = rows([0, 1, 0]);
    const logs = await Promise.all(
      [0, 0.5].map((labelSmoothing) => {
        const model = build('binaryCrossentropy');
        model.compile({
          loss: { name: 'binaryCrossentropy', labelSmoothing },
          metrics: ['mse', 'binaryAccuracy'],
        });
        return model.evaluate(x, y, { workers: 1 });
      }),
    );
    expect(logs[1]!.loss).not.toBe(logs[0]!.loss);
    expect({ ...logs[1], loss: 0 }).toEqual({ ...logs[0], loss: 0 });
  });
});
