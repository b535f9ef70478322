/** Networks by rule, and how they are trained. */

import { callbacks as made } from '../../networks/callbacks/index.js';
import type { LayerConfig } from '../../networks/layers/definition.js';
import { layers as layer } from '../../networks/layers/index.js';
import { type Sequential, sequential } from '../../networks/models/sequential.js';
import type { Task } from './dataset.js';
import type { FitManner, NetworkWishes } from './learner.js';

/** A compiled network, and how long it is trained. */
export interface NetworkPlan {
  network: Sequential;
  epochs: number;
  batchSize: number;
}

/** What a network's ends have to fit. */
export interface Ends {
  task: Task;
  /** Of a classification. */
  classes: number;
  rows: number;
}

/** Epochs without a lower loss of the rows that are held out for it, after which training ends. */
const PATIENCE = 12;
/** Epochs without one after which the learning rate falls. */
const PLATEAU = 4;
const FACTOR = 0.3;

/** The last layer and the loss: one output for two classes or a number. */
export function head({ task, classes }: Ends): { last: LayerConfig; loss: string; metrics: string[] } {
  if (task === 'regression') {
    return { last: layer.dense({ units: 1 }), loss: 'meanSquaredError', metrics: ['mae'] };
  }
  if (classes === 2) {
    const last = layer.dense({ units: 1, activation: 'sigmoid' });
    return { last, loss: 'binaryCrossentropy', metrics: ['accuracy'] };
  }
  const last = layer.dense({ units: classes, activation: 'softmax' });
  return { last, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] };
}

/** Units of the hidden layers: more rows can teach more. */
export const hiddenUnits = (rows: number): [number, number] =>
  rows < 2000 ? [32, 16] : rows < 20_000 ? [64, 32] : [128, 64];

/** About a hundred steps per epoch or more, and mini-batches that keep a core busy. */
const usualBatch = (rows: number): number => (rows < 5000 ? 32 : rows < 50_000 ? 64 : 128);

const MLP_EPOCHS = 200;
const MLP_RATE = 1e-3;
/** Enough to keep weights of columns that say nothing small. */
const WEIGHT_DECAY = 1e-4;

/** Two hidden layers. */
export function mlp(inputs: number, ends: Ends, wishes: NetworkWishes): NetworkPlan {
  const [first, second] = hiddenUnits(ends.rows);
  const { last, loss, metrics } = head(ends);
  const relu = { activation: 'relu', kernelInitializer: 'heUniform' } as const;
  const network = sequential({
    seed: wishes.seed,
    layers: [
      layer.dense({ units: first, ...relu, inputShape: [inputs] }),
      layer.dense({ units: second, ...relu }),
      last,
    ] as never,
  });
  const learningRate = wishes.learningRate ?? MLP_RATE;
  network.compile({
    optimizer: { name: 'adamw', learningRate, weightDecay: WEIGHT_DECAY },
    loss: loss as never,
    metrics: metrics as never,
  });
  return {
    network,
    epochs: wishes.epochs ?? MLP_EPOCHS,
    batchSize: wishes.batchSize ?? usualBatch(ends.rows),
  };
}

/** How long a network of one's own is trained, unless it is told. */
export const usualFit = (rows: number): Pick<NetworkPlan, 'epochs' | 'batchSize'> => ({
  epochs: 50,
  batchSize: usualBatch(rows),
});

/** Options of a network's fit that stops by held-out rows, with the weights of its best epoch. */
export function fitOptions({ signal, folder, progress }: FitManner, stops: boolean) {
  const callbacks = stops
    ? [
        made.reduceOnPlateau({ monitor: 'valLoss', factor: FACTOR, patience: PLATEAU }),
        made.earlyStopping({ monitor: 'valLoss', patience: PATIENCE, restoreBest: true }),
      ]
    : [];
  return { signal, progress, resume: { folder }, callbacks };
}
