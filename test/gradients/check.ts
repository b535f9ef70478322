import {
  type ActivationName,
  type Loss,
  layers,
  type MatrixInput,
  sequential,
  type TargetInput,
} from 'steepest';
import { expect } from 'vitest';
import { expectClose } from '../support/fixtures.js';
import { kernelChoices } from '../support/kernelChoices.js';
import { randomNumbers } from '../support/random.js';
import { centralDifferences, type ReferenceArray, type ReferenceLayer, referenceLoss } from './reference.js';
import type { ReferenceLoss } from './referenceLosses.js';

/** One layer of a test model: both sides are built from it. */
export type LayerCase =
  | { type: 'dense'; units: number; activation?: ActivationName; useBias?: boolean }
  | { type: 'activation'; activation: ActivationName }
  | { type: 'rescaling'; scale: number; offset: number }
  | { type: 'dropout'; rate: number }
  | {
      type: 'conv2d';
      filters: number;
      kernelSize: [number, number];
      strides?: [number, number];
      padding?: 'valid' | 'same';
      dilationRate?: [number, number];
      groups?: number;
      activation?: ActivationName;
      useBias?: boolean;
    }
  | {
      type: 'maxPool2d' | 'averagePool2d';
      poolSize: [number, number];
      strides?: [number, number];
      padding?: 'valid' | 'same';
    }
  | { type: 'batchNorm' | 'layerNorm'; epsilon?: number; center?: boolean; scale?: boolean }
  | { type: 'prelu' }
  | { type: 'globalAveragePool2d' }
  | { type: 'randomFlip' }
  | { type: 'randomTranslation'; heightFactor: number; widthFactor: number }
  | { type: 'randomCrop'; height: number; width: number }
  | { type: 'flatten' }
  | { type: 'reshape'; targetShape: number[] };

export interface GradientCase {
  inputs: number;
  /** Shape of one sample, if it is not a row. */
  inputShape?: readonly number[];
  layers: readonly LayerCase[];
  loss: ReferenceLoss;
  x: MatrixInput;
  y: TargetInput;
  sampleWeight?: readonly number[];
  /** Size of random weights; 0.5 if left out. */
  weightScale?: number;
  /** Added to the last layer's biases: moves outputs to where a loss is not clipped. */
  lastBias?: number;
}

/** Share of a parameter's largest gradient element that float32 arithmetic may be off by. */
const OF_LARGEST = 2e-5;
/** Gradients that cancel to nothing (the biases before a softmax whose outputs are summed, say) leave rounding. */
const ABSOLUTE = 1e-7;
const LOSS = { relative: 2e-6, absolute: 1e-7 };

/** Keras's negative slope and elu's scale. */
const ALPHA: Partial<Record<ActivationName, number>> = { leakyRelu: 0.2, elu: 1, celu: 1 };

function buildModel({ inputs, inputShape = [inputs], layers: list }: GradientCase) {
  return sequential({
    layers: list.map(({ type, ...options }, i) => {
      const make = layers[type] as (config: object) => ReturnType<typeof layers.dense>;
      return make({ ...options, ...(i === 0 ? { inputShape } : {}) });
    }),
  });
}

function referenceLayer(layer: LayerCase): ReferenceLayer {
  switch (layer.type) {
    case 'rescaling':
    case 'dropout':
      return layer;
    // Gradients are those of evaluation: images stay as they are, or their middles do.
    case 'randomFlip':
    case 'randomTranslation':
      return { type: 'dropout' };
    case 'randomCrop':
      return { type: 'crop', size: [layer.height, layer.width] };
    case 'maxPool2d':
    case 'averagePool2d': {
      const { poolSize: window, strides = window, padding = 'valid' } = layer;
      const kind = layer.type === 'maxPool2d' ? 'max' : 'average';
      return { type: 'pool', kind, window, strides, dilation: [1, 1], padding };
    }
    case 'batchNorm':
    case 'layerNorm': {
      const { epsilon = 1e-3, center = true, scale = true } = layer;
      return { type: layer.type, epsilon, center, scale };
    }
    case 'prelu':
      return { type: 'prelu' };
    case 'globalAveragePool2d':
      return { type: 'globalAverage' };
    case 'flatten':
      return { type: 'reshape', shape: 'flat' };
    case 'reshape':
      return { type: 'reshape', shape: layer.targetShape };
    default:
      break;
  }
  const activation = layer.activation ?? 'linear';
  const alpha = ALPHA[activation] ?? 0;
  if (layer.type === 'activation') return { type: 'activation', activation, alpha };
  const useBias = layer.useBias ?? true;
  if (layer.type === 'dense') return { type: 'dense', activation, alpha, useBias };
  const { filters, kernelSize: window, strides = [1, 1], padding = 'valid', groups = 1 } = layer;
  const dilation = layer.dilationRate ?? [1, 1];
  return { type: 'conv2d', activation, alpha, useBias, filters, window, strides, dilation, padding, groups };
}

type WeightRole = 'trainable' | 'movingMean' | 'movingVariance';

/** What each array of getWeights is. */
function weightRoles(layer: LayerCase): WeightRole[] {
  if (layer.type === 'dense' || layer.type === 'conv2d') {
    return layer.useBias === false ? ['trainable'] : ['trainable', 'trainable'];
  }
  if (layer.type === 'prelu') return ['trainable'];
  if (layer.type !== 'batchNorm' && layer.type !== 'layerNorm') return [];
  const { scale = true, center = true } = layer;
  const affine: WeightRole[] = [scale, center].filter(Boolean).map(() => 'trainable');
  return layer.type === 'batchNorm' ? [...affine, 'movingMean', 'movingVariance'] : affine;
}

/** Plain rows of whatever form x and y have: the reference knows no other. */
function plainRows(input: MatrixInput | TargetInput): number[][] | number[] {
  if (Array.isArray(input)) return input as number[][] | number[];
  const { data, shape } = input as { data: ArrayLike<number>; shape: readonly number[] };
  const cols = shape[1]!;
  return Array.from({ length: shape[0]! }, (_, r) => Array.from(data).slice(r * cols, (r + 1) * cols));
}

/** Holds `model.gradients` and the loss against the reference, on native and both sets of TypeScript kernels. */
export async function checkGradients(given: GradientCase): Promise<void> {
  const { weightScale = 0.5, lastBias = 0 } = given;
  const model = buildModel(given);
  const next = randomNumbers(given.layers.length * 31 + given.inputs);
  const roles = given.layers.flatMap(weightRoles);
  const weights = model.getWeights().map(({ shape }, i, all) => {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    const shift = shape.length === 1 && i === all.length - 1 ? lastBias : 0;
    // A variance is positive.
    const draw = (): number => (roles[i] === 'movingVariance' ? 1.5 + next() : next() * weightScale + shift);
    return { data: data.map(() => Math.fround(draw())), shape };
  });
  model.setWeights(weights);
  model.compile({ optimizer: 'sgd', loss: given.loss as Loss });

  const reference = {
    layers: given.layers.map(referenceLayer),
    inputShape: given.inputShape,
    loss: given.loss,
    sampleWeight: given.sampleWeight,
  };
  const exact = weights.map(({ data, shape }): ReferenceArray => ({ data: Float64Array.from(data), shape }));
  const x = plainRows(given.x) as number[][];
  const y = plainRows(given.y);
  const expectedLoss = referenceLoss(reference, exact, x, y);
  const training = { ...reference, training: true };
  const expected = centralDifferences(training, exact, x, y).filter((_, i) => roles[i] === 'trainable');
  // A test in which nothing depends on the weights would prove nothing.
  expect(Math.max(...expected.flat().map(Math.abs))).toBeGreaterThan(1e-4);

  const weighing = given.sampleWeight ? { sampleWeight: given.sampleWeight } : {};
  for (const { options } of kernelChoices) {
    const { loss } = await model.evaluate(given.x, given.y, { ...options, ...weighing, workers: 1 });
    expectClose([loss!], [expectedLoss], LOSS);
    const actual = await model.gradients(given.x, given.y, { ...options, ...weighing });
    expected.forEach((values, i) => {
      expectClose(actual[i]!.data, values, { ofLargest: OF_LARGEST, absolute: ABSOLUTE });
    });
  }
}
