import { plots } from 'steepest/report';
import { describe, expect, it } from 'vitest';

/** What plots refuse before they draw, and with which hint. `test/inputs/messages` passes whatever there is. */

const REFUSED: Record<string, [draw: () => string, code: string, words: RegExp]> = {
  'a misspelled option': [
    () => plots.bars({ a: 1 }, { tilte: 'x' } as object),
    'ERR_UNKNOWN_NAME',
    /'title'/,
  ],
  'an option of another library': [
    () => plots.confusionMatrix([0], [0], { labels: ['a'] } as object),
    'ERR_UNKNOWN_NAME',
    /'classes'/,
  ],
  'a width nobody can read': [() => plots.bars({ a: 1 }, { width: 100 }), 'ERR_ARGUMENT', /at least 320/],
  'no epochs': [() => plots.learningCurve({ loss: [] }), 'ERR_EMPTY', /Train first/],
  'lists of different lengths': [
    () => plots.learningCurve({ loss: [1, 2], valLoss: [1] }),
    'ERR_SHAPE',
    /history\.valLoss with 2/,
  ],
  'a best epoch that is none': [
    () => plots.learningCurve({ history: { loss: [1] }, bestEpoch: 1 }),
    'ERR_ARGUMENT',
    /from 0 to 0/,
  ],
  'one class only': [() => plots.rocCurve([1, 1], [0.1, 0.2]), 'ERR_ARGUMENT', /at least two classes/],
  'a column per class that is missing': [
    () => plots.rocCurve([0, 1, 2], [0.1, 0.2, 0.3]),
    'ERR_SHAPE',
    /3 columns/,
  ],
  'scores in place of probabilities': [
    () => plots.calibration([0, 1], [-2, 3]),
    'ERR_LABEL_RANGE',
    /predictProba/,
  ],
  'too few names': [
    () => plots.confusionMatrix([0, 1, 2], [0, 1, 2], { classes: ['a', 'b'] }),
    'ERR_ARGUMENT',
    /one name per class/,
  ],
  'the same name twice': [
    () => plots.confusionMatrix([0, 1], [0, 1], { classes: ['a', 'a'] }),
    'ERR_ARGUMENT',
    /different names/,
  ],
  'predictions of other rows': [() => plots.residuals([1, 2], [1]), 'ERR_SHAPE', /2 rows/],
  'NaN among targets': [() => plots.residuals([1, Number.NaN], [1, 2]), 'ERR_NOT_FINITE', /row 1/],
  'no finite number': [() => plots.histogram([Number.NaN]), 'ERR_EMPTY', /finite/],
  'a thousand bins': [() => plots.histogram([1, 2], { bins: 1000 }), 'ERR_ARGUMENT', /at most 200/],
  'nine groups': [
    () =>
      plots.scatter([...'123456789'].map(Number), [...'123456789'].map(Number), { groups: [...'123456789'] }),
    'ERR_ARGUMENT',
    /at most 8/,
  ],
  'a model without coefficients': [() => plots.coefficients({ fit() {} }), 'ERR_ARGUMENT', /importance\(\)/],
  'a bar of 0 by ratio': [() => plots.bars({ a: 0 }, { scale: 'log' }), 'ERR_ARGUMENT', /linear/],
  'no bars': [() => plots.bars([]), 'ERR_EMPTY', /\{ name, value \}/],
  'a field that no bar has': [
    () => plots.bars([{ name: 'a', value: 1, min: 0 } as { name: string }]),
    'ERR_UNKNOWN_NAME',
    /'low'/,
  ],
  'images without a shape': [() => plots.images([[1, 2]] as never), 'ERR_SHAPE', /shape/],
  'captions of other images': [
    () => plots.images({ data: new Uint8Array(4), shape: [1, 2, 2] }, { captions: ['a', 'b'] }),
    'ERR_SHAPE',
    /1 row/,
  ],
};

describe('plots refuse', () => {
  it.each(Object.entries(REFUSED))('%s', (_name, [draw, code, words]) => {
    expect(draw).toThrowError(expect.objectContaining({ name: 'SteepestError', code }));
    expect(draw).toThrowError(words);
  });
});
