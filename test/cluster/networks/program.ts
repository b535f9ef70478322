/**
 * The program of a rank: trains a network of each kind and prints hashes of all that training has
 * changed, and of the histories. Arguments: a folder for `resume`, and the step at which the rank
 * RANK kills itself: FOLDER STEP RANK.
 */
export const PROGRAM = `
import { createHash } from 'node:crypto';
import { callbacks, layers, sequential } from 'steepest';
import { cluster } from 'steepest/cluster';

const [folder, killStep, killRank] = process.argv.slice(2);
const ranks = await cluster({ alone: true, timeoutMs: 40_000 });
const ROWS = 200;
const x = Array.from({ length: ROWS }, (_, i) => [Math.sin(i), Math.cos(3 * i), (i % 7) / 7, (i % 5) / 5]);
const y = x.map(([a, b, c]) => [a * b + c]);
const images = x.map((row) => Array.from({ length: 4 }, (_, i) => row.map((v) => [v * (i + 1)])));
const hash = (value) => createHash('sha256').update(value).digest('hex');

const dense = () => [
  layers.dense({ units: 24, activation: 'tanh', inputShape: [4] }),
  layers.dropout({ rate: 0.2 }),
  layers.dense({ units: 1 }),
];
const convolutions = () => [
  layers.conv2d({ filters: 6, kernelSize: 3, padding: 'same', inputShape: [4, 4, 1] }),
  layers.batchNorm(),
  layers.activation({ activation: 'relu' }),
  layers.flatten(),
  layers.dense({ units: 1 }),
];

async function train(own, inputs, given) {
  const model = sequential({ seed: 3, layers: own });
  model.compile({
    optimizer: { name: 'adam', learningRate: 0.01, globalClipNorm: 1 },
    loss: 'meanSquaredError',
    metrics: ['mae'],
  });
  const options = { epochs: 6, batchSize: 128, validationSplit: 0.2, workers: 1, shards: 8 };
  const result = await model.fit(inputs, y, { ...options, cluster: ranks, ...given });
  const weights = model.getWeights().map(({ data }) => hash(data));
  return { weights, result, step: model.trainingState().step };
}

const killing = {
  onEpochEnd({ step }) {
    if (step >= Number(killStep) && ranks.rank === Number(killRank)) process.kill(process.pid, 'SIGKILL');
  },
};
const watching = [callbacks.earlyStopping({ patience: 50, restoreBest: true })];
if (folder !== undefined) {
  // Hooks are rank 0's alone: another rank dies while rank 0 trains.
  if (Number(killRank) > 0 && ranks.rank === Number(killRank)) {
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50 * Number(killStep));
  }
  const epochs = 40;
  const resume = { folder, everySteps: 3 };
  console.log(JSON.stringify([await train(dense(), x, { resume, epochs, callbacks: [...watching, killing] })]));
} else {
  console.log(JSON.stringify([await train(dense(), x), await train(convolutions(), images)]));
}
await ranks.close();
`;
