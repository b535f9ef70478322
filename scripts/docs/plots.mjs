// Draws the pictures of docs/charts.md, one of each plot, into docs/plots/. The data are made up.
//   node scripts/docs/plots.mjs        (`npm test` fails if they are not current)
import { writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { plots } from 'steepest/report';

let state = 42;
/** From 0 to 1: a multiplicative congruential generator (Park & Miller 1988). */
function uniform() {
  state = (state * 48271) % 2147483647;
  return state / 2147483647;
}
/** Nearly normal: the sum of twelve uniform numbers has variance 1. */
const normal = () => Array.from({ length: 12 }, uniform).reduce((sum, value) => sum + value, -6);
const list = (length, of) => Array.from({ length }, (_, i) => of(i));

/** What a network's training looks like. */
function history() {
  const fall = (i, rate) => 1 / (1 + rate * i);
  return {
    loss: list(30, (i) => 2.2 * fall(i, 0.45) + 0.01 * normal()),
    valLoss: list(30, (i) => 2.1 * fall(i, 0.5) + 0.13 + 0.009 * i + 0.02 * normal()),
    accuracy: list(30, (i) => 1 - 0.75 * fall(i, 0.5)),
    valAccuracy: list(30, (i) => 0.93 - 0.68 * fall(i, 0.6) + 0.006 * normal()),
  };
}

/** Whether customers leave, and the probability that a model gives. */
function churn(rows) {
  const truth = list(rows, () => (uniform() < 0.27 ? 1 : 0));
  const scores = truth.map((label) => {
    const score = (label === 1 ? 0.75 : -0.9) + normal();
    return 0.5 + (0.5 * score) / (1 + Math.abs(score));
  });
  return { truth, scores };
}

/** Flowers of three kinds, and what a model takes them for. */
function flowers() {
  const kinds = ['setosa', 'versicolor', 'virginica'];
  const truth = list(150, (i) => kinds[Math.floor(i / 50)]);
  const guess = truth.map((kind) => {
    const isMistaken = kind !== 'setosa' && uniform() < 0.08;
    return isMistaken ? kinds[3 - kinds.indexOf(kind)] : kind;
  });
  const size = { setosa: [1.5, 0.25], versicolor: [4.3, 1.3], virginica: [5.6, 2] };
  const along = truth.map(() => normal());
  return {
    truth,
    guess,
    length: truth.map((kind, i) => size[kind][0] * (1 + 0.1 * along[i])),
    width: truth.map((kind, i) => size[kind][1] * (1 + 0.1 * along[i] + 0.08 * normal())),
  };
}

/** Prices of houses, and what a model says. */
function houses(rows) {
  const predicted = list(rows, () => 0.6 + 4 * uniform());
  return { predicted, actual: predicted.map((value) => value + 0.16 * (1 + value) * normal()) };
}

/** Rings as grey images. */
function rings() {
  const pixels = new Uint8Array(8 * 28 * 28);
  for (let i = 0; i < pixels.length; i++) {
    const [x, y] = [(i % 28) - 13.5, (Math.floor(i / 28) % 28) - 13.5];
    const radius = 3 + Math.floor(i / 784);
    pixels[i] = 255 * Math.max(0, 1 - Math.abs(Math.sqrt(x * x + y * y) - radius) / 2);
  }
  return { data: pixels, shape: [8, 28, 28] };
}

const columns = ['median income', 'latitude', 'longitude', 'rooms', 'age', 'population'];

/** Each picture's SVG, by the name of its plot. */
export function pictures() {
  state = 42;
  const { truth, scores } = churn(1500);
  const iris = flowers();
  const { predicted, actual } = houses(4000);
  const captions = list(8, (i) =>
    i === 5 ? { text: '6', note: 'is 5', isWrong: true } : { text: String(i), note: '99 %' },
  );
  return {
    learningCurve: plots.learningCurve(history()),
    confusionMatrix: plots.confusionMatrix(iris.truth, iris.guess),
    rocCurve: plots.rocCurve(truth, scores),
    precisionRecall: plots.precisionRecall(truth, scores),
    calibration: plots.calibration(truth, scores),
    residuals: plots.residuals(actual, predicted),
    predictedActual: plots.predictedActual(actual.slice(0, 800), predicted.slice(0, 800)),
    coefficients: plots.coefficients({ names: columns, values: [0.85, -0.9, -0.87, 0.31, 0.12, -0.01] }),
    importance: plots.importance({
      featureNames: columns,
      importancesMean: Float64Array.of(0.52, 0.6, 0.55, 0.08, 0.06, 0.01),
      importancesStd: Float64Array.of(0.02, 0.03, 0.02, 0.01, 0.01, 0.004),
    }),
    histogram: plots.histogram(actual, { title: 'Prices', xName: 'in 100,000 dollars' }),
    scatter: plots.scatter(iris.length, iris.width, {
      title: 'Petals',
      xName: 'length, cm',
      yName: 'width, cm',
      groups: iris.truth,
    }),
    bars: plots.bars(
      { 'logistic regression': 0.84, 'small network': 0.86, 'most frequent class': 0.73 },
      { title: 'Accuracy' },
    ),
    images: plots.images(rings(), { title: 'Answers', captions }),
  };
}

/** Where a picture lies. */
export const pictureFile = (name) => fileURLToPath(new URL(`../../docs/plots/${name}.svg`, import.meta.url));

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const [name, svg] of Object.entries(pictures())) writeFileSync(pictureFile(name), `${svg}\n`);
}
