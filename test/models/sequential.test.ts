import { layers, type NdArray, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';

/** y = 3·x₀ − 2·x₁ + 1, exactly linear. */
function linearData(rows: number): { x: number[][]; y: number[] } {
  const x = Array.from({ length: rows }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
  return { x, y: x.map(([a, b]) => 3 * a! - 2 * b! + 1) };
}

/** Two classes that a line separates. */
function blobs(rows: number): { x: number[][]; y: number[] } {
  const x = Array.from({ length: rows }, (_, i) => [Math.sin(i) + (i % 2 ? 2 : -2), Math.cos(7 * i)]);
  return { x, y: x.map((_, i) => i % 2) };
}

const flat = (arrays: readonly NdArray[]): number[] => arrays.flatMap(({ data }) => Array.from(data));

describe('fit', () => {
  it('finds the line that made the data', async () => {
    const { x, y } = linearData(200);
    const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
    model.compile({
      optimizer: { name: 'sgd', learningRate: 0.1 },
      loss: 'meanSquaredError',
      metrics: ['r2', 'mae'],
    });
    const { history } = await model.fit(x, y, { epochs: 40, batchSize: 20 });
    const [kernel, bias] = model.getWeights();
    expect(kernel!.data[0]).toBeCloseTo(3, 3);
    expect(kernel!.data[1]).toBeCloseTo(-2, 3);
    expect(bias!.data[0]).toBeCloseTo(1, 3);
    expect(history.loss).toHaveLength(40);
    expect(history.r2!.at(-1)).toBeGreaterThan(0.9999);
    expect(history.mae!.at(-1)).toBeLessThan(1e-2);
  });

  it('separates two classes and validates on the rows held back', async () => {
    const { x, y } = blobs(120);
    const model = sequential({
      seed: 3,
      layers: [
        layers.dense({ units: 8, activation: 'tanh', inputShape: [2] }),
        layers.dense({ units: 2, activation: 'softmax' }),
      ],
    }).compile({
      optimizer: { name: 'adam', learningRate: 0.05 },
      loss: 'sparseCategoricalCrossentropy',
      metrics: ['accuracy'],
    });
    const { history } = await model.fit(x, y, { epochs: 20, batchSize: 16, validationSplit: 0.25 });
    expect(history.accuracy!.at(-1)).toBe(1);
    expect(history.valAccuracy!.at(-1)).toBe(1);
    expect(history.valLoss).toHaveLength(20);
  });

  it('goes on where the last fit ended: two fits of one epoch are one fit of two', async () => {
    const { x, y } = blobs(50);
    const make = () =>
      sequential({
        seed: 9,
        layers: [
          layers.dense({ units: 5, activation: 'relu', inputShape: [2] }),
          layers.dropout({ rate: 0.3 }),
          layers.dense({ units: 2, activation: 'softmax' }),
        ],
      }).compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
    const once = make();
    await once.fit(x, y, { epochs: 2, batchSize: 8 });
    const twice = make();
    await twice.fit(x, y, { epochs: 1, batchSize: 8 });
    await twice.fit(x, y, { epochs: 1, batchSize: 8 });
    expect(flat(twice.getWeights())).toEqual(flat(once.getWeights()));
  });

  it('gives callbacks current weights, and stops when one says false', async () => {
    const { x, y } = linearData(64);
    const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const seen: number[] = [];
    const { history } = await model.fit(x, y, {
      epochs: 10,
      workers: 2,
      callbacks: [
        {
          async onEpochEnd({ epoch, logs, stop }) {
            await new Promise((resolve) => setTimeout(resolve, 5));
            expect(logs.loss).toBeGreaterThan(0);
            seen.push(model.getWeights()[0]!.data[0]!);
            if (epoch === 2) stop();
          },
        },
      ],
    });
    expect(history.loss).toHaveLength(3);
    expect(new Set(seen).size).toBe(3);
  });

  it('passes on what a callback throws, with the weights of that epoch', async () => {
    const { x, y } = linearData(64);
    const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const before = flat(model.getWeights());
    const callbacks = [
      {
        onEpochEnd(): void {
          throw new RangeError('mine');
        },
      },
    ];
    await expect(model.fit(x, y, { epochs: 5, callbacks })).rejects.toThrow('mine');
    expect(flat(model.getWeights())).not.toEqual(before);
  });
});

describe('evaluate and predict', () => {
  const { x, y } = blobs(700);
  const model = sequential({
    seed: 5,
    layers: [
      layers.dense({ units: 16, activation: 'gelu', inputShape: [2] }),
      layers.dense({ units: 2, activation: 'softmax' }),
    ],
  }).compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });

  it('agree with each other for any number of workers', async () => {
    const one = await model.predict(x, { workers: 1 });
    const three = await model.predict(x, { workers: 3, batchSize: 64 });
    const sync = model.predictSync(x);
    expect(three.shape).toEqual([700, 2]);
    expect(three.data).toEqual(one.data);
    expect(sync.data).toEqual(one.data);
    const logs = await model.evaluate(x, y, { workers: 1 });
    expect(await model.evaluate(x, y, { workers: 3, batchSize: 37 })).toEqual(logs);
    const right = y.filter((label, i) => (one.data[2 * i + 1]! > one.data[2 * i]! ? 1 : 0) === label).length;
    expect(logs.accuracy).toBeCloseTo(right / 700, 12);
  });

  it('predictSync takes one row as it is', () => {
    const { shape, data } = model.predictSync(x[0]!);
    expect(shape).toEqual([1, 2]);
    expect(data[0]! + data[1]!).toBeCloseTo(1, 6);
  });

  it('takes uint8, float64 and nested arrays alike', () => {
    const bytes = new Uint8Array([1, 2, 3, 4]);
    const nested = model.predictSync([
      [1, 2],
      [3, 4],
    ]);
    expect(model.predictSync({ data: bytes, shape: [2, 2] }).data).toEqual(nested.data);
    expect(model.predictSync({ data: Float64Array.from(bytes), shape: [2, 2] }).data).toEqual(nested.data);
  });
});

describe('gradients', () => {
  it('refuses a loss that is not finite rather than return zeros', async () => {
    const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    model.setWeights([
      { data: Float32Array.of(3e38), shape: [1, 1] },
      { data: Float32Array.of(0), shape: [1] },
    ]);
    await expect(model.gradients([[5]], [[1]])).rejects.toMatchObject({ code: 'ERR_DIVERGED' });
  });
});

describe('rescaling', () => {
  it('comes to the same whether it is fused into the gather or stands in the middle', async () => {
    const bytes = Uint8Array.from({ length: 40 }, (_, i) => (i * 37) % 256);
    const x = { data: bytes, shape: [10, 4] };
    const dense = () => layers.dense({ units: 3, activation: 'tanh' });
    const first = sequential({
      layers: [layers.rescaling({ scale: 1 / 255, offset: -0.5, inputShape: [4] }), dense()],
    });
    const middle = sequential({
      layers: [
        layers.activation({ activation: 'linear', inputShape: [4] }),
        layers.rescaling({ scale: 1 / 255, offset: -0.5 }),
        dense(),
      ],
    });
    middle.setWeights(first.getWeights());
    expect(middle.predictSync(x).data).toEqual(first.predictSync(x).data);
  });
});

describe('printing', () => {
  const model = sequential({
    layers: [
      layers.dense({ units: 128, activation: 'relu', inputShape: [784] }),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
  }).compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });

  it('summary counts parameters', () => {
    expect(model.summary()).toContain('101,770 parameters');
    expect(model.summary()).toContain('dense (softmax)');
  });

  it('explain shows every op of the step with phase, shapes, bytes and FLOPs', () => {
    const text = model.explain({ batchSize: 128, workers: 2 });
    for (const word of [
      'gatherRows',
      'softmaxCrossEntropy',
      'argmaxAccuracy',
      'rowSums',
      'biasGradient',
      'adam',
    ]) {
      expect(text).toContain(word);
    }
    expect(text).toMatch(
      /rows +2 owners +gemm +dense_1 forward +rows +a 128×784, b 784×64, c 128×64, bias 1×64/,
    );
    expect(text).toMatch(/merge +2 owners +gemm +dense_1\/kernel/);
    expect(text).toContain('25.69 M');
    expect(text).toContain('dense_1/kernel: worker 1 owns columns 64–128');
    expect(text).toContain('worker 1 blocks');
    // 128 rows of 128 outputs cross; by rows the weights and the input would.
    expect(text).toContain('dense_1: about 64.0 KiB of a step cross between cores, by rows 848.0 KiB');
    const alone = model.explain({ batchSize: 128, workers: 1 });
    expect(alone).toMatch(/rows +rows +gemm +dense_1 forward +rows +a 128×784, b 784×128, c 128×128/);
    expect(alone).not.toContain('owns');
  });
});
