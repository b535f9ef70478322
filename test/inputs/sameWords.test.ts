import {
  crossValidate,
  data,
  LabelEncoder,
  LinearRegression,
  LogisticRegression,
  layers,
  MinMaxScaler,
  MLPClassifier,
  MLPRegressor,
  metrics,
  PolynomialFeatures,
  pipeline,
  Ridge,
  StandardScaler,
  sequential,
} from 'steepest';
import { describe, expect, it } from 'vitest';
import { CLASSES, COLS, network, ROW_LIST, ROWS } from './subjects.js';

/**
 * The same fault has the same code and the same words, whichever public function meets it; only the
 * name of the argument differs, written N here.
 */
type Call = (value: never) => Promise<unknown>;
type Fault = [value: unknown, code: string, message: string];

const list = ROW_LIST.map(([a]) => a!);
const at = <T>(good: readonly T[], i: number, value: unknown): unknown[] =>
  good.map((item, j) => (i === j ? value : item));
const cell = (value: unknown): unknown[] => at(ROW_LIST, 3, at(ROW_LIST[3]!, 1, value));
const row = (value: unknown, i = 3): unknown[] => at(ROW_LIST, i, value);
const without = (good: readonly unknown[], i: number): unknown[] => {
  const holes = [...good];
  delete holes[i];
  return holes;
};
const detached = (): Float32Array => {
  const array = Float32Array.from(list);
  structuredClone(array.buffer, { transfer: [array.buffer] });
  return array;
};
class Odd {}

const ridge = await new Ridge().fit(ROW_LIST as never, list);
const scaler = await new StandardScaler().fit(ROW_LIST as never);
const few = { maxIter: 1, hiddenLayerSizes: [3], workers: 1 } as const;
const mlp = await new MLPRegressor(few).fit(ROW_LIST as never, list);
const [numbers, classes] = [network(1), network(2)];
const X = ROW_LIST as never;

/** Where samples go. */
const SAMPLES: Record<string, Call> = {
  'Sequential.fit': (x) => numbers.fit(x, list),
  'Sequential.fit on a stream': (x) => numbers.fit([{ x, y: list }]),
  'Sequential.fit with classes': (x) => classes.fit(x, CLASSES),
  'Sequential.evaluate': (x) => numbers.evaluate(x, list),
  'Sequential.gradients': (x) => numbers.gradients(x, list),
  'Sequential.predict': (x) => numbers.predict(x),
  'Sequential.predict on a stream': (x) => numbers.predict(() => [{ x }]),
  'Sequential.predictSync': async (x) => numbers.predictSync(x),
  validationData: (x) => numbers.fit(X, list, { validationData: [x, list] }),
  'LinearRegression.fit': (x) => new LinearRegression().fit(x, list),
  'LinearRegression.fit on a stream': (x) => new LinearRegression().fit([{ x, y: list }]),
  'Ridge.fit': (x) => new Ridge().fit(x, list),
  'Ridge.predict': (x) => ridge.predict(x),
  'Ridge.score': (x) => ridge.score(x, list),
  'LogisticRegression.fit': (x) => new LogisticRegression().fit(x, CLASSES),
  'MLPClassifier.fit': (x) => new MLPClassifier(few).fit(x, CLASSES),
  'MLPRegressor.fit': (x) => new MLPRegressor(few).fit(x, list),
  'MLPRegressor.partialFit': (x) => new MLPRegressor(few).partialFit(x, list),
  'MLPRegressor.predict': (x) => mlp.predict(x),
  'PolynomialFeatures.fit': (x) => new PolynomialFeatures().fit(x),
  'StandardScaler.fit': (x) => new StandardScaler().fit(x),
  'StandardScaler.transform': (x) => scaler.transform(x),
  'MinMaxScaler.fit': (x) => new MinMaxScaler().fit(x),
  'Pipeline.fit': (x) => pipeline(new StandardScaler(), new Ridge()).fit(x, list),
};
/** To these NaN is a missing value. */
const SCALERS = /^(?:StandardScaler|MinMaxScaler|Pipeline)/;

/** Where one number per sample goes. */
const VALUES: Record<string, Call> = {
  'Sequential.fit': (y) => numbers.fit(X, y),
  'Sequential.fit on a stream': (y) => numbers.fit([{ x: X, y }]),
  'Sequential.fit with classes': (y) => classes.fit(X, y),
  'Sequential.evaluate': (y) => numbers.evaluate(X, y),
  'Sequential.gradients': (y) => numbers.gradients(X, y),
  validationData: (y) => numbers.fit(X, list, { validationData: [X, y] }),
  'LinearRegression.fit': (y) => new LinearRegression().fit(X, y),
  'Ridge.fit': (y) => new Ridge().fit(X, y),
  'Ridge.score': (y) => ridge.score(X, y),
  'MLPRegressor.fit': (y) => new MLPRegressor(few).fit(X, y),
  meanSquaredError: async (y) => metrics.meanSquaredError(list, y),
  'r2Score, truth': async (y) => metrics.r2Score(y, list),
  rocAucScore: async (y) => metrics.rocAucScore(CLASSES, y),
  'sampleWeight of Sequential.fit': (w) => numbers.fit(X, list, { sampleWeight: w }),
  'sampleWeight of Sequential.evaluate': (w) => numbers.evaluate(X, list, { sampleWeight: w }),
  'sampleWeight of Ridge.fit': (w) => new Ridge().fit(X, list, { sampleWeight: w }),
  'sampleWeight of LogisticRegression.fit': (w) =>
    new LogisticRegression().fit(X, CLASSES, { sampleWeight: w }),
  'sampleWeight of a stream': (w) => numbers.fit([{ x: X, y: list, sampleWeight: w }]),
  'sampleWeight of crossValidate': (w) => crossValidate(new Ridge(), X, list, { sampleWeight: w }),
  'sampleWeight of a score': async (w) => metrics.meanSquaredError(list, list, { sampleWeight: w }),
};

/** Where one class per sample goes. */
const LABELS: Record<string, Call> = {
  'LogisticRegression.fit': (y) => new LogisticRegression().fit(X, y),
  'MLPClassifier.fit': (y) => new MLPClassifier(few).fit(X, y),
  'LabelEncoder.fit': (y) => new LabelEncoder().fit(y),
  accuracyScore: async (y) => metrics.accuracyScore(y, CLASSES),
  'f1Score, guess': async (y) => metrics.f1Score(CLASSES, y),
  logLoss: async (y) => metrics.logLoss(y, list),
  confusionMatrix: async (y) => metrics.confusionMatrix(y, CLASSES),
};

/** What each kind of argument may be, and what to pass in place of a thing that is none of these. */
const WORDS = {
  samples: ['an array of rows, or { data, shape }', 'Pass number[][] or { data, shape }.'],
  values: ['a list of numbers, an array of rows, or { data, shape }', 'Pass one number per sample.'],
  labels: ['a list of classes, or { data, shape }', 'Pass one string, number or boolean per sample.'],
} as const;

/** Things that are no array at all. */
const things = (kind: keyof typeof WORDS): Record<string, Fault> => {
  const [words, hint] = WORDS[kind];
  const fault = (value: unknown, given: string, otherwise: string = hint): Fault => [
    value,
    'ERR_SHAPE',
    `expected N to be ${words}, given ${given}. ${otherwise}`,
  ];
  return {
    null: fault(null, 'null'),
    'a number': fault(5, '5'),
    text: fault('abc', "'abc'"),
    'a boolean': fault(true, 'true'),
    'a date': fault(new Date(0), 'Date 1970-01-01T00:00:00.000Z'),
    'an object': fault({ a: 1 }, '{ a: 1 }'),
    'an object of a class': fault(new Odd(), 'a value of class Odd'),
    'a promise': fault(Promise.resolve(list), 'a value of class Promise', 'Put await before it.'),
    'data alone': fault(
      { data: Float32Array.from(list) },
      `{ data: Float32Array(${ROWS}) }`,
      'Pass both: { data, shape: [rows, columns] }.',
    ),
    'an ArrayBuffer': fault(
      new ArrayBuffer(8),
      'a value of class ArrayBuffer',
      'Make a typed array of it, such as new Float32Array(buffer).',
    ),
    'a DataView': fault(
      new DataView(new ArrayBuffer(8)),
      'DataView(8)',
      'Make a typed array of it, such as new Float32Array(buffer).',
    ),
  };
};

/** `{ data, shape }` that does not hold together. */
const shaped: Record<string, Fault> = {
  'a list with a shape': [
    { data: [1, 2], shape: [2, 1] },
    'ERR_SHAPE',
    'expected N.data to be a typed array of numbers, given [1, 2]. Use Float32Array.from(data).',
  ],
  'a shape that lies': [
    { data: new Float32Array(12), shape: [5, 3] },
    'ERR_SHAPE',
    'expected N.data to have 5 × 3 = 15 numbers, as its shape says, given 12. Change shape so that its product is data.length.',
  ],
  'no shape': [
    { data: new Float32Array(1), shape: [] },
    'ERR_SHAPE',
    'expected N.shape to be a list of whole numbers, such as [rows, columns], given []. ' +
      'A single column of n values has shape [n, 1]; a single row of n values has shape [1, n].',
  ],
  'a detached array': [
    { data: detached(), shape: [ROWS, 1] },
    'ERR_SHAPE',
    'expected N.data to be a typed array of numbers, given a detached Float32Array. ' +
      'Its memory was transferred: pass what received it, or transfer a copy.',
  ],
};
const EMPTY = 'expected N with at least one row and one column, given';

/** Values in place of a number, with the hint that goes with each. */
const CELLS: readonly (readonly [value: unknown, given: string, hint: string])[] = [
  ['3.5', "'3.5'", 'Convert text to numbers first: Number(value).'],
  [1n, '1n', 'Convert it: Number(value).'],
  [true, 'true', 'Write 1 and 0: Number(value).'],
  [() => 1, 'a function', 'Pass numbers.'],
  [Symbol('s'), 'Symbol(s)', 'Pass numbers.'],
  [{ a: 1 }, '{ a: 1 }', 'Pass one of its fields, a number.'],
  [Promise.resolve(1), 'a value of class Promise', 'Put await before it.'],
  [[1], '[1]', 'It is nested one level too deep: give each row only its numbers.'],
  [
    new Date(0),
    'Date 1970-01-01T00:00:00.000Z',
    'Write a number, such as value.getTime(), or year, month and day in columns of their own.',
  ],
];

const MISSING = 'Write NaN for missing values and fill them with SimpleImputer, or leave such rows out.';
const ragged = (count: number): string =>
  `expected every row of N to have ${COLS} columns, as row 0 does, given row 3 with ${count}. ` +
  'Give every row the same length.';
const noRow = (given: string, i: number, hint: string): string =>
  `expected N to be an array of rows, given ${given} at row ${i}. ${hint}`;
const WRITE_ROWS = 'Write [[1], [2]] for one column, [[1, 2]] for one row.';
const TABLE = 'Convert objects, one per row, to a table: data.DataTable.fromRows(rows).toMatrix().';

const samples: Record<string, Fault> = {
  ...things('samples'),
  ...shaped,
  ...Object.fromEntries(
    CELLS.map(([value, given, hint]) => [
      `${given} in a row`,
      [cell(value), 'ERR_ARGUMENT', `expected numbers in N, given ${given} at row 3, column 1. ${hint}`],
    ]),
  ),
  'text in a row': [
    cell('abc'),
    'ERR_ARGUMENT',
    "expected numbers in N, given 'abc' at row 3, column 1. " +
      'Encode text as numbers first, for example with OneHotEncoder.',
  ],
  'null in a row': [
    cell(null),
    'ERR_ARGUMENT',
    `expected numbers in N, given null at row 3, column 1. ${MISSING}`,
  ],
  'a hole in a row': [
    row(without(ROW_LIST[3]!, 1)),
    'ERR_ARGUMENT',
    `expected numbers in N, given undefined at row 3, column 1. ${MISSING}`,
  ],
  'an infinity in a row': [
    cell(Number.NEGATIVE_INFINITY),
    'ERR_NOT_FINITE',
    'expected finite numbers in N, given -Infinity at row 3, column 1. ' +
      'Fill missing values with SimpleImputer, or leave such rows out.',
  ],
  'a short row': [row([1, 2]), 'ERR_RAGGED', ragged(2)],
  'a long row': [row([1, 2, 3, 4, 5]), 'ERR_RAGGED', ragged(5)],
  'an empty row': [row([]), 'ERR_RAGGED', ragged(0)],
  'null for a row': [row(null), 'ERR_RAGGED', noRow('null', 3, 'Leave such rows out.')],
  'a hole for a row': [without(ROW_LIST, 3), 'ERR_RAGGED', noRow('undefined', 3, 'Leave such rows out.')],
  'a number for a row': [row(7), 'ERR_RAGGED', noRow('7', 3, 'Give every row the same length.')],
  'an object for a row': [row({ a: 1 }), 'ERR_RAGGED', noRow('{ a: 1 }', 3, TABLE)],
  'null for the first row': [row(null, 0), 'ERR_SHAPE', noRow('null', 0, 'Leave such rows out.')],
  'a number for the first row': [row(7, 0), 'ERR_SHAPE', noRow('7', 0, WRITE_ROWS)],
  'text for the first row': [row('abc', 0), 'ERR_SHAPE', noRow("'abc'", 0, WRITE_ROWS)],
  'an object for the first row': [row({ a: 1 }, 0), 'ERR_SHAPE', noRow('{ a: 1 }', 0, TABLE)],
  'BigInts for the first row': [
    row(BigInt64Array.of(1n, 2n, 3n, 4n), 0),
    'ERR_SHAPE',
    noRow('BigInt64Array(4)', 0, 'Convert it: Float64Array.from(row, Number).'),
  ],
  nothing: [[], 'ERR_EMPTY', `${EMPTY} no rows. Pass some data.`],
  'a typed array of nothing': [new Float32Array(0), 'ERR_EMPTY', `${EMPTY} no rows. Pass some data.`],
  'rows of nothing': [[[], []], 'ERR_EMPTY', `${EMPTY} rows without columns. Pass some data.`],
};

const number = (given: string, hint: string): string =>
  `expected numbers in N, given ${given} at row 3. ${hint}`;
const values: Record<string, Fault> = {
  ...things('values'),
  ...shaped,
  ...Object.fromEntries(
    CELLS.map(([value, given, hint]) => [given, [at(list, 3, value), 'ERR_ARGUMENT', number(given, hint)]]),
  ),
  'null in the list': [at(list, 3, null), 'ERR_ARGUMENT', number('null', 'Leave such rows out.')],
  'a hole in the list': [without(list, 3), 'ERR_ARGUMENT', number('undefined', 'Leave such rows out.')],
  'NaN in the list': [
    at(CLASSES, 3, Number.NaN),
    'ERR_NOT_FINITE',
    'expected finite numbers in N, given NaN at row 3. Leave such rows out.',
  ],
  'a Map': [
    new Map(),
    'ERR_SHAPE',
    `expected N to be ${WORDS.values[0]}, given a value of class Map. Make a list of it: Array.from(value).`,
  ],
  'a row that is none': [
    at(
      list.map((value) => [value]),
      3,
      7,
    ),
    'ERR_RAGGED',
    noRow('7', 3, 'Give every row the same length.'),
  ],
  nothing: [[], 'ERR_EMPTY', `${EMPTY} no rows. Pass some data.`],
  'a typed array of nothing': [new Float32Array(0), 'ERR_EMPTY', `${EMPTY} no rows. Pass some data.`],
};

const oneKind = (given: string, hint = 'Use strings, numbers or booleans, one kind throughout.'): string =>
  `expected classes in N to be all numbers, as the first is, given ${given} at row 3. ${hint}`;
const labels: Record<string, Fault> = {
  ...things('labels'),
  ...shaped,
  'text among numbers': [at(CLASSES, 3, 'abc'), 'ERR_ARGUMENT', oneKind("'abc'")],
  'a boolean among numbers': [at(CLASSES, 3, true), 'ERR_ARGUMENT', oneKind('true')],
  'null among numbers': [at(CLASSES, 3, null), 'ERR_ARGUMENT', oneKind('null', 'Leave such rows out.')],
  'a hole': [without(CLASSES, 3), 'ERR_ARGUMENT', oneKind('undefined', 'Leave such rows out.')],
  'a promise among numbers': [
    at(CLASSES, 3, Promise.resolve(1)),
    'ERR_ARGUMENT',
    oneKind('a value of class Promise', 'Put await before it.'),
  ],
  'null first': [
    at(CLASSES, 0, null),
    'ERR_ARGUMENT',
    'expected classes in N to be strings, numbers or booleans, given null at row 0. Leave such rows out.',
  ],
  NaN: [
    at(CLASSES, 3, Number.NaN),
    'ERR_NOT_FINITE',
    'expected finite numbers in N, given NaN at row 3. Leave such rows out.',
  ],
  'two columns': [
    list.map((value) => [value, 1]),
    'ERR_SHAPE',
    'expected N with one class per sample, given 2 columns. ' +
      'Of one-hot rows and of probabilities take the position of the largest number first.',
  ],
  nothing: [[], 'ERR_EMPTY', `${EMPTY} no rows. Pass some data.`],
};

const NAMES =
  /\b(?:validation )?(?:[xXy](?: of batch 0)?|yTrue|yPred|yScore|sampleWeight)(?= to be| to have|\.data|\.shape| with |,| does)/g;

async function check(call: Call, name: string, faults: Record<string, Fault>): Promise<void> {
  for (const [what, [value, code, message]] of Object.entries(faults)) {
    const error: unknown = await call(value as never).then(
      () => expect.fail(`${name} took ${what}`),
      (thrown: unknown) => thrown,
    );
    const given = (error as Error).message
      // Estimators take tables of named columns, too.
      .replace('an array of rows, a table, or', 'an array of rows, or')
      .replace(NAMES, 'N');
    expect({ code: (error as { code: string }).code, message: given }, `${name}, ${what}`).toEqual({
      code,
      message,
    });
  }
}

/** Text in the place of y is the name of a column, for which x has to be a table. */
async function checkTargets(call: Call, name: string, faults: Record<string, Fault>): Promise<void> {
  const { text, ...others } = faults;
  const takesName =
    /^(?!sampleWeight|LabelEncoder)(?:.*\.(?:fit|score|evaluate|gradients)|Sequential.fit with classes|validationData)$/.test(
      name,
    );
  if (!takesName) return check(call, name, faults);
  await check(call, name, others);
  const message =
    'expected X as a table with named columns, where y is the name of one, given [[0, 29, 58, 87], … (12 items)]. ' +
    'Pass a DataTable or objects, or y as a list.';
  const isNetwork = /^(?:Sequential|validationData)/.test(name);
  const own = isNetwork ? message.replace('expected X', 'expected x') : message;
  const what = name === 'validationData' ? own.replace('expected x', 'expected validation x') : own;
  await check(call, name, { text: [text![0], 'ERR_ARGUMENT', what] });
}

describe('one fault, one code, the same words', () => {
  it.each(Object.entries(SAMPLES))('samples: %s', async (name, call) => {
    const { 'an infinity in a row': infinity, ...rest } = samples;
    const nan: Fault = [
      cell(Number.NaN),
      'ERR_NOT_FINITE',
      'expected finite numbers in N, given NaN at row 3, column 1. ' +
        'Fill missing values with SimpleImputer, or leave such rows out.',
    ];
    await check(call, name, rest);
    // A pass over a stream sums columns up, and looks at the sums.
    if (name === 'LinearRegression.fit on a stream') return;
    await check(call, name, { infinity: infinity!, ...(SCALERS.test(name) ? {} : { nan }) });
  });

  it.each(Object.entries(VALUES))('values: %s', async (name, call) => {
    await checkTargets(call, name, values);
    const of = name.startsWith('sampleWeight') ? 'weight' : 'target';
    for (const other of [list.slice(1), [...list, 1], Float32Array.from(list.slice(1))]) {
      const rows = name.includes('truth') ? other.length : ROWS;
      const given = name.includes('truth') ? ROWS : other.length;
      const error = await call(other as never).then(
        () => expect.fail(`${name} took ${other.length} rows`),
        (thrown: Error & { code: string }) => thrown,
      );
      expect(error.code, name).toBe('ERR_SHAPE');
      expect(error.message).toContain(` with ${rows} rows, as many as `);
      expect(error.message).toContain(`given ${given}. `);
      if (!/Score|Error/.test(name)) expect(error.message).toContain(`Pass one ${of} per sample.`);
    }
  });

  it.each(Object.entries(LABELS))('labels: %s', (name, call) => checkTargets(call, name, labels));

  it('weights: below 0, or all 0', async () => {
    for (const [name, call] of Object.entries(VALUES)) {
      if (!name.startsWith('sampleWeight')) continue;
      await check(call, name, {
        'one below 0': [
          at(
            list.map(() => 1),
            3,
            -1,
          ),
          'ERR_ARGUMENT',
          'expected N to have weights of at least 0, given -1 at row 3. Leave rows out with a weight of 0.',
        ],
      });
      // Batches of a stream may be without a weight; a whole fit may not.
      if (name.endsWith('stream')) continue;
      await check(call, name, {
        zeros: [
          list.map(() => 0),
          'ERR_ARGUMENT',
          'expected N to have a weight above 0, given only zeros. Leave sampleWeight out for equal weights.',
        ],
      });
    }
  });
});

describe('what stays different', () => {
  it('estimators and networks take tables, batches say how to make numbers of one', async () => {
    const table = data.DataTable.fromRows(ROW_LIST.map(([a, b, c, d]) => ({ a, b, c, d })));
    expect(await ridge.predict(table.toMatrix())).toHaveLength(ROWS);
    await new Ridge().fit(table, list);
    await expect(numbers.fit([{ x: table, y: list }] as never)).rejects.toThrow('table.toMatrix()');
  });

  it('networks take images, estimators rows alone', async () => {
    const images = ROW_LIST.map(([a, b, c, d]) => [
      [a, b],
      [c, d],
    ]) as never;
    const model = sequential({
      layers: [layers.flatten({ inputShape: [2, 2, 1] }), layers.dense({ units: 1 })],
    }).compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    expect((await model.predict(images)).shape).toEqual([ROWS, 1]);
    await expect(ridge.predict(images)).rejects.toThrow('nested one level too deep');
  });

  it('a weight may come in any array with one number per sample', async () => {
    const weights = list.map((_, i) => 1 + (i % 3));
    const all = [
      weights,
      weights.map((weight) => [weight]),
      Float32Array.from(weights),
      { data: Float32Array.from(weights), shape: [ROWS] },
      { data: Uint8Array.from(weights), shape: [ROWS, 1] },
    ];
    const results = await Promise.all(
      all.map(async (sampleWeight) => [
        (await numbers.evaluate(X, list, { sampleWeight: sampleWeight as never, workers: 1 })).loss,
        await new Ridge().fit(X, list, { sampleWeight: sampleWeight as never }).then((fit) => fit.predict(X)),
        metrics.meanSquaredError(list, CLASSES, { sampleWeight: sampleWeight as never }),
      ]),
    );
    for (const result of results) expect(result).toEqual(results[0]);
  });

  it('classes may come as a column', async () => {
    const column = CLASSES.map((label) => [label]) as never;
    const fitted = await new LogisticRegression().fit(X, column);
    expect(await fitted.score(X, column)).toBe(await fitted.score(X, CLASSES));
    expect(metrics.accuracyScore(column, CLASSES)).toBe(1);
  });
});
