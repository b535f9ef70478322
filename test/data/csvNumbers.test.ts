import fc from 'fast-check';
import { data } from 'steepest';
import { describe, expect, it } from 'vitest';
import { divideLong } from '#steepest/data/csv/number.js';
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();

/** The column of numbers that a file of these lines holds. */
async function readNumbers(texts: readonly string[]): Promise<Float64Array> {
  const path = await files.write(`value,last\n${texts.map((text) => `${text},0`).join('\n')}\n`);
  return (await data.csv(path, { types: { value: 'number' }, largeIntegers: 'round' }).load()).x.data.filter(
    (_, i) => i % 2 === 0,
  );
}

async function expectSameAsNumber(texts: readonly string[]): Promise<void> {
  const values = await readNumbers(texts);
  const wrong = texts.filter((text, i) => !Object.is(values[i], Number(text)));
  expect(wrong).toEqual([]);
  expect(values.length).toBe(texts.length);
}

const digits = (max: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${max}}$`));

describe('numbers in CSV', () => {
  it('are those of Number(), for every way to write them', async () => {
    const text = fc
      .tuple(
        fc.constantFrom('', '-', '+'),
        fc.oneof(
          fc.tuple(digits(20), digits(22)).map(([whole, part]) => `${whole}.${part}`),
          digits(20),
          digits(12).map((part) => `.${part}`),
          digits(12).map((whole) => `${whole}.`),
        ),
        fc.oneof(
          fc.constant(''),
          fc
            .tuple(fc.constantFrom('e', 'E', 'e-', 'E+'), fc.integer({ min: 0, max: 280 }))
            .map((e) => e.join('')),
        ),
      )
      .map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 500, maxLength: 500 }), expectSameAsNumber),
      { numRuns: 40, seed: 1 },
    );
  });

  it('come back exactly after being printed with full precision', async () => {
    const doubles = fc.double({ noNaN: true, noDefaultInfinity: true });
    const near = fc.double({ min: -1000, max: 1000, noNaN: true });
    const small = fc.double({ min: 1e-6, max: 0.1, noNaN: true });
    const values = fc.array(fc.oneof(doubles, near, small), { minLength: 2000, maxLength: 2000 });
    await fc.assert(
      fc.asyncProperty(values, (list) => expectSameAsNumber(list.map(String))),
      { numRuns: 20, seed: 2 },
    );
  });

  it('round correctly beside the middle of two float64', async () => {
    const texts: string[] = [];
    for (let i = 0; i < 4000; i++) {
      // Odd multiples of 2^-k above 2^53 units: exactly between two neighbours, and a little beside.
      const whole = 2 ** (30 + (i % 20)) + i * 7919;
      const ulp = 2 ** (Math.floor(Math.log2(whole)) - 52);
      const middle = (BigInt(whole) * 10n ** 20n + BigInt(Math.round((ulp / 2) * 1e20))).toString();
      const text = `${middle.slice(0, -20)}.${middle.slice(-20)}`;
      for (const length of [15, 16, 17, 18, 19, 20]) texts.push(text.slice(0, length).replace(/\.$/, ''));
    }
    for (const text of [
      '9007199254740993.0',
      '0.50000000000000006',
      '1.00000000000000011',
      '8.5e-22',
      '0.1e-400',
    ]) {
      texts.push(text);
    }
    await expectSameAsNumber(texts);
  });

  it('divide 16 to 18 digits as Number() does, and seldom give up', () => {
    let state = 12345;
    const next = (): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state;
    };
    let unknown = 0;
    const wrong: string[] = [];
    for (let i = 0; i < 200_000; i++) {
      const high = 1 + (next() % 999_999_999);
      const lowDigits = 7 + (i % 3);
      const low = next() % 10 ** lowDigits;
      const places = 1 + (i % 22);
      const text = `${high}${String(low).padStart(lowDigits, '0')}e-${places}`;
      const value = divideLong(high, low, lowDigits, places);
      if (Number.isNaN(value)) unknown++;
      else if (value !== Number(text)) wrong.push(text);
    }
    expect(wrong).toEqual([]);
    expect(unknown).toBeLessThan(1000);
  });

  it('keep the sign of zero, and may be infinite in words only', async () => {
    await expectSameAsNumber(['-0', '0', '-0.0', '+0', '-0e5', '0e-5']);
    expect(await readNumbers(['inf', '-Infinity', '+INF'])).toEqual(
      Float64Array.of(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY),
    );
    const path = await files.write('a\n1e308\n-1e309\n');
    await expect(data.csv(path, { types: { a: 'number' } }).load()).rejects.toEqual(
      refused('ERR_DATA_FILE', "line 3, column 'a' (1)", 'float64 can hold', '-1e309'),
    );
  });

  it.each(['0x10', '1e', '1e+', '1.2.3', '--1', '1 2', '1_000', '.', '-', 'e5', '5-3', '0b1', '١'])(
    '%s is text',
    async (text) => {
      const path = await files.write(`a,b\n1,2\n${text},2\n`);
      await expect(data.csv(path, { types: { a: 'number' } }).load()).rejects.toEqual(
        refused('ERR_DATA_FILE', "line 3, column 'a' (1) to hold numbers", JSON.stringify(text)),
      );
    },
  );
});

describe('integers beyond 2^53', () => {
  it.each([
    '9007199254740992',
    '-9007199254740993',
    '12345678901234567890',
    '123456789012345678901234567890',
  ])('%s is an error with line and column, unless it is to be text or rounded', async (text) => {
    const path = await files.write(`id,y\n1,5\n${text},6\n`);
    for (const options of [{}, { sampleRows: 1 }]) {
      await expect(data.csv(path, options).load()).rejects.toEqual(
        refused(
          'ERR_DATA_FILE',
          "line 3, column 'id' (1)",
          '2^53',
          text,
          "types: { 'id': 'text' }",
          "'round'",
        ),
      );
    }
    const kept = await data.csv(path, { types: { id: 'text' } }).table();
    expect(kept.column('id')).toEqual(['1', text]);
    const rounded = await data.csv(path, { largeIntegers: 'round' }).table();
    expect(rounded.column('id')).toEqual(Float64Array.of(1, Number(text)));
    expect((await data.csv(path, { exclude: ['id'] }).load()).x.data).toEqual(Float64Array.of(5, 6));
  });

  it('up to 2^53 − 1 are read exactly', async () => {
    const path = await files.write('id\n9007199254740991\n-9007199254740991\n1234567890\n');
    expect((await data.csv(path).load()).x.data).toEqual(
      Float64Array.of(9007199254740991, -9007199254740991, 1234567890),
    );
  });
});
