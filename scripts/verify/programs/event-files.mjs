// Trains twice with callbacks.tensorBoard and prints what its files have to hold.
//   node event-files.mjs FOLDER
import { callbacks, data, layers, sequential } from 'steepest';

const [folder] = process.argv.slice(2);
const { x, y } = data.makeMoons({ nSamples: 500, noise: 0.2, seed: 1 });
const model = sequential({
  seed: 1,
  layers: [
    layers.dense({ units: 8, activation: 'relu', inputShape: [2] }),
    layers.dense({ units: 1, activation: 'sigmoid' }),
  ],
});
const learningRate = { schedule: 'cosine', from: 0.05, to: 0.001, epochs: 40 };
model.compile({
  optimizer: { name: 'adam', learningRate },
  loss: 'binaryCrossentropy',
  metrics: ['binaryAccuracy', 'mae'],
});
const histories = [];
const steps = { batch_loss: [], batch_binary_accuracy: [], batch_mae: [] };
const watch = {
  every: 5,
  onBatchEnd({ step, logs: { loss, binaryAccuracy, mae } }) {
    steps.batch_loss.push([step, loss]);
    steps.batch_binary_accuracy.push([step, binaryAccuracy]);
    steps.batch_mae.push([step, mae]);
  },
};
for (const initialEpoch of [0, 20]) {
  const { history } = await model.fit(x, y, {
    initialEpoch,
    epochs: initialEpoch + 20,
    validationSplit: 0.2,
    callbacks: [callbacks.learningRateLogger(), callbacks.tensorBoard({ folder, updateEvery: 5 }), watch],
  });
  histories.push(history);
}
console.log(JSON.stringify({ histories, steps }));
