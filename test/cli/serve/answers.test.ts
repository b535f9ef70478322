import fc from 'fast-check';
import {
  columnTransformer,
  gridSearch,
  LinearRegression,
  LogisticRegression,
  layers,
  OneHotEncoder,
  pipeline,
  Ridge,
  type Sequential,
  SGDClassifier,
  SimpleImputer,
  StandardScaler,
  sequential,
} from 'steepest';
import { describe, expect, it } from 'vitest';
import { customers } from '../../../examples/lib/customers.mjs';
import { ESTIMATORS } from '../../../scripts/fuzz/lib/fitted.mjs';
import { ask, type Saved, serving } from './serving.js';

/** Any model, asked as users ask it in a program. */
type AnyModel = Record<'predictSync' | 'predictProbaSync' | 'transformSync', (rows: unknown) => unknown> &
  Saved & { classes?: readonly unknown[] };

/** What JSON makes of a result: lists, and objects where columns have names. */
function plain(result: unknown): unknown[] {
  if (Array.isArray(result)) return result;
  if (ArrayBuffer.isView(result)) return Array.from(result as Float64Array);
  const { columnNames } = result as { columnNames?: readonly string[] };
  const rows = 'toRows' in (result as object) ? (result as { toRows(): object[] }).toRows() : undefined;
  const lists = rows?.map((row) => Object.values(row)) ?? (result as { toArray(): unknown[][] }).toArray();
  const noGaps = (value: unknown): unknown => (Number.isNaN(value) ? null : value);
  return lists.map((row) =>
    columnNames === undefined
      ? row.map(noGaps)
      : Object.fromEntries(columnNames.map((name, j) => [name, noGaps(row[j])])),
  );
}

const byClass = (model: AnyModel, rows: unknown[]): unknown[] => {
  const all = (model.predictProbaSync(rows) as { toArray(): number[][] }).toArray();
  return all.map((row) => Object.fromEntries(model.classes!.map((name, j) => [String(name), row[j]])));
};

describe('every class of estimators', () => {
  const rows = [
    [1, 2],
    [3, 4],
    [2.5, 3],
  ];
  const cells = [
    { a: 1, b: 'x' },
    { a: 2, b: 'y' },
    { a: null, b: 'x' },
  ];
  const names = Object.keys(ESTIMATORS).filter((name) => name !== 'LabelEncoder');

  it.each(names)('%s answers as the package does', async (name) => {
    const [given, make] = ESTIMATORS[name as keyof typeof ESTIMATORS] as [unknown, () => Promise<AnyModel>];
    const model = await make();
    const list = Array.isArray(given) ? rows : name === 'ColumnTransformer' ? cells.slice(0, 2) : cells;
    const { url } = await serving(model);
    const predicts = 'predictSync' in model && !['SimpleImputer'].includes(name);
    const expected = plain(predicts ? model.predictSync(list) : model.transformSync(list));
    const { status, body } = await ask(url, '/predict', { rows: list });
    expect(body).toEqual({ predictions: expected });
    expect(status).toBe(200);
    for (let i = 0; i < list.length; i++) {
      expect((await ask(url, '/predict', { row: list[i] })).body).toEqual({ prediction: expected[i] });
    }
    if (!('predictProbaSync' in model) || ['Pipeline', 'SGDClassifier'].includes(name)) return;
    const { body: chances } = await ask(url, '/predict?proba=1', { rows: list });
    expect(chances).toEqual({ predictions: expected, probabilities: byClass(model, list) });
  });

  it('LabelEncoder, which takes no rows, is refused', async () => {
    const model = await (ESTIMATORS.LabelEncoder[1] as () => Promise<Saved>)();
    await expect(serving(model)).rejects.toMatchObject({ code: 'ERR_ARGUMENT' });
  });

  it('an estimator before its fit is refused', async () => {
    await expect(serving(new Ridge())).rejects.toMatchObject({ code: 'ERR_NOT_FITTED' });
  });
});

/** Splits rows in requests of random sizes, of one row each or of several. */
const cuts = (count: number) =>
  fc.array(fc.integer({ min: 1, max: 4 }), { minLength: count, maxLength: count });

async function expectBatchedLike(
  url: string,
  rows: readonly unknown[],
  sizes: readonly number[],
  predictions: readonly unknown[],
  probabilities?: readonly unknown[],
): Promise<void> {
  const asked: Promise<void>[] = [];
  for (let from = 0, k = 0; from < rows.length; from += sizes[k]!, k++) {
    const part = rows.slice(from, from + sizes[k]!);
    const end = from + part.length;
    const isOne = part.length === 1;
    const wantsProba = probabilities !== undefined && k % 2 === 0;
    const body = { ...(isOne ? { row: part[0] } : { rows: part }), ...(wantsProba ? { proba: true } : {}) };
    const expected = isOne
      ? { prediction: predictions[from], ...(wantsProba ? { probabilities: probabilities[from] } : {}) }
      : {
          predictions: predictions.slice(from, end),
          ...(wantsProba ? { probabilities: probabilities.slice(from, end) } : {}),
        };
    asked.push(ask(url, '/predict', body).then((answer) => expect(answer.body).toEqual(expected)));
  }
  await Promise.all(asked);
}

describe('answers are those of predict, batched in any way', () => {
  it('of a pipeline over text, numbers and gaps, by name and by position', async () => {
    const table = customers(60, 4);
    const model = pipeline(
      columnTransformer([
        ['numbers', pipeline(new SimpleImputer(), new StandardScaler()), ['tenure', 'charge']],
        ['text', new OneHotEncoder({ handleUnknown: 'ignore' }), ['contract', 'internet']],
      ]),
      new LogisticRegression(),
    );
    await model.fit(table, 'churned');
    const { url } = await serving(model, { maxBatch: 7 });
    const cell = fc.record({
      tenure: fc.option(fc.integer({ min: 0, max: 80 })),
      charge: fc.option(fc.double({ min: 0, max: 200, noNaN: true })),
      contract: fc.constantFrom('monthly', 'one year', 'unheard of', null),
      internet: fc.constantFrom('fibre', 'dsl', null),
      payment: fc.constantFrom('card', 7, null, [1]),
      spare: fc.anything({ maxDepth: 1 }).map((value) => (typeof value === 'object' ? null : String(value))),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(cell, { minLength: 1, maxLength: 12 }),
        cuts(12),
        fc.boolean(),
        async (rows, sizes, isList) => {
          const known = rows.map(({ spare: _, payment: __, ...row }) => row);
          // Together with another row: alone, a gap does not say whether its column holds text.
          const full = { tenure: 1, charge: 2, contract: 'monthly', internet: 'dsl' };
          const predictions = (model.predictSync([...known, full] as never) as unknown[]).slice(0, -1);
          const probabilities = byClass(model as never, [...known, full]).slice(0, -1);
          const sent = isList
            ? rows.map((row) => [row.tenure, row.charge, row.contract, row.internet, row.payment])
            : rows;
          await expectBatchedLike(url, sent, sizes, predictions, probabilities);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('of random networks on rows and on images', async () => {
    const value = fc.double({ min: -100, max: 100, noNaN: true });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        fc.boolean(),
        fc.infiniteStream(value),
        cuts(9),
        async (side, outputs, isImage, named, numbers, sizes) => {
          const model = imageOrRows(side, outputs, isImage, named);
          const { url } = await serving(model);
          const draw = (): number => numbers.next().value as number;
          const list = (): number[] => Array.from({ length: side }, draw);
          const rows = Array.from({ length: 9 }, () =>
            isImage ? Array.from({ length: side }, list) : list(),
          );
          const predictions = named
            ? await model.predictClasses(rows as never)
            : plain(await model.predict(rows as never)).map((row) => {
                const values = row as number[];
                return values.length === 1 ? values[0] : values;
              });
          const probabilities = named
            ? (await model.predictTop(rows as never, model.classes!.length)).map((top) =>
                Object.fromEntries(top.map((one) => [one.class, one.probability])),
              )
            : undefined;
          await expectBatchedLike(url, rows, sizes, predictions, probabilities);
          const flat = rows.map((row) => row.flat());
          await expectBatchedLike(url, flat, sizes, predictions);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('of large requests beside small ones', async () => {
    const rows = Array.from({ length: 3000 }, (_, i) => [Math.sin(i), Math.cos(i), i / 3000]);
    const model = await new LinearRegression().fit(
      rows,
      rows.map(([a, b]) => a! - 2 * b!),
    );
    const { url } = await serving(model, { maxBatch: 100 });
    const expected = Array.from(model.predictSync(rows) as Float64Array);
    const large = ask(url, '/predict', { rows });
    await expectBatchedLike(url, rows.slice(0, 40), Array(40).fill(3), expected);
    expect((await large).body.predictions).toEqual(expected);
    const { text } = await ask(url, '/metrics');
    expect(text).toMatch(/^steepest_batches_total\{way="async"\} [1-9]/m);
  });

  it('of a search, of labels of all types, and of several targets by name', async () => {
    const x = [[0], [1], [2], [3], [4], [5], [6], [7]];
    const search = gridSearch(new LogisticRegression(), { C: [0.1, 1] }, { cv: 2 });
    await search.fit(x, [0, 0, 0, 0, 1, 1, 1, 1]);
    const asked = await ask((await serving(search as never)).url, '/predict?proba=true', {
      rows: [[0], [7]],
    });
    expect(asked.body.predictions).toEqual([0, 1]);
    expect(asked.body.probabilities[0]).toEqual({ 0: expect.closeTo(1, 0), 1: expect.closeTo(0, 0) });

    const flags = await new LogisticRegression().fit(x, [...Array(4).fill(false), ...Array(4).fill(true)]);
    expect((await ask((await serving(flags)).url, '/predict', { row: [7] })).body).toEqual({
      prediction: true,
    });

    const table = x.map(([a]) => ({ a: a!, twice: 2 * a!, minus: -a! }));
    const several = await new LinearRegression().fit(table, ['twice', 'minus']);
    const { body } = await ask((await serving(several)).url, '/predict', { row: { a: 3 } });
    const { prediction } = body;
    const values = Array.isArray(prediction) ? prediction : Object.values(prediction);
    expect(values).toEqual([expect.closeTo(6, 9), expect.closeTo(-3, 9)]);
  });

  it('of models without probabilities, which say why', async () => {
    const x = [[0], [1], [2], [3]];
    const hinge = await new SGDClassifier({ loss: 'hinge', maxIter: 5, tol: null }).fit(x, [
      'a',
      'a',
      'b',
      'b',
    ]);
    const { status, body } = await ask((await serving(hinge)).url, '/predict', { row: [0], proba: true });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({
      code: 'ERR_ARGUMENT',
      path: 'proba',
      given: expect.stringContaining('hinge'),
    });
    const line = await new LinearRegression().fit(x, [0, 1, 2, 3]);
    const refused = await ask((await serving(line)).url, '/predict?proba=1', { row: [0] });
    expect(refused.body.error.given).toBe('a model of values');
  });
});

function imageOrRows(side: number, outputs: number, isImage: boolean, named: boolean): Sequential {
  const first = isImage
    ? layers.conv2d({ filters: 2, kernelSize: 1, inputShape: [side, side, 1] })
    : layers.dense({ units: 3, activation: 'tanh', inputShape: [side] });
  const classes = named
    ? Array.from({ length: Math.max(2, outputs) }, (_, i) => `__proto__${i || ''}`)
    : undefined;
  const units = named && outputs === 1 ? 1 : Math.max(outputs, named ? 2 : 1);
  const activation = !named ? 'linear' : units === 1 ? 'sigmoid' : 'softmax';
  return sequential({
    seed: side,
    ...(classes === undefined ? {} : { classes: units === 1 ? classes.slice(0, 2) : classes }),
    layers: [first, ...(isImage ? [layers.flatten()] : []), layers.dense({ units, activation })],
  });
}
