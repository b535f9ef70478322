import sharp from 'sharp';
import { LinearRegression, LogisticRegression, pipeline, StandardScaler } from 'steepest';
import { plots } from 'steepest/report';
import { describe, expect, it } from 'vitest';
import { childOf, type Element, elementsOf, parseSvg, textOf } from './svg.js';

/** What plots show of data whose values are known, from scikit-learn 1.9.1 and NumPy 2.4.6. */

const truth = [0, 1, 1, 0, 1, 0, 1, 1, 0, 0];
const scores = [0.1, 0.4, 0.35, 0.8, 0.9, 0.2, 0.65, 0.7, 0.4, 0.05];

const descOf = (svg: string): string => textOf(childOf(parseSvg(svg), 'desc')!);
const titlesOf = (svg: string): string[] =>
  elementsOf(parseSvg(svg))
    .filter(({ name, parent }) => name === 'title' && parent?.name === 'g')
    .map(textOf);
const withClass = (root: Element, name: string): Element[] =>
  elementsOf(root).filter(({ attributes }) => (attributes.class ?? '').split(' ').includes(name));

/** From places on the drawing to values, by the numbers beside the chart. */
function axisOf(words: readonly Element[], key: 'x' | 'y', low: string, high: string) {
  const [from, to] = [low, high].map((text) =>
    Number(
      words.find(
        (word) => textOf(word) === text && (word.attributes['text-anchor'] === 'end') === (key === 'y'),
      )!.attributes[key],
    ),
  );
  const shift = key === 'y' ? 4 : 0;
  return (place: number): number =>
    Number(low) + ((place - (from! - shift)) / (to! - from!)) * (Number(high) - Number(low));
}

/** The points of the first line, as values between 0 and 1. */
function unitLine(svg: string): [number[], number[]] {
  const root = parseSvg(svg);
  const words = withClass(root, 'soft');
  const [x, y] = [axisOf(words, 'x', '0', '1.0'), axisOf(words, 'y', '0', '1.0')];
  const d = withClass(root, 'line')[0]!.attributes.d!;
  const points = [...d.matchAll(/[ML](\S+) ([^ML]+)/g)].map(
    ([, px, py]) => [x(Number(px)), y(Number(py))] as const,
  );
  return [points.map(([px]) => px), points.map(([, py]) => py)];
}

/** Places have one decimal, of some hundred units. */
function expectNear(given: readonly number[], expected: readonly number[]): void {
  expect(given).toHaveLength(expected.length);
  for (const [i, value] of given.entries()) expect(Math.abs(value - expected[i]!)).toBeLessThan(0.001);
}

describe('rocCurve', () => {
  it('draws the points of roc_curve and names the area', () => {
    const svg = plots.rocCurve(truth, scores);
    const [fpr, tpr] = unitLine(svg);
    expectNear(fpr, [0, 0, 0.2, 0.2, 0.4, 0.4, 1]);
    expectNear(tpr, [0, 0.2, 0.2, 0.6, 0.8, 1, 1]);
    expect(descOf(svg)).toContain('area 0.78');
    expect(svg).toContain('area 0.780');
  });

  it('takes the second of two columns, and the class that is named', () => {
    const two = scores.map((score) => [1 - score, score]);
    expect(plots.rocCurve(truth, two)).toBe(plots.rocCurve(truth, scores));
    const words = truth.map((label) => (label === 1 ? 'churn' : 'stay'));
    const svg = plots.rocCurve(words, scores, { posLabel: 'churn' });
    expect(descOf(svg)).toContain('churn (5 rows): area 0.78');
    // The default is the second in order: stay.
    expect(descOf(plots.rocCurve(words, scores))).toContain('stay (5 rows): area 0.22');
  });

  it('compares each of several classes with the rest, and says which has no row', () => {
    const rows = [0, 1, 0, 1].map((label) => [0.6, 0.3, 0.1].map((_, c) => (c === label ? 0.8 : 0.1)));
    const desc = descOf(plots.rocCurve([0, 1, 0, 1], rows, { classes: ['a', 'b', 'c'] }));
    expect(desc).toContain('a (2 rows): area 1');
    expect(desc).toContain('Without rows: c.');
  });
});

describe('precisionRecall', () => {
  it('draws the points of precision_recall_curve and names the average precision', () => {
    const svg = plots.precisionRecall(truth, scores);
    const [recall, precision] = unitLine(svg);
    expectNear(recall, [1, 1, 0.8, 0.6, 0.4, 0.2, 0.2, 0].reverse());
    expectNear(precision, [0.5, 5 / 7, 2 / 3, 0.75, 2 / 3, 0.5, 1, 1].reverse());
    expect(descOf(svg)).toContain('average precision 0.7595');
  });
});

describe('calibration', () => {
  it('draws the bins of calibration_curve', () => {
    const svg = plots.calibration(truth, scores, { nBins: 4 });
    const [predicted, share] = unitLine(svg);
    expectNear(share, [0, 2 / 3, 1, 0.5]);
    expectNear(predicted, [0.35 / 3, 1.15 / 3, 0.675, 0.85]);
    expect(descOf(svg)).toContain('Brier score 0.1858');
  });
});

describe('confusionMatrix', () => {
  it('shows the counts of confusion_matrix', () => {
    const svg = plots.confusionMatrix(
      ['cat', 'dog', 'dog', 'bird', 'cat', 'dog'],
      ['cat', 'cat', 'dog', 'bird', 'bird', 'dog'],
    );
    const numbers = titlesOf(svg).map((title) => Number(/: (\d+) \(/.exec(title)![1]));
    expect(numbers).toEqual([1, 0, 0, 1, 1, 0, 0, 1, 2]);
    expect(titlesOf(svg)[8]).toBe('true dog, predicted dog: 2 (66.7 %)');
    expect(descOf(svg)).toContain('4 of 6 right (accuracy 0.6667)');
  });

  it('names numbered classes, and those that do not occur', () => {
    const svg = plots.confusionMatrix([0, 2], [0, 0], { classes: ['zero', 'one', 'two'] });
    expect(titlesOf(svg)).toHaveLength(9);
    expect(descOf(svg)).toContain('two as zero, 1');
  });

  it('draws the classes with the most mistakes of very many', () => {
    const labels = Array.from({ length: 300 }, (_, i) => i);
    const guess = labels.map((label) => (label >= 290 ? 0 : label));
    const svg = plots.confusionMatrix(labels, guess);
    expect(svg).toContain('The 100 of 300 classes with the most mistakes.');
    expect(svg).toContain('true 299: ');
    expect(svg.length).toBeLessThan(200_000);
  });
});

describe('residuals and predictions', () => {
  const [actual, predicted] = [
    [3, -0.5, 2, 7],
    [2.5, 0, 2, 8],
  ];

  it('have the scores of scikit-learn', () => {
    expect(descOf(plots.predictedActual(actual, predicted))).toContain(
      'R² 0.949, RMSE 0.6124, mean absolute error 0.5',
    );
    expect(descOf(plots.residuals(actual, predicted))).toContain(
      'mean size 0.5, root mean square 0.6124, largest 1',
    );
    expect(titlesOf(plots.residuals(actual, predicted))).toContain('predicted 8, residual −1');
  });

  it('count very many points, of which none is lost', () => {
    const many = Float64Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 1000);
    const svg = plots.scatter(many, many.toReversed());
    const counted = titlesOf(svg).map((title) =>
      Number(/^([\d,]+) rows/.exec(title)![1]!.replaceAll(',', '')),
    );
    expect(counted.reduce((sum, count) => sum + count)).toBe(100_000);
    expect(svg.length).toBeLessThan(200_000);
  });

  it('leave rows without a number out, and say so', () => {
    const desc = descOf(plots.scatter([1, Number.NaN, 3], [1, 2, Number.POSITIVE_INFINITY]));
    expect(desc).toBe('1 rows, x 1 to 1, y 1 to 1. 2 rows without a number are left out.');
  });
});

describe('histogram', () => {
  it('counts as NumPy does', () => {
    const svg = plots.histogram([1, 2, 2, 3, 3, 3, 4, 4, 5, 9.5], { bins: 4 });
    expect(titlesOf(svg)).toEqual([
      '1 to 3.125: 6 rows',
      '3.125 to 5.25: 3 rows',
      '5.25 to 7.375: 0 rows',
      '7.375 to 9.5: 1 rows',
    ]);
  });

  it('has bins of a round width that hold every value', () => {
    const svg = plots.histogram(Float64Array.from({ length: 5000 }, (_, i) => Math.sin(i) * 10));
    const counts = titlesOf(svg).map((title) =>
      Number(/: ([\d,]+) rows/.exec(title)![1]!.replaceAll(',', '')),
    );
    expect(counts.reduce((sum, count) => sum + count)).toBe(5000);
    expect(titlesOf(svg)[0]).toMatch(/^−10 to −8: /);
  });
});

describe('learningCurve', () => {
  const history = { loss: [3, 2, 1], valLoss: [3.5, 1.5, 2], accuracy: [0.1, 0.5, 0.9] };

  it('marks the epoch that fit calls the best, or else the lowest loss of validation', () => {
    expect(descOf(plots.learningCurve(history))).toContain('Best epoch: 2.');
    expect(descOf(plots.learningCurve({ history, bestEpoch: 2 }))).toContain('Best epoch: 3.');
    expect(descOf(plots.learningCurve({ loss: [3, 2, 1] }))).not.toContain('Best');
  });

  it('says the values of each epoch', () => {
    expect(titlesOf(plots.learningCurve(history))[1]).toBe(
      'epoch 2\nloss: training 2, validation 1.5\naccuracy: 0.5',
    );
  });

  it('shows the learning rate last, and gaps where a value is not finite', () => {
    const svg = plots.learningCurve({
      learningRate: [0.1, 0.01, 0.001],
      loss: [1, Number.NaN, 0.5],
      valLoss: [1, 2, 3],
    });
    const lines = withClass(parseSvg(svg), 'strong').map(textOf);
    expect(lines).toEqual(['loss', 'learning rate, logarithmic']);
    expect(
      withClass(parseSvg(svg), 's1')
        .flatMap(({ children }) => children)
        .filter((child) => (child as Element).name === 'circle'),
    ).toHaveLength(2);
  });

  it('loses no peak of ten thousand epochs', () => {
    const loss = Array.from({ length: 10_000 }, (_, i) => (i === 4321 ? 5 : 1));
    const svg = plots.learningCurve({ loss, valLoss: loss, accuracy: loss, learningRate: loss });
    const y = withClass(parseSvg(svg), 'line').map(
      ({ attributes }) => new Set(attributes.d!.match(/(?<= )[\d.]+/g)),
    );
    for (const places of y) expect(places.size).toBe(2);
    expect(svg.length).toBeLessThan(200_000);
  });
});

describe('coefficients', () => {
  const x = [
    [1, 10],
    [2, 30],
    [3, 20],
    [4, 40],
  ];

  it('are those of the model, or of the last step of a pipeline, by name', async () => {
    const y = [1, 2, 3, 4];
    const model = await new LinearRegression().fit(x, y);
    expect(titlesOf(plots.coefficients(model, { names: ['one', 'ten'] }))[0]).toBe('one: 1');
    const steps = await pipeline(new StandardScaler(), new LinearRegression()).fit(x, y);
    // The standard deviation of 1, 2, 3, 4 is √1.25.
    expect(titlesOf(plots.coefficients(steps))[0]).toBe('x0: 1.12');
  });

  it('have a mark per class', async () => {
    const model = await new LogisticRegression().fit(x, ['a', 'b', 'c', 'a']);
    const titles = titlesOf(plots.coefficients(model));
    expect(titles).toHaveLength(6);
    expect(titles[0]).toMatch(/^x\d, a: /);
  });
});

describe('importance', () => {
  it('is in descending order', () => {
    const svg = plots.importance({
      featureNames: ['low', 'high'],
      importancesMean: Float64Array.of(0.1, 0.5),
      importancesStd: Float64Array.of(0.01, 0.1),
    });
    expect(titlesOf(svg)).toEqual(['high: 0.5 (0.4 to 0.6)', 'low: 0.1 (0.09 to 0.11)']);
  });
});

describe('images', () => {
  it('are PNG files of their pixels', async () => {
    const pixels = Uint8Array.from({ length: 3 * 5 * 3 }, (_, i) => i * 5);
    const svg = plots.images({ data: pixels, shape: [1, 3, 5, 3] });
    const file = Buffer.from(/base64,([^"]+)/.exec(svg)![1]!, 'base64');
    // sharp is libpng: it checks the checksums.
    const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
    expect([info.height, info.width, info.channels]).toEqual([3, 5, 3]);
    expect([...data]).toEqual([...pixels]);
  });

  it('are made smaller where they would take too much', () => {
    const data = Uint8Array.from({ length: 100 * 96 * 96 * 3 }, (_, i) => (i * 7919) % 256);
    expect(plots.images({ data, shape: [100, 96, 96, 3] }).length).toBeLessThan(250_000);
  });

  it('have the range of what they are given as', () => {
    const bytes = plots.images({ data: Uint8Array.of(0, 51, 255, 102), shape: [1, 2, 2] });
    const shares = plots.images({ data: Float64Array.of(0, 0.2, 1, 0.4), shape: [1, 2, 2, 1] });
    const centred = plots.images(
      { data: Float64Array.of(-1, -0.6, 1, -0.2), shape: [1, 2, 2] },
      { range: [-1, 1] },
    );
    expect(shares).toBe(bytes);
    expect(centred).toBe(bytes);
  });
});
