import { layers, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { checkSplit, rowsToHoldOut } from '#steepest/networks/models/validationSplit.js';

/** ⌊n · hundredths / 100⌋ in whole numbers, which are exact. */
const wholeShare = (n: number, hundredths: number): number =>
  (n * hundredths - ((n * hundredths) % 100)) / 100;

const build = () =>
  sequential({ seed: 1, layers: [layers.dense({ units: 1, inputShape: [1] })] }).compile({
    optimizer: 'sgd',
    loss: 'meanSquaredError',
  });
const rows = (n: number): number[][] => Array.from({ length: n }, (_, i) => [i / n]);
const targets = (n: number): number[] => Array.from({ length: n }, (_, i) => (i % 7) / 7);

describe('rows that validationSplit holds out', () => {
  it('are the share as it is written, for every hundredth of up to 1,000 rows', () => {
    const wrong: string[] = [];
    for (let n = 1; n <= 1000; n++) {
      for (let hundredths = 0; hundredths < 100; hundredths++) {
        const right = wholeShare(n, hundredths);
        if (right === 0 && hundredths > 0) continue;
        const held = rowsToHoldOut(hundredths / 100, n);
        if (held !== right) wrong.push(`${hundredths} % of ${n}: ${held} instead of ${right}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('never are all of them, nor none where a share is asked for', () => {
    for (let n = 1; n <= 300; n++) {
      expect(rowsToHoldOut(1 - Number.EPSILON / 2, n + 1)).toBe(n);
      for (let hundredths = 1; n * hundredths < 100; hundredths++) {
        expect(() => rowsToHoldOut(hundredths / 100, n)).toThrow(/hold out at least one row/);
      }
    }
  });

  it('0.29 of 100 rows are 29: the fit is the one of 71 rows validated on the other 29', async () => {
    const [x, y] = [rows(100), targets(100)];
    const split = build();
    const { history } = await split.fit(x, y, { epochs: 2, validationSplit: 0.29 });
    const apart = build();
    const validationData = [x.slice(71), y.slice(71)] as const;
    const expected = await apart.fit(x.slice(0, 71), y.slice(0, 71), { epochs: 2, validationData });
    expect(history).toEqual(expected.history);
    expect(split.getWeights()).toEqual(apart.getWeights());
  });

  it('0.1 of 5 rows is an error that says which share would do, before anything is trained', async () => {
    const model = build();
    const before = model.getWeights();
    await expect(model.fit(rows(5), targets(5), { validationSplit: 0.1 })).rejects.toMatchObject({
      code: 'ERR_ARGUMENT',
      given: '0.1 of 5 rows',
      hint: expect.stringContaining('at least 0.2'),
    });
    expect(model.getWeights()).toEqual(before);
    await expect(model.fit(rows(1), targets(1), { validationSplit: 0.5 })).rejects.toThrow('0.5 of 1 row.');
  });

  it('beside validationData are none: all rows are trained on', async () => {
    const [x, y] = [rows(20), targets(20)];
    const validationData = [rows(3), targets(3)] as const;
    const both = build();
    await both.fit(x, y, { validationData, validationSplit: 0.5 });
    const one = build();
    await one.fit(x, y, { validationData });
    expect(both.getWeights()).toEqual(one.getWeights());
  });

  it.each([1, -0.1, Number.NaN, '0.1', null, [0.1], true])('are not told by %j', (share) => {
    expect(() => checkSplit(share)).toThrow(/at least 0 and below 1/);
  });
});
