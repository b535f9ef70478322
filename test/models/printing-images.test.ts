import { layers, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';

const BATCH = 32;
const GROUPS = BATCH / 16;
const model = sequential({
  layers: [
    layers.rescaling({ scale: 1 / 255, inputShape: [9, 7, 3] }),
    layers.conv2d({ filters: 8, kernelSize: [3, 2], activation: 'relu' }),
    layers.maxPool2d(),
    layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', groups: 2, activation: 'tanh' }),
    layers.flatten(),
    layers.dense({ units: 5, activation: 'softmax' }),
  ],
}).compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });

/** Multiplications and additions of one image: filters × pixels × taps × channels of a group. */
const FIRST = 2 * 8 * (7 * 6) * (3 * 2) * 3;
const SECOND = 2 * 4 * (3 * 3) * (3 * 3) * 4;

/** The line that begins with a name, cut where two spaces stand. */
function cells(text: string, name: string): string[] {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `)) ?? '';
  return line.split(/ {2,}/);
}

const thousands = (flops: number): string => `${(flops / 1e3).toFixed(1)} k`;

describe('summary of a convolutional network', () => {
  const text = model.summary();

  it('has layout, FLOPs and bytes of each layer', () => {
    expect(cells(text, 'layer')).toEqual([
      'layer',
      'type',
      'output',
      'layout',
      'parameters',
      'FLOPs',
      'bytes',
    ]);
    const [, type, output, layout, parameters, flops, bytes] = cells(text, 'conv2d_1');
    expect([type, output, layout, parameters]).toEqual([
      'conv2d (relu)',
      '[batch, 7, 6, 8]',
      'images',
      '152',
    ]);
    expect(flops).toBe(thousands(FIRST));
    // Every image is read once and leaves 3 × 3 pooled pixels of 8 channels, the weights are read for all 32.
    const least = 4 * (9 * 7 * 3 + 3 * 3 * 8) + (4 * 152) / BATCH;
    expect(bytes).toBe(`${(least / 1024).toFixed(1)} KiB`);
    expect(cells(text, 'conv2d_2')[5]).toBe(thousands(SECOND));
    expect(cells(text, 'dense_1')[3]).toBe('rows');
  });

  it('leaves the costs of a layer out that its neighbour computes', () => {
    expect(cells(text, 'maxPool2d_1')).toEqual([
      'maxPool2d_1',
      'maxPool2d',
      '[batch, 3, 3, 8]',
      'images',
      '0',
    ]);
  });
});

describe('explain of a convolutional network', () => {
  const text = model.explain({ batchSize: BATCH, workers: 2 });

  /** Cells of the op of a kind that is for something. */
  function op(kind: string, label: string): string[] {
    const line =
      text.split('\n').find((candidate) => new RegExp(` ${kind} +${label} `).test(candidate)) ?? '';
    return line.trim().split(/ {2,}/).slice(3);
  }

  it('shows which ops work on images, which on rows, and which rearrange', () => {
    const gather = op('gatherImages', 'x, rescaling_1');
    expect(gather.slice(2, 4)).toEqual(['rows → images', `src ${BATCH}×189, dst ${GROUPS}×189×16`]);
    expect(op('imagesToRows', 'dense_1.input rows')[2]).toBe('images → rows');
    expect(op('gemm', 'dense_1 forward')[2]).toBe('rows');
    expect(op('channelSums', 'conv2d_2/bias')[2]).toBe('images');
    // 9 pixels of 4 channels in 2 groups of 16 images.
    expect(op('channelSums', 'conv2d_2/bias')[3]).toContain(`dz ${GROUPS}×36×16`);
    expect(op('sgd', 'conv2d_1/kernel')[2]).toBe('w 18×8, g 18×8');
  });

  it('counts FLOPs of forward, both gradients, and the bytes of a mini-batch', () => {
    expect(op('conv2dInput', 'conv2d_2 dx').at(-1)).toBe(thousands(SECOND * BATCH));
    expect(op('conv2dWeights', 'conv2d_2/kernel').at(-1)).toBe(thousands(SECOND * BATCH));
    // Of four outputs that are pooled, one has a gradient.
    expect(op('conv2dMaxPoolWeights', 'conv2d_1/kernel').at(-1)).toBe(thousands((FIRST * BATCH) / 4));
    expect(op('channelSums', 'conv2d_2/bias').at(-2)).toBe(
      `${((4 * 16 * GROUPS * 36 + 16) / 1024).toFixed(1)} KiB`,
    );
  });

  it('adds the ops of each layer up, and all shares to 100 %', () => {
    const names = ['rescaling_1', 'conv2d_1', 'conv2d_2', 'dense_1', 'data, loss, metrics'];
    const shares = names.map((name) => Number(cells(text, name).at(-1)!.replace(' %', '')));
    expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(100, 0);
    // Forward, dw, db and the updates; nothing below the first layer wants δ.
    expect(Number(cells(text, 'conv2d_1')[2])).toBe(5);
    expect(cells(text, 'maxPool2d_1')).toEqual(['maxPool2d_1', 'images']);
  });
});
