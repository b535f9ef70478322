import { plots } from 'steepest/report';
import { randomNumbers } from '../support/random.js';

/** Every plot with inputs of any size and shape, drawn at random; the tests of this folder walk the list. */

export interface Random {
  /** From 0 to 1. */
  unit(): number;
  /** A whole number from low to high. */
  whole(low: number, high: number): number;
  pick<T>(list: readonly T[]): T;
}

export function randomOf(seed: number): Random {
  const next = randomNumbers(seed + 1);
  const unit = (): number => Math.min(0.999999, (next() + 1) / 2);
  const whole = (low: number, high: number): number => low + Math.floor(unit() * (high - low + 1));
  return { unit, whole, pick: (list) => list[whole(0, list.length - 1)]! };
}

const WORDS = [
  'a',
  'Iris',
  'median income',
  'WWWW',
  'mmmmmmmmmm',
  'Bürger­entscheid',
  '猫',
  '🐈‍⬛',
  'x<y & "z"',
  "it's",
  '\u0000\ud800',
  'ill',
  '100 %',
];

export const nameOf = ({ whole, pick }: Random): string =>
  Array.from({ length: pick([1, 1, 2, 3, 12]) }, () => pick(WORDS)).join(' ') +
  (whole(0, 5) === 0 ? ' long'.repeat(60) : '');

/** Different names. */
export const namesOf = (random: Random, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${nameOf(random)} ${i}`);

/** Around any number, of any size, and perhaps all the same. */
export function numbersOf(random: Random, count: number): number[] {
  const { unit, pick } = random;
  const size = pick([1, 1, 1, 1e-300, 1e-7, 0.01, 1e4, 1e7, 1e12, 1e300]);
  const centre = pick([0, 0, 0.5, 1, -3, 1000, 1e6]) * size;
  const spread = pick([0, 1e-9, 1, 1, 1, 10]) * size;
  return Array.from({ length: count }, () => centre + (unit() - 0.5) * spread);
}

function classify(random: Random, rows: number, classes: number) {
  const { unit, whole } = random;
  const truth = Array.from({ length: rows }, (_, i) => (i < classes ? i : whole(0, classes - 1)));
  const sharpness = random.pick([0, 1, 5, 100]);
  const scores = truth.map((label) => {
    const row = Array.from(
      { length: classes },
      (_, c) => unit() + (c === label ? sharpness * unit() : 0) + 1e-9,
    );
    const sum = row.reduce((a, b) => a + b);
    return row.map((value) => value / sum);
  });
  const guess = scores.map((row) => row.indexOf(Math.max(...row)));
  return { truth, scores, guess };
}

/** Numbers per epoch, as training gives them. */
function history(random: Random, epochs: number, most = 6): Record<string, number[]> {
  const { unit, pick, whole } = random;
  const names = [
    'loss',
    'accuracy',
    'meanAbsoluteError',
    'top_5_accuracy',
    'learningRate',
    'someVeryLongNameOfAMetricThatSomebodyWrote',
  ];
  return Object.fromEntries(
    names.slice(0, whole(1, most)).flatMap((name) => {
      const curve = (): number[] => {
        const decay = pick([0, 0.01, 0.1, 1]);
        const start = pick([0, 1, 1e-5, 100, 1e8, -4]);
        return Array.from({ length: epochs }, (_, i) => {
          if (whole(0, 20) === 0) return pick([Number.NaN, Number.POSITIVE_INFINITY, start]);
          return start * Math.exp(-decay * i) + 0.01 * unit() * start;
        });
      };
      const validation = `val${name[0]!.toUpperCase()}${name.slice(1)}`;
      return unit() < 0.6
        ? [
            [name, curve()],
            [validation, curve()],
          ]
        : [[name, curve()]];
    }),
  );
}

const titleOf = (random: Random): { title?: string; width?: number } => ({
  ...random.pick([{}, {}, { title: '' }, { title: nameOf(random) }]),
  ...random.pick([{}, {}, { width: 320 }, { width: 1100 }]),
});

const SIZES = [1, 2, 3, 24, 50, 201, 2500];

export const CASES: Record<keyof typeof plots, (random: Random) => string> = {
  learningCurve: (random) =>
    plots.learningCurve(history(random, random.pick([1, 2, 3, 7, 10, 30, 100, 1000])), titleOf(random)),
  confusionMatrix: (random) => {
    const classes = random.pick([1, 2, 3, 5, 10, 26, 40, 100]);
    const { truth, guess } = classify(random, classes + random.pick([0, 5, 1000]), classes);
    const names = random.pick([undefined, namesOf(random, classes)]);
    return plots.confusionMatrix(truth, guess, { classes: names, ...titleOf(random) });
  },
  rocCurve: (random) => {
    const classes = random.pick([2, 2, 3, 6, 7, 30]);
    const { truth, scores } = classify(random, classes + random.pick([0, 5, 300]), classes);
    const names = random.pick([undefined, namesOf(random, classes)]);
    return plots.rocCurve(truth, scores, { classes: names, ...titleOf(random) });
  },
  precisionRecall: (random) => {
    const classes = random.pick([2, 2, 3, 6, 7, 30]);
    const { truth, scores } = classify(random, classes + random.pick([0, 5, 300]), classes);
    const names = random.pick([undefined, namesOf(random, classes)]);
    return plots.precisionRecall(truth, scores, { classes: names, ...titleOf(random) });
  },
  calibration: (random) => {
    const classes = random.pick([2, 2, 3, 6, 7, 30]);
    const { truth, scores } = classify(random, classes + random.pick([0, 5, 300]), classes);
    const names = random.pick([undefined, namesOf(random, classes)]);
    const nBins = random.pick([1, 2, 10, 40]);
    return plots.calibration(truth, scores, { classes: names, nBins, ...titleOf(random) });
  },
  residuals: (random) => {
    const rows = random.pick(SIZES);
    return plots.residuals(numbersOf(random, rows), numbersOf(random, rows), titleOf(random));
  },
  predictedActual: (random) => {
    const rows = random.pick(SIZES);
    return plots.predictedActual(numbersOf(random, rows), numbersOf(random, rows), titleOf(random));
  },
  histogram: (random) =>
    plots.histogram(numbersOf(random, random.pick(SIZES)), {
      bins: random.pick([undefined, undefined, 1, 7, 200]),
      xName: nameOf(random),
      ...titleOf(random),
    }),
  scatter: (random) => {
    const rows = random.pick(SIZES);
    const count = random.whole(1, Math.min(8, rows));
    const groups = Array.from({ length: rows }, (_, i) => i % count);
    return plots.scatter(numbersOf(random, rows), numbersOf(random, rows), {
      ...random.pick([{}, { groups, classes: namesOf(random, count) }]),
      xName: nameOf(random),
      yName: nameOf(random),
      ...titleOf(random),
    });
  },
  coefficients: (random) => {
    const columns = random.pick([1, 2, 8, 40]);
    const rows = random.pick([1, 1, 2, 6, 9]);
    const values = Array.from({ length: rows }, () => numbersOf(random, columns));
    return plots.coefficients(
      { values, names: namesOf(random, columns) },
      { classes: random.pick([undefined, namesOf(random, rows)]), ...titleOf(random) },
    );
  },
  importance: (random) => {
    const columns = random.pick([1, 2, 8, 40]);
    const importancesStd = Float64Array.from(numbersOf(random, columns), Math.abs);
    const importancesMean = Float64Array.from(numbersOf(random, columns));
    return plots.importance(
      { featureNames: namesOf(random, columns), importancesMean, importancesStd },
      titleOf(random),
    );
  },
  bars: (random) => {
    const scale = random.pick(['linear', 'log'] as const);
    const bar = () => {
      const [value] = numbersOf(random, 1).map((one) => (scale === 'log' ? Math.abs(one) + 1e-300 : one));
      const spread = { low: value! * 0.9, high: value! * 1.1 };
      return {
        name: nameOf(random),
        ...random.pick([{ value }, { value, ...spread }, { note: nameOf(random) }]),
      };
    };
    const some = () => Array.from({ length: random.pick([1, 2, 5, 30]) }, bar);
    const data = random.pick([
      some(),
      [
        { name: nameOf(random), bars: some() },
        { name: nameOf(random), bars: some() },
      ],
    ]);
    const unit = random.pick(['', '×', '%', 'GFLOP/s', nameOf(random)]);
    return plots.bars(data, { scale, unit, xName: random.pick(['', nameOf(random)]), ...titleOf(random) });
  },
  images: (random) => {
    const count = random.pick([1, 2, 7, 40]);
    const [height, width] = [random.pick([1, 8, 28, 40]), random.pick([1, 8, 28, 40])];
    const channels = random.pick([1, 3, 4]);
    const data = Float32Array.from({ length: count * height * width * channels }, () => random.unit());
    const captions = Array.from({ length: count }, () =>
      random.pick([
        nameOf(random),
        { text: nameOf(random), note: nameOf(random), isWrong: random.unit() < 0.5 },
      ]),
    );
    return plots.images(
      { data, shape: [count, height, width, channels] },
      {
        captions: random.pick([undefined, captions]),
        columns: random.pick([undefined, 1, 3]),
        ...titleOf(random),
      },
    );
  },
};
