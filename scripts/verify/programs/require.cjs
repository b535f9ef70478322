// The same package by `require`, from both entries, on the main thread and in a worker.
const { writeFileSync } = require('node:fs');
const { isMainThread, parentPort, Worker } = require('node:worker_threads');
const { backend, layers, sequential, SteepestError } = require('steepest');
const { sgemm } = require('steepest/kernels');

async function trainBriefly() {
  const model = sequential({ seed: 1, layers: [layers.dense({ units: 1, inputShape: [1] })] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  await model.fit([[0], [1], [2]], [0, 1, 2], { epochs: 2, workers: 2 });
  const refused = await model
    .fit([[0, 1]], [0], { epochs: 1 })
    .catch((error) => error instanceof SteepestError);
  const { kind, isa, target } = backend();
  const finite = model.getWeights().every(({ data }) => data.every(Number.isFinite));
  return { kind, isa, target, finite, refused, kernels: typeof sgemm };
}

if (isMainThread) {
  const output = process.argv.at(-1);
  trainBriefly()
    .then(
      (main) =>
        new Promise((resolve, reject) => {
          new Worker(__filename).once('message', (worker) => resolve({ main, worker })).once('error', reject);
        }),
    )
    .then(
      (result) => writeFileSync(output, JSON.stringify(result)),
      (error) => writeFileSync(output, JSON.stringify({ error: String(error?.stack ?? error) })),
    );
} else {
  trainBriefly().then((result) => parentPort.postMessage(result));
}
