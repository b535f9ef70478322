import {
  columnTransformer,
  data,
  layers,
  load,
  OneHotEncoder,
  Sequential,
  StandardScaler,
  sequential,
} from 'steepest';
import { describe, expect, it } from 'vitest';

const rows = Array.from({ length: 40 }, (_, i) => ({
  age: ((i * 17) % 23) / 10,
  pay: ((i * 29) % 31) / 10,
  debt: ((i * 7) % 19) / 10,
}));
const records = rows.map((row, i) => ({
  ...row,
  sum: row.age + row.pay,
  difference: row.age - row.debt,
  kind: (i * 17) % 23 > 11 ? 'old' : 'young',
}));
const table = data.DataTable.fromRows(records);
const x = rows.map(({ age, pay, debt }) => [age, pay, debt]);
const inputs = ['age', 'pay', 'debt'];
const regressor = (units = 1) =>
  sequential({
    seed: 2,
    layers: [layers.dense({ units: 4, inputShape: [3] }), layers.dense({ units })],
  }).compile({ optimizer: 'adam', loss: 'meanSquaredError' });
const classifier = () =>
  sequential({
    seed: 2,
    classes: ['old', 'young'],
    layers: [layers.dense({ units: 2, activation: 'softmax', inputShape: [3] })],
  }).compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
const options = { epochs: 3, batchSize: 8, workers: 1 } as const;
const weightsOf = (model: { getWeights(): { data: Float32Array }[] }) =>
  model.getWeights().map((weight) => [...weight.data]);

describe('networks on tables', () => {
  it('give the bits of the same numbers in rows, with a target by its name', async () => {
    const expected = regressor();
    await expected.fit(x, table.numbers('sum'), options);
    expect(expected.columns).toBeUndefined();
    const named = table.select([...inputs, 'sum']);
    for (const input of [
      named,
      named.toRows(),
      records.map(({ sum, debt, pay, age }) => ({ age, pay, debt, sum })),
    ]) {
      const model = regressor();
      await model.fit(input, 'sum', { ...options, validationData: [input, 'sum'] });
      expect(model.columns).toEqual(inputs);
      expect(weightsOf(model)).toEqual(weightsOf(expected));
      const logs = await expected.evaluate(x, table.numbers('sum'), { workers: 1 });
      expect(await model.evaluate(table, 'sum', { workers: 1 })).toEqual(logs);
      expect(await model.evaluate(table.toRows(), 'sum', { workers: 1 })).toEqual(logs);
      const [gradient] = await model.gradients(table, 'sum');
      expect(gradient!.data).toEqual((await expected.gradients(x, table.numbers('sum')))[0]!.data);
    }
  });

  it('match columns by name afterwards, also when loaded', async () => {
    const model = regressor();
    await model.fit(table.select([...inputs, 'sum']), 'sum', options);
    const expected = (await model.predict(x, { workers: 1 })).data;
    const loaded = await load(await model.toBytes(), Sequential);
    const copy = sequential(JSON.parse(JSON.stringify(model)));
    expect(loaded.columns).toEqual(inputs);
    expect(copy.columns).toEqual(inputs);
    for (const one of [model, loaded]) {
      const matrix = table.select(['debt', 'age', 'pay']).toMatrix();
      for (const input of [table, table.select(['debt', 'kind', 'age', 'pay']), records, matrix]) {
        expect((await one.predict(input, { workers: 1 })).data).toEqual(expected);
        expect(one.predictSync(input).data).toEqual(expected);
      }
      expect(one.predictSync([{ debt: 0.7, pay: 2.9, extra: 'x', age: 1.7 }]).data).toEqual(
        one.predictSync([1.7, 2.9, 0.7]).data,
      );
      const misspelt = records.map(({ age, pay, debt }) => ({ aeg: age, pay, debt }));
      await expect(one.predict(misspelt)).rejects.toThrow(/column 'age'.*Did you mean 'age' by 'aeg'/);
    }
    // Training goes on with the columns that the model knows.
    await model.fit(table.select(['debt', 'sum', 'age', 'pay']), 'sum', options);
    const twice = regressor();
    await twice.fit(x, table.numbers('sum'), options);
    await twice.fit(x, table.numbers('sum'), options);
    expect(weightsOf(model)).toEqual(weightsOf(twice));
  });

  it('take several targets, and classes by name', async () => {
    const two = regressor(2);
    const named = table.drop('kind');
    await two.fit(named, ['sum', 'difference'], options);
    expect(two.columns).toEqual(inputs);
    const expected = regressor(2);
    await expected.fit(x, table.select(['sum', 'difference']).toMatrix(), options);
    expect(weightsOf(two)).toEqual(weightsOf(expected));
    const model = classifier();
    await model.fit(table.select([...inputs, 'kind']).toRows(), 'kind', options);
    const numbers = classifier();
    await numbers.fit(x, table.text('kind'), options);
    expect(weightsOf(model)).toEqual(weightsOf(numbers));
    await model.fit(table.select(inputs), table.text('kind'), options);
    expect(await model.predictClasses(records.slice(0, 2))).toHaveLength(2);
  });

  it('take the columns of a column transformer', async () => {
    const encode = columnTransformer([
      ['num', new StandardScaler(), ['age', 'pay']],
      ['cat', new OneHotEncoder({ drop: 'first' }), 'kind'],
    ]);
    const model = regressor();
    await model.fit(await encode.fitTransform(table), table.numbers('sum'), options);
    expect(model.columns).toEqual(['num__age', 'num__pay', 'cat__kind_young']);
    expect((await model.predict(await encode.transform(records))).shape).toEqual([40, 1]);
  });

  it('refuse text, gaps, other columns and tables without a model of names', async () => {
    const model = regressor();
    await expect(model.fit(table.select(['age', 'kind', 'pay', 'sum']), 'sum')).rejects.toThrow(
      /text in 'kind'.*columnTransformer/,
    );
    await expect(model.fit(table.select(['age', 'sum']), 'sum')).rejects.toThrow(/3 columns.*1/);
    await expect(model.fit(table, 'smu')).rejects.toThrow(/Did you mean 'sum'/);
    await expect(model.fit(x, 'sum')).rejects.toThrow(/table with named columns/);
    const holed = table.select([...inputs, 'sum']).toRows();
    (holed[6] as Record<string, unknown>).pay = null;
    await expect(model.fit(holed, 'sum')).rejects.toThrow(/NaN at row 6, column 'pay'/);
    // Nothing was learned from the fits that failed.
    expect(model.columns).toBeUndefined();
    await model.fit(x, table.numbers('sum'), options);
    await expect(model.predict(records)).rejects.toThrow(/no names.*no order/);
    expect((await model.predict(table.select(inputs))).shape).toEqual([40, 1]);
    await expect(model.predict(table.select(['age']))).rejects.toThrow(/3 columns/);
  });

  it('take names when they are created', async () => {
    const layer = () => [layers.dense({ units: 1, inputShape: [3] })];
    const model = sequential({ layers: layer(), columns: ['pay', 'debt', 'age'] });
    expect(model.predictSync([{ age: 3, pay: 1, debt: 2 }]).data).toEqual(model.predictSync([1, 2, 3]).data);
    for (const [columns, words] of [
      [['a', 'b'], /names of 3 columns/],
      [['a', 'a', 'b'], /different names/],
      ['abc', /list of different names/],
      [['a', 1, 'b'], /list of different names/],
    ] as const) {
      expect(() => sequential({ layers: layer(), columns: columns as never })).toThrow(words);
    }
    expect(() => sequential({ layers: layer(), columnNames: ['a', 'b', 'c'] } as never)).toThrow(
      /Did you mean 'columns'/,
    );
  });
});
