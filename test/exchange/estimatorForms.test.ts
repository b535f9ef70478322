/** What the ONNX form of an estimator looks like, and what has none. */
import { readFileSync } from 'node:fs';
import * as api from 'steepest';
import {
  data,
  FunctionTransformer,
  type Label,
  LabelEncoder,
  LogisticRegression,
  OneHotEncoder,
  OrdinalEncoder,
  pipeline,
  Ridge,
  registerFunction,
  SelectKBest,
  SGDClassifier,
  SimpleImputer,
  StandardScaler,
  TransformedTargetRegressor,
} from 'steepest';
import { describe, expect, it } from 'vitest';
import { atOnce } from '#steepest/core/inParts.js';
import { onnxFunctions } from '#steepest/estimators/onnx/functions.js';
import { decoding } from '#steepest/io/onnx/decode.js';
import type { OnnxModel } from '#steepest/io/onnx/messages.js';
import { temporaryFolder } from '../support/folder.js';
import { evaluateOnnx } from '../support/onnx/evaluate.js';

const folder = temporaryFolder();

interface Written {
  toOnnx(options?: object): Uint8Array<ArrayBuffer>;
}

const modelOf = (estimator: Written, options?: object): OnnxModel =>
  atOnce(decoding(estimator.toOnnx(options)));
const inputsOf = (model: OnnxModel) => model.graph.inputs.map(({ name, type, shape }) => [name, type, shape]);
const outputsOf = (model: OnnxModel) =>
  model.graph.outputs.map(({ name, type, shape }) => [name, type, shape]);

const ROWS = [
  [1, 5],
  [2, 1],
  [4, 0],
  [3, 3],
];
const NUMBERS = [1, 2, 4, 3];
const TWO = ['no', 'no', 'yes', 'yes'];
const table = new data.DataTable({ town: ['Bern', null, 'Chur', 'Bern'], size: [3, Number.NaN, 4, 1] });

describe('inputs', () => {
  it('are one matrix of what had no names, and a column for each name', async () => {
    expect(inputsOf(modelOf(await new Ridge().fit(ROWS, NUMBERS)))).toEqual([['X', 'double', ['N', 2]]]);
    const named = await new StandardScaler().fit(new data.DataTable({ a: [1, 2], 'b c': [3, 5] }));
    expect(inputsOf(modelOf(named))).toEqual([
      ['a', 'double', ['N', 1]],
      ['b c', 'double', ['N', 1]],
    ]);
    const mixed = await new SimpleImputer({ strategy: 'mostFrequent' }).fit(table);
    expect(inputsOf(modelOf(mixed))).toEqual([
      ['town', 'string', ['N', 1]],
      ['size', 'double', ['N', 1]],
    ]);
  });

  it('are columns of rows with text', async () => {
    const encoder = await new OrdinalEncoder().fit([
      ['a', 1],
      ['b', 2],
    ]);
    expect(inputsOf(modelOf(encoder))).toEqual([
      ['x0', 'string', ['N', 1]],
      ['x1', 'double', ['N', 1]],
    ]);
  });

  it('are those that are asked for', async () => {
    const named = await new StandardScaler().fit(new data.DataTable({ a: [1, 2], b: [3, 5] }));
    expect(inputsOf(modelOf(named, { inputs: 'matrix' }))).toEqual([['X', 'double', ['N', 2]]]);
    const plain = await new Ridge().fit(ROWS, NUMBERS);
    const columns = modelOf(plain, { inputs: 'columns', inputType: 'float32' });
    expect(inputsOf(columns)).toEqual([
      ['x0', 'float', ['N', 1]],
      ['x1', 'float', ['N', 1]],
    ]);
    const column = (j: number) => ({ data: ROWS.map((row) => row[j]!), shape: [4, 1] });
    const { data: predicted } = evaluateOnnx(columns, { x0: column(0), x1: column(1) }).get('output')!;
    (await plain.predict(ROWS)).forEach((value, i) => {
      expect(predicted[i]).toBeCloseTo(value, 12);
    });
  });

  it('leave out columns that no part of a columnTransformer uses', async () => {
    const prepare = api.columnTransformer([['town', new OneHotEncoder(), ['town']]]);
    expect(inputsOf(modelOf(await prepare.fit(table)))).toEqual([['town', 'string', ['N', 1]]]);
  });
});

describe('outputs', () => {
  it.each([
    [TWO, 'string', TWO],
    [[false, false, true, true], 'int64', [0, 0, 1, 1]],
    [[7, 7, -2, -2], 'int64', [7, 7, -2, -2]],
    [[2 ** 60, 2 ** 60, 5, 5], 'double', [2 ** 60, 2 ** 60, 5, 5]],
  ])('label classes %j as %s', async (labels, type, expected) => {
    const model = modelOf(await new LogisticRegression({ C: 1e4 }).fit(ROWS, labels as string[]));
    expect(outputsOf(model)).toEqual([
      ['label', type, ['N']],
      ['probabilities', 'double', ['N', 2]],
    ]);
    const { data: found } = evaluateOnnx(model, { X: { data: ROWS.flat(), shape: [4, 2] } }).get('label')!;
    expect([...found]).toEqual(expected);
    expect(JSON.parse(model.metadataProps.get('classes')!)).toEqual(
      [...new Set<Label>(labels)].sort(ascending),
    );
  });

  it('are scores where there are no probabilities', async () => {
    const of = async (y: string[]) =>
      outputsOf(modelOf(await new SGDClassifier({ tol: null, maxIter: 5 }).fit(ROWS, y)));
    expect((await of(TWO))[1]).toEqual(['scores', 'double', ['N', 1]]);
    expect((await of(['a', 'b', 'c', 'c']))[1]).toEqual(['scores', 'double', ['N', 3]]);
  });

  it('are numbers of classes for a LabelEncoder, which refuses others', async () => {
    const model = modelOf(await new LabelEncoder().fit([3, 10, 5]));
    expect(inputsOf(model)).toEqual([['y', 'double', ['N', 1]]]);
    expect(outputsOf(model)).toEqual([['output', 'int64', ['N', 1]]]);
    const run = (y: number) =>
      evaluateOnnx(model, { y: { data: [y], shape: [1, 1] } }).get('output')!.data[0];
    expect([3, 5, 10].map(run)).toEqual([0, 1, 2]);
    expect(() => run(4)).toThrow(/index/);
  });

  it('are a column each where there is text', async () => {
    const imputer = await new SimpleImputer({ strategy: 'mostFrequent', addIndicator: true }).fit(table);
    expect(outputsOf(modelOf(imputer))).toEqual([
      ['output_town', 'string', ['N', 1]],
      ['output_size', 'double', ['N', 1]],
      ['output_missingindicator_town', 'double', ['N', 1]],
      ['output_missingindicator_size', 'double', ['N', 1]],
    ]);
  });

  it('have other names than inputs', async () => {
    const named = new data.DataTable({
      label: [1, 2, 4, 3],
      probabilities: [5, 1, 0, 3],
      linear: [1, 1, 2, 3],
    });
    const model = modelOf(await new LogisticRegression().fit(named, TWO));
    expect(outputsOf(model).map(([name]) => name)).toEqual(['label_output', 'probabilities_output']);
    const output = await new StandardScaler().fit(
      new data.DataTable({ output: [1, 2], output_output: [2, 3] }),
    );
    expect(outputsOf(modelOf(output)).map(([name]) => name)).toEqual(['output_output_output']);
  });
});

describe('gaps and unknown categories', () => {
  const run = (model: OnnxModel, texts: string[]) => [
    ...evaluateOnnx(model, { x0: { data: texts, shape: [texts.length, 1] } }).get('output')!.data,
  ];

  it('take the empty text for a gap', async () => {
    const model = modelOf(await new OrdinalEncoder({ encodedMissingValue: -5 }).fit([['a'], [null], ['b']]));
    expect(run(model, ['b', '', 'a'])).toEqual([1, -5, 0]);
  });

  it('are filled as gaps besides the text that marks missing values', async () => {
    const imputer = new SimpleImputer({ strategy: 'mostFrequent', missingValues: 'n/a' });
    const model = modelOf(await imputer.fit([['a'], ['n/a'], ['a'], ['b']]));
    const { data: filled } = evaluateOnnx(model, {
      x0: { data: ['', 'n/a', 'b'], shape: [3, 1] },
    }).get('output_x0')!;
    expect([...filled]).toEqual(['a', 'a', 'b']);
  });

  it('refuse categories of which one is the empty text and one a gap', async () => {
    const encoder = await new OrdinalEncoder().fit([['a'], [null], ['']]);
    expect(() => encoder.toOnnx()).toThrow(expect.objectContaining({ code: 'ERR_ARGUMENT' }));
    const empty = modelOf(await new OrdinalEncoder().fit([['a'], ['']]));
    expect(run(empty, ['', 'a'])).toEqual([0, 1]);
  });

  it.each([new OneHotEncoder(), new OrdinalEncoder()])('stop the run where %s throws', async (encoder) => {
    const model = modelOf(await encoder.fit([['a'], ['b']]));
    expect(run(model, ['a']).length).toBeGreaterThan(0);
    expect(() => run(model, ['c'])).toThrow(/index/);
    expect(() => run(model, [''])).toThrow(/index/);
  });
});

describe('what has no ONNX form', () => {
  const refused = expect.objectContaining({ code: 'ERR_ARGUMENT', hint: expect.any(String) });

  it.each(api.estimatorTypes())('%s before a fit is an error', (type) => {
    const Class = (api as unknown as Record<string, new () => Written>)[type]!;
    expect(() => new Class().toOnnx()).toThrow(expect.objectContaining({ code: 'ERR_NOT_FITTED' }));
  });

  it('functions of your own are refused', async () => {
    registerFunction('half of it', { forward: (x) => x / 2, inverse: (x) => 2 * x });
    for (const func of ['half of it', (x: number) => x / 3]) {
      const halves = await new FunctionTransformer({ func }).fit([[1]]);
      expect(() => halves.toOnnx()).toThrow(refused);
    }
  });

  it('targets are not taken back by what has no inverse there', async () => {
    const target = new TransformedTargetRegressor({ transformer: new api.PolynomialFeatures({ degree: 1 }) });
    const fitted = await target.fit(ROWS, NUMBERS);
    expect(() => fitted.toOnnx()).toThrow(refused);
  });

  it('steps that are no estimators of this package are refused', async () => {
    const scaler = new StandardScaler();
    const foreign = {
      type: 'Foreign',
      fit: async () => foreign,
      fitTransform: async (x: never) => x,
      transform: async (x: never) => x,
      clone: () => foreign,
      getParams: () => ({}),
      setParams: () => foreign,
      toSaved: () => scaler.toSaved(),
    };
    const fitted = await pipeline(foreign as never, new Ridge()).fit(ROWS, NUMBERS);
    expect(() => fitted.toOnnx()).toThrow(refused);
  });

  it('all built-in functions have one', () => {
    const message = catching(() => new FunctionTransformer({ func: 'no such' }));
    const builtIn = message
      .replace(/^.*to be one of /, '')
      .split(', ')
      .filter((name) => name !== 'half of it');
    expect(builtIn.sort()).toEqual([...onnxFunctions()].sort());
  });

  it('options with a wrong name or value are refused', async () => {
    const ridge: Written = await new Ridge().fit(ROWS, NUMBERS);
    expect(() => ridge.toOnnx({ input: 'matrix' })).toThrow(/Did you mean 'inputs'/);
    expect(() => ridge.toOnnx({ inputs: 'rows' })).toThrow(
      expect.objectContaining({ code: 'ERR_UNKNOWN_NAME' }),
    );
    expect(() => ridge.toOnnx({ inputType: 'float' })).toThrow(/float64/);
    expect(() => ridge.toOnnx({ name: '' })).toThrow(refused);
    const text = await new OneHotEncoder().fit([['a']]);
    expect(() => text.toOnnx({ inputs: 'matrix' })).toThrow(refused);
  });
});

it('a search writes its best estimator, and files have the same bytes', async () => {
  const search = api.gridSearch(
    pipeline(new StandardScaler(), new Ridge()),
    { ridge__alpha: [0.1, 1] },
    { cv: 2 },
  );
  await search.fit(ROWS, NUMBERS);
  expect(search.toOnnx()).toEqual(search.bestEstimator.toOnnx());
  const file = folder.path('search.onnx');
  await search.saveOnnx(file);
  expect(new Uint8Array(readFileSync(file))).toEqual(search.toOnnx());
});

it('names the steps of a pipeline, its class, and the seed', async () => {
  const model = modelOf(
    await pipeline(['first', new SelectKBest({ k: 1 })], ['last', new SGDClassifier({ seed: 9 })]).fit(
      ROWS,
      TWO,
    ),
    { name: 'towns' },
  );
  expect(model.graph.name).toBe('towns');
  expect(model.metadataProps.get('estimator')).toBe('Pipeline');
  expect(model.graph.nodes.map(({ name }) => name)).toContain('first/picked');
  const alone = modelOf(await new SGDClassifier({ seed: 9 }).fit(ROWS, TWO));
  expect(alone.metadataProps.get('seed')).toBe('9');
  expect(alone.graph.name).toBe('SGDClassifier');
});

const ascending = (a: Label, b: Label): number => Number(a > b) - Number(a < b);
function catching(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as api.SteepestError).expected;
  }
  throw new Error('nothing was thrown');
}
