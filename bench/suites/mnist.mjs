// MNIST, 784-128-10, batch 128, Adam, shuffling and metrics included: the time of five epochs.
import { data } from 'steepest';
import { MNIST_HINT } from '../lib/data.mjs';
import { mnistModel } from '../lib/models.mjs';
import { coresOf } from '../lib/peers.mjs';
import { seconds } from '../lib/print.mjs';
import { stepFlops, withPeak } from '../lib/roofline.mjs';
import { absent, rowOf, takeTurns } from '../lib/turns.mjs';

export const title = 'Five epochs of MNIST, 784-128-10, batch 128, Adam';
export const about =
  'Shuffling and metrics included; JAX computes an epoch in one jit, compiled before. jax-js, TensorFlow.js and brain.js see part of the rows for one epoch, and their time is scaled up; the ' +
  'accuracy beside it is of that part. brain.js has no mini-batches and runs as by default: sigmoid, SGD, one sample a step.';

const EPOCHS = 5;
const ROWS = 60000;
const BATCH = 128;

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
      model.fit(train.x, train.y, { epochs, batchSize: BATCH, workers, backend }),
    );
    const { accuracy } = await model.evaluate(test.x, test.y);
    const tail = epochs === EPOCHS ? '' : ` after ${epochs} epoch`;
    return { value: (took * EPOCHS) / epochs, note: accuracyNote(accuracy, tail) };
  };
  const python = peers.python();
  const tensorflow = (backend, rows) => async () =>
    scaled(await peers.node('tensorflow.mjs', folder, backend, rows, 1));
  const jax = peers.jax();
  const jaxjs = peers.jaxjs();
  const epochOf = (ask) => async () =>
    scaled(await ask({ task: 'jaxjsEpoch', folder, rows: quick ? 1920 : 6400, batch: BATCH }));
  const javascript = {
    ...Object.fromEntries(jaxjs.map(({ label, ask }) => [label, epochOf(ask)])),
    'TensorFlow.js, JavaScript backend': quick ? absent('too slow for a quick run') : tensorflow('cpu', 1920),
    'brain.js': async () => scaled(await peers.node('brain.mjs', folder, quick ? 500 : 2000)),
  };
  const epochsOf = (ask) => async () => {
    const { seconds: value, accuracy } = await ask({
      task: 'jaxEpochs',
      folder,
      epochs: EPOCHS,
      batch: BATCH,
    });
    return { value, note: accuracyNote(accuracy) };
  };
  const contenders = {
    steepest: ours(undefined, EPOCHS),
    'scikit-learn MLPClassifier': async () => {
      const { seconds: value, accuracy } = await python.ask({ task: 'mlp', folder, epochs: EPOCHS });
      return { value, note: accuracyNote(accuracy) };
    },
    ...Object.fromEntries(jax.map(({ label, ask }) => [label, epochsOf(ask)])),
    'TensorFlow.js, WASM backend': tensorflow('wasm', quick ? 3000 : 15000),
    ...javascript,
    'steepest, TypeScript kernels': ours('typescript', 1),
  };
  await ours(undefined, 1)();
  const flops = (stepFlops(mnistModel('adam'), { batchSize: BATCH }) * EPOCHS * ROWS) / BATCH;
  const cores = { steepest: workers, ...coresOf([...jax, ...jaxjs]) };
  const [results, limit] = await withPeak({ flops, cores }, () =>
    takeTurns(contenders, { rounds: rounds ?? (quick ? 1 : 2), warmUp: false }),
  );
  const { 'steepest, TypeScript kernels': fallback, ...rivals } = results;
  const how = { unit: 's', better: 'lower', headline: true };
  const among = (names) => Object.fromEntries(names.map((name) => [name, results[name]]));
  const inJavaScript = ['TensorFlow.js, JavaScript backend', 'brain.js'];
  const withWasm = [...jaxjs.map(({ label }) => label), 'TensorFlow.js, WASM backend'];
  const own = { 'steepest, TypeScript kernels': fallback };
  return [
    rowOf(rivals, { name: 'five epochs of MNIST', ...how, limit }),
    rowOf({ ...own, ...among(inJavaScript) }, { name: 'the same in JavaScript alone', ...how }),
    rowOf(
      { ...own, ...among([...withWasm, ...inJavaScript]) },
      { name: 'the same without native code, WebAssembly included', ...how },
    ),
  ];
}
