import { inspect } from 'node:util';
import { layers, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';

const x = [
  [0, 1],
  [1, 0],
  [1, 1],
];
const y = [0, 1, 1];
const build = () =>
  sequential({
    seed: 7,
    layers: [
      layers.dense({ units: 8, activation: 'tanh', inputShape: [2] }),
      layers.dense({ units: 1, activation: 'sigmoid' }),
    ],
  });

describe('JSON of results', () => {
  it('predictions, weights and gradients are { data: […], shape: […] }', async () => {
    const model = build().compile({ loss: 'binaryCrossentropy' });
    const slow = await model.predict(x, { workers: 1 });
    const results = [model.predictSync(x), await model.predict(x), slow, await model.predict([{ x }])];
    for (const { data, shape } of [...results, ...model.getWeights(), ...(await model.gradients(x, y))]) {
      expect(data).toBeInstanceOf(Float32Array);
      expect(shape.reduce((a, b) => a * b, 1)).toBe(data.length);
    }
    for (const result of [...results, ...model.getWeights(), ...(await model.gradients(x, y))]) {
      const { data, shape } = JSON.parse(JSON.stringify(result)) as { data: number[]; shape: number[] };
      expect(Float32Array.from(data)).toEqual(result.data);
      expect(data).toBeInstanceOf(Array);
      expect(shape).toEqual(result.shape);
    }
    expect(JSON.stringify(model.predictSync([[0, 0]]))).toBe('{"data":[0.5],"shape":[1,1]}');
  });

  it('results are copied and compared by their two fields', () => {
    const result = build().predictSync([[0, 0]]);
    expect(Object.keys(result)).toEqual(['data', 'shape']);
    const plain = { data: Float32Array.of(0.5), shape: [1, 1] };
    expect(result).toEqual(plain);
    expect(structuredClone(result)).toEqual(plain);
    expect({ ...result }).toStrictEqual(plain);
  });

  it('a model is its description, of which another with the same fresh weights is made', () => {
    const model = build();
    const text = JSON.stringify({ model });
    const { model: description } = JSON.parse(text) as { model: Parameters<typeof sequential>[0] };
    expect(description).toEqual(model.config);
    expect(sequential(description).predictSync(x)).toEqual(model.predictSync(x));
    expect(text.length).toBeLessThan(600);
  });
});

describe('console.log(model)', () => {
  it('says what the model is, what it has been told and what it has learned', async () => {
    const model = build();
    expect(inspect(model)).toContain('Sequential [2] → [1], 2 layers, 33 parameters, seed 7\nnot compiled');
    expect(inspect(model)).toContain(model.summary());
    model.compile({
      optimizer: { name: 'adam', learningRate: 0.1 },
      loss: 'binaryCrossentropy',
      metrics: ['accuracy', 'mse'],
    });
    await model.fit(x, y, { epochs: 2, batchSize: 2 });
    expect(inspect(model)).toContain('trained for 2 epochs, 4 steps\n');
    expect(inspect(model)).toContain(
      'optimizer adam (learningRate 0.1, beta1 0.9, beta2 0.999, epsilon 1e-7), loss binaryCrossentropy, metrics accuracy, mse\n',
    );
  });

  it('is one line within other things, and a word where nothing is opened', () => {
    const model = build();
    expect(inspect({ model })).toBe('{ model: Sequential [2] → [1], 2 layers, 33 parameters }');
    expect(inspect({ a: { b: { c: model } } }, { depth: 1 })).toContain('[Object]');
    expect(inspect({ model }, { depth: 0 })).toBe('{ model: [Sequential] }');
  });

  it('shows no private fields, at any depth', () => {
    expect(inspect(build(), { depth: null })).not.toContain('Float32Array');
    expect(inspect(build(), { showHidden: true, depth: 9 })).not.toContain('Map(');
  });
});
