import { layers, type NdArray, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { expectClose, type Numbers, readFixture, weightArray } from '../support/fixtures.js';
import { kernelChoices } from '../support/kernelChoices.js';
import { countedNumbers } from './sketch.js';

interface Case {
  kind: 'batchNorm' | 'layerNorm';
  shape: number[];
  epsilon: number;
  scale: boolean;
  center: boolean;
  stream: number;
  y: number[];
  loss: number;
  dx: number[];
  gradients: Numbers[];
  moved?: [Numbers, Numbers];
}
interface Fixture {
  momentum: number;
  layers: Case[];
  run: {
    stream: number;
    labels: number[];
    weights: Numbers[];
    history: Record<'loss' | 'valLoss', number[]>;
    finalWeights: Numbers[];
  };
}

const fixture = readFixture<Fixture>('normalization');
const { momentum } = fixture;
const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Numbers in offset ± spread, as scripts/oracles/normalization.py draws them. */
function counted(stream: number, shape: readonly number[], spread = 1, offset = 0): NdArray<Float32Array> {
  const values = countedNumbers(stream, count(shape));
  return { data: values.map((v) => v * spread + offset), shape: [...shape] };
}

/** gamma, beta, moving mean and moving variance, as far as the layer has them. */
function weightsOf({ kind, shape, scale, center, stream }: Case): NdArray<Float32Array>[] {
  const channels = shape.slice(-1);
  const weights = [];
  if (scale) weights.push(counted(stream + 2, channels, 0.5, 1));
  if (center) weights.push(counted(stream + 3, channels));
  if (kind === 'batchNorm') {
    weights.push(counted(stream + 4, channels, 1, 2), counted(stream + 5, channels, 0.5, 3));
  }
  return weights;
}

const mse = { optimizer: { name: 'sgd', learningRate: 1e-30 }, loss: 'meanSquaredError' } as const;

describe.each(kernelChoices)('normalisation against PyTorch, $title', ({ options }) => {
  it.each(fixture.layers)('$kind of $shape, scale $scale, center $center', async (given) => {
    const { kind, shape, epsilon, scale, center, stream, gradients, moved } = given;
    const [batch, ...sample] = shape as [number, ...number[]];
    const x = counted(stream, shape, 3, 2);
    const target = { ...counted(stream + 1, shape), shape: [batch, count(sample)] };
    const make = (first: object) =>
      kind === 'batchNorm'
        ? layers.batchNorm({ epsilon, scale, center, momentum, ...first })
        : layers.layerNorm({ epsilon, scale, center, ...first });

    const model = sequential({ layers: [make({ inputShape: sample })] }).compile(mse);
    model.setWeights(weightsOf(given));
    const y = await model.predict(x, { ...options, workers: 2 });
    expectClose(y.data, given.y, { ofLargest: 2e-6 });
    const actual = await model.gradients(x, target, options);
    gradients.forEach((expected, i) => {
      expectClose(actual[i]!.data, expected, { ofLargest: 5e-6 });
    });

    // Rows of the identity give out x, sample by sample, so the kernel's gradient is that by x.
    const pixels = count(sample);
    const behind = sequential({
      layers: [
        layers.dense({ units: pixels, useBias: false, inputShape: [batch] }),
        ...(sample.length > 1 ? [layers.reshape({ targetShape: sample })] : []),
        make({}),
      ],
    }).compile(mse);
    behind.setWeights([{ data: x.data, shape: [batch, pixels] }, ...weightsOf(given)]);
    const identity = new Float32Array(batch * batch).map((_, i) => (i % (batch + 1) === 0 ? 1 : 0));
    const rows = { data: identity, shape: [batch, batch] };
    const [dx] = await behind.gradients(rows, target, options);
    expectClose(dx!.data, given.dx, { ofLargest: 1e-5 });

    // A learning rate that moves nothing: what is left is the loss, and the moving moments.
    const { history } = await behind.fit(rows, target, {
      ...options,
      batchSize: batch,
      shuffle: false,
      workers: 2,
    });
    expectClose(history.loss!, [given.loss], { relative: 2e-6 });
    if (moved === undefined) return;
    const [mean, variance] = behind.getWeights().slice(-2);
    expectClose(mean!.data, moved[0], { relative: 1e-6 });
    expectClose(variance!.data, moved[1], { relative: 1e-6 });
  });

  it('a training run: loss of every epoch, in training and with moving moments, and weights at the end', async () => {
    const { stream, labels, weights, history: expected, finalWeights } = fixture.run;
    const model = sequential({
      layers: [
        layers.conv2d({ filters: 5, kernelSize: [3, 2], useBias: false, inputShape: [5, 6, 2] }),
        layers.batchNorm({ momentum }),
        layers.activation({ activation: 'relu' }),
        layers.maxPool2d(),
        layers.layerNorm({ center: false }),
        layers.flatten(),
        layers.dense({ units: 8, useBias: false }),
        layers.batchNorm({ momentum }),
        layers.activation({ activation: 'relu' }),
        layers.dense({ units: 3, activation: 'softmax' }),
      ],
    }).compile({ optimizer: { name: 'adam', learningRate: 0.02 }, loss: 'sparseCategoricalCrossentropy' });
    model.setWeights(weights.map(weightArray));
    const x = counted(stream, [labels.length, 5, 6, 2]);
    const { history } = await model.fit(x, labels, {
      ...options,
      epochs: expected.loss.length,
      batchSize: 18,
      shuffle: false,
      validationData: [x, labels],
      workers: 2,
    });
    expectClose(history.loss!, expected.loss, { relative: 2e-5 });
    expectClose(history.valLoss!, expected.valLoss, { relative: 5e-5 });
    finalWeights.forEach((values, i) => {
      expectClose(model.getWeights()[i]!.data, values, { absolute: 5e-5 });
    });
    expect(finalWeights).toHaveLength(model.getWeights().length);
  });
});
