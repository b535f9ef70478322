// A fit whose callback or stream, named by the argument, waits for what never comes, in a program
// that has nothing else to do. Prints how far it came. Run by never-answers.test.ts, which wants
// the process to end on its own.
import { LinearRegression, layers, sequential } from 'steepest';

const x = Array.from({ length: 48 }, (_, r) => [Math.sin(r), Math.cos(r)]);
const y = x.map(([a, b]) => [a * b]);
const never = () => new Promise(() => {});
const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });

async function* batches(whole = 1) {
  for (let i = 0; i < whole; i++) yield { x, y };
  await never();
}
const silent = { epochs: 3, workers: 2, progress: false };
const runs = {
  callback: () => model.fit(x, y, { ...silent, callbacks: [{ onEpochEnd: never }] }),
  stream: () => model.fit(() => batches(), silent),
  validation: () => model.fit(x, y, { ...silent, validationData: () => batches() }),
  evaluation: () => model.evaluate(() => batches(), { workers: 2 }),
  // Both wait, one of them for threads that the other has.
  twoFits: () => {
    const second = () => runs.stream();
    return sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] })
      .compile({ optimizer: 'sgd', loss: 'meanSquaredError' })
      .fit(x, y, { ...silent, callbacks: [{ onEpochEnd: second }] });
  },
  leastSquares: () => new LinearRegression({ workers: 2 }).fit(() => batches(2)),
};
process.on('exit', () => console.log('ended'));
const kind = process.argv[2];
void runs[kind]().then(
  () => console.log('answered'),
  (error) => console.log(`failed: ${error.message}`),
);
