// Trains four models on all ranks of a cluster; rank 0 prints a hash of each.
//   mpirun -n 3 node cluster-bits.mjs      the ranks of a job
//   node cluster-bits.mjs                  one process with the same shards, without a cluster
import { createHash } from 'node:crypto';
import { data, LinearRegression, LogisticRegression, layers, sequential } from 'steepest';
import { cluster } from 'steepest/cluster';

const LAUNCHED = ['OMPI_COMM_WORLD_SIZE', 'PMI_SIZE'].some((name) => name in process.env);
const ROWS = 1000;

const hashOf = (arrays) => {
  const hash = createHash('sha256');
  for (const array of arrays) hash.update(array);
  return hash.digest('hex').slice(0, 16);
};

async function network(compiled, x, y, c, batchSize) {
  await compiled.fit(x, y, { epochs: 2, batchSize, shards: 8, ...(c && { cluster: c }) });
  return hashOf(compiled.getWeights().map((weights) => weights.data));
}

const perceptron = () =>
  sequential({
    seed: 1,
    layers: [
      layers.dense({ units: 30, activation: 'relu', inputShape: [10] }),
      layers.dropout({ rate: 0.1 }),
      layers.dense({ units: 2, activation: 'softmax' }),
    ],
  }).compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });

const convolutions = () =>
  sequential({
    seed: 1,
    layers: [
      layers.conv2d({ filters: 8, kernelSize: 3, padding: 'same', useBias: false, inputShape: [12, 12, 1] }),
      layers.batchNorm(),
      layers.activation({ activation: 'relu' }),
      layers.maxPool2d(),
      layers.flatten(),
      layers.dense({ units: 2, activation: 'softmax' }),
    ],
  }).compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });

/** This rank's rows of a table. */
function own({ x, y }, c) {
  const [from, to] = [0, 1].map((next) => Math.floor((ROWS * ((c?.rank ?? 0) + next)) / (c?.size ?? 1)));
  const [, columns] = x.shape;
  return [
    { data: x.data.slice(from * columns, to * columns), shape: [to - from, columns] },
    { data: y.data.slice(from, to), shape: [to - from] },
  ];
}

const c = LAUNCHED ? await cluster({ timeoutMs: 60_000 }) : undefined;
const option = c && { cluster: c };
const classes = data.makeClassification({ nSamples: ROWS, nFeatures: 10, seed: 1 });
const numbers = data.makeRegression({ nSamples: ROWS, nFeatures: 10, noise: 1, seed: 1 });
const images = new Float32Array(ROWS * 144).map((_, i) => Math.fround(Math.sin(i * 0.37) + (i % 7) / 7));

const logistic = await new LogisticRegression().fit(...own(classes, c), option);
const least = await new LinearRegression().fit(...own(numbers, c), option);
const doubles = (values) => Float64Array.from([values].flat(2));
const found = {
  perceptron: await network(perceptron(), classes.x, classes.y, c, 40),
  // Of images, a shard is whole groups of 16.
  convolutions: await network(convolutions(), { data: images, shape: [ROWS, 12, 12, 1] }, classes.y, c, 128),
  logistic: hashOf([doubles(logistic.coef), doubles(logistic.intercept)]),
  least: hashOf([doubles(least.coef), doubles(least.intercept)]),
};
const all = (await c?.gather(found)) ?? [found];
if ((c?.rank ?? 0) === 0) {
  console.log(JSON.stringify({ ranks: all.length, library: c?.library, all }));
}
await c?.close();
