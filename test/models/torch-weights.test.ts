import { layers, type NamedWeightOptions, type NdArray, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { refused } from '../support/folder.js';

const TORCH: NamedWeightOptions = { layout: 'pytorch' };

/** Arrays of a network of rows: two hidden layers with the same shapes. */
const rows = () =>
  sequential({
    layers: [
      layers.dense({ units: 4, inputShape: [4] }),
      layers.dense({ units: 4 }),
      layers.dense({ units: 2 }),
    ],
  });
let at = 0;
const array = (...shape: number[]): NdArray<Float32Array> => ({
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => Math.sin(++at)),
  shape,
});
const linear = (module: string, inputs: number, units: number): Record<string, NdArray> => ({
  [`${module}.weight`]: array(units, inputs),
  [`${module}.bias`]: array(units),
});

function refuses(arrays: unknown, options: unknown, code: string, ...words: string[]): void {
  const model = rows();
  const before = model.getWeights();
  const call = (): void => model.setWeights(arrays as never, options as never);
  expect(call).toThrow(refused(code, ...words) as Error);
  expect(model.getWeights()).toEqual(before);
}

const good = { ...linear('fc1', 4, 4), ...linear('fc2', 4, 4), ...linear('out', 4, 2) };

describe("weights by PyTorch's names", () => {
  it('are matched in the order of the numbers in names, whatever the order of the file is', () => {
    const layersOf = (count: number): Record<string, NdArray> =>
      Object.assign({}, ...Array.from({ length: count }, (_, i) => linear(`layers.${i}`, 4, 4)));
    const arrays = layersOf(12);
    const model = sequential({
      layers: Array.from({ length: 12 }, (_, i) =>
        layers.dense({ units: 4, ...(i === 0 ? { inputShape: [4] } : {}) }),
      ),
    });
    // As safetensors sorts them: layers.10 before layers.2.
    const sorted = Object.fromEntries(Object.entries(arrays).sort(([a], [b]) => (a < b ? -1 : 1)));
    model.setWeights(sorted, TORCH);
    const biases = model.getWeights().filter((_, i) => i % 2 === 1);
    expect(biases.map(({ data }) => data)).toEqual(
      Array.from({ length: 12 }, (_, i) => arrays[`layers.${i}.bias`]!.data),
    );
  });

  it('list what is missing and what is left over', () => {
    const { 'out.bias': _, ...rest } = good;
    refuses(
      rest,
      TORCH,
      'ERR_ARGUMENT',
      'missing: dense_3 (weight [2, 4], bias [2])',
      'unused: out.weight [2, 4]',
    );
    refuses(
      { ...good, ...linear('extra', 4, 4) },
      TORCH,
      'ERR_ARGUMENT',
      'unused: fc1.weight [4, 4]',
      'extra.weight [4, 4]',
    );
    refuses({ ...good, 'out.hidden': array(2) }, TORCH, 'ERR_ARGUMENT', 'out.hidden [2]');
    refuses({}, TORCH, 'ERR_ARGUMENT', 'missing: dense_1', 'unused: none');
  });

  it('ask what was meant', () => {
    const { 'out.weight': weight, ...rest } = good;
    refuses({ ...rest, 'out.wieght': weight }, TORCH, 'ERR_ARGUMENT', "Did you mean 'out.weight'?");
    const wide = { ...linear('fc1', 4, 4), ...linear('fc2', 4, 4), ...linear('out', 5, 2) };
    refuses(wide, TORCH, 'ERR_ARGUMENT', "Did you mean 'out' for dense_3?");
    refuses(good, { ...TORCH, names: { dense1: 'fc1' } }, 'ERR_UNKNOWN_NAME', "Did you mean 'dense_1'?");
    refuses(good, { ...TORCH, names: { dense_1: 'fc_1' } }, 'ERR_UNKNOWN_NAME', "Did you mean 'fc1'?");
    refuses(good, { layout: 'torch' }, 'ERR_UNKNOWN_NAME', "Did you mean 'pytorch'?");
    refuses(good, { from: 'pytorch' }, 'ERR_UNKNOWN_NAME', "Did you mean 'layout'?");
    refuses({ ...good }, {}, 'ERR_ARGUMENT', 'missing: dense_1/kernel', "{ layout: 'pytorch' }");
  });

  it('have to be clear: layers of the same shapes whose names do not say their order', () => {
    const arrays = { ...linear('encoder', 4, 4), ...linear('decoder', 4, 4), ...linear('out', 4, 2) };
    refuses(arrays, TORCH, 'ERR_ARGUMENT', 'names for dense_1, dense_2', "'encoder', 'decoder'", 'names: {');
    const model = rows();
    model.setWeights(arrays, { ...TORCH, names: { dense_2: 'decoder' } });
    expect(model.getWeights()[1]!.data).toEqual(arrays['encoder.bias']!.data);
    expect(model.getWeights({ ...TORCH, names: { dense_1: 'a', dense_2: 'b', dense_3: 'c' } })).toEqual({
      'a.weight': arrays['encoder.weight'],
      'a.bias': arrays['encoder.bias'],
      'b.weight': arrays['decoder.weight'],
      'b.bias': arrays['decoder.bias'],
      'c.weight': arrays['out.weight'],
      'c.bias': arrays['out.bias'],
    });
  });

  it('are checked before anything changes', () => {
    refuses(
      good,
      { ...TORCH, names: { dense_3: 'fc1' } },
      'ERR_SHAPE',
      'fc1.weight [2, 4]',
      'fc1.weight [4, 4]',
    );
    refuses(good, { ...TORCH, names: { dense_1: 'fc1', dense_2: 'fc1' } }, 'ERR_ARGUMENT', "dense_2: 'fc1'");
    refuses(good, { names: { dense_1: 'fc1' } }, 'ERR_ARGUMENT', 'no names with layout');
    refuses(
      { ...good, 'fc1.bias': { data: Float32Array.of(1, 2, 3, Number.NaN), shape: [4] } },
      TORCH,
      'ERR_NOT_FINITE',
      'fc1.bias',
    );
    refuses(
      { ...good, 'fc1.bias': { data: Float32Array.of(1, 2), shape: [4] } },
      TORCH,
      'ERR_SHAPE',
      'fc1.bias',
    );
    refuses(rows().getWeights(), TORCH, 'ERR_ARGUMENT', 'arrays by name with options');
    const model = rows();
    expect(() => model.getWeights({ ...TORCH, names: { dense_1: '2' } })).toThrow(
      refused('ERR_ARGUMENT', 'another module for each layer') as Error,
    );
  });

  it('of a normalisation without gamma or beta are 1 and 0 there', () => {
    const make = (options: object) =>
      sequential({ layers: [layers.batchNorm({ inputShape: [3], ...options })] });
    const plain = make({ center: false });
    const arrays = plain.getWeights(TORCH);
    expect(Object.keys(arrays)).toEqual(['0.weight', '0.bias', '0.running_mean', '0.running_var']);
    expect(Array.from(arrays['0.bias']!.data)).toEqual([0, 0, 0]);
    plain.setWeights(arrays, TORCH);
    const other = { ...arrays, '0.bias': { data: Float32Array.of(0, 1, 0), shape: [3] } };
    expect(() => plain.setWeights(other, TORCH)).toThrow(refused('ERR_ARGUMENT', '0.bias to be 0') as Error);
    expect(Object.keys(make({ center: false, scale: false }).getWeights(TORCH))).toEqual([
      '0.running_mean',
      '0.running_var',
    ]);
  });

  it('cannot follow a reshape of images to images', () => {
    const model = sequential({
      layers: [
        layers.conv2d({ filters: 4, kernelSize: 1, inputShape: [2, 2, 1] }),
        layers.reshape({ targetShape: [4, 1, 4] }),
      ],
    });
    expect(() => model.getWeights(TORCH)).toThrow(refused('ERR_ARGUMENT', 'layer reshape_1') as Error);
  });
});

it('weights by our own names go through getWeights and setWeights', () => {
  const [a, b] = [rows(), rows()];
  a.setWeights(a.getWeights().map(({ shape }) => array(...shape)));
  const named = a.getWeights({});
  expect(Object.keys(named)).toEqual([1, 2, 3].flatMap((i) => [`dense_${i}/kernel`, `dense_${i}/bias`]));
  b.setWeights(named);
  expect(b.getWeights()).toEqual(a.getWeights());
  const { 'dense_1/bias': bias, ...rest } = named;
  refuses({ ...rest, 'dense_1/bais': bias }, undefined, 'ERR_ARGUMENT', "Did you mean 'dense_1/bias'?");
});
