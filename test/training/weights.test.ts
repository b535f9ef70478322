import { type Batch, type FitOptions, layers, type Sequential, SteepestError, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { native, nativeChoices, typescriptExact } from '../support/kernelChoices.js';
import { randomNumbers, randomRows } from '../support/random.js';

const ROWS = 90;
const INPUTS = 5;
const CLASSES = 3;
const next = randomNumbers(41);
const x = randomRows(ROWS, INPUTS, next);
/** Class 0 has most rows, class 2 fewest. */
const y = x.map(([a, b]) => (a! > -0.2 ? 0 : b! > -0.5 ? 1 : 2));
const oneHot = y.map((label) => Array.from({ length: CLASSES }, (_, j) => (j === label ? 1 : 0)));
const sampleWeight = x.map((_, i) => [1, 0.5, 3, 0][i % 4]!);

function build(
  loss: 'sparseCategoricalCrossentropy' | 'categoricalCrossentropy' = 'sparseCategoricalCrossentropy',
) {
  return sequential({
    seed: 2,
    layers: [
      layers.dense({ units: 7, activation: 'tanh', inputShape: [INPUTS] }),
      layers.dense({ units: CLASSES, activation: 'softmax' }),
    ],
  }).compile({ optimizer: 'adam', loss, metrics: ['accuracy'] });
}

const bytesOf = (model: Sequential): string[] =>
  model.getWeights().map(({ data }) => Buffer.from(data.buffer).toString('hex'));

const options = { epochs: 3, batchSize: 16, workers: 1 };

async function fitted(given: FitOptions, loss?: Parameters<typeof build>[0]): Promise<string[]> {
  const model = build(loss);
  await model.fit(x, loss === 'categoricalCrossentropy' ? oneHot : y, { ...options, ...given });
  return bytesOf(model);
}

async function failure(action: Promise<unknown>): Promise<SteepestError> {
  const error = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SteepestError);
  return error as SteepestError;
}

describe('sampleWeight', () => {
  it('of whole numbers trains as that many copies of a row, with steps in proportion', async () => {
    const copies = x.map((_, i) => i % 3);
    const repeat = <T>(rows: readonly T[]): T[] => rows.flatMap((row, i) => Array<T>(copies[i]!).fill(row));
    const train = async (learningRate: number, learn: (model: Sequential) => Promise<unknown>) => {
      const model = build().compile({
        optimizer: { name: 'sgd', learningRate },
        loss: 'sparseCategoricalCrossentropy',
      });
      await learn(model);
      return model.getWeights();
    };
    const full = { epochs: 20, batchSize: 1000, shuffle: false };
    const repeated = repeat(x);
    const expected = await train(0.5, (model) => model.fit(repeated, repeat(y), full));
    const rate = (0.5 * ROWS) / repeated.length;
    const actual = await train(rate, (model) => model.fit(x, y, { ...full, sampleWeight: copies }));
    actual.forEach(({ data }, i) => {
      data.forEach((value, j) => {
        expect(value).toBeCloseTo(expected[i]!.data[j]!, 5);
      });
    });
  });

  it('of 1 changes no bit, of 0 leaves a row out, and the input stays as it is', async () => {
    const plain = await fitted({});
    expect(await fitted({ sampleWeight: Array(ROWS).fill(1) })).toEqual(plain);
    const weights = Float64Array.from(sampleWeight);
    const before = Float64Array.from(weights);
    expect(await fitted({ sampleWeight: weights })).not.toEqual(plain);
    expect(weights).toEqual(before);
    const unlike = y.map((label, i) => (sampleWeight[i] === 0 ? (label + 1) % CLASSES : label));
    const model = build();
    await model.fit(x, unlike, { ...options, sampleWeight });
    expect(bytesOf(model)).toEqual(await fitted({ sampleWeight }));
  });

  it('gives the same bits for any number of workers, instruction set and in a stream', async () => {
    const expected = await fitted({ ...native.options, sampleWeight });
    for (const workers of [2, 3, 7]) {
      expect(await fitted({ ...native.options, sampleWeight, workers })).toEqual(expected);
    }
    for (const choice of [...nativeChoices, typescriptExact]) {
      expect(await fitted({ ...choice.options, sampleWeight, workers: 2 }), choice.title).toEqual(expected);
    }
    const cut = (from: number, to: number): Batch => ({
      x: x.slice(from, to),
      y: y.slice(from, to),
      sampleWeight: sampleWeight.slice(from, to),
    });
    const model = build();
    await model.fit([cut(0, 7), cut(7, ROWS)], { ...options, ...native.options, workers: 2 });
    expect(bytesOf(model)).toEqual(expected);
  });

  it('weighs the loss of evaluate, Σ w·loss / rows, but no metric', async () => {
    const model = build();
    const plain = await model.evaluate(x, y);
    const weighted = await model.evaluate(x, y, { sampleWeight });
    let sum = 0;
    for (const [i, row] of x.entries()) {
      const { loss } = await model.evaluate([row], [y[i]!], { workers: 1 });
      sum += loss! * sampleWeight[i]!;
    }
    const expected = sum / ROWS;
    expect(weighted.loss).toBeCloseTo(expected, 6);
    expect(weighted.accuracy).toBe(plain.accuracy);
    expect(await model.evaluate([{ x, y, sampleWeight }])).toEqual(weighted);
  });

  it('goes with the rows that are split off, and with validation data', async () => {
    const [split, given, streamed] = [build(), build(), build()];
    const held = 18;
    const kept = ROWS - held;
    const part = { epochs: 2, workers: 2, shuffle: false } as const;
    const expected = await split.fit(x, y, { ...part, sampleWeight, validationSplit: 0.2 });
    const rest = [x.slice(kept), y.slice(kept), sampleWeight.slice(kept)] as const;
    const first = { ...part, sampleWeight: sampleWeight.slice(0, kept) };
    expect(await given.fit(x.slice(0, kept), y.slice(0, kept), { ...first, validationData: rest })).toEqual(
      expected,
    );
    const batch = { x: rest[0], y: rest[1], sampleWeight: rest[2] };
    expect(
      await streamed.fit(x.slice(0, kept), y.slice(0, kept), { ...first, validationData: [batch] }),
    ).toEqual(expected);
    const unweighted = await build().fit(x, y, { ...part, validationSplit: 0.2 });
    expect(unweighted.history.valLoss).not.toEqual(expected.history.valLoss);
  });
});

describe('classWeight', () => {
  const named = { 0: 0.5, 2: 4 };
  const ofRow = y.map((label) => [0.5, 1, 4][label]!);

  it('is the weight of each of its rows, 1 where a class is left out', async () => {
    const expected = await fitted({ sampleWeight: ofRow });
    expect(await fitted({ classWeight: named })).toEqual(expected);
    const model = build();
    await model.fit([{ x, y }], { ...options, classWeight: named });
    expect(bytesOf(model)).toEqual(expected);
  });

  it('multiplies sampleWeight, and infers classes from one-hot rows', async () => {
    const both = await fitted({ sampleWeight: ofRow.map((w, i) => w * sampleWeight[i]!) });
    expect(await fitted({ sampleWeight, classWeight: named })).toEqual(both);
    expect(await fitted({ classWeight: named }, 'categoricalCrossentropy')).toEqual(
      await fitted({ sampleWeight: ofRow }, 'categoricalCrossentropy'),
    );
  });

  it("'balanced' is n / (classes · rows of the class), as in scikit-learn, over the rows trained on", async () => {
    const trained = y.slice(0, 72);
    const count = (label: number): number => trained.filter((other) => other === label).length;
    const balanced = y.map((label) => 72 / (3 * count(label)));
    const weights = balanced.map((w, i) => (i < 72 ? w : 1));
    expect(await fitted({ classWeight: 'balanced', validationSplit: 0.2 })).toEqual(
      await fitted({ sampleWeight: weights, validationSplit: 0.2 }),
    );
  });

  it('does not weigh validation data', async () => {
    const history = async (given: FitOptions) => (await build().fit(x, y, { ...options, ...given })).history;
    const split = await history({ classWeight: { 0: 1, 1: 1, 2: 1 }, validationSplit: 0.3 });
    expect(split).toEqual(await history({ validationSplit: 0.3 }));
    const model = build();
    const { history: last } = await model.fit(x, y, {
      ...options,
      classWeight: named,
      validationData: [x, y],
    });
    expect((await model.evaluate(x, y)).loss).toBeCloseTo(last.valLoss!.at(-1)!, 6);
  });

  it('of targets of one column takes 0 and 1', async () => {
    const make = (): Sequential =>
      sequential({
        layers: [layers.dense({ units: 1, activation: 'sigmoid', inputShape: [INPUTS] })],
      }).compile({
        optimizer: 'sgd',
        loss: 'binaryCrossentropy',
      });
    const binary = y.map((label) => (label > 0 ? 1 : 0));
    const [a, b] = [make(), make()];
    await a.fit(x, binary, { ...options, classWeight: { 1: 3 } });
    await b.fit(x, binary, { ...options, sampleWeight: binary.map((t) => (t === 1 ? 3 : 1)) });
    expect(bytesOf(a)).toEqual(bytesOf(b));
    const error = await failure(
      make().fit(
        x,
        binary.map((t) => t / 2),
        { classWeight: { 1: 3 } },
      ),
    );
    expect(error.code).toBe('ERR_ARGUMENT');
    expect(error.hint).toContain('sampleWeight');
  });
});

describe('bad weights are errors before training, and nothing is changed', () => {
  it.each<[string, FitOptions, string]>([
    ['too few', { sampleWeight: [1, 2] }, 'ERR_SHAPE'],
    ['no list', { sampleWeight: 3 as never }, 'ERR_SHAPE'],
    ['negative', { sampleWeight: x.map((_, i) => (i === 7 ? -1 : 1)) }, 'ERR_ARGUMENT'],
    ['not a number', { sampleWeight: x.map((_, i) => (i === 7 ? Number.NaN : 1)) }, 'ERR_NOT_FINITE'],
    ['infinite', { sampleWeight: x.map(() => Number.POSITIVE_INFINITY) }, 'ERR_NOT_FINITE'],
    ['of a class that there is not', { classWeight: { 3: 1 } }, 'ERR_UNKNOWN_NAME'],
    ['of a class by another name', { classWeight: { cat: 1 } }, 'ERR_UNKNOWN_NAME'],
    ['of a class, negative', { classWeight: { 1: -1 } }, 'ERR_ARGUMENT'],
    ['of classes, unknown word', { classWeight: 'even' as never }, 'ERR_ARGUMENT'],
  ])('%s', async (_title, given, code) => {
    const model = build();
    const before = model.getWeights();
    expect((await failure(model.fit(x, y, given))).code).toBe(code);
    expect(model.getWeights()).toEqual(before);
  });

  it('in streams', async () => {
    const model = build();
    const error = await failure(model.fit([{ x, y }], { classWeight: 'balanced' as never }));
    expect(error.hint).toContain('Count');
    const mixed = [
      { x, y, sampleWeight },
      { x, y },
    ];
    expect((await failure(model.fit(mixed))).given).toContain(`row ${ROWS}`);
    expect((await failure(model.fit([...mixed].reverse()))).code).toBe('ERR_ARGUMENT');
    const bad = { x, y, sampleWeight: sampleWeight.map((w, i) => (i === 3 ? -1 : w)) };
    expect((await failure(model.fit([mixed[0]!, bad]))).given).toContain(`row ${ROWS + 3}`);
    expect((await failure(model.fit([{ x, y, sampleWeight: [1] }]))).code).toBe('ERR_SHAPE');
    expect((await failure(model.fit([{ x, y }], { sampleWeight } as never))).code).toBe('ERR_UNKNOWN_NAME');
  });
});
