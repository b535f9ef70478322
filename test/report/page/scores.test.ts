// The numbers on the page are those of scikit-learn, or follow from mathematics.
import { describe, expect, it } from 'vitest';
import { report } from '#steepest/report/index.js';
import { readFixture } from '../../support/fixtures.js';
import { parsePage, scoresOf } from './parsePage.js';

type Numbers = readonly number[] | readonly (readonly number[])[];
interface Case {
  score: string;
  yTrue: string;
  yOther: string;
  options: Record<string, unknown>;
  value: number;
}

const { arrays, cases } = readFixture<{ arrays: unknown[]; cases: Record<string, Case[]> }>('scores');
const all = Object.values(cases).flat();

/** What scikit-learn says of two arrays. */
function expected(score: string, yTrue: number, yOther: number, options: object = {}): number {
  const found = all.find(
    (one) =>
      one.score === score &&
      one.yTrue === `@${yTrue}` &&
      one.yOther === `@${yOther}` &&
      JSON.stringify(one.options) === JSON.stringify(options),
  );
  if (found === undefined) throw new Error(`no ${score} of ${yTrue} and ${yOther}`);
  return found.value;
}

/** A number of the page. */
function shown(text: string): number {
  const number = Number(text.replace('−', '-').replace(/ ?%/, ''));
  return text.includes('%') ? number / 100 : number;
}

const params = { getParams: () => ({}) };

/** Models that say what the fixture has, whatever they are asked. */
const saying = {
  classes: (guess: readonly unknown[], classes: readonly unknown[]) => ({
    ...params,
    type: 'Fixed',
    isClassifier: true,
    classes,
    predict: async () => guess,
  }),
  scores: (truth: readonly number[], scores: readonly number[]) => ({
    ...saying.classes(truth, [0, 1]),
    decisionFunction: async () => Float64Array.from(scores),
  }),
  proba: (rows: readonly (readonly number[])[]) => ({
    ...saying.classes(
      rows.map((row) => row.indexOf(Math.max(...row))),
      rows[0]!.map((_, k) => k),
    ),
    predictProba: async () => ({
      data: Float64Array.from(rows.flat()),
      shape: [rows.length, rows[0]!.length],
    }),
  }),
  values: (guess: Numbers) => ({
    ...params,
    type: 'Fixed',
    predict: async () =>
      Array.isArray(guess[0])
        ? { data: Float64Array.from(guess.flat()), shape: [guess.length, (guess[0] as number[]).length] }
        : Float64Array.from(guess as readonly number[]),
  }),
};

async function scores(model: object, y: unknown) {
  const x = (y as unknown[]).map((_, i) => [i]);
  const page = await report({ model, test: [x, y as never], importance: false });
  return scoresOf(parsePage(page));
}

describe('scores of a report', () => {
  it('of classes are those of scikit-learn', async () => {
    const [truth, guess] = [arrays[2] as string[], arrays[3] as string[]];
    const found = await scores(saying.classes(guess, ['cat', 'dog', 'emu']), truth);
    expect(shown(found.Accuracy!.value)).toBeCloseTo(expected('accuracyScore', 2, 3), 2);
    expect(shown(found['Balanced accuracy']!.value)).toBeCloseTo(expected('balancedAccuracyScore', 2, 3), 2);
    const f1 = expected('f1Score', 2, 3, { average: 'macro' });
    expect(shown(found['F1, mean of classes']!.value)).toBeCloseTo(f1, 3);
    const most = Math.max(...['cat', 'dog', 'emu'].map((name) => truth.filter((one) => one === name).length));
    expect(shown(found.Accuracy!.beside.split('baseline ')[1]!)).toBeCloseTo(most / truth.length, 2);
    expect(Object.keys(found)).not.toContain('Log loss');
  });

  it('of two classes with scores are those of scikit-learn', async () => {
    const [truth, values] = [arrays[15] as number[], arrays[16] as number[]];
    const found = await scores(saying.scores(truth, values), truth);
    expect(found.Accuracy!.value).toBe('100 %');
    expect(shown(found['ROC AUC']!.value)).toBeCloseTo(expected('rocAucScore', 15, 16), 3);
    expect(shown(found['Average precision']!.value)).toBeCloseTo(
      expected('averagePrecisionScore', 15, 16),
      3,
    );
    const share = truth.reduce((sum, one) => sum + one, 0) / truth.length;
    expect(shown(found['Average precision']!.beside.split('baseline ')[1]!)).toBeCloseTo(share, 3);
  });

  it('of probabilities are those of scikit-learn', async () => {
    const [truth, rows] = [arrays[25] as number[], arrays[26] as number[][]];
    const found = await scores(saying.proba(rows), truth);
    const auc = expected('rocAucScore', 25, 26, { multiClass: 'ovr', average: 'macro' });
    expect(shown(found['ROC AUC, mean of classes']!.value)).toBeCloseTo(auc, 3);
    expect(shown(found['Log loss']!.value)).toBeCloseTo(expected('logLoss', 25, 26), 3);
    // The loss of the shares of the classes is their entropy.
    const shares = [0, 1, 2].map((k) => truth.filter((one) => one === k).length / truth.length);
    const entropy = -shares.reduce((sum, p) => sum + p * Math.log(p), 0);
    expect(shown(found['Log loss']!.beside.split('baseline ')[1]!)).toBeCloseTo(entropy, 2);
  });

  it.each([
    // The mean of the test explains nothing of its variance; a column without variance is explained.
    [38, 39, {}, 0],
    [41, 42, { multioutput: 'uniformAverage' }, 0.5],
  ] as const)('of values are those of scikit-learn: %i and %i', async (truth, guess, options, baseline) => {
    const found = await scores(saying.values(arrays[guess] as Numbers), arrays[truth]);
    for (const [name, score] of [
      ['R²', 'r2Score'],
      ['Mean absolute error', 'meanAbsoluteError'],
      ['Root mean squared error', 'rootMeanSquaredError'],
    ] as const) {
      expect(shown(found[name]!.value)).toBeCloseTo(expected(score, truth, guess, options), 2);
    }
    expect(shown(found['R²']!.beside.split('baseline ')[1]!.replace(/×10.*/, 'e-9'))).toBeCloseTo(
      baseline,
      6,
    );
  });

  it('compare with a baseline that knows the training rows, if there are some', async () => {
    const x = [[0], [1], [2], [3]];
    const model = saying.classes(['a', 'a', 'b', 'b'], ['a', 'b']);
    const test = [x, ['a', 'a', 'a', 'b']] as const;
    const alone = scoresOf(parsePage(await report({ model, test, importance: false })));
    expect(alone.Accuracy).toEqual({ value: '75 %', beside: 'no better baseline 75 %' });
    const train = [x, ['b', 'b', 'b', 'a']] as const;
    const both = scoresOf(parsePage(await report({ model, test, train, importance: false })));
    expect(both.Accuracy).toEqual({ value: '75 %', beside: '▲ better baseline 25 %' });
  });
});
