import { data, type NamedWeightOptions, type NdArray, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { torchLayerTypes } from '#steepest/networks/exchange/pytorch/layers.js';
import { layers } from '#steepest/networks/layers/index.js';
import { expectClose, type Numbers, readFixture } from '../support/fixtures.js';
import { temporaryFolder } from '../support/folder.js';

interface Case {
  name: string;
  config: Parameters<typeof sequential>[0];
  /** The module of each layer; null where they are found by themselves. */
  names: Record<string, string> | null;
  dtype: string;
  /** safetensors of PyTorch's state_dict, base64. */
  state: string;
  x: number[][];
  y: Numbers;
  /** safetensors that steepest wrote, and what PyTorch's network computes with it. */
  written: string;
  yOfWritten: Numbers;
}

const { cases } = readFixture<{ cases: Case[] }>('pytorch');
const decode = (base64: string): Uint8Array => Buffer.from(base64, 'base64');
const folder = temporaryFolder();

const options = ({ names }: Case): NamedWeightOptions =>
  names === null ? { layout: 'pytorch' } : { layout: 'pytorch', names };

/** Samples in the shape that the network takes, and its outputs, row by row. */
function predictions({ config, x }: Case, arrays: Record<string, NdArray>, how: NamedWeightOptions) {
  const model = sequential(config);
  model.setWeights(arrays, how);
  const shape = [x.length, ...config.layers[0]!.inputShape!];
  return { model, y: model.predictSync({ data: Float32Array.from(x.flat()), shape }).data };
}

const TOLERANCE = { relative: 1e-6, ofLargest: 1e-6 };

describe('weights of PyTorch', () => {
  it.each(cases)('$name, $dtype: the outputs are those of PyTorch', async (one) => {
    const arrays = await data.readSafetensors(decode(one.state));
    expectClose(predictions(one, arrays, options(one)).y, one.y, TOLERANCE);
  });

  it.each(cases.filter(({ names }) => names !== null))(
    '$name: the same without names, or a question',
    async (one) => {
      const arrays = await data.readSafetensors(decode(one.state));
      const found = (): unknown => predictions(one, arrays, { layout: 'pytorch' }).y;
      if (one.name === 'a class') {
        expect(found).toThrow(
          expect.objectContaining({ code: 'ERR_ARGUMENT', hint: expect.stringMatching(/names: \{ /) }),
        );
      } else expect(found()).toEqual(predictions(one, arrays, options(one)).y);
    },
  );

  it.each(cases)('$name: PyTorch computes the same with what is written', async (one) => {
    const arrays = await data.readSafetensors(decode(one.written));
    const { model, y } = predictions(one, arrays, options(one));
    expectClose(y, one.yOfWritten, TOLERANCE);
    const path = folder.path('net.safetensors');
    await data.writeSafetensors(path, model.getWeights(options(one)));
    expect(await data.readSafetensors(path)).toEqual(arrays);
  });

  it.each(cases)('$name: names and shapes of what is written are those of PyTorch', async (one) => {
    const state = await data.readSafetensors(decode(one.state));
    const model = sequential(one.config);
    const shapes = (arrays: Record<string, NdArray>): Record<string, readonly number[]> =>
      Object.fromEntries(
        Object.entries(arrays)
          .filter(([name]) => !name.endsWith('num_batches_tracked'))
          // One slope for all channels is written as one for each.
          .map(([name, { shape }]) => [
            name,
            one.name === 'norms of images' && name === '2.weight' ? [4] : shape,
          ]),
      );
    expect(shapes(model.getWeights(options(one)))).toEqual(shapes(state));
  });

  it('cover both directions with ten networks and more', () => {
    expect(cases.length).toBeGreaterThanOrEqual(10);
    expect(new Set(cases.map(({ dtype }) => dtype)).size).toBe(4);
  });
});

it('every type of layer has an answer', () => {
  expect(torchLayerTypes().sort()).toEqual(Object.keys(layers).sort());
});
