import {
  crossValidate,
  crossValPredict,
  GroupKFold,
  gridSearch,
  KFold,
  LeaveOneOut,
  LogisticRegression,
  learningCurve,
  RepeatedKFold,
  RepeatedStratifiedKFold,
  Ridge,
  ShuffleSplit,
  type Splitter,
  StratifiedKFold,
  StratifiedShuffleSplit,
  TimeSeriesSplit,
} from 'steepest';
import { describe, expect, it } from 'vitest';

const code = (name: string) => expect.objectContaining({ code: name });
const ROWS = 24;
const y = Array.from({ length: ROWS }, (_, i) => ['a', 'b', 'b'][i % 3]!);
const groups = Array.from({ length: ROWS }, (_, i) => `g${(i * i) % 7}`);
const x = Array.from({ length: ROWS }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
const targets = x.map(([a, b]) => 2 * a! - b!);
const plain = (splitter: Splitter) =>
  splitter.split(x, y, groups).map(({ train, test }) => ({ train: [...train], test: [...test] }));

const RANDOM: [string, (seed: number) => Splitter, number][] = [
  ['ShuffleSplit', (seed) => new ShuffleSplit({ seed, nSplits: 4, testSize: 0.25 }), 4],
  ['StratifiedShuffleSplit', (seed) => new StratifiedShuffleSplit({ seed, nSplits: 4, testSize: 0.25 }), 4],
  ['RepeatedKFold', (seed) => new RepeatedKFold({ seed, nSplits: 4, nRepeats: 3 }), 12],
  ['RepeatedStratifiedKFold', (seed) => new RepeatedStratifiedKFold({ seed, nSplits: 4, nRepeats: 3 }), 12],
  ['GroupKFold', (seed) => new GroupKFold({ seed, nSplits: 3, shuffle: true }), 3],
];

describe.each(RANDOM)('%s', (_, make, count) => {
  it('divides the rows, the same for the same seed', () => {
    const made = plain(make(1));
    expect(made).toHaveLength(count);
    for (const { train, test } of made) {
      expect([...train, ...test].sort((a, b) => a - b)).toEqual([...x.keys()]);
    }
    expect(plain(make(1))).toEqual(made);
    expect(plain(make(2))).not.toEqual(made);
    expect(new Set(made.map(({ test }) => [...test].sort().join())).size).toBe(count);
  });
});

const STRATIFIED = RANDOM.filter(([name]) => name.includes('Stratified'));
it.each(STRATIFIED)('%s gives every part each class’s share', (_, make) => {
  for (const { test } of plain(make(3))) expect(test.filter((i) => y[i] === 'a')).toHaveLength(2);
});

it('RepeatedKFold tests every row once in a repetition, beginning with that of KFold', () => {
  const made = plain(new RepeatedKFold({ nSplits: 4, nRepeats: 2, seed: 5 }));
  for (const half of [made.slice(0, 4), made.slice(4)]) {
    expect(half.flatMap(({ test }) => test).sort((a, b) => a - b)).toEqual([...x.keys()]);
  }
  expect(made.slice(0, 4)).toEqual(plain(new KFold({ nSplits: 4, seed: 5, shuffle: true })));
  const stratified = plain(new RepeatedStratifiedKFold({ nSplits: 4, nRepeats: 2, seed: 5 }));
  expect(stratified.slice(0, 4)).toEqual(plain(new StratifiedKFold({ nSplits: 4, seed: 5, shuffle: true })));
});

it('LeaveOneOut tests each row alone', () => {
  const made = plain(new LeaveOneOut());
  expect(made.map(({ test }) => test)).toEqual([...x.keys()].map((i) => [i]));
  expect(made[3]!.train).toEqual([...x.keys()].filter((i) => i !== 3));
});

it('ShuffleSplit takes sizes of both parts', () => {
  const [first] = plain(new ShuffleSplit({ nSplits: 1, testSize: 5, trainSize: 0.5 }));
  expect([first!.train.length, first!.test.length]).toEqual([12, 5]);
  expect(plain(new ShuffleSplit())[0]!.test).toHaveLength(3);
});

describe('groups', () => {
  const cv = new GroupKFold({ nSplits: 3 });

  it('stay together everywhere that they can be passed', async () => {
    const split = cv.split(x, y, groups);
    for (const { train, test } of split) {
      const tested = new Set([...test].map((i) => groups[i]));
      expect([...train].some((i) => tested.has(groups[i]!))).toBe(false);
    }
    const given = { cv: split, scoring: 'r2' } as const;
    const named = { cv, groups, scoring: 'r2' } as const;
    const expected = await crossValidate(new Ridge(), x, targets, given);
    expect((await crossValidate(new Ridge(), x, targets, named)).test).toEqual(expected.test);
    const grid = { alpha: [1] };
    const search = await gridSearch(new Ridge(), grid, { cv, scoring: 'r2' }).fit(x, targets, { groups });
    expect(search.results[0]!.test.score!.folds).toEqual(expected.test.score);
    const curve = await learningCurve(new Ridge(), x, targets, { ...named, trainSizes: [0.5, 1] });
    expect(curve[1]!.test.score!.folds).toHaveLength(3);
    const alone = await crossValPredict(new Ridge(), x, targets, { cv: split });
    expect(await crossValPredict(new Ridge(), x, targets, { cv, groups })).toEqual(alone);
  });

  it('are refused where nothing reads them, and asked for where they are needed', async () => {
    for (const other of [3, new KFold(), new StratifiedKFold(), cv.split(x, y, groups)]) {
      await expect(crossValidate(new Ridge(), x, targets, { cv: other, groups })).rejects.toThrow(
        code('ERR_ARGUMENT'),
      );
    }
    await expect(crossValidate(new Ridge(), x, targets, { cv })).rejects.toThrow(code('ERR_ARGUMENT'));
    await expect(crossValidate(new Ridge(), x, targets, { cv, groups: ['a'] })).rejects.toThrow(
      code('ERR_SHAPE'),
    );
  });

  it('reach a splitter of the user’s own', async () => {
    const own: Splitter = { split: (rows, labels, given) => cv.split(rows as never, labels, given) };
    const { test } = await crossValidate(new Ridge(), x, targets, { cv: own, groups });
    expect(test).toEqual((await crossValidate(new Ridge(), x, targets, { cv, groups })).test);
  });
});

it.each<[string, () => unknown]>([
  ['one split of a time series', () => new TimeSeriesSplit({ nSplits: 1 })],
  ['a gap below 0', () => new TimeSeriesSplit({ gap: -1 })],
  ['a gap beyond the rows', () => new TimeSeriesSplit({ gap: 30 }).split(x)],
  ['more splits than rows', () => new TimeSeriesSplit({ nSplits: 24 }).split(x)],
  ['test parts that fill the rows', () => new TimeSeriesSplit({ testSize: 5, nSplits: 5 }).split(x)],
  ['more folds than groups', () => new GroupKFold({ nSplits: 8 }).split(x, y, groups)],
  ['a test part of nothing', () => new ShuffleSplit({ testSize: 0 })],
  ['parts beyond the rows', () => new ShuffleSplit({ testSize: 20, trainSize: 10 }).split(x)],
  ['no repetition', () => new RepeatedKFold({ nRepeats: 0 })],
  ['a class with one row', () => new StratifiedShuffleSplit().split(3, ['a', 'a', 'b'])],
  ['stratifying by nothing', () => new StratifiedShuffleSplit().split(3)],
  ['leaving out the only row', () => new LeaveOneOut().split(1)],
])('refuses %s', (_, call) => {
  expect(call).toThrow(code('ERR_ARGUMENT'));
});

it('refuses unknown options, and suggests the known ones', () => {
  expect(() => new TimeSeriesSplit({ nsplits: 3 } as never)).toThrow(/nSplits/);
  expect(() => new ShuffleSplit({ randomState: 3 } as never)).toThrow(/seed/);
  expect(() => new LeaveOneOut({ nSplits: 3 } as never)).toThrow(code('ERR_UNKNOWN_NAME'));
});

it('crossValPredict wants every row tested once, and marks classes that a fold has not seen', async () => {
  const call = crossValPredict(new Ridge(), x, targets, { cv: new TimeSeriesSplit() });
  await expect(call).rejects.toThrow(code('ERR_ARGUMENT'));
  const sorted = ['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'c'];
  const warned: string[] = [];
  const listen = (warning: Error): number => warned.push(warning.message);
  process.on('warning', listen);
  const options = { cv: new KFold({ nSplits: 3 }), method: 'predictProba' } as const;
  const proba = await crossValPredict(new LogisticRegression(), x.slice(0, 9), sorted, options);
  await new Promise((done) => setImmediate(done));
  process.off('warning', listen);
  expect(proba.shape).toEqual([9, 3]);
  expect([0, 1, 2].map((fold) => proba.data[fold * 9 + fold])).toEqual([0, 0, 0]);
  expect(warned.filter((text) => text.includes('class c'))).toHaveLength(1);
});
