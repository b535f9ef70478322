/** Values of every type, for options that are not of it. */

class Some {}

const withoutPrototype = Object.create(null) as object;
const ofClass = new (class {
  readonly #hidden = 1;
  get shown(): number {
    return this.#hidden;
  }
})();
const angry = {
  toString(): string {
    throw new RangeError('angry');
  },
};

/**
 * What may be given in place of anything, with a name for
 * titles. `undefined` is not here: it means "left out".
 */
export const JUNK: readonly (readonly [string, unknown])[] = [
  ['null', null],
  ['true', true],
  ['false', false],
  ['0', 0],
  ['1', 1],
  ['-1', -1],
  ['0.5', 0.5],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['2^53', 2 ** 53],
  ["''", ''],
  ["'nonsense'", 'nonsense'],
  ["'1'", '1'],
  ['a symbol', Symbol('s')],
  ['1n', 1n],
  ['a huge BigInt', 10n ** 60n],
  ['a function', () => 1],
  ['a class', Some],
  ['[]', []],
  ['[null]', [null]],
  ['[undefined]', [undefined]],
  ['[[]]', [[]]],
  ["['a']", ['a']],
  ['[1, 2]', [1, 2]],
  ['{}', {}],
  ['{ a: 1 }', { a: 1 }],
  ["{ name: 'x' }", { name: 'x' }],
  ['{ length: 2 }', { length: 2 }],
  ['a Map', new Map([['x', 1]])],
  ['a Set', new Set([1])],
  ['a Date', new Date(0)],
  ['an invalid Date', new Date(Number.NaN)],
  ['a RegExp', /x/],
  ['an Error', new Error('e')],
  ['a Promise', Promise.resolve(1)],
  ['an AbortController', new AbortController()],
  ['a Float32Array', new Float32Array(2)],
  ['a BigInt64Array', new BigInt64Array(2)],
  ['a DataView', new DataView(new ArrayBuffer(4))],
  ['an ArrayBuffer', new ArrayBuffer(8)],
  ['a WeakMap', new WeakMap()],
  ['a URL', new URL('https://example.org/')],
  ['an object without prototype', withoutPrototype],
  ['an object of a class', ofClass],
  ['an object whose toString throws', angry],
];
