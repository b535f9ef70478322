import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { show } from '../../dist/esm/core/show.js';

describe('show', () => {
  it.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    [-0, '-0'],
    [Number.NaN, 'NaN'],
    [12n, '12n'],
    [10n ** 50n, 'a BigInt of over 40 digits'],
    [Symbol('s'), 'Symbol(s)'],
    ["it's", "'it\\'s'"],
    ['a "b"\n', `'a "b"\\n'`],
    ['x'.repeat(100), `'${'x'.repeat(50)}' … (100 characters)`],
    [[1, 'a', [2, [3]]], "[1, 'a', [2, a list of 1]]"],
    [[], '[]'],
    [{ a: 1, b: { c: { d: 2 } } }, '{ a: 1, b: { c: { … } } }'],
    [{}, '{}'],
    [Object.create(null), '{}'],
    [new Float32Array(3), 'Float32Array(3)'],
    [new DataView(new ArrayBuffer(5)), 'DataView(5)'],
    [new Date(0), 'Date 1970-01-01T00:00:00.000Z'],
    [new Date(Number.NaN), 'an invalid Date'],
    [new Map(), 'a value of class Map'],
    [Promise.resolve(), 'a value of class Promise'],
    [new TypeError('no\nno'), 'TypeError: no no'],
    [Math.max, 'the function max'],
    [
      (
        () => () =>
          0
      )(),
      'a function',
    ],
    [class Thing {}, 'the class Thing'],
  ])('%# shows a value as %s', (value, text) => {
    expect(show(value)).toBe(text);
  });

  it('shows what throws when it is looked at', () => {
    const hostile = new Proxy(
      {},
      {
        getPrototypeOf() {
          throw new Error('no');
        },
      },
    );
    expect(show(hostile)).toBe('an object that cannot be read');
    const getter = Object.defineProperty({}, 'a', {
      enumerable: true,
      get() {
        throw new Error('no');
      },
    });
    expect(show(getter)).toBe('an object that cannot be read');
  });

  it('shows circular and long lists shortly', () => {
    const circle: unknown[] = [];
    circle.push(circle);
    expect(show(circle)).toBe('[[a list of 1]]');
    expect(show(Array.from({ length: 1e6 }, (_, i) => i))).toMatch(/ … \(1000000 items\)\]$/);
  });

  it('gives one short line for anything', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withTypedArray: true, withDate: true }), (value) => {
        const text = show(value);
        expect(text.length).toBeLessThanOrEqual(80);
        expect(text).not.toMatch(/\n/);
      }),
    );
  });
});
