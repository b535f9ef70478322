import { type ActivationName, layers, type NdArray, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { readFixture } from '../support/fixtures.js';
import { native, typescriptFast } from '../support/kernelChoices.js';
import { countedNumbers, type Sketch, STREAMS, sketchError } from './sketch.js';

type Sides = [number, number];
interface Conv {
  filters: number;
  kernelSize: Sides;
  strides: Sides;
  dilationRate: Sides;
  groups: number;
  padding: 'valid' | 'same';
  activation: ActivationName;
  useBias: boolean;
}
interface Case {
  input: [batch: number, height: number, width: number, channels: number];
  conv?: Conv;
  pool?: {
    type: 'maxPool2d' | 'averagePool2d' | 'globalAveragePool2d';
    poolSize?: Sides;
    strides?: Sides;
    padding?: 'valid' | 'same';
  };
  stream: number;
  y: Sketch;
  dx: Sketch;
  dw?: Sketch;
  db?: Sketch;
}
type Results = Partial<Record<'y' | 'dx' | 'dw' | 'db', ArrayLike<number>>>;

const { cases } = readFixture<{ cases: Case[] }>('conv');
const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** The layers of a case; the first one gets the input's shape. */
function layersOf({ input, conv, pool }: Case, isFirst: boolean) {
  const list = [];
  const first = () => (isFirst && list.length === 0 ? { inputShape: input.slice(1) } : {});
  if (conv) list.push(layers.conv2d({ ...conv, ...first() }));
  if (pool) {
    const { type, ...options } = pool;
    list.push(layers[type]({ ...options, ...first() }));
  }
  return list;
}

/**
 * Kernel and bias; the kernel's numbers shrink with the
 * number of products in a sum, as real ones do.
 */
function weightsOf({ input, conv, stream }: Case): NdArray<Float32Array>[] {
  if (conv === undefined) return [];
  const inputs = input[3] / conv.groups;
  const shape = [...conv.kernelSize, inputs, conv.filters];
  let exponent = 0;
  while (4 ** exponent < conv.kernelSize[0] * conv.kernelSize[1] * inputs) exponent++;
  const kernel = { data: countedNumbers(8 * stream + STREAMS.kernel, count(shape), exponent), shape };
  const bias = { data: countedNumbers(8 * stream + STREAMS.bias, conv.filters), shape: [conv.filters] };
  return conv.useBias ? [kernel, bias] : [kernel];
}

const mse = { optimizer: 'sgd', loss: 'meanSquaredError' } as const;

/**
 * Outputs and gradients of a case. The gradient by the images is that of a dense layer's kernel
 * which holds them: fed with rows of the identity, it gives out image i for row i, and its gradient
 * is ∂L/∂x, element by element.
 */
async function compute(given: Case, weights: NdArray<Float32Array>[], options: object): Promise<Results> {
  const { input, stream } = given;
  const [batch, ...imageShape] = input;
  const images = countedNumbers(8 * stream + STREAMS.x, count(input));
  const x = { data: images, shape: input };
  const model = sequential({ layers: layersOf(given, true) });
  model.setWeights(weights);
  model.compile(mse);
  const y = await model.predict(x, { ...options, workers: 1 });
  const target = countedNumbers(8 * stream + STREAMS.target, y.data.length);
  const t = { data: target, shape: [batch, target.length / batch] };
  const [dw, db] = weights.length > 0 ? await model.gradients(x, t, options) : [];

  const pixels = count(imageShape);
  const behind = sequential({
    layers: [
      layers.dense({ units: pixels, useBias: false, inputShape: [batch] }),
      layers.reshape({ targetShape: imageShape }),
      ...layersOf(given, false),
    ],
  });
  behind.setWeights([{ data: images, shape: [batch, pixels] }, ...weights]);
  behind.compile(mse);
  const identity = new Float32Array(batch * batch).map((_, i) => (i % (batch + 1) === 0 ? 1 : 0));
  const [dx] = await behind.gradients({ data: identity, shape: [batch, batch] }, t, options);
  return { y: y.data, dx: dx!.data, dw: dw?.data, db: db?.data };
}

/** Errors beyond the tolerance, in words. */
function wrong(given: Case, results: Results): string[] {
  return (['y', 'dx', 'dw', 'db'] as const).flatMap((name) => {
    const expected = given[name];
    if (expected === undefined) return [];
    const error = sketchError(results[name] ?? [], expected);
    if (error <= 1) return [];
    const { input, conv, pool } = given;
    return [`${name} of ${JSON.stringify({ input, conv, pool })}: ${error.toFixed(1)} × the tolerance`];
  });
}

/** The kernel with its taps turned by one, or its numbers where it has one tap. */
function turned({ data, shape }: NdArray<Float32Array>): NdArray<Float32Array> {
  const by = shape[0]! * shape[1]! > 1 ? shape[2]! * shape[3]! : 1;
  return { data: data.map((_, i) => data[(i + by) % data.length]!), shape };
}

describe('convolutions and pooling against PyTorch', () => {
  it('has configurations enough', () => {
    expect(cases.filter(({ conv }) => conv).length).toBeGreaterThanOrEqual(300);
  });

  it.each([native, typescriptFast])(
    'outputs and the gradients by images, kernel and bias, $title',
    async ({ options }) => {
      const failures: string[] = [];
      for (const given of cases)
        failures.push(...wrong(given, await compute(given, weightsOf(given), options)));
      expect(failures).toEqual([]);
    },
  );

  it('would find a kernel whose taps are off by one in y and dx of any configuration, such a gradient in dw', async () => {
    const unseen: string[] = [];
    for (const given of cases.filter(({ conv }, i) => conv && i % 3 === 0)) {
      const [kernel, ...rest] = weightsOf(given) as [NdArray<Float32Array>, NdArray<Float32Array>?];
      const weights = rest.filter((array) => array !== undefined);
      const { dw } = await compute(given, [kernel, ...weights], native.options);
      const results = await compute(given, [turned(kernel), ...weights], native.options);
      results.dw = turned({ data: Float32Array.from(dw!), shape: kernel.shape }).data;
      const found = wrong(given, results).map((words) => words.split(' ')[0]);
      unseen.push(
        ...['y', 'dx', 'dw']
          .filter((name) => !found.includes(name))
          .map((name) => `${name} of ${JSON.stringify(given)}`),
      );
    }
    expect(unseen).toEqual([]);
  });
});
