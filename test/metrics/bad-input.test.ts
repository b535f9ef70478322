import { metrics } from 'steepest';
import { describe, expect, it } from 'vitest';

const {
  accuracyScore,
  averagePrecisionScore,
  classificationReport,
  confusionMatrix,
  f1Score,
  logLoss,
  meanSquaredError,
  precisionScore,
  r2Score,
  rocAucScore,
  rocCurve,
} = metrics;

const code = (name: string) => expect.objectContaining({ code: name });
/** Calls with arguments that TypeScript would refuse. */
const loose = (score: unknown) => score as (...values: unknown[]) => unknown;

const TWO_COLUMNS = [
  [1, 0],
  [0, 1],
];
const TWO_ROWS = { data: [1, 0, 0, 0, 1, 0], shape: [2, 3] } as never;

describe('scores refuse', () => {
  it.each<[string, () => unknown, string]>([
    ['no samples', () => accuracyScore([], []), 'ERR_EMPTY'],
    ['lengths that differ', () => accuracyScore([1, 2], [1]), 'ERR_SHAPE'],
    ['numbers for strings', () => accuracyScore(['a'], [1]), 'ERR_ARGUMENT'],
    ['names of several types', () => loose(accuracyScore)(['a', 1], ['a', 'b']), 'ERR_ARGUMENT'],
    ['null for a class', () => loose(accuracyScore)([null], [null]), 'ERR_ARGUMENT'],
    ['NaN for a class', () => accuracyScore([Number.NaN], [1]), 'ERR_NOT_FINITE'],
    ['two columns of classes', () => loose(accuracyScore)([[0, 1]], [[0, 1]]), 'ERR_SHAPE'],
    ['negative weights', () => accuracyScore([1, 2], [1, 2], { sampleWeight: [1, -1] }), 'ERR_ARGUMENT'],
    ['weights that are all 0', () => accuracyScore([1, 2], [1, 2], { sampleWeight: [0, 0] }), 'ERR_ARGUMENT'],
    ['too few weights', () => accuracyScore([1, 2], [1, 2], { sampleWeight: [1] }), 'ERR_SHAPE'],
    ['labels that never occur', () => confusionMatrix([1], [1], { labels: [2] }), 'ERR_ARGUMENT'],
    ['labels twice', () => confusionMatrix([1], [1], { labels: [1, 1] }), 'ERR_ARGUMENT'],
    ['an unknown normalize', () => loose(confusionMatrix)([1], [1], { normalize: 'rows' }), 'ERR_ARGUMENT'],
    ['three classes as two', () => precisionScore([0, 1, 2], [0, 1, 2]), 'ERR_ARGUMENT'],
    ['strings without posLabel', () => f1Score(['a', 'b'], ['a', 'b']), 'ERR_ARGUMENT'],
    ['posLabel that does not occur', () => f1Score([0, 1], [0, 1], { posLabel: 7 }), 'ERR_ARGUMENT'],
    ['an unknown average', () => loose(f1Score)([0, 1], [0, 1], { average: 'mean' }), 'ERR_ARGUMENT'],
    ['zeroDivision 2', () => f1Score([0, 1], [0, 1], { zeroDivision: 2 }), 'ERR_ARGUMENT'],
    [
      'too few targetNames',
      () => classificationReport([0, 1], [0, 1], { targetNames: ['a'] }),
      'ERR_ARGUMENT',
    ],
    ['digits -1', () => classificationReport([0, 1], [0, 1], { digits: -1 }), 'ERR_ARGUMENT'],
    ['probabilities above 1', () => logLoss([0, 1], [0.5, 1.5]), 'ERR_LABEL_RANGE'],
    ['one class without labels', () => logLoss([1, 1], [0.5, 0.5]), 'ERR_SHAPE'],
    ['a class outside labels', () => logLoss([0, 2], [0.5, 0.5], { labels: [0, 1] }), 'ERR_LABEL_RANGE'],
    ['classes 1 and 2 without posLabel', () => rocCurve([1, 2], [0.1, 0.2]), 'ERR_ARGUMENT'],
    ['a score of infinity', () => rocCurve([0, 1], [0, Number.POSITIVE_INFINITY]), 'ERR_NOT_FINITE'],
    [
      'two columns of scores',
      () =>
        rocCurve(
          [0, 1],
          [
            [0, 1],
            [1, 0],
          ],
        ),
      'ERR_SHAPE',
    ],
    ['maxFpr 0', () => rocAucScore([0, 1], [0, 1], { maxFpr: 0 }), 'ERR_ARGUMENT'],
    [
      'three classes without multiClass',
      () =>
        rocAucScore(
          [0, 1, 2],
          [
            [1, 0, 0],
            [0, 1, 0],
            [0, 0, 1],
          ],
        ),
      'ERR_ARGUMENT',
    ],
    [
      'rows that do not add up',
      () =>
        rocAucScore(
          [0, 1, 2],
          [
            [2, 0, 0],
            [0, 1, 0],
            [0, 0, 1],
          ],
          { multiClass: 'ovr' },
        ),
      'ERR_ARGUMENT',
    ],
    [
      'a column too few',
      () =>
        rocAucScore(
          [0, 1, 2],
          [
            [1, 0],
            [0, 1],
            [0, 1],
          ],
          { multiClass: 'ovr' },
        ),
      'ERR_SHAPE',
    ],
    [
      'ovo with weights',
      () =>
        rocAucScore(
          [0, 1, 2],
          [
            [1, 0, 0],
            [0, 1, 0],
            [0, 0, 1],
          ],
          { multiClass: 'ovo', sampleWeight: [1, 1, 2] },
        ),
      'ERR_ARGUMENT',
    ],
    [
      'posLabel with three classes',
      () =>
        averagePrecisionScore(
          [0, 1, 2],
          [
            [1, 0, 0],
            [0, 1, 0],
            [0, 0, 1],
          ],
          { posLabel: 1 },
        ),
      'ERR_ARGUMENT',
    ],
    [
      'ragged rows',
      () =>
        meanSquaredError(
          [[1, 2], [3]],
          [
            [1, 2],
            [3, 4],
          ],
        ),
      'ERR_RAGGED',
    ],
    ['text for numbers', () => loose(meanSquaredError)([1, '2'], [1, 2]), 'ERR_ARGUMENT'],
    [
      'columns that differ',
      () =>
        r2Score(
          [
            [1, 2],
            [3, 4],
          ],
          [1, 2],
        ),
      'ERR_SHAPE',
    ],
    [
      'a wrong number of output weights',
      () => r2Score([1, 2], [1, 2], { multioutput: [1, 2] }),
      'ERR_ARGUMENT',
    ],
    ['an unknown multioutput', () => loose(r2Score)([1, 2], [1, 2], { multioutput: 'all' }), 'ERR_ARGUMENT'],
    [
      'a shape that does not fit',
      () => r2Score({ data: new Float64Array(3), shape: [2] }, [1, 2]),
      'ERR_SHAPE',
    ],
    ['alpha above 1', () => metrics.meanPinballLoss([1], [1], { alpha: 1.5 }), 'ERR_ARGUMENT'],
    ['text for alpha', () => loose(metrics.d2PinballScore)([1, 2], [1, 2], { alpha: '1' }), 'ERR_ARGUMENT'],
    [
      'options of maxError',
      () => loose(metrics.maxError)([1], [1], { sampleWeight: [1] }),
      'ERR_UNKNOWN_NAME',
    ],
    ['two targets for maxError', () => metrics.maxError([[1, 2]], [[1, 2]]), 'ERR_SHAPE'],
    ['a count below 0', () => metrics.meanPoissonDeviance([1, -1], [1, 1]), 'ERR_LABEL_RANGE'],
    ['a predicted count of 0', () => metrics.meanPoissonDeviance([0, 1], [0, 1]), 'ERR_LABEL_RANGE'],
    ['an amount of 0', () => metrics.meanGammaDeviance([0, 1], [1, 1]), 'ERR_LABEL_RANGE'],
    ['power 0.5', () => metrics.meanTweedieDeviance([1], [1], { power: 0.5 }), 'ERR_ARGUMENT'],
    ['two columns of amounts', () => metrics.meanGammaDeviance([[1, 2]], [[1, 2]]), 'ERR_SHAPE'],
    ['k of 0', () => metrics.topKAccuracyScore([0, 1], [0, 1], { k: 0 }), 'ERR_ARGUMENT'],
    ['two columns for two classes', () => metrics.topKAccuracyScore([0, 1], TWO_COLUMNS), 'ERR_SHAPE'],
    ['unordered labels', () => metrics.topKAccuracyScore([0], TWO_ROWS, { labels: [2, 1, 0] }), 'ERR_SHAPE'],
    ['words without posLabel', () => metrics.brierScoreLoss(['a', 'b'], [0.1, 0.9]), 'ERR_ARGUMENT'],
    ['three classes in one column', () => metrics.brierScoreLoss([0, 1, 2], [0, 1, 1]), 'ERR_ARGUMENT'],
    [
      'posLabel of columns',
      () => metrics.brierScoreLoss([0, 1], TWO_COLUMNS, { posLabel: 1 }),
      'ERR_ARGUMENT',
    ],
    ['a chance of 1.5', () => metrics.brierScoreLoss([0, 1], [0.5, 1.5]), 'ERR_LABEL_RANGE'],
    [
      'scaleByHalf 1',
      () => loose(metrics.brierScoreLoss)([0, 1], [0, 1], { scaleByHalf: 1 }),
      'ERR_ARGUMENT',
    ],
    [
      'unknown weights',
      () => loose(metrics.cohenKappaScore)([0, 1], [0, 1], { weights: 'cubic' }),
      'ERR_ARGUMENT',
    ],
    ['a kappa of 2', () => metrics.cohenKappaScore([1], [1], { replaceUndefinedBy: 2 }), 'ERR_ARGUMENT'],
  ])('%s', (_, call, name) => {
    expect(call).toThrow(code(name));
  });
});

describe('scores take', () => {
  it('typed arrays and { data, shape } as well as lists', () => {
    const truth = Float32Array.of(1, 2, 4);
    const guess = { data: Float64Array.of(1, 2, 3), shape: [3, 1] };
    expect(meanSquaredError(truth, guess)).toBeCloseTo(1 / 3, 14);
    expect(accuracyScore(Int32Array.of(1, 2, 4), guess)).toBeCloseTo(2 / 3, 14);
  });

  it('a Float32Array of probabilities, kept 2^-23 from 0', () => {
    expect(logLoss([0, 1], Float32Array.of(0, 0))).toBeCloseTo(-Math.log(2 ** -23) / 2, 6);
  });
});

describe('tables for people', () => {
  it('prints a confusion matrix', () => {
    const words = ['cat', 'dog', 'dog', 'cat'];
    expect(String(confusionMatrix(words, ['cat', 'dog', 'cat', 'cat']))).toBe(
      [
        'true \\ predicted  cat  dog',
        '────────────────  ───  ───',
        'cat                 2    0',
        'dog                 1    1',
      ].join('\n'),
    );
  });

  it('prints a report', () => {
    const report = classificationReport(['a', 'b', 'b', 'a'], ['a', 'b', 'a', 'a'], {
      targetNames: ['ham', 'spam'],
    });
    const lines = String(report).split('\n');
    expect(lines[0]).toMatch(/^class +precision +recall +F1 +support$/);
    expect(lines[2]).toMatch(/^ham +0\.67 +1\.00 +0\.80 +2$/);
    expect(lines[3]).toMatch(/^spam +1\.00 +0\.50 +0\.67 +2$/);
    expect(lines[5]).toMatch(/^accuracy +0\.75 +4$/);
    expect(lines[7]).toMatch(/^weighted average +0\.83 +0\.75 +0\.73 +4$/);
  });
});
