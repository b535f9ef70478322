import { layers, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { atOnce, eachRange, type InParts, inSlices, NUMBERS_PER_PART } from '#steepest/core/inParts.js';
import { targetsInParts } from '#steepest/data/classTargets.js';
import { inputTableInParts, labelTableInParts, targetTableInParts } from '#steepest/data/sharedRows.js';
import { turnsDuring } from '../support/turns.js';

const COLS = 64;
const ROWS = (4 * NUMBERS_PER_PART) / COLS;
const COUNT = ROWS * COLS;
const value = (i: number): number => (i * 37) % 101;
const shape = [ROWS, COLS];
const shared = (bytes: number) => new SharedArrayBuffer(bytes * COUNT);
const nested = Array.from({ length: ROWS }, (_, i) =>
  Array.from({ length: COLS }, (_, j) => value(i * COLS + j)),
);
const images = nested.map((row) => Array.from({ length: 8 }, (_, i) => row.slice(8 * i, 8 * i + 8)));
const numbers = { names: undefined, form: 'none', loss: 'meanSquaredError' } as const;
const belonging = { of: 'x', rows: COUNT };

function partsIn<T>(work: InParts<T>): { parts: number; result: T } {
  for (let parts = 1; ; parts++) {
    const { done, value: result } = work.next();
    if (done) return { parts, result };
  }
}

describe('large arrays are read in parts', () => {
  const inputs = {
    'a Uint8Array': { data: new Uint8Array(COUNT).map((_, i) => value(i)), shape },
    'a Float32Array': { data: new Float32Array(COUNT).map((_, i) => value(i)), shape },
    'a Float32Array in shared memory': { data: new Float32Array(shared(4)).map((_, i) => value(i)), shape },
    'a Float64Array': { data: new Float64Array(COUNT).map((_, i) => value(i)), shape },
    'an Int16Array': { data: new Int16Array(COUNT).map((_, i) => value(i)), shape },
    'nested lists': nested,
    'typed rows': nested.map((row) => Float64Array.from(row)),
  };
  it.each(Object.entries(inputs))('%s', (_, input) => {
    const { parts, result } = partsIn(inputTableInParts('x', input, COLS));
    expect(parts).toBeGreaterThanOrEqual(4);
    expect(result.rows).toBe(ROWS);
    expect(result.data.length).toBe(COUNT);
    expect(result.data.every((given: number, i: number) => given === value(i))).toBe(true);
  });

  it('nested images', () => {
    const { parts, result } = partsIn(inputTableInParts('x', images, COLS, [8, 8, 1]));
    expect(parts).toBeGreaterThanOrEqual(8);
    expect(result.data.every((given: number, i: number) => given === value(i))).toBe(true);
  });

  it('class numbers, targets and class names', () => {
    const y = Int32Array.from({ length: COUNT }, (_, i) => i % 3);
    const labels = partsIn(labelTableInParts('y', y, 3, numbers, belonging));
    expect(labels.parts).toBe(4);
    expect(labels.result.data).toEqual(y);
    const targets = partsIn(targetTableInParts('y', y, { cols: 1, classes: numbers }, belonging));
    expect(targets.parts).toBe(4);
    expect(Int32Array.from(targets.result.data)).toEqual(y);
    const classes = { names: ['a', 'b', 'c'], form: 'number', loss: '' } as const;
    const names = partsIn(
      targetsInParts(
        'y',
        Array.from(y, (label) => classes.names[label]),
        classes,
      ),
    );
    expect(names.parts).toBeGreaterThanOrEqual(4);
    expect(names.result.data).toEqual(y);
  });

  it.each([0, 1, NUMBERS_PER_PART - 1, NUMBERS_PER_PART, NUMBERS_PER_PART + 5, COUNT - 1])(
    'a number that is not finite is found at %i',
    (at) => {
      for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        for (const data of [new Float32Array(COUNT), new Float32Array(shared(4)), new Float64Array(COUNT)]) {
          data[at] = wrong;
          const place = `at row ${Math.floor(at / COLS)}, column ${at % COLS}`;
          expect(() => atOnce(inputTableInParts('x', { data, shape }, COLS))).toThrow(place);
        }
      }
    },
  );
});

describe('arrays that change while a call reads them', () => {
  const copied = { Uint8Array, Float32Array, Float64Array };

  it.each(Object.entries(copied))('are refused if a %s is transferred between two parts', (_, Type) => {
    const data = new Type(COUNT);
    const work = inputTableInParts('x', { data, shape }, COLS);
    expect(work.next().done).toBe(false);
    structuredClone(data, { transfer: [data.buffer] });
    expect(() => atOnce(work)).toThrow(expect.objectContaining({ code: 'ERR_PROGRAM' }));
  });

  it('may do so after a call with little data', async () => {
    const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const [x, y] = [new Float32Array(8).fill(1), new Float32Array(4).fill(3)];
    const input = { data: x, shape: [4, 2] };
    const alone = await model.evaluate(input, y);
    const pending = model.evaluate(input, y);
    x.fill(Number.NaN);
    y.fill(Number.NaN);
    expect(await pending).toEqual(alone);
  });
});

describe('work in slices', () => {
  const spin = (ms: number): void => {
    for (const end = performance.now() + ms; performance.now() < end; );
  };

  it('serves the event loop in between', async () => {
    // 60 ms in slices of some 6 ms.
    expect(await turnsDuring(inSlices(eachRange(20, () => spin(3), 1)))).toBeGreaterThanOrEqual(5);
  });

  it('does little work at once, and passes errors on', async () => {
    const calls: number[] = [];
    const little = inSlices(eachRange(3, (begin) => calls.push(begin), 1));
    expect(calls).toEqual([0, 1, 2]);
    await little;
    const failing = eachRange(3, (begin) => calls.push(begin) > 4 && expect.unreachable(), 1);
    await expect(inSlices(failing)).rejects.toThrow();
  });
});
