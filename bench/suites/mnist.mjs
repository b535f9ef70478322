// MNIST, 784-128-10, batch 128, Adam, shuffling and metrics included: the time of five epochs.
import { data } from 'steepest';
import { MNIST_HINT } from '../lib/data.mjs';
import { mnistModel } from '../lib/models.mjs';
import { seconds } from '../lib/print.mjs';
import { absent, rowOf, takeTurns } from '../lib/turns.mjs';

export const title = 'Five epochs of MNIST, 784-128-10, batch 128, Adam';
export const about =
  'Shuffling and metrics included. TensorFlow.js and brain.js see part of the rows for one epoch, and their time is scaled up; the ' +
  'accuracy beside it is of that part. brain.js has no mini-batches and runs as by default: sigmoid, SGD, one sample a step.';

const EPOCHS = 5;
const ROWS = 60000;

const accuracyNote = (accuracy, tail = '') => `test accuracy ${(100 * accuracy).toFixed(2)} %${tail}`;

function scaled({ secondsPerEpoch, rows, accuracy }) {
  return {
    value: (secondsPerEpoch * EPOCHS * ROWS) / rows,
    note: accuracyNote(accuracy, ` after ${rows.toLocaleString('en')} rows`),
  };
}

export async function run({ quick, rounds, workers, peers, folder }) {
  if (folder === undefined) throw new Error(`it needs MNIST: ${MNIST_HINT}`);
  const { train, test } = await data.loadMnist(folder);
  const ours = (backend, epochs) => async () => {
    const model = mnistModel('adam');
    const took = await seconds(() =>
      model.fit(train.x, train.y, { epochs, batchSize: 128, workers, backend }),
    );
    const { accuracy } = await model.evaluate(test.x, test.y);
    const tail = epochs === EPOCHS ? '' : ` after ${epochs} epoch`;
    return { value: (took * EPOCHS) / epochs, note: accuracyNote(accuracy, tail) };
  };
  const python = peers.python();
  const tensorflow = (backend, rows) => async () =>
    scaled(await peers.node('tensorflow.mjs', folder, backend, rows, 1));
  const javascript = {
    'TensorFlow.js, JavaScript backend': quick ? absent('too slow for a quick run') : tensorflow('cpu', 1920),
    'brain.js': async () => scaled(await peers.node('brain.mjs', folder, quick ? 500 : 2000)),
  };
  const options = { rounds: rounds ?? (quick ? 1 : 3), warmUp: false };
  await ours(undefined, 1)();
  const native = await takeTurns(
    {
      steepest: ours(undefined, EPOCHS),
      'scikit-learn MLPClassifier': async () => {
        const { seconds: value, accuracy } = await python.ask({ task: 'mlp', folder, epochs: EPOCHS });
        return { value, note: accuracyNote(accuracy) };
      },
      'TensorFlow.js, WASM backend': tensorflow('wasm', quick ? 3000 : 15000),
      ...javascript,
      'steepest, TypeScript kernels': ours('typescript', 1),
    },
    options,
  );
  const { 'steepest, TypeScript kernels': fallback, ...rivals } = native;
  const row = (results, name) => rowOf(results, { name, unit: 's', better: 'lower', headline: true });
  const plain = Object.fromEntries(Object.keys(javascript).map((name) => [name, native[name]]));
  return [
    row(rivals, 'five epochs of MNIST'),
    row({ 'steepest, TypeScript kernels': fallback, ...plain }, 'the same without native code'),
  ];
}
