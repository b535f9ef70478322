import {
  type ErrorCode,
  initializerNames,
  layers,
  lossNames,
  metricNames,
  type NdArray,
  optimizerNames,
  type Sequential,
  SteepestError,
  sequential,
} from 'steepest';
import { describe, expect, it } from 'vitest';
import { resolveResume } from '#steepest/networks/models/resume/options.js';
import { JUNK } from './junk.js';

/** What was thrown, or the promise of it; undefined if nothing. */
async function thrownBy(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
}

const CODES: readonly ErrorCode[] = [
  'ERR_ARGUMENT',
  'ERR_UNKNOWN_NAME',
  'ERR_SHAPE',
  'ERR_EMPTY',
  'ERR_RAGGED',
  'ERR_NOT_FINITE',
  'ERR_LABEL_RANGE',
  'ERR_BACKEND',
  'ERR_MEMORY',
];

/**
 * Every value of `JUNK` but those of the right type is
 * refused by an error that says what was wanted.
 */
async function expectRefused(call: (value: never) => unknown, right: readonly string[]): Promise<void> {
  const wrong: string[] = [];
  for (const [name, value] of JUNK) {
    const error = await thrownBy(() => call(value as never));
    const isRight = right.includes(name);
    if (error === undefined) {
      if (!isRight) wrong.push(`${name} is accepted`);
    } else if (!(error instanceof SteepestError)) {
      wrong.push(`${name}: ${String((error as Error).stack).slice(0, 300)}`);
    } else if (isRight) {
      wrong.push(`${name} is refused: ${error.message}`);
    } else if (!CODES.includes(error.code) || error.message.length > 700 || /\[object /.test(error.message)) {
      wrong.push(`${name}: ${error.code} ${error.message}`);
    }
  }
  expect(wrong).toEqual([]);
}

const x = [
  [0, 1],
  [1, 0],
  [1, 1],
];
const y = [0, 1, 1];
const stream = () => [{ x, y }];
const first = layers.dense({ units: 1, inputShape: [2], activation: 'sigmoid' });
const model = (): Sequential =>
  sequential({ layers: [first] }).compile({ optimizer: 'sgd', loss: 'binaryCrossentropy' });
const fitted = model();

/** No options: an object without fields. */
const EMPTY = ['{}', 'an object without prototype'];
const POSITIVE = ['1'];
const FOLDERS = ["'nonsense'", "'1'"];
const TEXTS = ["'nonsense'", "'1'"];
const BOOLEANS = ['true', 'false'];
/**
 * A list of batches that has none of them is refused, `[]`
 * as a list of callbacks or metrics is not.
 */
const NONE = ['[]'];
const FINITE = ['0', '1', '-1', '0.5', '2^53'];
const TWO = ['a Float32Array'];
const array = (data: unknown, shape: unknown) => ({ data, shape }) as NdArray;

type Case = readonly [title: string, call: (value: never) => unknown, right: readonly string[]];

const making: readonly Case[] = [
  ['sequential(…)', (v) => sequential(v), []],
  ['sequential({ layers })', (v) => sequential({ layers: v }), []],
  ['sequential({ layers: [first, …] })', (v) => sequential({ layers: [first, v] }), []],
  ['sequential({ seed })', (v) => sequential({ layers: [first], seed: v }), ['0', '1']],
  ['sequential({ classes })', (v) => sequential({ layers: [first], classes: v }), []],
  ['sequential({ classes: […] })', (v) => sequential({ layers: [first], classes: ['a', v] }), TEXTS],
  ['layer.name', (v) => sequential({ layers: [{ ...first, name: v }] }), ["'nonsense'", "'1'"]],
  ['layer.inputShape', (v) => sequential({ layers: [{ ...first, inputShape: v }] }), []],
  ['layer.type', (v) => sequential({ layers: [{ ...first, type: v }] }), []],
  ['compile(…)', (v) => model().compile(v), []],
  ['compile({ optimizer })', (v) => model().compile({ loss: 'meanSquaredError', optimizer: v }), []],
  ['compile({ loss })', (v) => model().compile({ loss: v }), []],
  ['compile({ loss: { name } })', (v) => model().compile({ loss: { name: v } }), []],
  ['compile({ metrics })', (v) => model().compile({ loss: 'meanSquaredError', metrics: v }), NONE],
  ['compile({ metrics: […] })', (v) => model().compile({ loss: 'meanSquaredError', metrics: [v] }), []],
  [
    'compile({ keepState })',
    (v) => fitted.compile({ loss: 'binaryCrossentropy', optimizer: 'sgd', keepState: v }),
    BOOLEANS,
  ],
  ['setWeights(…)', (v) => model().setWeights(v), []],
  ['setWeights([…])', (v) => model().setWeights([v, v]), []],
  ['configureLayers(…)', (v) => model().configureLayers(v, { trainable: true }), NONE],
  ['configureLayers(…, options)', (v) => model().configureLayers('dense_1', v), []],
  ['explain(…)', (v) => fitted.explain(v), EMPTY],
  ['explain({ batchSize })', (v) => fitted.explain({ batchSize: v }), POSITIVE],
  ['explain({ workers })', (v) => fitted.explain({ workers: v }), POSITIVE],
  ['explain({ shards })', (v) => fitted.explain({ shards: v }), POSITIVE],
];

const fits: readonly Case[] = [
  ['fit(x, y, …)', (v) => model().fit(x, y, v), EMPTY],
  ['fit(stream, …)', (v) => model().fit(stream, v), EMPTY],
  ['epochs', (v) => model().fit(x, y, { epochs: v }), POSITIVE],
  ['batchSize', (v) => model().fit(x, y, { batchSize: v }), POSITIVE],
  ['initialEpoch', (v) => model().fit(x, y, { epochs: 2, initialEpoch: v }), ['0', '1']],
  ['stepsPerEpoch', (v) => model().fit(x, y, { stepsPerEpoch: v }), POSITIVE],
  ['stepsPerEpoch of a stream', (v) => model().fit(stream, { stepsPerEpoch: v }), POSITIVE],
  ['validationFreq', (v) => model().fit(x, y, { validationSplit: 0.5, validationFreq: v }), POSITIVE],
  ['validationSteps', (v) => model().fit(x, y, { validationSplit: 0.5, validationSteps: v }), POSITIVE],
  ['shuffle', (v) => model().fit(x, y, { shuffle: v }), BOOLEANS],
  ['shards', (v) => model().fit(x, y, { shards: v }), POSITIVE],
  ['cluster', (v) => model().fit(x, y, { cluster: v }), []],
  ['validationData', (v) => model().fit(x, y, { validationData: v }), []],
  ['validationData [x, y, weight]', (v) => model().fit(x, y, { validationData: [x, y, v] }), []],
  ['workers', (v) => model().fit(x, y, { workers: v }), POSITIVE],
  ['progress', (v) => (v === true ? 1 : model().fit(x, y, { progress: v })), [...BOOLEANS, 'a function']],
  ['resume', (v) => resolveResume(v), FOLDERS],
  ['resume.folder', (v) => resolveResume({ folder: v }), FOLDERS],
  ['resume.everySteps', (v) => resolveResume({ folder: 'runs', everySteps: v }), POSITIVE],
  ['resume.everyEpochs', (v) => resolveResume({ folder: 'runs', everyEpochs: v }), POSITIVE],
  ['resume.keepLast', (v) => resolveResume({ folder: 'runs', keepLast: v }), POSITIVE],
  ['signal', (v) => model().fit(x, y, { signal: v }), []],
  ['callbacks', (v) => model().fit(x, y, { callbacks: v }), NONE],
  ['callbacks […]', (v) => model().fit(x, y, { callbacks: [v] }), []],
  ['backend', (v) => model().fit(x, y, { backend: v }), []],
  ['isa', (v) => model().fit(x, y, { isa: v }), []],
  ['numerics', (v) => model().fit(x, y, { numerics: v }), []],
  ['validationSplit', (v) => model().fit(x, y, { validationSplit: v }), ['0', '0.5']],
  ['sampleWeight', (v) => model().fit(x, y, { sampleWeight: v }), []],
  ['sampleWeight […]', (v) => model().fit(x, y, { sampleWeight: [v, 1, 1] }), ['0', '1', '0.5', '2^53']],
  ['classWeight', (v) => model().fit(x, y, { classWeight: v }), EMPTY],
  ['classWeight { 0: … }', (v) => model().fit(x, y, { classWeight: { 0: v } }), ['0', '1', '0.5', '2^53']],
  ['classWeight of a stream', (v) => model().fit(stream, { classWeight: v }), EMPTY],
  ['shuffleBuffer', (v) => model().fit(stream, { shuffleBuffer: v }), POSITIVE],
  ['batchSize of a stream', (v) => model().fit(stream, { batchSize: v }), POSITIVE],
  ['a batch of a stream', (v) => model().fit(() => [v]), []],
  ['a later batch', (v) => model().fit(() => [{ x, y }, v]), []],
  ['sampleWeight of a batch', (v) => model().fit(() => [{ x, y, sampleWeight: v }]), []],
  ['what a stream function returns', (v) => model().fit(() => v), []],
];

const readings: readonly Case[] = [
  ['evaluate(x, y, …)', (v) => fitted.evaluate(x, y, v), EMPTY],
  ['evaluate(stream, …)', (v) => fitted.evaluate(stream, v), EMPTY],
  ['evaluate: batchSize', (v) => fitted.evaluate(x, y, { batchSize: v }), POSITIVE],
  ['evaluate: workers', (v) => fitted.evaluate(x, y, { workers: v }), POSITIVE],
  ['evaluate: sampleWeight', (v) => fitted.evaluate(x, y, { sampleWeight: v }), []],
  ['evaluate: backend', (v) => fitted.evaluate(x, y, { backend: v }), []],
  ['predict(x, …)', (v) => fitted.predict(x, v), EMPTY],
  ['predictClasses(x, …)', (v) => fitted.predictClasses(x, v), EMPTY],
  ['predictTop(x, …)', (v) => fitted.predictTop(x, v), POSITIVE],
  ['predict: batchSize', (v) => fitted.predict(x, { batchSize: v }), POSITIVE],
  ['predict: workers', (v) => fitted.predict(x, { workers: v }), POSITIVE],
  ['predict: isa', (v) => fitted.predict(x, { isa: v }), []],
  ['predict: a batch', (v) => fitted.predict(() => [v]), []],
  ['gradients(x, y, …)', (v) => fitted.gradients(x, y, v), EMPTY],
  ['gradients: sampleWeight', (v) => fitted.gradients(x, y, { sampleWeight: v }), []],
  ['gradients: numerics', (v) => fitted.gradients(x, y, { numerics: v }), []],
];

/**
 * Three rows of two columns and three targets are none of
 * these; a row for predictSync may be two of them.
 */
const arrays: readonly Case[] = [
  ['fit: x', (v) => model().fit(v, y), []],
  ['fit: y', (v) => model().fit(x, v), []],
  ['fit: x alone', (v) => model().fit(v), []],
  [
    'fit: a value in a row',
    (v) =>
      model().fit(
        [
          [0, 1],
          [v, 0],
          [1, 1],
        ],
        y,
      ),
    FINITE,
  ],
  ['validationData: x', (v) => model().fit(x, y, { validationData: { x: v, y } }), []],
  ['validationData: y', (v) => model().fit(x, y, { validationData: [x, v] }), []],
  ['a batch: x', (v) => model().fit([{ x: v, y }]), []],
  ['a batch: y', (v) => model().fit([{ x, y: v }]), []],
  ['evaluate: x', (v) => fitted.evaluate(v, y), []],
  ['evaluate: y', (v) => fitted.evaluate(x, v), []],
  ['predict: x', (v) => fitted.predict(v), []],
  ['predict: data of x', (v) => fitted.predict({ data: v, shape: [1, 2] }), TWO],
  ['predict: shape of x', (v) => fitted.predict({ data: new Float32Array(2), shape: v }), ['[1, 2]']],
  ['predictSync: x', (v) => fitted.predictSync(v), ['[1, 2]', 'a Float32Array']],
  ['predictSync: a value', (v) => fitted.predictSync([1, v]), FINITE],
  ['gradients: x', (v) => fitted.gradients(v, y), []],
  ['gradients: y', (v) => fitted.gradients(x, v), []],
  ['setWeights: data', (v) => model().setWeights([array(v, [2, 1]), array(new Float32Array(1), [1])]), TWO],
  ['setWeights: shape', (v) => model().setWeights([array(new Float32Array(2), v), array(v, v)]), []],
];

describe('a value of another type is refused by a SteepestError', () => {
  it.each([...making, ...fits, ...readings, ...arrays])('%s', async (_, call, right) => {
    await expectRefused(call, right);
  });

  it('compile(), sequential(), new layers without options', async () => {
    await expectRefused(() => model().compile(undefined as never), []);
    await expectRefused(() => sequential(undefined as never), []);
    expect(() => model().compile(undefined as never)).toThrow("Write compile({ optimizer: 'adam', loss:");
    expect(() => sequential(null as never)).toThrow('Write sequential({ layers: [');
    expect(() => sequential({ layers: first as never })).toThrow('Put it into a list');
    await expect(model().fit(x, y, 10 as never)).rejects.toThrow('Write fit(x, y, { epochs: 10 }).');
    await expect(model().fit({ x, y } as never)).rejects.toThrow('Write fit(x, y), or fit([{ x, y }]).');
    await expect(model().evaluate({ x, y } as never)).rejects.toThrow('Write evaluate(x, y), or');
    expect(() => layers.dense(10 as never)).toThrow('Write layers.dense({ units: 10 }).');
    expect(() => layers.dropout(0.5 as never)).toThrow('Write layers.dropout({ rate: 0.5 }).');
    expect(() => layers.activation('relu' as never)).toThrow(
      "Write layers.activation({ activation: 'relu' }).",
    );
    expect(() => sequential([first] as never)).toThrow('Write sequential({ layers: [');
    expect(() => sequential({ layers: [first, layers.flatten as never] })).toThrow('Call it');
  });
});

/** Options of layers by the values of `JUNK` that are right for them. */
const SIZE = ['1'];
const PAIR = ['1'];
const NUMBER = ['0', '1', '-1', '0.5', '2^53'];
const SHARE = ['0', '0.5'];
const REGULARIZER = EMPTY;
const NAMED: readonly string[] = [];
const RIGHT: Readonly<Record<string, readonly string[]>> = {
  'dense.units': SIZE,
  'conv2d.filters': SIZE,
  'conv2d.groups': SIZE,
  'conv2d.winograd': ['0'],
  'conv2d.kernelSize': [...PAIR, '[1, 2]'],
  'conv2d.strides': [...PAIR, '[1, 2]'],
  'conv2d.dilationRate': [...PAIR, '[1, 2]'],
  poolSize: [...PAIR, '[1, 2]'],
  strides: [...PAIR, '[1, 2]'],
  'dropout.rate': SHARE,
  'rescaling.scale': NUMBER,
  'rescaling.offset': NUMBER,
  'randomTranslation.fillValue': NUMBER,
  'randomTranslation.heightFactor': ['0', '1', '-1', '0.5'],
  'randomTranslation.widthFactor': ['0', '1', '-1', '0.5'],
  'randomCrop.height': SIZE,
  'randomCrop.width': SIZE,
  'batchNorm.momentum': ['0', '1', '0.5'],
  epsilon: ['1', '0.5', '2^53'],
  center: BOOLEANS,
  scale: BOOLEANS,
  useBias: BOOLEANS,
  trainable: BOOLEANS,
  learningRateScale: ['1', '0.5', '2^53'],
  activation: NAMED,
  padding: NAMED,
  mode: NAMED,
  fillMode: NAMED,
  targetShape: [],
  kernelInitializer: NAMED,
  biasInitializer: NAMED,
  betaInitializer: NAMED,
  gammaInitializer: NAMED,
  alphaInitializer: NAMED,
  kernelConstraint: NAMED,
  biasConstraint: NAMED,
  kernelRegularizer: REGULARIZER,
  biasRegularizer: REGULARIZER,
  betaRegularizer: REGULARIZER,
  gammaRegularizer: REGULARIZER,
  alphaRegularizer: REGULARIZER,
};

/** What a layer cannot be made without. */
const NEEDED: Readonly<Record<string, object>> = {
  dense: { units: 1 },
  conv2d: { filters: 1, kernelSize: 1 },
  dropout: { rate: 0.5 },
  activation: { activation: 'relu' },
  rescaling: { scale: 1 },
  randomTranslation: { heightFactor: 0.5, widthFactor: 0.5 },
  randomCrop: { height: 1, width: 1 },
  reshape: { targetShape: [4] },
};

/** The options of a layer, as its refusal of another lists them. */
function optionsOf(type: string, make: (config: never) => unknown): string[] {
  try {
    make({ ...NEEDED[type], thereIsNoSuchOption: 1 } as never);
  } catch (error) {
    const [, list] = / to have only (.*)$/.exec((error as SteepestError).expected)!;
    return list!.split(', ').filter((name) => !['type', 'name', 'inputShape'].includes(name));
  }
  throw new Error(`layers.${type} takes an unknown option`);
}

const makers = Object.entries(layers) as unknown as [string, (config: never) => { type: string }][];

describe.each(makers)('layers.%s', (type, make) => {
  it('takes only an object', async () => {
    const isMadeOfNothing = NEEDED[type] === undefined;
    await expectRefused(make, isMadeOfNothing ? [...EMPTY, "{ name: 'x' }"] : []);
  });

  const options = optionsOf(type, make);
  it.runIf(options.length > 0).each(options)('%s', async (option) => {
    const right = RIGHT[`${type}.${option}`] ?? RIGHT[option];
    expect(right, `a row in the table above for ${type}.${option}`).toBeDefined();
    await expectRefused((value) => make({ ...NEEDED[type], [option]: value } as never), right!);
  });
});

describe('losses, metrics and optimizers', () => {
  const logits = () => sequential({ layers: [layers.dense({ units: 2, inputShape: [2] })] });
  const withMetric = (metric: { name: string }) => {
    const ofLabels = metric.name === 'sparseCategoricalCrossentropy';
    const loss = ofLabels ? 'sparseCategoricalCrossentropy' : 'meanSquaredError';
    return (ofLabels ? logits() : model()).compile({ loss, metrics: metric as never });
  };
  const CHOICES: readonly [kind: string, names: readonly string[], compile: (choice: never) => unknown][] = [
    ['loss', lossNames, (loss) => logits().compile({ loss })],
    ['metric', metricNames, (metrics) => withMetric(metrics)],
    ['initializer', initializerNames, (kernelInitializer) => layers.dense({ units: 1, kernelInitializer })],
    ['optimizer', optimizerNames, (optimizer) => model().compile({ loss: 'meanSquaredError', optimizer })],
  ];

  const ABOVE_ZERO = ['1', '0.5', '2^53'];
  const hyperparameters: Readonly<Record<string, readonly string[]>> = {
    learningRate: ABOVE_ZERO,
    epsilon: ABOVE_ZERO,
    delta: ABOVE_ZERO,
    weightDecay: ['0', ...ABOVE_ZERO],
    learningRateDecay: ['0', ...ABOVE_ZERO],
    initialAccumulatorValue: ['0', ...ABOVE_ZERO],
    clipValue: ABOVE_ZERO,
    clipNorm: ABOVE_ZERO,
    globalClipNorm: ABOVE_ZERO,
    accumulateSteps: ['1'],
    gain: NUMBER,
    value: NUMBER,
    mean: NUMBER,
    stddev: ['0', ...ABOVE_ZERO],
    // minval is −0.05 and maxval 0.05 by default.
    minval: ['-1', '0'],
    maxval: ['0', ...ABOVE_ZERO],
    scale: ABOVE_ZERO,
    mode: [],
    distribution: [],
    momentum: SHARE,
    beta1: SHARE,
    beta2: SHARE,
    rho: SHARE,
    momentumDecay: ['0', ...ABOVE_ZERO],
    nesterov: ['false'],
    amsgrad: BOOLEANS,
    centered: BOOLEANS,
    decayKernelsOnly: ['false'],
    fromLogits: BOOLEANS,
    labelSmoothing: SHARE,
    applyClassBalancing: BOOLEANS,
    gamma: ['0', ...ABOVE_ZERO],
    quantile: ['0.5'],
    threshold: ['0.5'],
    weighted: BOOLEANS,
    classId: ['0'],
    k: POSITIVE,
    numThresholds: [],
  };
  /** Of hyperparameters that mean different things. */
  const own: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
    binaryFocalCrossentropy: { alpha: ['0.5'] },
    categoricalFocalCrossentropy: { alpha: ABOVE_ZERO },
    // The other optimizers do not decay by default.
    adamw: { decayKernelsOnly: BOOLEANS },
  };
  describe.each(CHOICES)('%s', (_, names, compile) => {
    it.each(names)('%s: every hyperparameter', async (name) => {
      // topK's default is more than the model's outputs.
      const choose = (more: object) =>
        compile({ name, ...(name === 'topK' ? { k: 1 } : {}), ...more } as never);
      const error = (await thrownBy(() => choose({ thereIsNoSuchThing: 1 }))) as SteepestError;
      expect(error.given).toBe("'thereIsNoSuchThing'");
      const [, list] = / to have only name(?:, )?(.*)$/.exec(error.expected)!;
      for (const option of list!.split(', ').filter((known) => known !== '')) {
        const right = own[name]?.[option] ?? hyperparameters[option];
        expect(right, option).toBeDefined();
        await expectRefused((value) => choose({ [option]: value }), right!);
      }
    });
  });
});

it('predictSync refuses options, which it has none of', async () => {
  const given = model() as { predictSync(x: unknown, options?: unknown): unknown };
  for (const options of [{}, { workers: 2 }, null, 0]) {
    expect(((await thrownBy(() => given.predictSync([1, 2], options))) as SteepestError).hint).toContain(
      'await predict(x, options)',
    );
  }
});

describe('one is as good as a list, and a pair as an object', () => {
  it('metrics and callbacks', async () => {
    const one = sequential({ layers: [first] }).compile({ loss: 'binaryCrossentropy', metrics: 'accuracy' });
    const seen: number[] = [];
    const { history } = await one.fit(x, y, {
      epochs: 2,
      callbacks: { onEpochEnd: ({ epoch }) => seen.push(epoch) },
    });
    expect(history.accuracy).toHaveLength(2);
    expect(seen).toEqual([0, 1]);
  });

  it('validationData as { x, y } with and without weights', async () => {
    const weight = [1, 2, 0];
    const histories = await Promise.all(
      [
        [x, y] as const,
        { x, y },
        [x, y, weight] as const,
        { x, y, sampleWeight: weight },
        [x, y, undefined] as const,
      ].map(async (validationData) => (await model().fit(x, y, { validationData })).history),
    );
    const [pair, object, triple, weighted, without] = histories;
    expect(object).toEqual(pair);
    expect(without).toEqual(pair);
    expect(weighted).toEqual(triple);
    expect(weighted).not.toEqual(pair);
  });

  it('what is changed after compile() does not reach the model', async () => {
    const optimizer = { name: 'sgd' as const, learningRate: 0.5 };
    const metrics: ('mse' | 'mae')[] = ['mse'];
    const changed = sequential({ layers: [first] }).compile({
      optimizer,
      loss: 'binaryCrossentropy',
      metrics,
    });
    optimizer.learningRate = -1;
    metrics.push('mae');
    const kept = sequential({ layers: [first] }).compile({
      optimizer: { name: 'sgd', learningRate: 0.5 },
      loss: 'binaryCrossentropy',
      metrics: ['mse'],
    });
    expect(await changed.fit(x, y)).toEqual(await kept.fit(x, y));
    expect(changed.getWeights()).toEqual(kept.getWeights());
  });
});
