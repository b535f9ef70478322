import { type Activation, type ActivationName, layers, type Sequential, sequential } from 'steepest';
import { denseBackward } from 'steepest/kernels';
import { describe, expect, it } from 'vitest';
import type { ElementwiseActivation } from '#steepest/kernels/contract.js';
import { derivativeNeedsInput } from '#steepest/networks/nodes/activate.js';
import { expectClose, readFixture } from '../support/fixtures.js';
import { kernelChoices, nativeChoices } from '../support/kernelChoices.js';

// Where outputs are rounded (to 0, −0, ±1), so that a derivative computed from them may go wrong:
// zeros of both signs, subnormals, huge numbers, slopes that make every product a subnormal.

interface Case {
  activation: ActivationName;
  alpha?: number;
  y: number[];
  derivative: number[];
}

const { x, cases } = readFixture<{ edges: { x: number[]; cases: Case[] } }>('activations').edges;
const choices = [...nativeChoices, ...kernelChoices.slice(1)];
const titled = cases.map((c) => ({
  ...c,
  title: c.alpha === undefined ? c.activation : `${c.activation} ${c.alpha}`,
}));

/**
 * Rounding of float32, also of a subnormal before it is
 * multiplied by `units`; 1 − y², y·(1 − y), y + alpha and 1 − |y| cancel.
 */
function tolerance({ activation, alpha = 0 }: Case) {
  const scale = activation === 'elu' ? alpha : activation === 'selu' ? 2 : 1;
  const cancels = ['elu', 'celu', 'selu', 'gelu', 'sigmoid', 'tanh', 'softsign'].includes(activation);
  // An exponential that is rounded to 0 near x = −104, times x.
  const lost = ['silu', 'mish'].includes(activation) ? 104 : 1;
  return { relative: 2e-6, absolute: 1e-45 * lost * units + (cancels ? 4e-7 * scale : 0) };
}

/** Gradients that these pass on are 0 below 2⁻⁹⁵. */
const FLUSHED = ['gelu', 'sigmoid', 'softplus', 'silu', 'mish', 'exponential'];
const flushed = ({ activation, derivative }: Case, gradient: number): number[] =>
  derivative.map((d) => (FLUSHED.includes(activation) && Math.abs(d * gradient) < 2 ** -95 ? 0 : d));

function withAlpha({ activation, alpha }: Case): Activation {
  return alpha === undefined ? activation : { name: activation, alpha };
}

/** Targets below every output, near enough that their distances add up to a float32. */
const below = (y: readonly number[]): number[] => y.map((v) => (v > 1 ? 0 : v < -1 ? 4 * v : -10));
const units = x.length;
const identity = (n: number): Float32Array =>
  Float32Array.from({ length: n * n }, (_, i) => Number(i % (n + 1) === 0));

/**
 * z = x for the input 1, in a dense layer or in one pixel;
 * then f, then perhaps a layer that changes nothing.
 */
const MODELS: Record<string, (activation: Activation) => Sequential> = {
  'in a dense layer': (activation) =>
    sequential({ layers: [layers.dense({ units, activation, inputShape: [1] })] }),
  'in a dense layer before another': (activation) =>
    sequential({ layers: [layers.dense({ units, activation, inputShape: [1] }), layers.dense({ units })] }),
  'of a layer of its own': (activation) =>
    sequential({
      layers: [
        layers.dense({ units, inputShape: [1] }),
        layers.dense({ units }),
        layers.activation({ activation }),
      ],
    }),
  'in a convolution': (activation) =>
    sequential({
      layers: [
        layers.conv2d({ filters: units, kernelSize: 1, activation, inputShape: [1, 1, 1] }),
        layers.flatten(),
      ],
    }),
  'in a convolution before another': (activation) =>
    sequential({
      layers: [
        layers.conv2d({ filters: units, kernelSize: 1, activation, inputShape: [1, 1, 1] }),
        layers.conv2d({ filters: units, kernelSize: 1 }),
        layers.flatten(),
      ],
    }),
  'in a convolution before a pooling': (activation) =>
    sequential({
      layers: [
        layers.conv2d({ filters: units, kernelSize: 1, activation, inputShape: [2, 2, 1] }),
        layers.maxPool2d({ poolSize: 2 }),
        layers.flatten(),
      ],
    }),
};

function modelOf(kind: string, activation: Activation): Sequential {
  const model = MODELS[kind]!(activation);
  const given = model.getWeights();
  model.setWeights(
    given.map(({ shape }, i) => {
      const size = shape.reduce((a, b) => a * b);
      if (i % 2 === 1) return { data: new Float32Array(size), shape };
      return { data: i === 0 ? Float32Array.from(x) : identity(units), shape };
    }),
  );
  return model;
}

describe.each(choices)('derivatives at the edges against PyTorch, $title', ({ options }) => {
  describe.each(Object.keys(MODELS))('%s', (kind) => {
    it.each(titled)('$title', async (one) => {
      const model = modelOf(kind, withAlpha(one));
      model.compile({ optimizer: 'sgd', loss: 'meanAbsoluteError' });
      const pixels = kind.endsWith('pooling') ? 4 : 1;
      const input = {
        data: new Float32Array(pixels).fill(1),
        shape: [1, ...model.config.layers[0]!.inputShape!],
      };
      const [, bias] = await model.gradients(input, [below(one.y)], { ...options });
      expectClose(
        bias!.data.map((v) => v * units),
        flushed(one, 1 / units),
        tolerance(one),
      );
    });
  });
});

describe('denseBackward at the edges', () => {
  it.each(titled)('$title', (one) => {
    const saved = Float32Array.from(
      derivativeNeedsInput(one.activation as ElementwiseActivation) ? x : one.y,
    );
    const { db } = denseBackward({
      rows: 1,
      inputs: 1,
      units,
      x: new Float32Array([1]),
      w: new Float32Array(units).fill(1),
      dy: new Float32Array(units).fill(1),
      saved,
      activation: withAlpha(one),
    });
    expectClose(db, flushed(one, 1), tolerance(one));
  });
});

describe.each(choices)('one weight with leakyRelu, $title', ({ options }) => {
  it.each([0, 1e-46, 1e-45, 0.25])('alpha %s', async (alpha) => {
    const model = sequential({
      layers: [
        layers.dense({ units: 1, useBias: false, activation: { name: 'leakyRelu', alpha }, inputShape: [1] }),
      ],
    });
    model.setWeights([{ data: new Float32Array([1]), shape: [1, 1] }]);
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    // y = −2·alpha; ∂(y − 1)²/∂w = 2·(y − 1)·alpha·(−2).
    const [gradient] = await model.gradients([[-2]], [[1]], { ...options });
    expect(gradient!.data[0]).toBeCloseTo(4 * alpha * (1 + 2 * alpha), 6);
  });
});
