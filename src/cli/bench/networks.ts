/** The networks that benchmarks train, as lists of layers. */
import type { LayerConfig } from '../../networks/layers/definition.js';
import { layers } from '../../networks/layers/index.js';

const { conv2d, dense, flatten, maxPool2d, rescaling } = layers;
const classes = (): LayerConfig => dense({ units: 10, activation: 'softmax' });

/**
 * A network of dense layers with ReLU between them, and softmax at the end.
 * @param scale bytes, or numbers so many times too large; by default neither
 */
export function perceptron([inputs, ...sizes]: readonly number[], scale = 1): LayerConfig[] {
  const inputShape = [inputs!];
  const first = scale === 1 ? [] : [rescaling({ scale: 1 / scale, inputShape })];
  const rest = sizes.map((units, i) =>
    dense({
      units,
      activation: i === sizes.length - 1 ? 'softmax' : 'relu',
      ...(i === 0 && scale === 1 ? { inputShape } : {}),
    }),
  );
  return [...first, ...rest];
}

/**
 * LeNet-5 with ReLU and largest elements: 28 × 28 × 1, bytes or numbers `scale` times too large.
 */
export function lenet(scale = 255): LayerConfig[] {
  return [
    rescaling({ scale: 1 / scale, inputShape: [28, 28, 1] }),
    conv2d({ filters: 6, kernelSize: 5, padding: 'same', activation: 'relu' }),
    maxPool2d(),
    conv2d({ filters: 16, kernelSize: 5, activation: 'relu' }),
    maxPool2d(),
    flatten(),
    dense({ units: 120, activation: 'relu' }),
    dense({ units: 84, activation: 'relu' }),
    classes(),
  ];
}

/** 32 × 32 × 3, convolutions of 3 × 3 and ReLU: 32-32-pool-64-64-pool-128-10. */
export function cnn(): LayerConfig[] {
  const conv = (filters: number, options = {}) =>
    conv2d({ filters, kernelSize: 3, padding: 'same', activation: 'relu', ...options });
  return [
    conv(32, { inputShape: [32, 32, 3] }),
    conv(32),
    maxPool2d(),
    conv(64),
    conv(64),
    maxPool2d(),
    flatten(),
    dense({ units: 128, activation: 'relu' }),
    classes(),
  ];
}
