import {
  type CompileOptions,
  type ErrorCode,
  type FitOptions,
  layers,
  type Sequential,
  SteepestError,
  sequential,
} from 'steepest';
import { describe, expect, it } from 'vitest';

const INPUTS = 3;
const CLASSES = 4;
const x = [
  [0, 1, 2],
  [3, 4, 5],
  [6, 7, 8],
  [9, 10, 11],
];
const y = [0, 1, 2, 3];

function build(loss: CompileOptions['loss'] = 'sparseCategoricalCrossentropy'): Sequential {
  const model = sequential({
    layers: [layers.dense({ units: CLASSES, activation: 'softmax', inputShape: [INPUTS] })],
  });
  return model.compile({ optimizer: 'sgd', loss });
}

/** Values of a kind that TypeScript would not let through: JavaScript callers can pass anything. */
const loose = <T>(value: unknown): T => value as T;

async function codeOf(action: () => unknown): Promise<ErrorCode | 'none'> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof SteepestError)) throw error;
    for (const part of [error.expected, error.given, error.hint]) expect(part).not.toBe('');
    return error.code;
  }
  return 'none';
}

type Row = [what: string, code: ErrorCode, x: unknown, y: unknown];

const DATA: Row[] = [
  ['too few columns', 'ERR_SHAPE', [[1, 2]], [0]],
  ['too many columns', 'ERR_SHAPE', [[1, 2, 3, 4]], [0]],
  ['more samples than targets', 'ERR_SHAPE', x, [0, 1, 2]],
  ['more targets than samples', 'ERR_SHAPE', x, [0, 1, 2, 3, 0]],
  ['a shape that does not match the data', 'ERR_SHAPE', { data: new Float32Array(11), shape: [4, 3] }, y],
  ['a shape of three dimensions', 'ERR_SHAPE', { data: new Float32Array(12), shape: [2, 2, 3] }, [0, 1]],
  ['a negative shape', 'ERR_SHAPE', { data: new Float32Array(12), shape: [-4, -3] }, y],
  ['a fractional shape', 'ERR_SHAPE', { data: new Float32Array(12), shape: [2.4, 5] }, y],
  ['bigint memory', 'ERR_SHAPE', { data: new BigInt64Array(12), shape: [4, 3] }, y],
  ['a DataView', 'ERR_SHAPE', { data: new DataView(new ArrayBuffer(12)), shape: [4, 3] }, y],
  ['a string', 'ERR_SHAPE', 'rows', y],
  ['null', 'ERR_SHAPE', null, y],
  ['undefined', 'ERR_SHAPE', undefined, y],
  ['one-hot targets for a sparse loss', 'ERR_SHAPE', [[1, 2, 3]], [[0, 1, 0, 0]]],
  [
    'rows of different lengths',
    'ERR_RAGGED',
    [
      [1, 2, 3],
      [1, 2],
    ],
    [0, 1],
  ],
  ['a row that is none', 'ERR_RAGGED', [[1, 2, 3], 4], [0, 1]],
  ['NaN in x', 'ERR_NOT_FINITE', [[1, Number.NaN, 3]], [0]],
  ['infinity in x', 'ERR_NOT_FINITE', [[1, Number.POSITIVE_INFINITY, 3]], [0]],
  ['a float64 that float32 cannot hold', 'ERR_NOT_FINITE', [[1, 1e39, 3]], [0]],
  ['a string in x', 'ERR_ARGUMENT', [[1, '2', 3]], [0]],
  ['a hole in x', 'ERR_ARGUMENT', [[1, undefined, 3]], [0]],
  ['NaN in shared x', 'ERR_NOT_FINITE', sharedWithNan(), [0]],
  ['NaN as label', 'ERR_NOT_FINITE', [[1, 2, 3]], [Number.NaN]],
  ['a label above the classes', 'ERR_LABEL_RANGE', [[1, 2, 3]], [CLASSES]],
  ['a negative label', 'ERR_LABEL_RANGE', [[1, 2, 3]], [-1]],
  ['a label of 2³²', 'ERR_LABEL_RANGE', [[1, 2, 3]], [2 ** 32]],
  ['a fractional label', 'ERR_LABEL_RANGE', [[1, 2, 3]], [0.5]],
  ['no samples', 'ERR_EMPTY', [], []],
  ['rows without columns', 'ERR_EMPTY', [[], []], [0, 1]],
  ['an empty typed array', 'ERR_EMPTY', { data: new Float32Array(0), shape: [0, 3] }, []],
];

function sharedWithNan(): unknown {
  const data = new Float32Array(new SharedArrayBuffer(12));
  data[1] = Number.NaN;
  return { data, shape: [1, 3] };
}

describe('data that cannot be trained on', () => {
  it.each(DATA)('%s: %s', async (_what, code, badX, badY) => {
    const model = build();
    const before = model.getWeights();
    const [givenX, givenY] = [loose<number[][]>(badX), loose<number[]>(badY)];
    expect(await codeOf(() => model.fit(givenX, givenY))).toBe(code);
    expect(await codeOf(() => model.evaluate(givenX, givenY))).toBe(code);
    expect(await codeOf(() => model.gradients(givenX, givenY))).toBe(code);
    expect(await codeOf(() => model.fit(x, y, { validationData: [givenX, givenY] }))).toBe(code);
    expect(model.getWeights()).toEqual(before);
    await model.fit(x, y);
  });

  it.each([
    ['binaryCrossentropy', 1.5, 'ERR_LABEL_RANGE'],
    ['binaryCrossentropy', -0.1, 'ERR_LABEL_RANGE'],
    ['categoricalCrossentropy', 2, 'ERR_LABEL_RANGE'],
    ['meanSquaredError', Number.NaN, 'ERR_NOT_FINITE'],
    ['meanAbsoluteError', Number.NEGATIVE_INFINITY, 'ERR_NOT_FINITE'],
  ] as const)('%s with the target %d: %s', async (loss, value, code) => {
    const model = build(loss);
    const before = model.getWeights();
    expect(await codeOf(() => model.fit([[1, 2, 3]], [[0, 1, value, 0]]))).toBe(code);
    expect(await codeOf(() => model.fit([[1, 2, 3]], [[0, 1, 0]]))).toBe('ERR_SHAPE');
    expect(model.getWeights()).toEqual(before);
  });

  it('predict and predictSync refuse the same', async () => {
    const model = build();
    for (const [bad, code] of [
      [[[1, 2]], 'ERR_SHAPE'],
      [[[1, Number.NaN, 3]], 'ERR_NOT_FINITE'],
      [[], 'ERR_EMPTY'],
      [[[1, 2, 3], [1]], 'ERR_RAGGED'],
    ] as const) {
      expect(await codeOf(() => model.predict(loose(bad)))).toBe(code);
      expect(await codeOf(() => model.predictSync(loose(bad)))).toBe(code);
    }
    expect(await codeOf(() => model.predictSync([1, 2, Number.NaN]))).toBe('ERR_NOT_FINITE');
  });
});

const OPTIONS: [code: ErrorCode, options: Record<string, unknown>][] = [
  ['ERR_ARGUMENT', { batchSize: 0 }],
  ['ERR_ARGUMENT', { batchSize: -32 }],
  ['ERR_ARGUMENT', { batchSize: 2.5 }],
  ['ERR_ARGUMENT', { batchSize: '32' }],
  ['ERR_ARGUMENT', { epochs: 0 }],
  ['ERR_ARGUMENT', { epochs: Number.NaN }],
  ['ERR_ARGUMENT', { epochs: Number.POSITIVE_INFINITY }],
  ['ERR_ARGUMENT', { shuffle: 'yes' }],
  ['ERR_ARGUMENT', { validationSplit: 1 }],
  ['ERR_ARGUMENT', { validationSplit: -0.1 }],
  ['ERR_ARGUMENT', { workers: 0 }],
  ['ERR_ARGUMENT', { workers: 1.5 }],
  ['ERR_ARGUMENT', { workers: 'all' }],
  ['ERR_BACKEND', { backend: 'gpu' }],
  ['ERR_BACKEND', { backend: 'native', isa: 'sse2' }],
  ['ERR_UNKNOWN_NAME', { batchsize: 32 }],
];

describe('options that make no sense', () => {
  it.each(OPTIONS)('fit: %s for %o', async (code, options) => {
    const model = build();
    const before = model.getWeights();
    expect(await codeOf(() => model.fit(x, y, loose<FitOptions>(options)))).toBe(code);
    expect(model.getWeights()).toEqual(before);
  });

  it.each([
    ['ERR_UNKNOWN_NAME', { loss: 'crossentropy' }],
    ['ERR_UNKNOWN_NAME', { loss: 'toString' }],
    ['ERR_UNKNOWN_NAME', { loss: 'meanSquaredError', optimizer: 'adadalta' }],
    ['ERR_UNKNOWN_NAME', { loss: 'meanSquaredError', metrics: ['f5'] }],
    ['ERR_UNKNOWN_NAME', { loss: 'meanSquaredError', optimiser: 'adam' }],
    ['ERR_UNKNOWN_NAME', { loss: 'meanSquaredError', optimizer: { name: 'sgd', lr: 0.1 } }],
    ['ERR_ARGUMENT', { loss: 'meanSquaredError', optimizer: { name: 'sgd', learningRate: -0.1 } }],
    ['ERR_ARGUMENT', { loss: 'meanSquaredError', optimizer: { name: 'sgd', learningRate: 0 } }],
    ['ERR_ARGUMENT', { loss: 'meanSquaredError', optimizer: { name: 'sgd', learningRate: Number.NaN } }],
    ['ERR_ARGUMENT', { loss: 'meanSquaredError', optimizer: { name: 'sgd', momentum: 1 } }],
    ['ERR_ARGUMENT', { loss: 'meanSquaredError', optimizer: { name: 'sgd', nesterov: true } }],
    ['ERR_ARGUMENT', { loss: 'meanSquaredError', optimizer: { name: 'adam', beta1: 1 } }],
    ['ERR_ARGUMENT', { loss: 'meanSquaredError', optimizer: { name: 'rmsprop', epsilon: 0 } }],
    ['ERR_UNKNOWN_NAME', { loss: { name: 'meanSquaredError', fromLogits: true } }],
    ['ERR_ARGUMENT', { loss: 'sparseCategoricalCrossentropy', metrics: ['mae'] }],
    ['ERR_ARGUMENT', { loss: 'meanSquaredError', metrics: ['mae', 'mae'] }],
  ] as [ErrorCode, unknown][])('compile: %s for %o', async (code, options) => {
    expect(await codeOf(() => build().compile(loose<CompileOptions>(options)))).toBe(code);
  });

  it.each([
    ['ERR_UNKNOWN_NAME', () => layers.dense(loose({ units: 1, activation: 'swoosh' }))],
    ['ERR_UNKNOWN_NAME', () => layers.dense(loose({ units: 1, kernelInitializer: 'magic' }))],
    ['ERR_UNKNOWN_NAME', () => layers.dense(loose({ units: 1, dtype: 'float16' }))],
    ['ERR_ARGUMENT', () => layers.dense({ units: 0 })],
    ['ERR_ARGUMENT', () => layers.dense({ units: 1.5 })],
    ['ERR_ARGUMENT', () => layers.dense(loose({}))],
    ['ERR_ARGUMENT', () => layers.dense({ units: 1, kernelRegularizer: { l2: -1 } })],
    ['ERR_ARGUMENT', () => layers.dense({ units: 1, activation: { name: 'leakyRelu', alpha: -1 } })],
    ['ERR_ARGUMENT', () => layers.dropout({ rate: 1 })],
    ['ERR_ARGUMENT', () => layers.dropout({ rate: -0.1 })],
    ['ERR_ARGUMENT', () => layers.rescaling({ scale: Number.NaN })],
    ['ERR_UNKNOWN_NAME', () => sequential(loose({ layers: [{ type: 'conv9d', inputShape: [1] }] }))],
    ['ERR_EMPTY', () => sequential({ layers: [] })],
    ['ERR_SHAPE', () => sequential({ layers: [layers.dense({ units: 1 })] })],
    ['ERR_ARGUMENT', () => sequential({ layers: [layers.dense({ units: 1, inputShape: [0] })] })],
    ['ERR_ARGUMENT', () => sequential({ seed: -1, layers: [layers.dense({ units: 1, inputShape: [1] })] })],
    [
      'ERR_ARGUMENT',
      () => sequential({ seed: 2 ** 32, layers: [layers.dense({ units: 1, inputShape: [1] })] }),
    ],
  ] as [ErrorCode, () => unknown][])('building: %s, case %#', async (code, action) => {
    expect(await codeOf(action)).toBe(code);
  });
});

describe('calls at the wrong time', () => {
  it('before compile: ERR_NOT_COMPILED', async () => {
    const model = sequential({ layers: [layers.dense({ units: CLASSES, inputShape: [INPUTS] })] });
    expect(await codeOf(() => model.fit(x, y))).toBe('ERR_NOT_COMPILED');
    expect(await codeOf(() => model.evaluate(x, y))).toBe('ERR_NOT_COMPILED');
    expect(await codeOf(() => model.gradients(x, y))).toBe('ERR_NOT_COMPILED');
    expect((await model.predict(x)).shape).toEqual([4, CLASSES]);
  });

  it('while a fit runs: ERR_BUSY, and that fit goes on undisturbed', async () => {
    const [model, alone] = [build(), build()];
    const running = model.fit(x, y, { epochs: 50, workers: 1 });
    expect(await codeOf(() => model.fit(x, y))).toBe('ERR_BUSY');
    expect(await codeOf(() => model.compile({ loss: 'meanSquaredError' }))).toBe('ERR_BUSY');
    expect(await codeOf(() => model.setWeights(alone.getWeights()))).toBe('ERR_BUSY');
    await running;
    await alone.fit(x, y, { epochs: 50, workers: 1 });
    expect(model.getWeights()).toEqual(alone.getWeights());
    await model.fit(x, y);
  });

  it('a model without parameters: ERR_ARGUMENT', async () => {
    const model = sequential({ layers: [layers.rescaling({ scale: 1, inputShape: [INPUTS] })] });
    model.compile({ loss: 'meanSquaredError' });
    expect(await codeOf(() => model.fit(x, x))).toBe('ERR_ARGUMENT');
  });
});

describe('more than the machine can hold', () => {
  it('activations of terabytes: ERR_MEMORY before any thread starts', async () => {
    const model = sequential({
      layers: [layers.dense({ units: 1_000_000, inputShape: [1] }), layers.dense({ units: 1 })],
    }).compile({ loss: 'meanSquaredError' });
    const rows = 400_000;
    const samples = { data: new Float32Array(rows), shape: [rows, 1] };
    expect(await codeOf(() => model.fit(samples, samples, { batchSize: rows }))).toBe('ERR_MEMORY');
    expect(await codeOf(() => model.gradients(samples, samples))).toBe('ERR_MEMORY');
  });

  it('parameters of terabytes: ERR_MEMORY when the model is made', async () => {
    const action = () => sequential({ layers: [layers.dense({ units: 2 ** 30, inputShape: [2 ** 20] })] });
    expect(await codeOf(action)).toBe('ERR_MEMORY');
  });
});

describe('setWeights', () => {
  it.each([
    ['ERR_SHAPE', []],
    [
      'ERR_SHAPE',
      [
        { data: new Float32Array(12), shape: [4, 3] },
        { data: new Float32Array(4), shape: [4] },
      ],
    ],
    [
      'ERR_SHAPE',
      [
        { data: new Float32Array(11), shape: [3, 4] },
        { data: new Float32Array(4), shape: [4] },
      ],
    ],
    [
      'ERR_NOT_FINITE',
      [
        { data: new Float32Array(12), shape: [3, 4] },
        { data: new Float32Array(4).fill(Number.NaN), shape: [4] },
      ],
    ],
  ] as [ErrorCode, never][])('%s, case %#: nothing changes', async (code, weights) => {
    const model = build();
    const before = model.getWeights();
    expect(await codeOf(() => model.setWeights(weights))).toBe(code);
    expect(model.getWeights()).toEqual(before);
  });
});
