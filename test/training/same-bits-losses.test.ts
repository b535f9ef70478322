import { type Loss, type LossName, layers, lossNames, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import {
  type KernelChoice,
  native,
  nativeChoices,
  typescriptExact,
  typescriptFast,
} from '../support/kernelChoices.js';
import { randomNumbers, randomRows } from '../support/random.js';

/** Three mini-batches an epoch; the last has fewer rows than 7 workers have tiles for. */
const [ROWS, BATCH, EPOCHS, OUTPUTS] = [49, 20, 3, 19];
const next = randomNumbers(29);
const x = randomRows(ROWS, 11, next);
const shares = randomRows(ROWS, OUTPUTS, () => Math.abs(next()));

/** With differences on both sides of huber's delta, and with every step that a loss may leave out. */
const LOSSES: Partial<Record<LossName, Loss>> = {
  huber: { name: 'huber', delta: 0.3 },
  quantile: { name: 'quantile', quantile: 0.8 },
  binaryCrossentropy: { name: 'binaryCrossentropy', labelSmoothing: 0.1 },
  sparseCategoricalCrossentropy: { name: 'sparseCategoricalCrossentropy', labelSmoothing: 0.1 },
  binaryFocalCrossentropy: { name: 'binaryFocalCrossentropy', gamma: 1.5, applyClassBalancing: true },
  categoricalFocalCrossentropy: { name: 'categoricalFocalCrossentropy', gamma: 1.5 },
};

function targetsOf(name: LossName): number[][] | number[] {
  if (name === 'sparseCategoricalCrossentropy') return shares.map((_, i) => i % OUTPUTS);
  if (name === 'hinge' || name === 'squaredHinge')
    return shares.map((row) => row.map((v) => (v > 0.3 ? 1 : 0)));
  if (!['categoricalCrossentropy', 'categoricalFocalCrossentropy', 'klDivergence'].includes(name))
    return shares;
  return shares.map((row) => row.map((v) => v / row.reduce((a, b) => a + b, 0)));
}

async function train(name: LossName, workers: number, { options }: KernelChoice): Promise<unknown> {
  const activation = /ategorical.*Crossentropy$/.test(name) ? 'softmax' : 'sigmoid';
  const hidden = layers.dense({ units: 13, activation: 'tanh', inputShape: [11] });
  const model = sequential({ seed: 3, layers: [hidden, layers.dense({ units: OUTPUTS, activation })] });
  model.compile({ optimizer: 'adam', loss: LOSSES[name] ?? name });
  const how = { ...options, workers, epochs: EPOCHS, batchSize: BATCH, sampleWeight: x.map((_, i) => i % 3) };
  const { history } = await model.fit(x, targetsOf(name), how);
  return { history, weights: model.getWeights().map(({ data }) => Buffer.from(data.buffer).toString('hex')) };
}

describe('every loss gives the same bits', () => {
  it.each(lossNames)('%s', async (name) => {
    const one = await train(name, 1, native);
    for (const workers of [2, 3, 7]) {
      expect(await train(name, workers, native), `${workers} workers`).toEqual(one);
    }
    for (const choice of [...nativeChoices, typescriptExact]) {
      expect(await train(name, 2, choice), choice.title).toEqual(one);
    }
    const fast = await train(name, 1, typescriptFast);
    for (const workers of [2, 3, 7]) {
      expect(await train(name, workers, typescriptFast), `${workers} workers`).toEqual(fast);
    }
  });
});
