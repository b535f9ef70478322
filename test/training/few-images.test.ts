import { layers } from 'steepest';
import { describe, expect, it } from 'vitest';
import { compileProgram } from '#steepest/networks/compile/compile.js';
import { mostImagesPredictedAsRows } from '#steepest/networks/compile/fewImages.js';
import { type ModelConfig, resolveModel } from '#steepest/networks/compile/model.js';
import type { LayerConfig } from '#steepest/networks/layers/definition.js';
import { MemoryPlan } from '#steepest/program/memory.js';
import { bits, build, configs, IMAGES, imagesOf, MODELS } from './fewImages.js';

describe('a few images have the bits that they have in a large batch', () => {
  it('by predictSync', async () => {
    for (const config of configs) {
      const model = build(config);
      const { data, shape, size } = imagesOf(config);
      const all = (await model.predict({ data, shape }, { batchSize: IMAGES, workers: 1 })).data;
      const cols = all.length / IMAGES;
      for (let rows = 1; rows <= 7; rows++) {
        const few = { data: data.slice(0, rows * size), shape: [rows, ...shape.slice(1)] };
        const same = model.predictSync(few).data;
        expect(bits(same), `${rows} images, model ${config.seed}`).toBe(bits(all.slice(0, rows * cols)));
      }
    }
  });

  it('shared out among workers, whatever the size of mini-batches', async () => {
    const config = configs.find((one) => mostImagesPredictedAsRows(resolveModel(one)) === 7) as ModelConfig;
    const model = build(config);
    const { data, shape } = imagesOf(config);
    const all = await model.predict({ data, shape }, { batchSize: IMAGES, workers: 1 });
    for (const [batchSize, workers] of [
      [1, 2],
      [5, 2],
      [7, 3],
      [8, 2],
    ] as const) {
      const same = await model.predict({ data, shape }, { batchSize, workers });
      expect(bits(same.data), `batches of ${batchSize}, ${workers} workers`).toBe(bits(all.data));
    }
  });

  it('one after the other from one model, few and many in turn, and after its weights have changed', () => {
    const config = configs.find((one) => mostImagesPredictedAsRows(resolveModel(one)) === 7) as ModelConfig;
    const model = build(config);
    const { data, shape, size } = imagesOf(config);
    const rows = (first: number, count: number) => ({
      data: data.slice(first * size, (first + count) * size),
      shape: [count, ...shape.slice(1)],
    });
    const check = (): void => {
      const one = model.predictSync(rows(0, 1)).data;
      const all = model.predictSync(rows(0, IMAGES)).data;
      const again = model.predictSync(rows(0, 1)).data;
      expect(bits(one)).toBe(bits(all.slice(0, one.length)));
      expect(bits(again)).toBe(bits(one));
    };
    check();
    const before = bits(model.predictSync(rows(0, 1)).data);
    model.setWeights(
      model.getWeights().map(({ data: old, shape: of }) => ({ data: old.map((w) => 0.7 * w), shape: of })),
    );
    check();
    expect(bits(model.predictSync(rows(0, 1)).data)).not.toBe(before);
  });
});

/** Kinds of ops that predict a mini-batch of so many images. */
function kindsFor(config: ModelConfig, rows: number): Set<string> {
  const model = resolveModel(config);
  const x = { buffer: 1, dtype: 'f32', rows, cols: model.inputCols, firstRow: 0 } as const;
  const out = { buffer: 2, dtype: 'f32', rows, cols: model.outputCols, firstRow: 0 } as const;
  const program = compileProgram({
    model,
    mode: 'predict',
    io: { x, out },
    memory: new MemoryPlan(),
    maxRows: rows,
  });
  return new Set(program.ops.map(({ kind }) => kind));
}

describe('images are computed as rows', () => {
  const conv = (filters: number, more: LayerConfig[] = []): ModelConfig => ({
    seed: 0,
    layers: [layers.conv2d({ filters, kernelSize: 3, inputShape: [8, 8, 3] }), ...more],
  });

  it('up to seven of them, where outputs fill vectors', () => {
    expect(kindsFor(conv(16), 7)).toContain('conv2dRows');
    expect(kindsFor(conv(16), 8)).toContain('conv2d');
  });

  it('as many as leave fewer lanes empty than a group would', () => {
    expect(kindsFor(conv(3), 3)).toContain('conv2dRows');
    expect(kindsFor(conv(3), 4)).toContain('conv2d');
    expect(mostImagesPredictedAsRows(resolveModel(conv(1)))).toBe(1);
  });

  it('with normalisation folded into weights, but not where a layer takes groups only', () => {
    const folded = conv(16, [layers.batchNorm(), layers.activation({ activation: 'relu' })]);
    expect(kindsFor(folded, 1)).toContain('conv2dRows');
    const apart = conv(16, [layers.activation({ activation: 'relu' }), layers.batchNorm()]);
    expect(kindsFor(apart, 1)).not.toContain('conv2dRows');
    expect(mostImagesPredictedAsRows(resolveModel(apart))).toBe(0);
  });

  it('in most of the models above', () => {
    const most = configs.map((config) => mostImagesPredictedAsRows(resolveModel(config)));
    expect(most.filter((images) => images > 0).length).toBeGreaterThan(MODELS / 2);
    expect(new Set(most).size).toBeGreaterThan(3);
    const kinds = new Set(configs.flatMap((config) => [...kindsFor(config, 1)]));
    for (const kind of ['padRows', 'conv2dRows', 'maxPool2dRows', 'averagePool2dRows', 'foldNorm']) {
      expect(kinds).toContain(kind);
    }
  });
});
