import { deepStrictEqual } from 'node:assert';
import { inspect } from 'node:util';
import {
  data,
  LinearRegression,
  LogisticRegression,
  layers,
  type Matrix,
  MLPClassifier,
  type NdArray,
  OneHotEncoder,
  SteepestError,
  sequential,
} from 'steepest';
import { describe, expect, it } from 'vitest';

const { DataTable } = data;

/** A matrix of a table: number (i, j) is 10·i + j, so that its place can be read from it. */
function matrix(rows: number, names: readonly string[]): Matrix<Float64Array> {
  return new DataTable(
    names.map((name, j) => [name, Float64Array.from({ length: rows }, (_, i) => 10 * i + j)] as const),
  ).toMatrix();
}

const errorOf = (run: () => unknown): SteepestError => {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(SteepestError);
    return error as SteepestError;
  }
  throw new Error('nothing was thrown');
};

/** An image network whose outputs have rank 4. */
const images = (): Matrix<Float32Array> =>
  sequential({ layers: [layers.rescaling({ scale: 1, inputShape: [2, 3, 2] })] }).predictSync({
    data: Float32Array.from({ length: 24 }, (_, i) => i),
    shape: [2, 2, 3, 2],
  });

describe('a matrix', () => {
  it('has rows, as views, and columns by number and by name', () => {
    const m = matrix(3, ['age', 'height']);
    expect([m.rows, m.columns, m.columnNames]).toEqual([3, 2, ['age', 'height']]);
    expect(m.row(1)).toEqual(Float64Array.of(10, 11));
    expect(m.row(1).buffer).toBe(m.data.buffer);
    m.row(2)[1] = -1;
    expect(m.data[5]).toBe(-1);
    expect(m.column(0)).toEqual(Float64Array.of(0, 10, 20));
    expect(m.column('height')).toEqual(Float64Array.of(1, 11, -1));
    m.column('age')[0] = 7;
    expect(m.data[0]).toBe(0);
    expect(m.toArray()).toEqual([
      [0, 1],
      [10, 11],
      [20, -1],
    ]);
  });

  it('of a higher rank has rows of everything after the first dimension', () => {
    const m = images();
    expect([m.rows, m.columns]).toEqual([2, 12]);
    expect(m.row(1)).toEqual(Float32Array.from({ length: 12 }, (_, i) => 12 + i));
    expect(m.column(5)).toEqual(Float32Array.of(5, 17));
    expect(m.toArray<number[][][][]>()).toEqual([
      [
        [
          [0, 1],
          [2, 3],
          [4, 5],
        ],
        [
          [6, 7],
          [8, 9],
          [10, 11],
        ],
      ],
      [
        [
          [12, 13],
          [14, 15],
          [16, 17],
        ],
        [
          [18, 19],
          [20, 21],
          [22, 23],
        ],
      ],
    ]);
  });

  it('of one dimension has rows of one number', () => {
    const [, bias] = sequential({ layers: [layers.dense({ units: 3, inputShape: [2] })] }).getWeights();
    bias!.data.set([1, 2, 3]);
    expect([bias!.rows, bias!.columns, bias!.toArray<number[]>()]).toEqual([3, 1, [1, 2, 3]]);
    expect(bias!.row(2)).toEqual(Float32Array.of(3));
    expect(String(bias)).toBe('Matrix 3, Float32Array [ 1, 2, 3 ]');
  });

  it.each([-1, 3, 0.5, Number.NaN, '0', undefined, null, 2 ** 40])('refuses row %s', (i) => {
    const error = errorOf(() => matrix(3, ['a']).row(i as number));
    expect([error.code, error.expected]).toEqual(['ERR_ARGUMENT', 'a row number from 0 to 2']);
  });

  it.each([-1, 2, 0.5, undefined, null])('refuses column %s', (j) => {
    const error = errorOf(() => matrix(3, ['a', 'b']).column(j as number));
    expect([error.code, error.expected]).toEqual(['ERR_ARGUMENT', 'a column number from 0 to 1']);
  });

  it('suggests the name that was meant', () => {
    const error = errorOf(() => matrix(1, ['height', 'weight']).column('Heigth'));
    expect(error.code).toBe('ERR_UNKNOWN_NAME');
    expect(error.hint).toBe("Did you mean 'height'?");
    const names = Array.from({ length: 30 }, (_, j) => `c${j}`);
    expect(errorOf(() => matrix(1, names).column('other')).expected).toMatch(/'c19' and 10 more$/);
    const without = errorOf(() => images().column('red'));
    expect([without.code, without.hint]).toEqual(['ERR_UNKNOWN_NAME', 'Call column(0).']);
  });

  it('is an object of data and shape where it has no names', async () => {
    const m = (await new LinearRegression().fit([[1], [2]], [1, 2])).coef;
    expect(Object.keys(m)).toEqual(['data', 'shape']);
    expect({ ...m }).toEqual({ data: m.data, shape: [1, 1] });
    const plain: NdArray = m;
    deepStrictEqual(structuredClone(m), { ...plain });
    await new LinearRegression().fit(structuredClone(m) as NdArray, [1]);
  });
});

describe('JSON of a matrix', () => {
  it('is data and shape, and names where there are any', () => {
    expect(JSON.parse(JSON.stringify(matrix(2, ['a', 'b'])))).toEqual({
      data: [0, 1, 10, 11],
      shape: [2, 2],
      columnNames: ['a', 'b'],
    });
    expect(JSON.stringify({ out: images() })).toMatch(
      /^\{"out":\{"data":\[0,1,.*\],"shape":\[2,2,3,2\]\}\}$/,
    );
  });
});

describe('printing a matrix', () => {
  it('shows names, numbers and what is hidden', () => {
    expect(inspect(matrix(12, ['a', 'a long name']))).toBe(
      [
        '    a  a long name',
        '─  ──  ───────────',
        '0   0            1',
        '1  10           11',
        '2  20           21',
        '3  30           31',
        '4  40           41',
        '5  50           51',
        '6  60           61',
        '7  70           71',
        '… 4 more rows',
        'Matrix 12 × 2, Float64Array',
      ].join('\n'),
    );
  });

  it('shows one more row rather than hiding one', () => {
    expect(inspect(matrix(9, ['a']))).not.toContain('more');
    expect(inspect(matrix(10, ['a']))).toContain('… 2 more rows');
  });

  it('keeps within 80 columns and counts those that it hides', () => {
    const names = Array.from({ length: 500 }, (_, j) => `column ${j}`);
    const lines = inspect(matrix(20, names)).split('\n');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    expect(lines.at(-2)).toBe('… 12 more rows, 493 more columns');
    const wide = inspect(matrix(1, ['x'.repeat(300)]));
    expect(wide).toContain(`${'x'.repeat(23)}…`);
  });

  it('writes six digits, NaN and infinities', () => {
    const m = matrix(1, ['a', 'b', 'c', 'd']);
    m.data.set([1 / 3, Number.NaN, Number.NEGATIVE_INFINITY, 1e-20 / 3]);
    expect(inspect(m)).toContain('0  0.333333  NaN  -Infinity  3.33333e-21');
  });

  it('is short for arrays of a higher rank, empty ones, and deep within other objects', () => {
    expect(inspect(images())).toBe(
      'Matrix 2 × 2 × 3 × 2, Float32Array [ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, … 12 more numbers ]',
    );
    expect(inspect(matrix(0, ['a', 'b']))).toBe('Matrix 0 × 2, Float64Array');
    expect(inspect({ a: { b: { c: matrix(1, ['x']) } } })).toContain('[Matrix 1 × 1, Float64Array]');
    expect(`${matrix(1, ['x'])}`).toBe(inspect(matrix(1, ['x'])));
  });
});

describe('names of columns', () => {
  const x = [[0], [1], [2], [3]];
  const y = ['no', 'no', 'yes', 'yes'];

  it('are the classes of probabilities and scores', async () => {
    const two = await new LogisticRegression().fit(x, y);
    const proba = await two.predictProba(x);
    expect(proba.columnNames).toEqual(['no', 'yes']);
    expect(proba.column('yes')).toEqual(proba.column(1));
    expect((await two.predictLogProba(x)).columnNames).toEqual(['no', 'yes']);
    const three = await new LogisticRegression().fit(x, ['a', 'b', 'c', 'a']);
    expect(((await three.decisionFunction(x)) as Matrix).columnNames).toEqual(['a', 'b', 'c']);
    for (const labels of [y, ['a', 'b', 'c', 'a']]) {
      const mlp = await new MLPClassifier({ hiddenLayerSizes: [2], maxIter: 1 }).fit(x, labels);
      expect((await mlp.predictProba(x)).columnNames).toEqual([...new Set(labels)]);
    }
  });

  it('are absent for classes that are numbers, whose names would look like positions', async () => {
    const model = await new LogisticRegression().fit(x, [1, 1, 2, 2]);
    expect('columnNames' in (await model.predictProba(x))).toBe(false);
    const booleans = await new LogisticRegression().fit(x, [false, false, true, true]);
    expect((await booleans.predictProba(x)).columnNames).toEqual(['false', 'true']);
  });

  it('are the class names of a network with one output each', async () => {
    const network = (units: number, classes: string[]) =>
      sequential({ layers: [layers.dense({ units, inputShape: [1], activation: 'sigmoid' })], classes });
    const named = network(3, ['a', 'b', 'c']);
    expect((await named.predict(x)).columnNames).toEqual(['a', 'b', 'c']);
    expect(named.predictSync([1]).column('b')[0]).toBe(named.predictSync([1]).data[1]);
    expect('columnNames' in network(1, ['a', 'b']).predictSync([1])).toBe(false);
  });

  it('are those of the columns that coefficients belong to', async () => {
    const table = new DataTable({ a: [0, 1, 2], b: [1, 0, 4] });
    expect((await new LinearRegression().fit(table, [1, 2, 3])).coef.columnNames).toEqual(['a', 'b']);
    expect((await new LogisticRegression().fit(table, ['p', 'q', 'p'])).coef.columnNames).toEqual(['a', 'b']);
    expect((await new OneHotEncoder().fitTransform(table)).rows).toBe(3);
  });
});
