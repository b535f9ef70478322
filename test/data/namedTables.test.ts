import { RecordBatch, tableFromArrays } from 'apache-arrow';
import {
  columns as by,
  columnTransformer,
  data,
  LinearRegression,
  OneHotEncoder,
  pipeline,
  StandardScaler,
} from 'steepest';
import { describe, expect, it } from 'vitest';

const AGES = [31, 45, null, 22, 39, 58];
const CITIES = ['Rome', 'Oslo', 'Rome', null, 'Oslo', 'Bern'];
const PAYS = [2.5, 3, 3.5, 1.5, 2, 4.25];
const columns = { age: AGES, city: CITIES, pay: PAYS };
type Name = keyof typeof columns;
const reference = new data.DataTable(columns);

/** A frame of each package, as small objects with the public methods that are read. */
const FRAMES: Record<string, () => object> = {
  'an array of objects': () => PAYS.map((pay, i) => ({ age: AGES[i], city: CITIES[i], pay })),
  'objects of a class with other orders of keys': () => {
    class Row {
      constructor(values: object) {
        Object.assign(this, values);
      }
    }
    return PAYS.map((pay, i) =>
      i % 2 === 0 ? new Row({ pay, city: CITIES[i], age: AGES[i] }) : { age: AGES[i], pay, city: CITIES[i] },
    );
  },
  'objects without some keys': () =>
    PAYS.map((pay, i) => ({
      pay,
      ...(AGES[i] === null ? {} : { age: AGES[i] }),
      ...(CITIES[i] === null ? {} : { city: CITIES[i] }),
    })),
  'a Table of apache-arrow': () => tableFromArrays({ age: AGES, city: CITIES, pay: Float64Array.from(PAYS) }),
  'a RecordBatch of apache-arrow': () => {
    const [batch] = tableFromArrays({ age: AGES, city: CITIES, pay: Float64Array.from(PAYS) }).batches;
    expect(batch).toBeInstanceOf(RecordBatch);
    return batch!;
  },
  'a table of arquero': () => ({
    numRows: () => PAYS.length,
    numCols: () => 3,
    columnNames: () => Object.keys(columns),
    array: (name: Name) => [...columns[name]],
    *[Symbol.iterator]() {
      yield* PAYS.map((pay) => ({ pay }));
    },
  }),
  'a DataFrame of nodejs-polars': () =>
    // A proxy whose columns are properties, and which has nothing but its columns.
    new Proxy(
      {
        columns: Object.keys(columns),
        height: PAYS.length,
        shape: { height: PAYS.length, width: 3 },
        getColumn: (name: Name) => ({ toArray: () => [...columns[name]] }),
      },
      { has: (target, key) => target.columns.includes(key as string) },
    ),
  'a DataFrame of danfo.js': () => ({
    columns: Object.keys(columns),
    shape: [PAYS.length, 3],
    column: (name: Name) => ({ values: columns[name].map((value) => value ?? undefined) }),
  }),
};

describe.each(Object.entries(FRAMES))('%s', (_, make) => {
  const encoder = () =>
    columnTransformer([
      ['cat', new OneHotEncoder(), ['city']],
      ['num', new StandardScaler(), ['age']],
    ]);

  it('is read as a DataTable is, by column names', async () => {
    const expected = await encoder().fitTransform(reference.drop('pay'));
    const fitted = await encoder().fit(make() as never, 'pay');
    expect([...fitted.featureNamesIn!].sort()).toEqual(['age', 'city']);
    const result = await fitted.transform(make() as never);
    expect(result.columnNames).toEqual(expected.columnNames);
    expect(result.data).toEqual(expected.data);
    expect((await (await encoder().fit(reference)).transform(make() as never)).data).toEqual(expected.data);
  });

  it('may be the rows of a regression, with the target by name', async () => {
    const model = () =>
      pipeline(columnTransformer([['cat', new OneHotEncoder(), 'city']]), new LinearRegression());
    const expected = await (await model().fit(reference, 'pay')).predict(reference);
    const fitted = await model().fit(make() as never, 'pay');
    expect(await fitted.predict(make() as never)).toEqual(expected);
    await expect(model().fit(make() as never, 'pays')).rejects.toThrow(/'pays'.*Did you mean 'pay'/);
    await expect(new LinearRegression().fit(make() as never, 'pay')).rejects.toThrow(/text in 'city'/);
  });
});

it('keeps the dates of every package apart from numbers', async () => {
  const dates = PAYS.map((_, i) => new Date(Date.UTC(2024, 0, 1 + i)));
  const values = { day: dates, pay: PAYS };
  const names = Object.keys(values);
  const of = (name: string): unknown[] => values[name as keyof typeof values];
  const frames = {
    objects: PAYS.map((pay, i) => ({ day: dates[i], pay })),
    arrow: tableFromArrays({ day: dates, pay: Float64Array.from(PAYS) }),
    arquero: { numRows: () => PAYS.length, columnNames: () => names, array: of },
    polars: {
      columns: names,
      height: PAYS.length,
      getColumn: (name: string) => ({ toArray: () => of(name) }),
    },
    danfo: {
      columns: names,
      shape: [PAYS.length, 2],
      column: (name: string) => ({ values: of(name) }),
    },
  };
  for (const [name, frame] of Object.entries(frames)) {
    const scaled = columnTransformer([['num', new StandardScaler(), by.byType('number')]]);
    const result = await scaled.fitTransform(frame as never);
    expect(result.columnNames, name).toEqual(['num__pay']);
  }
});

describe('objects', () => {
  const regress = (rows: object[]) =>
    new LinearRegression().fit(
      rows,
      rows.map((_, i) => i),
    );

  it('count booleans and BigInts as numbers', async () => {
    const rows = PAYS.map((pay, i) => ({ flag: i % 2 === 0, big: BigInt(i * i), pay }));
    const numbers = PAYS.map((pay, i) => [Number(i % 2 === 0), i * i, pay]);
    const model = await regress(rows);
    const expected = await new LinearRegression().fit(
      numbers,
      PAYS.map((_, i) => i),
    );
    expect(model.coef.data).toEqual(expected.coef.data);
    expect(model.coef.columnNames).toEqual(['flag', 'big', 'pay']);
  });

  it('may have names that every object inherits', async () => {
    const rows = PAYS.map((pay, i) => ({ constructor: i, toString: pay }));
    const model = await regress(rows as object[]);
    expect(model.featureNamesIn).toEqual(['constructor', 'toString']);
    await expect(model.predict([{ toString: 3 }] as never)).rejects.toThrow(/column 'constructor'/);
    const own = JSON.parse('[{"__proto__": 1, "b": 2}, {"__proto__": 2, "b": 5}, {"__proto__": 4, "b": 1}]');
    expect((await regress(own)).featureNamesIn).toEqual(['__proto__', 'b']);
  });

  it('name the row and column of what is no number', async () => {
    const rows = PAYS.map((pay) => ({ pay, age: 1 as unknown }));
    const at = (value: unknown) => rows.map((row, i) => (i === 4 ? { ...row, age: value } : row));
    await expect(regress(at(undefined))).rejects.toThrow(/NaN at row 4, column 'age'/);
    await expect(regress(at('x'))).rejects.toThrow(/numbers only in column 'age', given 'x' at row 4/);
    await expect(regress(at([1]))).rejects.toThrow(/column 'age'.*at row 4/);
    await expect(regress(at(2n ** 60n))).rejects.toThrow(/column 'age'.*at row 4/);
    await expect(regress([...rows.slice(0, 3), null, ...rows] as object[])).rejects.toThrow(
      /objects.*null at row 3/,
    );
    await expect(regress([...rows.slice(0, 3), [1, 2], ...rows])).rejects.toThrow(
      /objects.*\[1, 2\] at row 3/,
    );
  });

  it('give the numbers of a plain loop, whatever their keys and holes', async () => {
    // Rows drawn at random: keys in any order, some missing, some not numbers.
    let seed = 7;
    const random = (n: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return (seed >>> 8) % n;
    };
    const names = ['a', 'b', 'c', 'd', '7', 'e f'];
    for (let trial = 0; trial < 200; trial++) {
      const count = 1 + random(6);
      const rows = Array.from({ length: count }, () => {
        const order = [...names].sort(() => random(3) - 1);
        const entries = order.map((name): [string, unknown] => [
          name,
          [random(9), null, undefined, random(2) === 0][random(10) < 7 ? 0 : random(4)],
        ]);
        return Object.fromEntries(entries.filter(() => random(8) > 0));
      });
      if (Object.keys(rows[0]!).length === 0) continue;
      const scaler = await new StandardScaler().fit(rows as never);
      const { data: result, shape } = await new StandardScaler({ withMean: false, withStd: false })
        .fit(rows as never)
        .then((same) => same.transform(rows as never));
      const known = scaler.featureNamesIn!;
      expect([...known].sort()).toEqual([...new Set(rows.flatMap((row) => Object.keys(row)))].sort());
      expect(shape).toEqual([count, known.length]);
      const plain = rows.flatMap((row) =>
        known.map((name) => (row[name] == null ? Number.NaN : Number(row[name]))),
      );
      expect(Array.from(result)).toEqual(plain);
    }
  });
});
