import { readFile, writeFile } from 'node:fs/promises';
import { type ClassInput, data, type Loss, layers, load, Sequential, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '#steepest/io/safetensors.js';
import { refused, temporaryFolder } from '../support/folder.js';
import { randomNumbers, randomRows } from '../support/random.js';

const files = temporaryFolder();
const PETS = ['cat', 'dog', 'hamster'];
const ROWS = 24;
const next = randomNumbers(11);
const x = randomRows(ROWS, 4, next);
const numbers = Array.from({ length: ROWS }, (_, i) => (i * 7) % 3);
const names = numbers.map((n) => PETS[n]!);

interface Kind {
  loss: Loss;
  activation: 'softmax' | 'sigmoid' | 'linear';
  units: number;
  /** What the names stand for. */
  targets: ClassInput;
  text: ClassInput;
}
const flags = numbers.map((n) => Math.min(n, 1));
const oneHot = numbers.map((n) => PETS.map((_, i) => Number(i === n)));
const KINDS: Record<string, Kind> = {
  sparse: {
    loss: 'sparseCategoricalCrossentropy',
    activation: 'softmax',
    units: 3,
    targets: numbers,
    text: names,
  },
  'a column per class': {
    loss: 'categoricalCrossentropy',
    activation: 'softmax',
    units: 3,
    targets: oneHot,
    text: names,
  },
  'a sigmoid per class': {
    loss: 'binaryCrossentropy',
    activation: 'sigmoid',
    units: 3,
    targets: oneHot,
    text: names,
  },
  'two classes': {
    loss: 'binaryCrossentropy',
    activation: 'sigmoid',
    units: 1,
    targets: flags,
    text: flags.map((n) => PETS[n]!),
  },
  'two classes, logits': {
    loss: { name: 'binaryCrossentropy', fromLogits: true },
    activation: 'linear',
    units: 1,
    targets: flags,
    text: flags.map((n) => PETS[n]!),
  },
};

Object.assign(KINDS, {
  'scores of two classes': { ...KINDS['two classes'], loss: 'hinge', activation: 'linear' },
  'scores of classes': { ...KINDS['a column per class'], loss: 'categoricalHinge', activation: 'linear' },
  'focal, two classes': { ...KINDS['two classes'], loss: 'binaryFocalCrossentropy' },
  divergence: { ...KINDS['a column per class'], loss: 'klDivergence' },
});

function build({ loss, activation, units }: Pick<Kind, 'loss' | 'activation' | 'units'>): Sequential {
  return sequential({
    seed: 4,
    classes: units === 1 ? PETS.slice(0, 2) : PETS,
    layers: [
      layers.dense({ units: 5, activation: 'tanh', inputShape: [4] }),
      layers.dense({ units, activation }),
    ],
  }).compile({ optimizer: 'adam', loss, metrics: 'accuracy' });
}
const pets = (): Sequential => build(KINDS.sparse!);
const bits = (model: Sequential): string[] =>
  model.getWeights().map((w) => Buffer.from(w.data.buffer).toString('hex'));

describe.each(Object.entries(KINDS))('class names as targets: %s', (_, kind) => {
  const { targets, text } = kind;

  it('train, evaluate and differentiate as the numbers that they stand for', async () => {
    const [byName, byNumber] = [build(kind), build(kind)];
    const options = { epochs: 2, batchSize: 5, validationSplit: 0.25, workers: 1 };
    const { history } = await byName.fit(x, text, options);
    expect(history).toEqual((await byNumber.fit(x, targets, options)).history);
    expect(bits(byName)).toEqual(bits(byNumber));
    expect(await byName.evaluate(x, text)).toEqual(await byNumber.evaluate(x, targets));
    expect(await byName.gradients(x, text)).toEqual(await byNumber.gradients(x, targets));
  });

  it('do so in streams and in validation data', async () => {
    const halves = (y: ClassInput) => [
      { x: x.slice(0, 9), y: (y as number[]).slice(0, 9) },
      { x: x.slice(9), y: (y as number[]).slice(9) },
    ];
    const [byName, byNumber] = [build(kind), build(kind)];
    const options = { epochs: 2, batchSize: 5, workers: 1 };
    const first = await byName.fit(halves(text), { ...options, validationData: [x, text] });
    const second = await byNumber.fit(halves(targets), { ...options, validationData: halves(targets) });
    expect(first.history).toEqual(second.history);
    expect(bits(byName)).toEqual(bits(byNumber));
    expect(await byName.evaluate(halves(text))).toEqual(await byNumber.evaluate(halves(targets)));
  });
});

describe('class names', () => {
  it('are text columns of tables', async () => {
    const table = new data.DataTable({ a: x.map((row) => row[0]!), pet: names });
    const model = pets();
    const logs = await model.evaluate(x, table.column('pet'));
    expect(logs).toEqual(await model.evaluate(x, numbers));
    expect(await model.evaluate(x, table.text('pet'))).toEqual(logs);
  });

  it('are found in CSV files, whatever their order there', async () => {
    const lines = x.map((row, i) => [...row, names[i]].join(','));
    const path = await files.write(`a,b,c,d,pet\n${lines.toReversed().join('\n')}\n`);
    const stream = data.csv(path, { target: 'pet' });
    expect((await stream.load()).classes).not.toEqual(PETS);
    const float32 = x.map((row) => Array.from(row)).toReversed();
    expect(await pets().evaluate(stream)).toEqual(await pets().evaluate(float32, names.toReversed()));
  });

  it('weigh classes', async () => {
    const [byName, byNumber] = [pets(), pets()];
    const options = { epochs: 2, batchSize: 5, workers: 1 };
    await byName.fit(x, names, { ...options, classWeight: { hamster: 5, cat: 0.5 } });
    await byNumber.fit(x, names, { ...options, classWeight: { 0: 0.5, 2: 5 } });
    expect(bits(byName)).toEqual(bits(byNumber));
    const [stream, again] = [pets(), pets()];
    await stream.fit([{ x, y: names }], { ...options, shuffle: false, classWeight: { dog: 3 } });
    await again.fit(x, numbers, { ...options, shuffle: false, classWeight: { 1: 3 } });
    expect(bits(stream)).toEqual(bits(again));
  });

  it('that look like numbers are names', async () => {
    const layer = layers.dense({ units: 2, activation: 'softmax', inputShape: [1] });
    const make = (classes: string[]) =>
      sequential({ classes, layers: [layer] }).compile({
        optimizer: 'sgd',
        loss: 'sparseCategoricalCrossentropy',
      });
    const [model, plain] = [make(['1', '0']), make(['a', 'b'])];
    await model.fit([[1], [2]], ['1', '0'], { epochs: 1, classWeight: { 1: 7 } });
    await plain.fit([[1], [2]], [0, 1], { epochs: 1, classWeight: { a: 7 } });
    expect(bits(model)).toEqual(bits(plain));
    const wrong = model.fit([[1]], ['1'], { epochs: 1, classWeight: { 2: 1 } });
    await expect(wrong).rejects.toEqual(refused('ERR_UNKNOWN_NAME', 'classWeight', "'2'"));
  });
});

describe('a wrong class name', () => {
  const misspelled = names.with(5, 'hamstr');
  const WRONG: Record<string, [() => Promise<unknown>, ...string[]]> = {
    'in fit': [() => pets().fit(x, misspelled), 'classes in y', "'hamstr' at row 5", "mean 'hamster'?"],
    'in validation data': [
      () => pets().fit(x, names, { validationData: [x, misspelled] }),
      'classes in validation y',
      "'hamstr' at row 5",
    ],
    'in a stream': [
      () =>
        pets().fit([
          { x: x.slice(0, 4), y: names.slice(0, 4) },
          { x, y: misspelled },
        ]),
      "'hamstr' at row 9",
      "Did you mean 'hamster'?",
    ],
    'in evaluate': [() => pets().evaluate(x, names.with(0, 'Cat')), "'Cat' at row 0", "mean 'cat'?"],
    'that is like none': [() => pets().evaluate(x, names.with(1, 'elephant')), 'Add it to the classes'],
    'that is missing': [
      () => pets().evaluate(x, names.with(2, null as never)),
      'null at row 2',
      'Leave such rows out.',
    ],
    'that is missing first': [() => pets().evaluate(x, names.with(0, null as never)), 'null at row 0'],
    'that is a number': [() => pets().evaluate(x, names.with(3, 1 as never)), '1 at row 3'],
    'of a file': [
      () => pets().evaluate([{ x: [[1, 2, 3, 4]], y: [0], classes: ['horse'] }]),
      "'horse' at row 0",
    ],
  };

  it.each(Object.entries(WRONG))('%s is refused with its row', async (_, [attempt, ...words]) => {
    await expect(attempt()).rejects.toEqual(refused('ERR_LABEL_RANGE', ...words));
  });

  it('in classWeight is refused', async () => {
    const fit = pets().fit(x, names, { classWeight: { hamstre: 2 } });
    await expect(fit).rejects.toEqual(refused('ERR_UNKNOWN_NAME', "'hamstre'", "mean 'hamster'?"));
  });

  it('leaves the model as it was', async () => {
    const model = pets();
    await expect(model.fit(x, misspelled)).rejects.toThrow();
    expect(bits(model)).toEqual(bits(pets()));
  });
});

describe('text targets without meaning', () => {
  it('ask for names', async () => {
    const model = sequential({
      layers: [layers.dense({ units: 2, activation: 'softmax', inputShape: [4] })],
    });
    model.compile({ loss: 'sparseCategoricalCrossentropy' });
    const hint = "sequential({ classes: ['…', '…'], layers })";
    await expect(model.fit(x, names)).rejects.toEqual(refused('ERR_ARGUMENT', "'cat' at row 0", hint));
    await expect(model.fit(x, ['1', '0'])).rejects.toEqual(refused('ERR_ARGUMENT', 'Number(value)'));
  });

  it('are refused for values', async () => {
    const model = pets().compile({ loss: 'meanSquaredError' });
    await expect(model.fit(x, names)).rejects.toEqual(refused('ERR_ARGUMENT', 'meanSquaredError takes'));
  });
});

describe('names of classes', () => {
  const model = (classes: unknown, units = 3) =>
    sequential({ classes: classes as string[], layers: [layers.dense({ units, inputShape: [1] })] });
  const BAD: Record<string, [unknown, number, string, ...string[]]> = {
    'too few': [['cat', 'dog'], 3, 'ERR_SHAPE', '3 classes', 'given 2'],
    'too many': [PETS, 2, 'ERR_SHAPE', '2 classes', 'given 3'],
    'one for one output': [['cat'], 1, 'ERR_SHAPE', 'two classes for the one output', 'given 1'],
    'the same twice': [['cat', 'dog', 'cat'], 3, 'ERR_ARGUMENT', "'cat' as classes[0] and classes[2]"],
    'a number': [['cat', 1, 'dog'], 3, 'ERR_ARGUMENT', '1 as classes[1]', "Write '1'."],
    'an empty one': [['cat', '', 'dog'], 3, 'ERR_ARGUMENT', "'' as classes[1]"],
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested.
    'a hole': [['cat', , 'dog'], 3, 'ERR_ARGUMENT', 'undefined as classes[1]'],
    'half a character': [['cat', '\ud83d', 'dog'], 3, 'ERR_ARGUMENT', 'classes[1]'],
    none: [[], 3, 'ERR_ARGUMENT', 'a list of names'],
    'a text': ['cat', 3, 'ERR_ARGUMENT', 'a list of names', "'cat'"],
    null: [null, 3, 'ERR_ARGUMENT', 'a list of names', 'null'],
    'too long ones': [['a'.repeat(2 ** 19), 'b', 'c'], 3, 'ERR_ARGUMENT', '524288 bytes'],
  };

  it.each(Object.entries(BAD))('%s: refused', (_, [classes, units, code, ...words]) => {
    expect(() => model(classes, units)).toThrow(refused(code, ...words));
  });

  it('are copied and cannot be changed', () => {
    const given = [...PETS];
    const own = model(given);
    given[0] = 'cow';
    expect(own.classes).toEqual(PETS);
    expect(() => (own.classes as string[]).push('cow')).toThrow();
    own.config.classes!.push('cow');
    expect(own.config.classes).toEqual(PETS);
  });

  it('are absent unless they are given', () => {
    const own = sequential({ layers: [layers.dense({ units: 2, inputShape: [1] })] });
    expect(own.classes).toBeUndefined();
    expect(Object.keys(own.config)).toEqual(['seed', 'layers']);
  });

  it('go into the file, JSON and the printed model, and come back', async () => {
    const own = pets();
    await own.fit(x, names, { epochs: 1 });
    await own.save(files.path('pets'));
    const loaded = await load(files.path('pets'), Sequential);
    expect(loaded.classes).toEqual(PETS);
    expect(await loaded.predictClasses(x)).toEqual(await own.predictClasses(x));
    await loaded.fit(x, names, { epochs: 1 });
    expect(sequential(JSON.parse(JSON.stringify(own))).classes).toEqual(PETS);
    const { inspect } = await import('node:util');
    expect(inspect(own)).toContain("classes 'cat', 'dog', 'hamster'");
  });

  const HOSTILE: Record<string, unknown> = {
    'a text': 'cat',
    'an object': { length: 3, 0: 'cat', 1: 'dog', 2: 'cow' },
    null: null,
    numbers: [1, 2, 3],
    'too few': ['cat'],
    'the same twice': ['cat', 'cat', 'dog'],
    lists: [['cat'], ['dog'], ['cow']],
  };

  it.each(Object.entries(HOSTILE))('in a file, %s: refused', async (_, classes) => {
    await pets().save(files.path('hostile'));
    const { tensors, metadata } = decodeSafetensors(await readFile(files.path('hostile')));
    const description = { ...(JSON.parse(metadata.model!) as object), classes };
    const bytes = encodeSafetensors(tensors, { ...metadata, model: JSON.stringify(description) });
    await expect(load(bytes, Sequential)).rejects.toEqual(refused('ERR_MODEL_FILE'));
    await writeFile(files.path('hostile'), bytes);
    await expect(load(files.path('hostile'), Sequential)).rejects.toEqual(refused('ERR_MODEL_FILE'));
  });
});
