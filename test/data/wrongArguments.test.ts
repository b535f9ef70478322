import { data } from 'steepest';
import { describe, expect, it } from 'vitest';
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();
/** Passes for every type: what users without a type checker may hand over. */
type Anything = never;

/** Values of every kind. */
const VALUES: Record<string, unknown> = {
  undefined,
  null: null,
  true: true,
  0: 0,
  '-1': -1,
  NaN: Number.NaN,
  1.5: 1.5,
  '10n': 10n,
  text: 'no such file',
  "''": '',
  symbol: Symbol('s'),
  '{}': {},
  '[]': [],
  'a function': () => 1,
  '[[1]]': [[1]],
  '[null]': [null],
  'a list with holes': new Array(2),
  '[{}]': [{}],
  'a Date': new Date(0),
  'a Map': new Map(),
  'a Set': new Set(['a']),
  'a RegExp': /x/,
  'a Promise': Promise.resolve(1),
  'an object without prototype': Object.create(null),
  'a Float32Array': new Float32Array(2),
  'a BigInt64Array': new BigInt64Array(2),
  'a DataView': new DataView(new ArrayBuffer(8)),
  'a URL of the web': new URL('https://example.org/a'),
  '{ foo: 1 }': { foo: 1 },
};

const table = new data.DataTable({ a: [1, 2], b: ['x', 'y'] });
const array = { data: new Float32Array(1), shape: [1] };

/** Calls with one argument to vary, and the values that are right for it. */
const CALLS: Record<string, readonly [call: (value: Anything) => unknown, right: string]> = {
  'csv(source)': [(v) => data.csv(v), 'a DataView text'],
  'csv(source, options)': [
    (v) => data.csv('a', v),
    'undefined {} an object without prototype a URL of the web',
  ],
  'batches(rows)': [(v) => data.csv(files.path('x')).batches(v).next(), ''],
  'new DataTable(columns)': [(v) => new data.DataTable(v), '{} [] a Map an object without prototype'],
  'a column': [
    (v) => new data.DataTable({ a: v }),
    '[] [null] a list with holes a Float32Array a BigInt64Array',
  ],
  'a pair': [(v) => new data.DataTable([v]), ''],
  'a name in a pair': [(v) => new data.DataTable([[v, [1]]]), "text ''"],
  'fromRows(rows)': [(v) => data.DataTable.fromRows(v), '[] [{}]'],
  'a row': [
    (v) => data.DataTable.fromRows([v]),
    '{} an object without prototype a URL of the web { foo: 1 }',
  ],
  'column(name)': [(v) => table.column(v), ''],
  'numbers(name)': [(v) => table.numbers(v), ''],
  'text(name)': [(v) => table.text(v), ''],
  'namesOf(kind)': [(v) => table.namesOf(v), ''],
  'select(names)': [(v) => table.select(v), '[]'],
  'drop(names)': [(v) => table.drop(v), '[]'],
  'with(name)': [(v) => table.with(v, [1, 2]), "text ''"],
  'with(name, values)': [(v) => table.with('c', v), 'a list with holes a Float32Array a BigInt64Array'],
  'slice(begin)': [(v) => table.slice(v), 'undefined 0 -1'],
  'slice(begin, end)': [(v) => table.slice(0, v), 'undefined 0 -1'],
  'take(positions)': [(v) => table.take(v), '[] a Float32Array'],
  'a position': [(v) => table.take([v]), '0'],
  'head(rows)': [(v) => table.head(v), 'undefined 0'],
  'filter(condition)': [(v) => table.filter(v), 'a Float32Array'],
  'filter(mask)': [(v) => table.filter([v, false]), 'true false 0'],
  'sort(columns)': [(v) => table.sort(v), ''],
  'sort(columns, options)': [
    (v) => table.sort('a', v),
    'undefined {} an object without prototype a URL of the web',
  ],
  'sort descending': [(v) => table.sort('a', { descending: v }), 'undefined true false'],
  'groupBy(keys)': [(v) => table.groupBy(v), ''],
  'aggregate(columns)': [
    (v) => table.groupBy('a').aggregate(v),
    '{} an object without prototype a URL of the web',
  ],
  'an aggregation': [(v) => table.groupBy('a').aggregate({ c: v }), ''],
  'mean(columns)': [(v) => table.groupBy('b').mean(v), 'undefined []'],
  'valueCounts(column)': [(v) => table.valueCounts(v), ''],
  'rename(names)': [(v) => table.rename(v), '{} an object without prototype a URL of the web'],
  'a new name': [(v) => table.rename({ a: v }), "text ''"],
  'concat(tables)': [(v) => data.DataTable.concat(v), '[]'],
  'concat(tables, options)': [
    (v) => data.DataTable.concat([table], v),
    'undefined {} an object without prototype a URL of the web',
  ],
  'toCSV(options)': [(v) => table.toCSV(v), 'undefined {} an object without prototype a URL of the web'],
  'toCSV delimiter': [(v) => table.toCSV({ delimiter: v }), 'undefined'],
  'toCSV missing': [(v) => table.toCSV({ missing: v }), "undefined text ''"],
  'toArrow(module)': [(v) => table.toArrow(v), ''],
  'writeCSV(path, table)': [(v) => data.writeCSV(files.path('x.csv'), v), ''],
  'fromArrow(table)': [(v) => data.fromArrow(v), ''],
  'fromArrow(table) that lies': [
    (v) => data.fromArrow({ getChild: () => null, numRows: 1, schema: v } as Anything),
    '',
  ],
  'readArrow(path)': [(v) => data.readArrow(v), ''],
  'readArrow(path, options)': [(v) => data.readArrow(files.path('x'), v), ''],
  'readParquet(path)': [(v) => data.readParquet(v), ''],
  'readParquet(path, options)': [(v) => data.readParquet(files.path('x'), v), ''],
  'readParquet columns': [(v) => data.readParquet(files.path('x'), { columns: v }), ''],
  'readParquet text': [(v) => data.readParquet(files.path('x'), { text: v }), ''],
  'readNpy(path)': [(v) => data.readNpy(v), ''],
  'readNpz(path)': [(v) => data.readNpz(v), ''],
  'writeNpy(path, array)': [(v) => data.writeNpy(files.path('x.npy'), v), ''],
  'writeNpy data': [(v) => data.writeNpy(files.path('x.npy'), { data: v, shape: [1] }), ''],
  'writeNpy shape': [(v) => data.writeNpy(files.path('x.npy'), { ...array, shape: v }), '[]'],
  'writeNpz(path, arrays)': [(v) => data.writeNpz(files.path('x.npz'), v), ''],
  'writeNpz array': [(v) => data.writeNpz(files.path('x.npz'), { x: v }), ''],
  'writeNpz(path, arrays, options)': [
    (v) => data.writeNpz(files.path('x.npz'), { x: array }, v),
    'undefined {} an object without prototype a URL of the web',
  ],
  'readSafetensors(source)': [(v) => data.readSafetensors(v), ''],
  'writeSafetensors(path, arrays)': [(v) => data.writeSafetensors(files.path('x.st'), v), ''],
  'writeSafetensors array': [(v) => data.writeSafetensors(files.path('x.st'), { x: v }), ''],
  'writeSafetensors data': [
    (v) => data.writeSafetensors(files.path('x.st'), { x: { data: v, shape: [2] } }),
    'a Float32Array',
  ],
  'writeSafetensors shape': [
    (v) => data.writeSafetensors(files.path('x.st'), { x: { ...array, shape: v } }),
    '[]',
  ],
  'readIdx(path)': [(v) => data.readIdx(v), ''],
  'loadMnist(folder)': [(v) => data.loadMnist(v), ''],
  'readCifar10(paths)': [(v) => data.readCifar10(v), ''],
  'loadCifar10(folder)': [(v) => data.loadCifar10(v), ''],
  'makeBlobs centers': [(v) => data.makeBlobs({ centers: v }), 'undefined [[1]]'],
  'makeBlobs clusterStd': [(v) => data.makeBlobs({ clusterStd: v }), 'undefined null 0 1.5'],
  'makeBlobs centerBox': [(v) => data.makeBlobs({ centerBox: v }), 'undefined null a Float32Array'],
  'makeBlobs nSamples': [(v) => data.makeBlobs({ nSamples: v }), 'undefined null'],
  'makeMoons nSamples': [(v) => data.makeMoons({ nSamples: v }), 'undefined null'],
  'makeClassification weights': [(v) => data.makeClassification({ weights: v }), 'undefined'],
  'makeClassification shift': [(v) => data.makeClassification({ shift: v }), 'undefined null 0 -1 1.5'],
};

describe('data', () => {
  it.each(Object.entries(CALLS))(
    'answers every wrong value with a SteepestError: %s',
    async (_, [call, right]) => {
      const accepted: string[] = [];
      for (const [name, value] of Object.entries(VALUES)) {
        try {
          await call(value as Anything);
          accepted.push(name);
        } catch (error) {
          expect(error, name).toMatchObject({ name: 'SteepestError', expected: expect.any(String) });
          expect((error as Error).message.length, name).toBeLessThan(700);
        }
      }
      expect(accepted.sort().join(' ')).toBe(
        Object.keys(VALUES)
          .filter((name) => ` ${right} `.includes(` ${name} `))
          .sort()
          .join(' '),
      );
    },
  );

  it.each([
    [() => data.readParquet('a', { usecols: ['a'] } as Anything), "'usecols'", "'columns'?"],
    [() => data.readArrow('a', { dtype: {} } as Anything), "'dtype'", "'text'?"],
    [() => data.writeNpz('a', { x: array }, { compressed: true } as Anything), "'compressed'", "'compress'?"],
    [() => data.makeBlobs({ n_samples: 3 } as Anything), "'n_samples'", "'nSamples'?"],
    [() => data.csv('a', { skiprows: 1 } as Anything), "'skiprows'", 'remove it'],
    [() => table.namesOf('number' as Anything), "'number'", "'numeric'?"],
  ] as [() => unknown, ...string[]][])('suggests the name that was meant: %s', async (call, ...words) => {
    await expect((async () => call())()).rejects.toEqual(refused('ERR_UNKNOWN_NAME', ...words));
  });

  it('says what to call for rows, and takes holes for missing values', () => {
    expect(() => new data.DataTable([{ a: 1 }] as Anything)).toThrow(
      refused('ERR_ARGUMENT', 'DataTable.fromRows'),
    );
    const holes: string[] = ['a'];
    holes[2] = 'c';
    expect(new data.DataTable({ holes }).column('holes')).toEqual(['a', null, 'c']);
  });
});
