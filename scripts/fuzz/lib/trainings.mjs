/**
 * Trainings that a process can begin, lose and take up again: small models, so that a run takes tens
 * of milliseconds, which between them have all that a checkpoint holds.
 */
import { callbacks, layers, sequential } from '../../../dist/bundle/esm/index.js';

const ROWS = 240;
const x = Array.from({ length: ROWS }, (_, i) => [Math.sin(i), Math.cos(3 * i), (i % 7) / 7, (i % 5) / 5]);
const y = x.map(([a, b, c]) => [a * b + c]);

const compiled = (between, optimizer = 'adam') =>
  sequential({
    seed: 3,
    layers: [
      layers.dense({ units: 24, activation: 'tanh', inputShape: [4] }),
      ...between,
      layers.dense({ units: 1 }),
    ],
  }).compile({ optimizer, loss: 'meanSquaredError', metrics: ['mae'] });

const cosine = { schedule: 'cosine', from: 0.02, to: 1e-4, epochs: 8, warmup: 1 };
const plain = () => compiled([], { name: 'adam', learningRate: cosine });
const normed = (optimizer) => compiled([layers.batchNorm(), layers.dropout({ rate: 0.3 })], optimizer);

async function* batches(rows = ROWS) {
  for (let at = 0, i = 0; at < rows; i++) {
    const end = Math.min(rows, at + [9, 2, 31][i % 3]);
    yield { x: x.slice(at, end), y: y.slice(at, end) };
    at = end;
  }
}

/** A user's own callback: every few epochs it lowers the rate. */
function lowering() {
  let epochs = 0;
  return {
    name: 'lowering',
    onEpochEnd({ model }) {
      if (++epochs % 3 === 0) model.learningRate *= 0.7;
    },
    state: () => epochs,
    restore: (state) => {
      epochs = state;
    },
  };
}

/** Each trains a model with the options that it gets, to the end of its epochs. */
export const TRAININGS = {
  arrays: (own) => [plain(), (model) => model.fit(x, y, { epochs: 8, batchSize: 16, ...own })],
  validated: (own) => [
    normed(),
    (model) => model.fit(x, y, { epochs: 8, batchSize: 16, validationSplit: 0.2, ...own }),
  ],
  stream: (own) => [
    normed(),
    (model) => model.fit(() => batches(), { epochs: 8, batchSize: 16, shuffleBuffer: 70, ...own }),
  ],
  steps: (own) => [
    plain(),
    (model) =>
      model.fit(() => batches(), {
        epochs: 10,
        batchSize: 16,
        stepsPerEpoch: 13,
        validationData: () => batches(60),
        validationFreq: 2,
        ...own,
      }),
  ],
  callbacks: (own) => [
    normed({ name: 'sgd', learningRate: 0.05, momentum: 0.9, accumulateSteps: 2 }),
    (model) =>
      model.fit(x, y, {
        epochs: 18,
        batchSize: 16,
        validationSplit: 0.2,
        callbacks: [
          callbacks.earlyStopping({ monitor: 'valLoss', patience: 6, restoreBest: true }),
          callbacks.reduceOnPlateau({ monitor: 'loss', patience: 1, factor: 0.5 }),
          callbacks.ema({ decay: 0.9 }),
          lowering(),
        ],
        ...own,
      }),
  ],
};
