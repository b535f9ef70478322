/**
 * A model in float64, written as plainly as the formulas of docs/math.md and sharing no code with the package:
 * what gradients are held against. Derivatives are not coded here at all; they come from central differences.
 */
import type { ActivationName } from 'steepest';
import { type ConvLayer, centre, convolve, type Image, pool, type Sliding } from './referenceImages.js';
import { REFERENCE_LOSSES, type ReferenceLoss } from './referenceLosses.js';

export type ReferenceLayer =
  | { type: 'dense'; activation: ActivationName; alpha: number; useBias: boolean }
  | { type: 'activation'; activation: ActivationName; alpha: number }
  | { type: 'rescaling'; scale: number; offset: number }
  | ({ type: 'conv2d'; activation: ActivationName; alpha: number; useBias: boolean } & ConvLayer)
  | ({ type: 'pool'; kind: 'max' | 'average' } & Sliding)
  | { type: 'prelu' }
  | { type: 'globalAverage' }
  | { type: 'reshape'; shape: readonly number[] | 'flat' }
  | ({ type: 'batchNorm' } & Normalisation)
  | ({ type: 'layerNorm' } & Normalisation)
  /** Absent from gradients, as it is from predictions. */
  | { type: 'crop'; size: readonly [number, number] }
  | { type: 'dropout' };

export interface Normalisation {
  epsilon: number;
  center: boolean;
  scale: boolean;
}

export interface ReferenceModel {
  layers: readonly ReferenceLayer[];
  /** Shape of one sample; one row if left out. */
  inputShape?: readonly number[];
  loss: ReferenceLoss;
  /** A weight per row, by which its loss is multiplied; the mean is over rows all the same. */
  sampleWeight?: readonly number[] | undefined;
  /** Normalises by the moments of all samples rather than by moving ones. */
  training?: boolean;
}

/** A parameter: a kernel [in, out] or a bias [out], row-major. */
export interface ReferenceArray {
  data: Float64Array;
  shape: readonly number[];
}

/** erf by the series of Abramowitz & Stegun 7.1.6, all of whose terms are positive. */
function erf(x: number): number {
  // Beyond 6, 1 − erf is below float64's resolution at 1.
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

const ELEMENTWISE: Record<Exclude<ActivationName, 'softmax'>, (z: number, alpha: number) => number> = {
  linear: (z) => z,
  relu: (z) => Math.max(z, 0),
  leakyRelu: (z, alpha) => (z < 0 ? alpha * z : z),
  elu: (z, alpha) => (z < 0 ? alpha * Math.expm1(z) : z),
  gelu: (z) => (z * (1 + erf(z / Math.SQRT2))) / 2,
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  tanh: (z) => Math.tanh(z),
  softplus: (z) => Math.log1p(Math.exp(z)),
  silu: (z) => z / (1 + Math.exp(-z)),
  selu: (z) => 1.0507009873554805 * (z < 0 ? 1.6732632423543772 * Math.expm1(z) : z),
  relu6: (z) => Math.min(Math.max(z, 0), 6),
  hardSigmoid: (z) => Math.min(Math.max(z + 3, 0), 6) / 6,
  hardSwish: (z) => (z * Math.min(Math.max(z + 3, 0), 6)) / 6,
  mish: (z) => z * Math.tanh(Math.log1p(Math.exp(z))),
  softsign: (z) => z / (1 + Math.abs(z)),
  exponential: (z) => Math.exp(z),
  celu: (z, alpha) => Math.max(z, 0) + Math.min(0, alpha * Math.expm1(z / alpha)),
};

function activate(name: ActivationName, alpha: number, row: readonly number[]): number[] {
  if (name !== 'softmax') return row.map((z) => ELEMENTWISE[name](z, alpha));
  const powers = row.map((z) => Math.exp(z));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((e) => e / sum);
}

/** z_j = b_j + Σ_i x_i·W_ij. */
function affine(row: readonly number[], kernel: ReferenceArray, bias: ReferenceArray | undefined): number[] {
  const [inputs, outputs] = kernel.shape as [number, number];
  return Array.from({ length: outputs }, (_, j) => {
    let z = bias?.data[j] ?? 0;
    for (let i = 0; i < inputs; i++) z += row[i]! * kernel.data[i * outputs + j]!;
    return z;
  });
}

/** The model's output for each row, a sample of `inputShape`. */
export function forward(
  { layers, inputShape, training = false }: Pick<ReferenceModel, 'layers' | 'inputShape' | 'training'>,
  weights: readonly ReferenceArray[],
  x: readonly (readonly number[])[],
): number[][] {
  let samples = x.map((values): Image => ({ values, shape: inputShape ?? [values.length] }));
  let next = 0;
  for (const layer of layers) {
    const own = weights.slice(next, next + weightCount(layer));
    next += own.length;
    samples =
      layer.type === 'batchNorm'
        ? batchNorm(samples, layer, own, training)
        : samples.map((sample) => layerOutput(layer, sample, own));
  }
  return samples.map(({ values }) => [...values]);
}

/** Arrays of a layer, moving moments included. */
function weightCount(layer: ReferenceLayer): number {
  switch (layer.type) {
    case 'dense':
    case 'conv2d':
      return layer.useBias ? 2 : 1;
    case 'batchNorm':
      return 2 + Number(layer.scale) + Number(layer.center);
    case 'layerNorm':
      return Number(layer.scale) + Number(layer.center);
    case 'prelu':
      return 1;
    default:
      return 0;
  }
}

/** (v − mean) / √(variance + ε)·gamma + beta. */
function normalised(
  v: number,
  channel: number,
  moments: { mean: number; variance: number },
  layer: Normalisation,
  own: readonly ReferenceArray[],
): number {
  const gamma = layer.scale ? own[0]!.data[channel]! : 1;
  const beta = layer.center ? own[layer.scale ? 1 : 0]!.data[channel]! : 0;
  return ((v - moments.mean) / Math.sqrt(moments.variance + layer.epsilon)) * gamma + beta;
}

function momentsOf(values: readonly number[]): { mean: number; variance: number } {
  const center = mean(values);
  return { mean: center, variance: mean(values.map((v) => (v - center) ** 2)) };
}

/** Over all samples, channel by channel: the last axis. */
function batchNorm(
  samples: readonly Image[],
  layer: Normalisation,
  own: readonly ReferenceArray[],
  training: boolean,
): Image[] {
  const channels = samples[0]!.shape.at(-1)!;
  const moments = Array.from({ length: channels }, (_, c) => {
    if (training)
      return momentsOf(samples.flatMap(({ values }) => values.filter((_v, i) => i % channels === c)));
    return { mean: own.at(-2)!.data[c]!, variance: own.at(-1)!.data[c]! };
  });
  return samples.map(({ values, shape }) => ({
    values: values.map((v, i) => normalised(v, i % channels, moments[i % channels]!, layer, own)),
    shape,
  }));
}

/** What one layer makes of a sample. */
function layerOutput(
  layer: Exclude<ReferenceLayer, { type: 'batchNorm' }>,
  sample: Image,
  own: readonly ReferenceArray[],
): Image {
  const { values, shape } = sample;
  switch (layer.type) {
    case 'dense': {
      const z = affine(values, own[0]!, own[1]);
      return { values: activate(layer.activation, layer.alpha, z), shape: [z.length] };
    }
    case 'conv2d': {
      const z = convolve(sample, layer, own[0]!.data, own[1]?.data);
      return { values: activate(layer.activation, layer.alpha, z.values), shape: z.shape };
    }
    case 'layerNorm': {
      const channels = shape.at(-1)!;
      const pixel = (i: number): number[] => {
        const first = i - (i % channels);
        return values.slice(first, first + channels);
      };
      return {
        values: values.map((v, i) => normalised(v, i % channels, momentsOf(pixel(i)), layer, own)),
        shape,
      };
    }
    case 'prelu': {
      const slopes = own[0]!.data;
      return { values: values.map((v, i) => (v > 0 ? v : v * slopes[i % slopes.length]!)), shape };
    }
    case 'activation':
      return { values: activate(layer.activation, layer.alpha, values), shape };
    case 'rescaling':
      return { values: values.map((v) => v * layer.scale + layer.offset), shape };
    case 'pool':
      return pool(sample, layer, layer.kind);
    case 'globalAverage': {
      const [height, width, channels] = shape as [number, number, number];
      const window = [height, width] as const;
      const means = pool(sample, { window, strides: window, dilation: [1, 1], padding: 'valid' }, 'average');
      return { values: means.values, shape: [channels] };
    }
    case 'reshape':
      return { values, shape: layer.shape === 'flat' ? [values.length] : layer.shape };
    case 'crop':
      return centre(sample, layer.size);
    case 'dropout':
      return sample;
  }
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Mean loss over rows; y holds target rows, or class numbers. */
export function referenceLoss(
  model: ReferenceModel,
  weights: readonly ReferenceArray[],
  x: readonly (readonly number[])[],
  y: readonly (readonly number[])[] | readonly number[],
): number {
  return mean(
    forward(model, weights, x).map((output, r) => {
      const target = y[r]!;
      const t = typeof target === 'number' ? output.map((_, j) => (j === target ? 1 : 0)) : target;
      return REFERENCE_LOSSES[model.loss.name](output, t, model.loss) * (model.sampleWeight?.[r] ?? 1);
    }),
  );
}

/**
 * Step of the differences. Their error is h²·f‴/6 + 2⁻⁵³·f/h, smallest near the cube root of 2⁻⁵³: about 1e-10 of the
 * loss, a thousandth of float32's resolution.
 */
const STEP = 5e-6;

/** (L(w + h) − L(w − h)) / 2h for every weight. */
export function centralDifferences(
  model: ReferenceModel,
  weights: readonly ReferenceArray[],
  x: readonly (readonly number[])[],
  y: readonly (readonly number[])[] | readonly number[],
): number[][] {
  return weights.map(({ data }) =>
    Array.from(data, (w, i) => {
      data[i] = w + STEP;
      const above = referenceLoss(model, weights, x, y);
      data[i] = w - STEP;
      const below = referenceLoss(model, weights, x, y);
      data[i] = w;
      return (above - below) / (2 * STEP);
    }),
  );
}
