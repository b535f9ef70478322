import { gzipSync } from 'node:zlib';
import { data } from 'steepest';
import { describe, expect, it } from 'vitest';
import { checkEncoding, decoderOf } from '#steepest/data/text/encoding.js';
import { invalidUtf8, Utf8Check } from '#steepest/data/text/utf8.js';
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

async function drain(dataset: data.CsvDataset): Promise<void> {
  for await (const _ of dataset);
}

async function expectRefused(path: string, options: data.CsvOptions, ...words: string[]): Promise<void> {
  const error = refused('ERR_DATA_FILE', `'${path}'`, ...words);
  for (const read of [
    () => data.csv(path, options).load(),
    () => data.csv(path, options).table(),
    () => data.csv(path, options).schema(),
    () => drain(data.csv(path, options)),
  ]) {
    await expect(read()).rejects.toEqual(error);
  }
}

const TOWNS = 'town,n\nZürich,1\nZörich,2\nGenève,3\n';

describe('a CSV file that is not UTF-8', () => {
  it('is an error that names byte, line, encoding and option; two towns do not become one', async () => {
    const bytes = latin1(TOWNS);
    const at = bytes.indexOf(0xfc);
    for (const [content, unpacked] of [
      [bytes, ''],
      [gzipSync(bytes), ' of the unpacked file'],
    ] as const) {
      const path = await files.write(content);
      await expectRefused(
        path,
        {},
        `to be utf-8 at byte ${at}${unpacked}, line 2`,
        '0xfc',
        '"Zürich"',
        "encoding: 'windows-1252'",
      );
      const { categories } = await data.csv(path, { encoding: 'latin1' }).load();
      expect(categories).toEqual({ town: ['Zürich', 'Zörich', 'Genève'] });
    }
  });

  it('is found wherever it is, in rows of numbers and after quotes too', async () => {
    const rows = '1,2.5,x\n'.repeat(150_000);
    for (const [last, at] of [
      ['3,4,', 4],
      ['3,4,"x"\n5,6,', 12],
    ] as const) {
      const bytes = Buffer.concat([Buffer.from(`a,b,c\n${rows}${last}`), latin1('\xe9\n7,8,z\n')]);
      const path = await files.write(bytes);
      const line = at === 4 ? 150_002 : 150_003;
      await expect(data.csv(path).load()).rejects.toEqual(
        refused('ERR_DATA_FILE', `at byte ${6 + rows.length + at}, line ${line}`, '0xe9', '"é"'),
      );
      await expect(drain(data.csv(path))).rejects.toEqual(refused('ERR_DATA_FILE', `line ${line}`));
    }
  });

  it('with a character that its end cuts off says so', async () => {
    const whole = Buffer.from('a\nx€');
    for (const end of [whole.length - 1, whole.length - 2]) {
      await expectRefused(
        await files.write(whole.subarray(0, end)),
        {},
        'at byte 3, line 2',
        '0xe2',
        'cuts off',
      );
    }
  });
});

describe('UTF-8', () => {
  const text = 'aé€😀b\u07ff\u0800\uffff\u{10000}\u{10ffff}\ud7ff\ue000z';

  it('is accepted however it is cut', () => {
    const bytes = Buffer.from(text);
    for (let first = 0; first <= bytes.length; first++) {
      for (let second = first; second <= bytes.length; second++) {
        const check = new Utf8Check();
        const pieces = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
        expect(pieces.every((piece) => check.accepts(piece)) && check.complete).toBe(true);
      }
    }
  });

  // RFC 3629 and the Unicode Standard's table 3-7.
  const BAD: Record<string, readonly number[]> = {
    'a continuation alone': [0x80],
    'overlong, two bytes': [0xc0, 0xaf],
    'overlong, two bytes, last': [0xc1, 0xbf],
    'overlong, three bytes': [0xe0, 0x9f, 0xbf],
    'overlong, four bytes': [0xf0, 0x8f, 0xbf, 0xbf],
    'the first surrogate': [0xed, 0xa0, 0x80],
    'the last surrogate': [0xed, 0xbf, 0xbf],
    'beyond U+10FFFF': [0xf4, 0x90, 0x80, 0x80],
    'five bytes': [0xf8, 0x88, 0x80, 0x80, 0x80],
    ff: [0xff],
    'a lead byte before a letter': [0xe2, 0x82, 0x41],
    'two lead bytes': [0xc3, 0xc3],
  };
  it.each(Object.entries(BAD))('is refused with %s, at its byte, however it is cut', async (_, bad) => {
    const before = Buffer.from('a\n😀é');
    const bytes = Buffer.concat([before, Uint8Array.from(bad), Buffer.from('\nz')]);
    expect(invalidUtf8(bytes)).toBe(before.length);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const check = new Utf8Check();
      expect(check.accepts(bytes.subarray(0, cut)) && check.accepts(bytes.subarray(cut))).toBe(false);
    }
    await expectRefused(
      await files.write(bytes),
      {},
      `at byte ${before.length}, line 2`,
      `0x${bad[0]!.toString(16)}`,
    );
  });

  it('of random bytes is judged as TextDecoder judges it', () => {
    let state = 1;
    const next = (): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return state >> 16;
    };
    const kinds = [0x41, 0x80, 0x9f, 0xa0, 0xbf, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4];
    for (let i = 0; i < 3000; i++) {
      const bytes = Uint8Array.from({ length: 1 + (next() % 6) }, () => kinds[next() % kinds.length]!);
      let valid = true;
      try {
        new TextDecoder('utf-8', { fatal: true }).decode(bytes);
      } catch {
        valid = false;
      }
      const check = new Utf8Check();
      const cut = next() % (bytes.length + 1);
      const accepted =
        check.accepts(bytes.subarray(0, cut)) && check.accepts(bytes.subarray(cut)) && check.complete;
      expect([accepted, invalidUtf8(bytes) === -1], String(bytes)).toEqual([valid, valid]);
    }
  });
});

/** Bytes of the same text; those of Python's codecs, written out. */
const SAMPLES: Record<string, readonly [text: string, hex: string]> = {
  'windows-1252': ['Zürich – 5 €', '5afc7269636820962035 2080'],
  'iso-8859-15': ['Œuf 5 €', 'bc75662035 20a4'],
  'windows-1250': ['Łódź', 'a3f3649f'],
  'iso-8859-2': ['Łódź', 'a3f364bc'],
  'windows-1251': ['Москва', 'cceef1eae2e0'],
  'koi8-r': ['Москва', 'edcfd3cbd7c1'],
  ibm866: ['Москва', '8caee1aaa2a0'],
  macintosh: ['Zürich', '5a9f72696368'],
  'windows-1253': ['Αθήνα', 'c1e8deede1'],
  shift_jis: ['東京', '938c8b9e'],
  'euc-jp': ['東京', 'c5ecb5fe'],
  gbk: ['北京', 'b1b1bea9'],
  gb18030: ['北京😀', 'b1b1bea99439fc36'],
  big5: ['台北', 'a578a55f'],
  'euc-kr': ['서울', 'bcadbfef'],
};

describe('encoding', () => {
  it.each(Object.entries(SAMPLES))('%s is read, plain and gzipped', async (encoding, [text, hex]) => {
    const word = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    const bytes = Buffer.concat([
      Buffer.from('town,n\n'),
      word,
      Buffer.from(',1\nx,2\n"'),
      word,
      Buffer.from('",3\n'),
    ]);
    for (const content of [bytes, gzipSync(bytes)]) {
      const table = await data.csv(await files.write(content), { encoding }).table();
      expect(table.column('town')).toEqual([text, 'x', text]);
    }
  });

  it.each(Object.entries(SAMPLES))('%s may be cut within a character', (encoding, [text, hex]) => {
    const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    const decoder = decoderOf(encoding);
    let found = '';
    for (const byte of bytes) found += decoder.decode(Uint8Array.of(byte));
    decoder.end();
    expect(found).toBe(text);
  });

  it('UTF-16 is told by its mark, or by the option', async () => {
    const little = Buffer.from(TOWNS, 'utf16le');
    const big = Buffer.from(little).swap16();
    const mark = (bytes: number[], text: Buffer): Buffer => Buffer.concat([Uint8Array.from(bytes), text]);
    const expected = ['Zürich', 'Zörich', 'Genève'];
    const marked: [Buffer, (string | undefined)[]][] = [
      [mark([0xff, 0xfe], little), [undefined, 'utf-16', 'UTF-16LE']],
      [mark([0xfe, 0xff], big), [undefined, 'utf_16', 'utf-16be']],
      [little, ['utf-16le', 'utf_16_le']],
      [big, ['utf-16be']],
      [mark([0xef, 0xbb, 0xbf], Buffer.from(TOWNS)), [undefined, 'utf-8', 'utf8', 'utf-8-sig']],
    ];
    for (const [bytes, encodings] of marked) {
      for (const content of [bytes, gzipSync(bytes)]) {
        const path = await files.write(content);
        for (const encoding of encodings) {
          const table = await data.csv(path, encoding === undefined ? {} : { encoding }).table();
          expect(table.column('town')).toEqual(expected);
          expect(table.columnNames).toEqual(['town', 'n']);
        }
      }
    }
    await expectRefused(await files.write(little), {}, 'zero bytes', "encoding: 'utf-16le'");
    await expectRefused(await files.write(big), {}, 'zero bytes', "encoding: 'utf-16be'");
    await expectRefused(
      await files.write(little),
      { encoding: 'utf-16' },
      'byte order mark',
      "'utf-16le' or 'utf-16be'",
    );
    await expectRefused(
      await files.write(mark([0xff, 0xfe], little)),
      { encoding: 'latin1' },
      'the mark of utf-16le',
    );
    await expectRefused(
      await files.write(mark([0xff, 0xfe], little)),
      { encoding: 'utf-16be' },
      'the mark of utf-16le',
    );
    await expectRefused(await files.write(mark([0xff, 0xfe, 0, 0], little)), {}, 'UTF-32');
  });

  it.each([
    ['a lone surrogate', 'a\nb\ud800c\n', 3],
    ['a low surrogate first', 'a\nbb\udc00\n', 4],
  ])('UTF-16 with %s is refused at its byte', async (_, text, unit) => {
    const little = Buffer.from(text, 'utf16le');
    const path = await files.write(little);
    // A decoder notices a high surrogate alone with the character after it.
    const error: unknown = await data
      .csv(path, { encoding: 'utf-16le' })
      .load()
      .catch((reason: unknown) => reason);
    expect(error).toEqual(refused('ERR_DATA_FILE', 'to be utf-16le at byte', 'line 2'));
    const at = Number(/at byte (\d+)/.exec((error as Error).message)![1]);
    expect(Math.abs(at - 2 * unit)).toBeLessThanOrEqual(3);
  });

  it('bytes that an encoding does not have are refused with byte and line', async () => {
    const bytes = Buffer.concat([Buffer.from('a\nx\n'), Uint8Array.of(0x81), Buffer.from('\n')]);
    await expectRefused(
      await files.write(bytes),
      { encoding: 'windows-1252' },
      'windows-1252 at byte 4, line 3',
      '0x81',
    );
    const cut = Buffer.concat([Buffer.from('a\n'), Uint8Array.of(0x93, 0x8c, 0x8b)]);
    await expectRefused(await files.write(cut), { encoding: 'shift_jis' }, 'shift_jis at byte 4, line 2');
    const odd = Buffer.from('a\nb\n', 'utf16le').subarray(0, 7);
    await expectRefused(await files.write(odd), { encoding: 'utf-16le' }, 'utf-16le at byte 6, line 2');
  });

  it('long files are decoded piece by piece alike', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `${i},${'äöü€'[i % 4]}${i % 7}`);
    const text = `a,b\n${rows.join('\n')}\n`;
    const expected = (await data.csv(await files.write(text)).table()).column('b');
    const wide = await files.write(Buffer.from(`\ufeff${text}`, 'utf16le'));
    expect((await data.csv(wide).table()).column('b')).toEqual(expected);
    const narrow = await files.write(latin1(text.replaceAll('€', '\x80')));
    expect((await data.csv(narrow, { encoding: 'cp1252' }).table()).column('b')).toEqual(expected);
  });

  it.each([
    ['cp437', 'Use one of'],
    ['us-ascii', "Did you mean 'utf-8'?"],
    ['utf-9', "Did you mean 'utf-8'?"],
    ['ansi', "Did you mean 'windows-1252'?"],
    ['cp932', "Did you mean 'shift_jis'?"],
    ['utf-32', "'utf-"],
    ['iso-2022-jp', "'euc-jp'"],
    ['', "''"],
    [1252, '1252'],
  ])('%j is refused at once', (encoding, words) => {
    expect(() => data.csv('a.csv', { encoding } as unknown as data.CsvOptions)).toThrow(
      refused('ERR_UNKNOWN_NAME', 'encoding to be one of', words),
    );
  });

  it('names are those of the web, whatever their case and separators', () => {
    for (const [given, name] of [
      ['Latin1', 'windows-1252'],
      ['latin_1', 'windows-1252'],
      ['ISO-8859-1', 'windows-1252'],
      ['iso8859_15', 'iso-8859-15'],
      ['CP1251', 'windows-1251'],
      ['UTF8', 'utf-8'],
      ['sjis', 'shift_jis'],
      ['gb2312', 'gbk'],
    ] as const) {
      expect(checkEncoding(given)).toBe(name);
    }
  });
});
