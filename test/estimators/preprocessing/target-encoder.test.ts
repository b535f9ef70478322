import { data, pipeline, Ridge, TargetEncoder } from 'steepest';
import { describe, expect, it } from 'vitest';
import { readFixture } from '../../support/fixtures.js';
import { expectNear, type Num } from './near.js';

type Kind = 'continuous' | 'binary' | 'multiclass';

const fixture = readFixture<{
  cells: (string | number)[][];
  newCells: (string | number)[][];
  targetEncoder: {
    targets: Record<Kind, (string | number)[]>;
    cases: {
      kind: Kind;
      smooth: 'auto' | number;
      cv: number;
      targetMean: number[];
      encodings: number[][];
      crossed: Num[][];
      names: string[];
      new: Num[][];
    }[];
  };
}>('transformers');

const { targets, cases } = fixture.targetEncoder;
const two = (rows: readonly (readonly (string | number)[])[]) =>
  rows.map((row) => row.slice(0, 2).map((value) => (value === 'NaN' ? null : value)));
const cells = two(fixture.cells);
const code = (name: string) => expect.objectContaining({ code: name });

describe('TargetEncoder', () => {
  it.each(cases)('$kind, smooth $smooth, $cv folds', async (one) => {
    const { kind, smooth, cv } = one;
    for (const targetType of ['auto', kind] as const) {
      const encoder = new TargetEncoder({ smooth, cv, shuffle: false, targetType });
      expectNear(await encoder.fitTransform(cells, targets[kind]), one.crossed);
      expect(encoder.targetType).toBe(kind);
      expectNear(encoder.targetMean, one.targetMean);
      encoder.encodings.forEach((encoding, at) => {
        expectNear(encoding, one.encodings[at]!);
      });
      expect(encoder.encodings.length).toBe(one.encodings.length);
      expect(encoder.getFeatureNamesOut()).toEqual(one.names);
      expectNear(await encoder.transform(two(fixture.newCells)), one.new);
      const alone = await new TargetEncoder({ smooth, targetType }).fit(cells, targets[kind]);
      expect(alone.encodings).toEqual((await encoder.fit(cells, targets[kind])).encodings);
    }
  });

  it('shuffles with a seed: the same seed, the same encodings', async () => {
    const run = async (seed: number) =>
      (await new TargetEncoder({ seed }).fitTransform(cells, targets.continuous)).data;
    expect(await run(1)).toEqual(await run(1));
    expect(await run(1)).not.toEqual(await run(2));
  });

  it('does not show a row its own target, in a pipeline either', async () => {
    // Each row has a category of its own: without cross-fitting, the encoding would be the target.
    const x = Array.from({ length: 20 }, (_, i) => [`row ${i}`]);
    const y = x.map((_, i) => ((7 * i) % 11) + 0.25);
    const own = await new TargetEncoder({ smooth: 0 }).fit(x, y);
    expectNear(
      await own.transform(x),
      y.map((value) => [value]),
    );
    const crossed = await new TargetEncoder({ smooth: 0, shuffle: false }).fitTransform(x, y);
    const total = y.reduce((sum, value) => sum + value, 0);
    expectNear(
      crossed,
      y.map((_, i) => {
        const fold = y.slice(4 * Math.floor(i / 4), 4 * Math.floor(i / 4) + 4);
        return [(total - fold.reduce((sum, value) => sum + value, 0)) / 16];
      }),
    );
    const model = pipeline(new TargetEncoder({ smooth: 0 }), new Ridge());
    await model.fit(x, y);
    expect(await model.score(x, y)).toBeLessThan(0.5);
  });

  it('takes whole numbers for classes unless told otherwise', async () => {
    const x = [['a'], ['b'], ['a'], ['b']];
    const encoder = await new TargetEncoder().fit(x, [0, 1, 2, 2]);
    expect([encoder.targetType, encoder.classes]).toEqual(['multiclass', [0, 1, 2]]);
    expect(encoder.getFeatureNamesOut(['town'])).toEqual(['town_0', 'town_1', 'town_2']);
    const numbers = await new TargetEncoder({ targetType: 'continuous', smooth: 0 }).fit(x, [0, 1, 2, 2]);
    expect([...numbers.encodings[0]!]).toEqual([1, 1.5]);
    expect(numbers.classes).toBeUndefined();
  });

  it('uses given categories, and the mean for those that no row has', async () => {
    const encoder = new TargetEncoder({ categories: [['z', 'a']], smooth: 0 });
    await encoder.fit(new data.DataTable({ town: ['a', 'a', 'q'] }), [0.5, 1.5, 4]);
    expect([...encoder.encodings[0]!]).toEqual([2, 1]);
    expect([...(await encoder.transform([['q'], ['z'], ['a']])).data]).toEqual([2, 2, 1]);
  });

  it.each<[object, unknown, string]>([
    [{}, undefined, 'ERR_SHAPE'],
    [{}, [1, 2], 'ERR_SHAPE'],
    [{}, [1, Number.NaN, 2], 'ERR_NOT_FINITE'],
    [{}, ['a', null, 'b'], 'ERR_ARGUMENT'],
    [{}, { signal: undefined }, 'ERR_ARGUMENT'],
    [{ targetType: 'binary' }, ['a', 'b', 'c'], 'ERR_LABEL_RANGE'],
    [{ targetType: 'continuous' }, ['a', 'b', 'c'], 'ERR_ARGUMENT'],
    [{ targetType: 'multiclass' }, [0.5, 1, 2], 'ERR_ARGUMENT'],
    [{ categories: [['a'], ['b']] }, [1, 2, 3.5], 'ERR_ARGUMENT'],
  ])('refuses %j with y = %j, and keeps what it learned', async (params, y, error) => {
    const encoder = await new TargetEncoder().fit([['a'], ['b']], [0.5, 2]);
    const before = encoder.encodings;
    encoder.setParams(params);
    await expect(encoder.fit([['a'], ['b'], ['c']], y)).rejects.toThrow(code(error));
    expect(encoder.encodings).toEqual(before);
  });

  it('refuses fewer rows than folds, and text where the fit had numbers', async () => {
    await expect(new TargetEncoder().fitTransform([[1], [2]], [0.5, 2])).rejects.toThrow(/5 folds/);
    const encoder = await new TargetEncoder().fit([[1], [2]], [0.5, 2]);
    await expect(encoder.transform([['1']])).rejects.toThrow(code('ERR_ARGUMENT'));
    for (const params of [{ smooth: -1 }, { smooth: 'some' }, { cv: 1 }, { targetType: 'text' }]) {
      expect(() => new TargetEncoder(params as never)).toThrow();
    }
  });
});
