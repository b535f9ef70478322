import { gunzipSync } from 'node:zlib';
import { data } from 'steepest';
import { describe, expect, it } from 'vitest';
import { bigEndian, decimalText, isKept, littleEndianWords, nearestFloat } from '#steepest/data/decimal.js';
import { formOf, rawElement } from '#steepest/data/parquet/types.js';
import fixture from '../fixtures/exact_columns.json' with { type: 'json' };
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();
const decode = (base64: string): Buffer => Buffer.from(base64, 'base64');
type Texts = Record<string, (string | null)[]>;

const KINDS = {
  parquet: data.readParquet,
  arrow: data.readArrow,
} as const;
type Kind = keyof typeof KINDS;
const kinds = Object.keys(KINDS) as Kind[];

const FILES: [Kind, string, Buffer, Texts][] = [
  ...Object.entries(fixture.parquet.files).map(([name, base64]): [Kind, string, Buffer, Texts] => [
    'parquet',
    name,
    decode(base64),
    fixture.parquet.texts,
  ]),
  ...Object.entries(fixture.arrow.gzipped).map(([name, base64]): [Kind, string, Buffer, Texts] => [
    'arrow',
    name,
    gunzipSync(decode(base64)),
    fixture.arrow.texts,
  ]),
];

function expectNumbers(table: data.DataTable, texts: Texts): void {
  expect(table.columnNames.length).toBeGreaterThan(0);
  for (const name of table.columnNames) {
    const expected = Float64Array.from(texts[name]!, (text) => (text === null ? Number.NaN : Number(text)));
    expect(table.column(name), name).toEqual(expected);
  }
}

describe.each(FILES)('%s, %s', (kind, _, bytes, texts) => {
  it('gives the float64 nearest to each decimal, time and integer', async () => {
    expectNumbers(await KINDS[kind](await files.write(bytes)), texts);
  });

  it('gives the digits of decimals as text', async () => {
    const decimals = Object.keys(texts).filter((name) => /^d\d/.test(name));
    const table = await KINDS[kind](await files.write(bytes), { columns: decimals, text: decimals });
    for (const name of decimals) expect(table.column(name), name).toEqual(texts[name]);
  });
});

describe('Parquet', () => {
  it('gives two digits after the point as the literal would', async () => {
    const { v } = Object.fromEntries([
      ['v', (await data.readParquet(await files.write(decode(fixture.cents)))).numbers('v')],
    ]);
    const wrong = [...v!].filter((value, i) => value !== Number(`${i - 1750}e-2`));
    expect([v!.length, wrong]).toEqual([3500, []]);
  });

  it('reads timestamps of 96 bits', async () => {
    expectNumbers(
      await data.readParquet(await files.write(decode(fixture.parquet.int96))),
      fixture.parquet.texts,
    );
  });

  it('reads decimals in byte arrays of any length', async () => {
    const { base64, values } = fixture.byteArrays;
    const path = await files.write(decode(base64));
    expectNumbers(await data.readParquet(path), { v: values });
    expect((await data.readParquet(path, { text: ['v'] })).column('v')).toEqual(values);
  });
});

describe.each(kinds)('%s', (kind) => {
  it.each(fixture.refused.map((entry) => [entry.name, entry] as const))(
    'refuses what float64 does not give back, or gives its text, or rounds it: %s',
    async (name, entry) => {
      const path = await files.write(decode(entry[kind]));
      await expect(KINDS[kind](path)).rejects.toEqual(
        refused(
          'ERR_DATA_FILE',
          `'${path}' column '${name}'`,
          `${entry.shown} at row 1`,
          `text: ['${name}']`,
          "largeIntegers: 'round'",
        ),
      );
      expect((await KINDS[kind](path, { text: [name] })).column(name)[1]).toBe(entry.shown);
      const rounded = await KINDS[kind](path, { largeIntegers: 'round' });
      expect(rounded.column(name)[1]).toBe(Number(entry.shown));
    },
  );

  it('refuses text that is no UTF-8, with column and row', async () => {
    const path = await files.write(decode(fixture.notUtf8[kind]));
    await expect(KINDS[kind](path)).rejects.toEqual(
      refused('ERR_DATA_FILE', `'${path}' column 'v' to hold text in UTF-8`, 'other bytes at row 1'),
    );
  });
});

describe('decimals', () => {
  it('are the nearest float64, as literals are', () => {
    let state = 7n;
    const next = (bits: bigint): bigint => {
      state = (state * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n);
      return BigInt.asIntN(Number(bits), (state >> 8n) * (state & 0xffffffn));
    };
    for (let i = 0; i < 4000; i++) {
      // Every other one has about as many bits as float64 has.
      const n = next(BigInt(i % 2 === 0 ? 4 + (i % 100) : 51 + (i % 6)));
      const scale = (i % 60) - 10;
      const text = decimalText(n, scale);
      const value = nearestFloat(n, scale);
      expect(value).toBe(Number(text));
      // Kept is what printing gives back: as many digits as the text has tell.
      expect(isKept(n, scale, value), text).toBe(plain(String(value)) === plain(text));
    }
  });

  it('in two’s complement', () => {
    expect(bigEndian(Uint8Array.of(0xfe, 0x1b))).toBe(-485n);
    expect(bigEndian(Uint8Array.of(0x80))).toBe(-128n);
    expect(bigEndian(new Uint8Array(0))).toBe(0n);
    expect(littleEndianWords(Uint32Array.of(0xfffffffe, 0xffffffff))).toBe(-2n);
    expect(littleEndianWords(Uint32Array.of(0, 1, 0, 0))).toBe(2n ** 32n);
  });

  it('and times are known by either of the two ways that Parquet has to say it', () => {
    const of = (part: object) => formOf({ name: 'v', ...part });
    expect(of({ type: 'INT32', logical_type: { type: 'DECIMAL', scale: 3 } })?.scale).toBe(3);
    expect(of({ type: 'INT32', converted_type: 'DECIMAL', scale: 2 })?.scale).toBe(2);
    expect(of({ type: 'INT64', logical_type: { type: 'TIME', unit: 'NANOS' } })?.scale).toBe(6);
    expect(of({ type: 'INT64', converted_type: 'TIME_MICROS' })?.scale).toBe(3);
    expect(of({ type: 'INT32', converted_type: 'TIME_MILLIS' })?.scale).toBe(0);
    expect(of({ type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' })?.scale).toBe(0);
    expect(of({ type: 'INT64' })).toBeUndefined();
    expect(rawElement({ name: 'v', type: 'INT32', logical_type: { type: 'DATE' } }).converted_type).toBe(
      'DATE',
    );
  });
});

/** Digits and power of ten of any decimal text. */
function plain(text: string): string {
  const [, sign, before = '', after = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(
    text,
  )!;
  const digits = (before + after).replace(/^0+/, '');
  const cut = digits.replace(/0+$/, '');
  return cut === '' ? '0' : `${sign}${cut}e${Number(exponent) - after.length + digits.length - cut.length}`;
}
