import { layers } from 'steepest';
import type { LayerConfig } from '#steepest/networks/layers/definition.js';
import type { Training } from './job.js';

const dense = (units: number, more: Partial<Parameters<typeof layers.dense>[0]> = {}): LayerConfig =>
  layers.dense({ units, activation: 'relu', ...more });
const head = layers.dense({ units: 7, activation: 'softmax' });
const mlp = [dense(70), dense(40, { activation: 'gelu' }), head];
const conv = (filters: number, more: Partial<Parameters<typeof layers.conv2d>[0]> = {}): LayerConfig =>
  layers.conv2d({ filters, kernelSize: 3, activation: 'relu', ...more });
const images = { inputShape: [10, 10, 3], samples: 200, batch: 128, steps: 3 };

/** Networks of every kind of gradient, and every way from a gradient to an update. */
export const TRAININGS: Record<string, Training> = {
  MLP: { inputShape: [90], layers: mlp, optimizer: 'adam' },
  'MLP without biases': { inputShape: [90], layers: [dense(33, { useBias: false }), head] },
  'one input': { inputShape: [1], layers: [dense(20), head] },
  'weights, dropout and rescaling': {
    inputShape: [90],
    layers: [layers.rescaling({ scale: 0.5 }), dense(70), layers.dropout({ rate: 0.3 }), head],
    weights: true,
  },
  'norms of gradients': {
    inputShape: [90],
    layers: mlp,
    optimizer: { name: 'adam', clipNorm: 0.05 },
    averages: true,
  },
  'norm of all gradients': {
    inputShape: [90],
    layers: mlp,
    optimizer: { name: 'sgd', momentum: 0.9, globalClipNorm: 0.05 },
  },
  'values of gradients': { inputShape: [90], layers: mlp, optimizer: { name: 'sgd', clipValue: 1e-3 } },
  'sums of several steps': {
    inputShape: [90],
    layers: mlp,
    optimizer: { name: 'adam', accumulateSteps: 2, clipValue: 0.01, weightDecay: 0.01 },
  },
  'sums of several steps, and their norm': {
    inputShape: [90],
    layers: mlp,
    optimizer: { name: 'adam', accumulateSteps: 2, globalClipNorm: 0.1 },
  },
  'constraints, penalties and averages': {
    inputShape: [90],
    layers: [
      dense(70, { kernelRegularizer: { l1: 1e-4, l2: 1e-3 } }),
      dense(40, { kernelConstraint: { name: 'maxNorm', maxValue: 0.5 } }),
      dense(40, { kernelConstraint: { name: 'unitNorm', axis: 1 }, biasConstraint: 'nonNeg' }),
      head,
    ],
    averages: true,
  },
  'normalised rows': {
    inputShape: [90],
    layers: [dense(64), layers.batchNorm(), dense(40), layers.layerNorm(), dense(32), layers.prelu(), head],
    samples: 200,
    batch: 128,
    optimizer: { name: 'sgd', momentum: 0.9 },
  },
  'frozen layers': {
    inputShape: [90],
    layers: [dense(64, { trainable: false }), layers.batchNorm({ trainable: false }), dense(40), head],
    samples: 200,
    batch: 128,
  },
  tallies: {
    inputShape: [40],
    layers: [dense(20), layers.dense({ units: 3, activation: 'sigmoid' })],
    loss: 'binaryCrossentropy',
    metrics: ['auc', 'r2', 'accuracy'],
    weights: true,
  },
  'convolutions, pooled': {
    ...images,
    layers: [conv(6), layers.maxPool2d(), conv(5, { padding: 'same' }), layers.flatten(), dense(20), head],
    optimizer: 'adam',
  },
  'minimal filtering': {
    ...images,
    layers: [
      layers.randomFlip(),
      conv(8, { padding: 'same' }),
      conv(16, { padding: 'same' }),
      layers.maxPool2d(),
      conv(9),
      layers.averagePool2d(),
      layers.flatten(),
      head,
    ],
    optimizer: { name: 'sgd', momentum: 0.9, nesterov: true },
  },
  'normalised images': {
    ...images,
    layers: [
      conv(8, { activation: 'linear', strides: 2 }),
      layers.batchNorm(),
      layers.activation({ activation: 'relu' }),
      conv(8, { groups: 2 }),
      layers.layerNorm(),
      layers.prelu(),
      layers.flatten(),
      head,
    ],
    optimizer: { name: 'adam', clipNorm: 0.1 },
  },
};
