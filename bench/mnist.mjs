// Five epochs of MNIST, 784-128-10, batch 128, Adam, shuffling and metrics included, against scikit-learn's
// MLPClassifier and TensorFlow.js at the same settings, in one run.
//   STEEPEST_PYTHON=/path/to/python node bench/mnist.mjs [--rounds 3]
// The Python needs bench/peers/requirements.txt; TensorFlow.js needs `npm ci --ignore-scripts` in bench/peers. Rivals
// that are not there are left out. Needs MNIST in $STEEPEST_DATA/mnist or ../shared/data/mnist.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { data, shutdown } from 'steepest';
import { mnistFolder } from './lib/data.mjs';
import { mnistModel } from './lib/models.mjs';
import { median, printMachine, seconds } from './lib/report.mjs';

const EPOCHS = 5;
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });
const folder = mnistFolder();
if (folder === undefined)
  throw new Error('no MNIST found: set STEEPEST_DATA to a folder that has mnist/ with the four IDX files');
const here = (file) => fileURLToPath(new URL(`peers/${file}`, import.meta.url));

function runPeer(command, args) {
  const result = spawnSync(command, args, { encoding: 'utf8' });
  if (result.status !== 0) return undefined;
  return JSON.parse(result.stdout.trim().split('\n').at(-1));
}

const { train, test } = await data.loadMnist(folder);

async function ours(backend) {
  const model = mnistModel('adam');
  const took = await seconds(() => model.fit(train.x, train.y, { epochs: EPOCHS, batchSize: 128, backend }));
  const { accuracy } = await model.evaluate(test.x, test.y);
  return { seconds: took, accuracy };
}

/** TensorFlow.js takes minutes for an epoch in plain JavaScript: it gets fewer rows, and time is scaled up. */
function tensorflow(backend, rows) {
  const result = runPeer(process.execPath, [here('tfjs_mnist.mjs'), backend, String(rows), '1']);
  return result && { seconds: (result.secondsPerEpoch * EPOCHS * 60000) / rows, accuracy: result.accuracy };
}

const contenders = {
  steepest: () => ours(undefined),
  'steepest, TypeScript kernels': () => ours('typescript'),
  'scikit-learn MLPClassifier': () =>
    runPeer(process.env.STEEPEST_PYTHON ?? 'python3', [here('sklearn_mnist.py'), folder]),
  'TensorFlow.js, WASM backend': () => tensorflow('wasm', 20000),
  'TensorFlow.js, JavaScript backend': () => tensorflow('cpu', 3840),
};

printMachine();
const results = new Map(Object.keys(contenders).map((name) => [name, []]));
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [name, run] of Object.entries(contenders)) {
    const result = await run();
    if (result !== undefined) results.get(name).push(result);
  }
}
const mine = median(results.get('steepest').map((r) => r.seconds));
const fallback = median(results.get('steepest, TypeScript kernels').map((r) => r.seconds));
console.log(
  `${'five epochs of MNIST'.padEnd(36)}  seconds  accuracy   against steepest   against its TypeScript kernels`,
);
for (const [name, runs] of results) {
  if (runs.length === 0) {
    console.log(`${name.padEnd(36)}  not there`);
    continue;
  }
  const took = median(runs.map((r) => r.seconds));
  const accuracy = `${(100 * median(runs.map((r) => r.accuracy))).toFixed(2)} %`;
  const columns = [
    took.toFixed(2).padStart(7),
    accuracy.padStart(8),
    `${(took / mine).toFixed(1)} ×`.padStart(17),
  ];
  console.log(
    `${name.padEnd(36)}  ${columns.join('  ')}  ${`${(took / fallback).toFixed(1)} ×`.padStart(30)}`,
  );
}
console.log(
  '\nTensorFlow.js sees part of the rows for one epoch; its time is scaled up, its accuracy is of that part.',
);
await shutdown();
