import { data, KFold, StratifiedKFold, trainTestSplit } from 'steepest';
import { afterEach, describe, expect, it, vi } from 'vitest';

const code = (name: string) => expect.objectContaining({ code: name });
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const ascending = (values: Iterable<number>): number[] => [...values].sort((a, b) => a - b);

describe('trainTestSplit', () => {
  it('splits arrays alike, and each as the kind of thing it is', () => {
    const n = 20;
    const nested = range(n).map((i) => [i, 10 * i]);
    const words = range(n).map((i) => `w${i}`);
    const typed = Float32Array.from(range(n));
    const shaped = { data: Int32Array.from(range(2 * n)), shape: [n, 2] };
    const table = new data.DataTable({ n: range(n), w: words });
    const parts = trainTestSplit(nested, words, typed, shaped, table, { testSize: 0.3, seed: 5 });
    const [, xTest, , wTest, , tTest, , sTest, , dTest] = parts as [
      unknown,
      number[][],
      unknown,
      string[],
      unknown,
      Float32Array,
      unknown,
      { data: Int32Array; shape: number[] },
      unknown,
      data.DataTable,
    ];
    expect(tTest).toBeInstanceOf(Float32Array);
    expect(sTest.data).toBeInstanceOf(Int32Array);
    expect(sTest.shape).toEqual([6, 2]);
    const rows = [...tTest];
    expect(rows.length).toBe(6);
    expect(xTest).toEqual(rows.map((i) => [i, 10 * i]));
    expect(wTest).toEqual(rows.map((i) => `w${i}`));
    expect([...sTest.data]).toEqual(rows.flatMap((i) => [2 * i, 2 * i + 1]));
    expect(dTest.text('w')).toEqual(wTest);
    expect(ascending([...(parts[4] as Float32Array), ...rows])).toEqual(range(n));
    expect(nested).toEqual(range(n).map((i) => [i, 10 * i]));
  });

  it('has types that follow what goes in', () => {
    const [a, b, c, d] = trainTestSplit([[1], [2], [3], [4]], Float64Array.of(1, 2, 3, 4));
    const lists: number[][] = [...a, ...b];
    const arrays: Float64Array[] = [c, d];
    expect(lists.length).toBe(4);
    expect(arrays[0]!.length + arrays[1]!.length).toBe(4);
  });

  // scikit-learn's sizes: the test part is rounded up, the other down.
  it.each([
    [{}, 11, 8, 3],
    [{ testSize: 0.2 }, 11, 8, 3],
    [{ testSize: 4 }, 11, 7, 4],
    [{ trainSize: 0.5 }, 11, 5, 6],
    [{ trainSize: 3, testSize: 2 }, 11, 3, 2],
    [{ trainSize: 0.3, testSize: 0.3 }, 11, 3, 4],
  ])('%j of %i rows: %i and %i', (options, n, train, test) => {
    expect(trainTestSplit(range(n), options).map((part) => part.length)).toEqual([train, test]);
  });

  it('gives the same rows for the same seed, others for another', () => {
    const [, a] = trainTestSplit(range(50), { seed: 1 });
    expect(trainTestSplit(range(50), { seed: 1 })[1]).toEqual(a);
    expect(trainTestSplit(range(50), { seed: 2 })[1]).not.toEqual(a);
    expect(trainTestSplit(range(8), { shuffle: false })).toEqual([range(6), [6, 7]]);
  });

  it('gives both parts each class in its share, to within a row', () => {
    const y = range(100).map((i) => (i < 61 ? 'a' : i < 90 ? 'b' : 'c'));
    const [train, test] = trainTestSplit(y, { testSize: 0.23, stratify: y });
    expect([train.length, test.length]).toEqual([77, 23]);
    for (const [name, count] of [
      ['a', 61],
      ['b', 29],
      ['c', 10],
    ] as const) {
      const inTest = test.filter((label) => label === name).length;
      expect(Math.abs(inTest - 0.23 * count)).toBeLessThan(1);
      expect(train.filter((label) => label === name).length).toBe(count - inTest);
    }
    const [some, few] = trainTestSplit(y, { trainSize: 20, testSize: 10, stratify: y });
    expect([some.length, few.length]).toEqual([20, 10]);
    expect(few.filter((label) => label === 'c').length).toBe(1);
  });

  it.each<[string, () => unknown, string]>([
    ['no array', () => trainTestSplit({ testSize: 0.5 }), 'ERR_EMPTY'],
    ['lengths that differ', () => trainTestSplit([1, 2], [1]), 'ERR_SHAPE'],
    ['text for an array', () => trainTestSplit('abc' as never), 'ERR_SHAPE'],
    ['one row', () => trainTestSplit([1]), 'ERR_ARGUMENT'],
    ['testSize 1.5', () => trainTestSplit([1, 2, 3], { testSize: 1.5 }), 'ERR_ARGUMENT'],
    ['testSize 3 of 3', () => trainTestSplit([1, 2, 3], { testSize: 3 }), 'ERR_ARGUMENT'],
    ['more than all', () => trainTestSplit([1, 2, 3], { testSize: 2, trainSize: 2 }), 'ERR_ARGUMENT'],
    ['an option it does not know', () => trainTestSplit([1, 2], { test: 1 } as never), 'ERR_UNKNOWN_NAME'],
    ['a class of one row', () => trainTestSplit(range(4), { stratify: [0, 0, 0, 1] }), 'ERR_ARGUMENT'],
    [
      'fewer rows than classes',
      () => trainTestSplit(range(6), { testSize: 1, stratify: [0, 0, 0, 1, 1, 1] }),
      'ERR_ARGUMENT',
    ],
    ['stratify of another length', () => trainTestSplit(range(4), { stratify: [0, 1] }), 'ERR_SHAPE'],
    [
      'stratify without shuffle',
      () => trainTestSplit(range(4), { stratify: [0, 0, 1, 1], shuffle: false }),
      'ERR_ARGUMENT',
    ],
  ])('refuses %s', (_, call, name) => {
    expect(call).toThrow(code(name));
  });
});

describe('folds', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each([
    ['KFold', new KFold({ nSplits: 4, shuffle: true, seed: 3 })],
    ['StratifiedKFold', new StratifiedKFold({ nSplits: 4, shuffle: true, seed: 3 })],
  ])('%s, shuffled: every row is tested once, and the seed decides', (_, splitter) => {
    const y = range(30).map((i) => (i % 3 === 0 ? 'a' : 'b'));
    const folds = splitter.split(y, y);
    expect(ascending(folds.flatMap(({ test }) => [...test]))).toEqual(range(30));
    for (const { train, test } of folds) expect(ascending([...train, ...test])).toEqual(range(30));
    expect(splitter.split(y, y)).toEqual(folds);
    const Class = splitter.constructor as typeof StratifiedKFold;
    expect(new Class({ nSplits: 4, shuffle: true, seed: 4 }).split(y, y)).not.toEqual(folds);
    expect(new Class({ nSplits: 4 }).split(y, y)).not.toEqual(folds);
  });

  it('StratifiedKFold keeps shares when shuffled', () => {
    const y = range(40).map((i) => (i < 28 ? 0 : 1));
    for (const { test } of new StratifiedKFold({ nSplits: 4, shuffle: true }).split(40, y)) {
      expect([...test].filter((row) => y[row] === 1).length).toBe(3);
    }
  });

  it('refuses too few rows, warns of rare classes', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    expect(() => new KFold({ nSplits: 5 }).split(4)).toThrow(code('ERR_ARGUMENT'));
    expect(() => new KFold({ nSplits: 1 })).toThrow(code('ERR_ARGUMENT'));
    expect(() => new KFold({ splits: 3 } as never)).toThrow(code('ERR_UNKNOWN_NAME'));
    expect(() => new StratifiedKFold({ nSplits: 3 }).split(4, [0, 0, 1, 1])).toThrow(code('ERR_ARGUMENT'));
    expect(() => new StratifiedKFold().split(4)).toThrow(code('ERR_ARGUMENT'));
    expect(() => new StratifiedKFold({ nSplits: 2 }).split(4, [0, 1])).toThrow(code('ERR_SHAPE'));
    expect(warn).not.toHaveBeenCalled();
    new StratifiedKFold({ nSplits: 3 }).split(5, [0, 0, 0, 0, 1]);
    expect(warn).toHaveBeenCalledOnce();
  });
});
