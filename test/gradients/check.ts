import {
  type ActivationName,
  type Loss,
  layers,
  type MatrixInput,
  sequential,
  type TargetInput,
} from 'steepest';
import { expect } from 'vitest';
import { expectClose, kernelChoices } from '../oracle/support.js';
import { centralDifferences, type ReferenceArray, type ReferenceLayer, referenceLoss } from './reference.js';

/** One layer of a test model: both sides are built from it. */
export type LayerCase =
  | { type: 'dense'; units: number; activation?: ActivationName; useBias?: boolean }
  | { type: 'activation'; activation: ActivationName }
  | { type: 'rescaling'; scale: number; offset: number }
  | { type: 'dropout'; rate: number };

export interface GradientCase {
  inputs: number;
  layers: readonly LayerCase[];
  loss: Exclude<Loss, string>;
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
const ALPHA: Partial<Record<ActivationName, number>> = { leakyRelu: 0.2, elu: 1 };

/** Numbers in −1 … 1 that are exact in float32; a multiplicative congruential generator (Park & Miller 1988). */
export function randomNumbers(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return Math.fround((2 * state) / 2147483647 - 1);
  };
}

export function randomRows(rows: number, cols: number, next: () => number): number[][] {
  return Array.from({ length: rows }, () => Array.from({ length: cols }, next));
}

function buildModel({ inputs, layers: list }: GradientCase) {
  return sequential({
    layers: list.map((layer, i) => {
      const first = i === 0 ? { inputShape: [inputs] } : {};
      switch (layer.type) {
        case 'dense':
          return layers.dense({ ...layer, ...first });
        case 'activation':
          return layers.activation({ ...layer, ...first });
        case 'rescaling':
          return layers.rescaling({ ...layer, ...first });
        default:
          return layers.dropout({ ...layer, ...first });
      }
    }),
  });
}

function referenceLayer(layer: LayerCase): ReferenceLayer {
  if (layer.type === 'rescaling' || layer.type === 'dropout') return layer;
  const activation = layer.activation ?? 'linear';
  const alpha = ALPHA[activation] ?? 0;
  return layer.type === 'activation'
    ? { type: 'activation', activation, alpha }
    : { type: 'dense', activation, alpha, useBias: layer.useBias ?? true };
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
  const weights = model.getWeights().map(({ shape }, i, all) => {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    const shift = shape.length === 1 && i === all.length - 1 ? lastBias : 0;
    return { data: data.map(() => next() * weightScale + shift), shape };
  });
  model.setWeights(weights);
  model.compile({ optimizer: 'sgd', loss: given.loss });

  const reference = {
    layers: given.layers.map(referenceLayer),
    loss: given.loss.name,
    fromLogits: given.loss.fromLogits ?? false,
    sampleWeight: given.sampleWeight,
  };
  const exact = weights.map(({ data, shape }): ReferenceArray => ({ data: Float64Array.from(data), shape }));
  const x = plainRows(given.x) as number[][];
  const y = plainRows(given.y);
  const expectedLoss = referenceLoss(reference, exact, x, y);
  const expected = centralDifferences(reference, exact, x, y);
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
