import { data } from 'steepest';
import { describe, expect, it } from 'vitest';
import { CLASSES, COLS, network, ROW_LIST, ROWS, SUBJECTS, type Subject } from './subjects.js';

/** No message is longer, whatever it is about. */
const MOST_CHARACTERS = 1000;
const flat = ROW_LIST.flat();
const list = ROW_LIST.map(([a]) => a!);
const yFor = ({ y }: Subject): never => (y === 'numbers' ? list : CLASSES) as never;

async function errorOf(call: () => Promise<unknown>, what: string): Promise<Error & { code: string }> {
  const error: unknown = await call().then(
    () => expect.fail(`${what} was taken`),
    (thrown: unknown) => thrown,
  );
  expect(error, `${what}: ${String((error as Error)?.stack)}`).toMatchObject({ name: 'SteepestError' });
  const { message } = error as Error;
  expect(message.length, `${what}: ${message}`).toBeLessThan(MOST_CHARACTERS);
  return error as Error & { code: string };
}

/** The good rows with one cell replaced. */
const withCell = (value: unknown, row = 3, column = 1): unknown[][] =>
  ROW_LIST.map((cells, i) => cells.map((cell, j) => (i === row && j === column ? value : cell)));
const withRow = (value: unknown, row = 3): unknown[] =>
  ROW_LIST.map((cells, i) => (i === row ? value : cells));

type Case = [value: unknown, ...words: string[]];

/** Values that stand where a number should: shown with their place. */
const CELLS: Record<string, Case> = {
  text: ['abc', "'abc'", 'row 3, column 1'],
  'a date': [new Date(0), 'Date 1970', 'row 3, column 1', 'getTime()'],
  'a list': [[1], '[1]', 'row 3, column 1', 'one level too deep'],
  'a typed array': [Float32Array.of(1), 'Float32Array(1)', 'row 3, column 1', 'one level too deep'],
  'a promise': [Promise.resolve(1), 'row 3, column 1', 'Put await before it'],
  'a symbol': [Symbol('s'), 'Symbol(s)', 'row 3, column 1'],
  'a function': [() => 1, 'function', 'row 3, column 1'],
  'an object': [{ a: 1 }, '{ a: 1 }', 'row 3, column 1'],
};
/** The same for those to whom missing values and flags are none. */
const NUMBERS_ONLY: Record<string, Case> = {
  'a numeral as text': ['3.5', "'3.5'", 'row 3, column 1', 'Number(value)'],
  null: [null, 'null', 'row 3, column 1', 'eave such rows out'],
  undefined: [undefined, 'undefined', 'row 3, column 1', 'eave such rows out'],
  'a boolean': [true, 'true', 'row 3, column 1', '1 and 0'],
  'a BigInt': [1n, '1n', 'row 3, column 1', 'Number(value)'],
};
/** Things that stand where a row should. */
const LINES: Record<string, Case> = {
  null: [null, 'null', 'row 3'],
  'a number': [7, '7', 'row 3'],
  text: ['abc', "'abc'", 'row 3'],
  'an object': [{ a: 1 }, '{ a: 1 }', 'row 3', 'fromRows'],
  'a shorter row': [[1, 2], 'row 3 with 2', 'same length'],
  'a shorter typed row': [Float64Array.of(1, 2), 'row 3 with 2', 'same length'],
  'a longer row': [[1, 2, 3, 4, 5], 'row 3 with 5', 'same length'],
  'an empty row': [[], 'row 3 with 0', 'same length'],
  'a row of BigInt': [BigInt64Array.of(1n, 2n, 3n, 4n), 'BigInt64Array(4)', 'row 3', 'Number'],
  'a promise': [Promise.resolve([]), 'row 3', 'await'],
};

const hole = withCell(0);
delete hole[3]![1];
const circular: unknown[] = [];
circular[0] = circular;
const revoked = Proxy.revocable([], {});
revoked.revoke();
const throwing = (target: object): object =>
  new Proxy(target, {
    get: () => {
      throw new Error('a trap');
    },
  });
const megabytes = 'x'.repeat(1e6);

/** Things that are no table at all. */
const TABLES: Record<string, Case> = {
  null: [null, 'null'],
  undefined: [undefined, 'undefined'],
  'a number': [5, '5'],
  'a boolean': [true, 'true'],
  text: ['abc', "'abc'"],
  'a symbol': [Symbol('s'), 'Symbol(s)'],
  'a BigInt': [10n ** 30n, 'n'],
  'a promise': [Promise.resolve(ROW_LIST), 'await'],
  'a Map': [new Map([[1, 2]])],
  'a Set': [new Set(ROW_LIST)],
  'a date': [new Date(0)],
  'an object': [{ a: 1 }],
  'an object without prototype': [Object.create(null)],
  'a model': [network(1)],
  'an ArrayBuffer': [new ArrayBuffer(64), 'Float32Array(buffer)'],
  'a DataView': [new DataView(new ArrayBuffer(64)), 'Float32Array(buffer)'],
  'BigInts in a typed array': [BigInt64Array.from(flat, BigInt), 'BigInt64Array(48)', 'Number'],
  'BigInts with a shape': [
    { data: BigUint64Array.from(flat, BigInt), shape: [ROWS, COLS] },
    'BigUint64Array(48)',
  ],
  'a DataView with a shape': [{ data: new DataView(new ArrayBuffer(48)), shape: [ROWS, COLS] }, '.data'],
  'a list with a shape': [{ data: flat, shape: [ROWS, COLS] }, 'Float32Array.from'],
  'null with a shape': [{ data: null, shape: [ROWS, COLS] }, 'null'],
  'data without a shape': [{ data: Float32Array.from(flat) }, 'shape'],
  'a shape that lies': [{ data: Float32Array.from(flat), shape: [ROWS, COLS + 1] }, '60', '48'],
  'a shape of text': [{ data: Float32Array.from(flat), shape: '12,4' }, "'12,4'"],
  'a shape of halves': [{ data: Float32Array.from(flat), shape: [4.5, 4] }, '[4.5, 4]'],
  'a negative shape': [{ data: Float32Array.from(flat), shape: [-12, -4] }, '[-12, -4]'],
  'a long shape': [{ data: Float32Array.from(flat), shape: Array(1e5).fill(1) }],
  'no rows': [[]],
  'rows without columns': [[[], []]],
  'no rows with a shape': [{ data: new Float32Array(0), shape: [0, COLS] }],
  'a list of holes': [new Array(5)],
  'a list of four billion holes': [new Array(2 ** 32 - 1)],
  'a row of four billion holes': [[new Array(2 ** 32 - 1)]],
  'nested too deep': [[ROW_LIST]],
  'a list in itself': [circular],
  'a proxy that throws': [throwing([])],
  'an object that throws': [throwing({ data: 1, shape: 2 })],
  'a revoked proxy': [revoked.proxy],
  'a getter that throws': [
    {
      shape: [1],
      get data(): never {
        throw new Error('a getter');
      },
    },
  ],
  'a megabyte of text': [megabytes, '(1000000 characters)'],
  'rows of a megabyte of text': [[[megabytes, 1]]],
  'an object with a megabyte': [{ [megabytes]: megabytes }],
  'an error of a megabyte': [new Error(megabytes)],
};

const subjects = SUBJECTS.map((subject) => [subject.name, subject] as const);

describe('every place where numbers are taken', () => {
  it.each(subjects)('%s shows a wrong cell and its place', async (name, subject) => {
    const { run, takesCells, takesAnything } = subject;
    const cases = Object.entries(takesCells ? CELLS : { ...CELLS, ...NUMBERS_ONLY });
    for (const [what, [value, ...words]] of cases) {
      // One column of text alone would be data to these.
      const rows = takesCells && what === 'text' ? withRow([1, value, 3, 4]) : withCell(value);
      const error = await errorOf(() => run(rows as never, yFor(subject)), `${name}, ${what}`);
      expect(error.code, what).toBe('ERR_ARGUMENT');
      // Columns of a table are named; rows that were split are numbered anew.
      const named = takesCells && what === 'text' ? ["'abc'", 'row 3'] : words;
      const expected = takesAnything ? [] : named;
      for (const word of expected) expect(error.message, what).toContain(word);
    }
    if (takesCells) return;
    const error = await errorOf(() => run(hole as never, yFor(subject)), `${name}, a hole`);
    expect(error.message).toMatch(/undefined at row 3, column 1/);
  });

  it.each(subjects)('%s shows a wrong row', async (name, subject) => {
    for (const [what, [value, ...words]] of Object.entries(LINES)) {
      const error = await errorOf(
        () => subject.run(withRow(value) as never, yFor(subject)),
        `${name}, ${what}`,
      );
      expect(['ERR_RAGGED', 'ERR_SHAPE', 'ERR_ARGUMENT'], what).toContain(error.code);
      const given = subject.takesAnything ? [] : words;
      for (const word of given) expect(error.message, `${name}, ${what}`).toContain(word);
    }
  });

  it.each(subjects)('%s refuses what is no table', async (name, subject) => {
    // A stream is an object that is iterated, and says what its batches lack.
    const streams = ['a Map', 'a Set'];
    for (const [what, [value, ...words]] of Object.entries(TABLES)) {
      // Text is a category, of whatever length.
      if (name.endsWith('Encoder') && what.startsWith('rows of a megabyte')) continue;
      const error = await errorOf(() => subject.run(value as never, yFor(subject)), `${name}, ${what}`);
      const given = streams.includes(what) || name.includes('stream') || subject.takesAnything ? [] : words;
      for (const word of given) expect(error.message, `${name}, ${what}`).toContain(word);
    }
  });

  it.each(subjects.filter(([, { takesFlat }]) => !takesFlat))(
    '%s tells how to shape a flat array',
    async (name, subject) => {
      for (const x of [flat, Float32Array.from(flat), Uint8Array.from(flat)]) {
        const error = await errorOf(() => subject.run(x as never, yFor(subject)), name);
        expect(error.code).toBe('ERR_SHAPE');
        expect(error.message).toMatch(
          name.startsWith('Sequential') ? /shape: \[12, 4\]/ : /shape: \[48, 1\].*\[1, 48\]/,
        );
        expect(error.message).toMatch(/a flat \w+ of 48 numbers/);
      }
    },
  );

  it.each(subjects.filter(([, { y }]) => y !== 'any'))('%s refuses such targets', async (name, subject) => {
    const others = Object.entries({ ...TABLES, 'a function': [() => 1] as Case });
    // One row of the first is none too few where y is text; all are of another length or kind.
    for (const [what, [value]] of others) {
      if (what === 'undefined' && name === 'Pipeline') continue;
      await errorOf(() => subject.run(ROW_LIST as never, value as never), `${name}, ${what}`);
    }
    for (const [what, [value]] of Object.entries({ ...CELLS, ...NUMBERS_ONLY })) {
      const y = [...(yFor(subject) as number[])] as unknown[];
      y[5] = value;
      const error = await errorOf(() => subject.run(ROW_LIST as never, y as never), `${name}, ${what} in y`);
      if (!subject.takesAnything) expect(error.message, what).toContain('at row 5');
      if (what === 'text' || what === 'a date') expect(error.message).toContain(CELLS[what]![1]);
    }
  });
});

describe('networks', () => {
  it('say how to get numbers out of a DataTable', async () => {
    const table = data.DataTable.fromRows([{ a: 1, b: 2, c: 3, d: 4 }]);
    const model = network(1);
    const stream = () => model.fit([{ x: table, y: [1] }] as never);
    expect((await errorOf(stream, 'a DataTable in a batch')).message).toContain('table.toMatrix()');
    const error = await errorOf(() => model.fit([[1, 2, 3, 4]], table as never), 'a DataTable as y');
    expect(error.message).toContain('table.numbers(name)');
  });

  it('look at every number of the row that predictSync gets', async () => {
    const model = network(1);
    for (const [value, words] of [
      [null, 'null at row 0, column 2'],
      ['5', "'5' at row 0, column 2"],
      [true, 'true at row 0, column 2'],
      [1n, '1n at row 0, column 2'],
      [Number.NaN, 'NaN at row 0, column 2'],
      [1e300, '1e+300 at row 0, column 2'],
    ] as const) {
      const row = [1, 2, value, 4] as never;
      expect((await errorOf(async () => model.predictSync(row), String(value))).message).toContain(words);
    }
    const error = await errorOf(async () => model.predictSync([1, 2, 3]), 'a short row');
    expect(error.message).toContain('no multiple of 4');
    for (const [what, [value]] of Object.entries(TABLES)) {
      await errorOf(async () => model.predictSync(value as never), what);
    }
  });

  it('show numbers that float32 cannot hold as they came', async () => {
    const error = await errorOf(() => network(1).fit(withCell(1e300) as never, list), 'a large number');
    expect(error).toMatchObject({ code: 'ERR_NOT_FINITE' });
    expect(error.message).toContain('1e+300 at row 3, column 1');
  });

  it('refuse weights that are none', async () => {
    for (const [what, [value]] of Object.entries({ ...TABLES, 'a function': [() => 1] as Case })) {
      if (what === 'undefined') continue;
      const fit = () => network(1).fit(ROW_LIST, list, { sampleWeight: value as never, workers: 1 });
      await errorOf(fit, `weights, ${what}`);
    }
    for (const value of ['1', null, true, 1n, -1, Number.NaN]) {
      const weights = list.map((weight, i) => (i === 5 ? value : weight));
      const fit = () => network(1).fit(ROW_LIST, list, { sampleWeight: weights as never, workers: 1 });
      expect((await errorOf(fit, String(value))).message).toMatch(/at row 5/);
    }
  });

  it('refuse batches that are none', async () => {
    const model = network(1);
    for (const [what, [value]] of Object.entries(TABLES)) {
      // Errors that a stream throws are its own, and a batch that throws is one.
      if (what.endsWith('that throws') || what.startsWith('a revoked')) continue;
      await errorOf(() => model.fit((() => [value]) as never), `a batch, ${what}`);
      await errorOf(() => model.predict((() => [value]) as never), `a batch to predict, ${what}`);
      if (what.startsWith('a list') || what.startsWith('no rows') || what === 'nested too deep') continue;
      if (what === 'rows without columns' || what.startsWith('a row of') || what.startsWith('rows of'))
        continue;
      if (what === 'a Map' || what === 'a Set') continue;
      await errorOf(() => model.fit((() => value) as never), `what a function returns, ${what}`);
    }
    const late = async () => [{ x: ROW_LIST, y: list }];
    expect((await errorOf(() => model.fit(late as never), 'an async function')).message).toContain(
      'async function*',
    );
  });
});
