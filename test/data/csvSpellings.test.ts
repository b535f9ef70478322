import { data, LinearRegression } from 'steepest';
import { describe, expect, it } from 'vitest';
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** A file whose column v has these texts, after a column of row numbers; quoted or not. */
const fileOf = (texts: readonly string[], quote = quoted): Promise<string> =>
  files.write(`id;v\n${texts.map((text, i) => `${i};${quote(text)}`).join('\n')}\n`);

async function drain(dataset: data.CsvDataset): Promise<number[]> {
  const values: number[] = [];
  for await (const { x } of dataset.batches(2)) values.push(...x.data.filter((_, i) => i % 2 === 1));
  return values;
}

/** The column v, which all three ways to read a file must give alike. */
async function readV(path: string, options: data.CsvOptions): Promise<number[]> {
  const all = { delimiter: ';', ...options };
  const { x } = await data.csv(path, all).load();
  const values = [...x.data].filter((_, i) => i % 2 === 1);
  expect([...(await data.csv(path, all).table()).numbers('v')]).toEqual(values);
  expect(await drain(data.csv(path, all))).toEqual(values);
  return values;
}

async function messageOf(path: string, options: data.CsvOptions = {}): Promise<string> {
  const all = { delimiter: ';', ...options };
  const error: unknown = await data
    .csv(path, all)
    .load()
    .catch((reason: unknown) => reason);
  expect(error).toEqual(refused('ERR_DATA_FILE', "column 'v' (2)", 'such as', "types: { 'v': 'category' }"));
  return (error as Error).message;
}

/** The option that a message names, as the object that it is. */
function adviceIn(message: string): data.CsvOptions {
  const text = /ass ((?:numbers|dates): (?:\[.*?\]|\{ 'v': \{.*?\} \}(?: \})?))/.exec(message)?.[1];
  return new Function(`return { ${text} };`)() as data.CsvOptions;
}

const LOCALES = 'en-IN en-ZA de-DE de-CH fr-FR sv-SE tr-TR he-IL'.split(' ');
const TWO = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
const STYLES: Record<string, Intl.NumberFormatOptions> = {
  plain: TWO,
  percent: { style: 'percent', ...TWO },
  euro: { style: 'currency', currency: 'EUR' },
  code: { style: 'currency', currency: 'CHF', currencyDisplay: 'code' },
  accounting: { style: 'currency', currency: 'USD', currencySign: 'accounting' },
  kilogram: { style: 'unit', unit: 'kilogram', ...TWO },
};

describe('a CSV column of numbers in the spelling of', () => {
  it.each(LOCALES)('%s is refused with the option that reads it exactly', async (locale) => {
    const values = [1234.5, -7.25, 1234567.5, 12.75, 0.5];
    for (const style of Object.values(STYLES)) {
      const format = new Intl.NumberFormat(locale, { ...style, numberingSystem: 'latn' });
      const path = await fileOf(values.map((value) => format.format(value)));
      const error: unknown = await data
        .csv(path, { delimiter: ';' })
        .load()
        .catch((reason: unknown) => reason);
      const { x } = await data.csv(path, { delimiter: ';', ...adviceIn((error as Error).message) }).load();
      expect([...x.data].filter((_, i) => i % 2 === 1)).toEqual(values);
    }
  });

  const CASES: readonly (readonly [texts: string[], option: data.CsvNumberFormat, values: number[]])[] = [
    [['1.234,50', '-12,00'], { decimal: ',', thousands: '.' }, [1234.5, -12]],
    [["1'234", "12'345.5"], { thousands: "'" }, [1234, 12345.5]],
    [['1’234', '2’345'], { thousands: "'" }, [1234, 2345]],
    [['1 234', '12\u00a0345'], { thousands: ' ' }, [1234, 12345]],
    [['1_000', '20_000'], { thousands: '_' }, [1000, 20000]],
    [['12%', '12.3 %', '-1%'], { units: { '%': 0.01 } }, [0.12, 0.123, -0.01]],
    [['$12', '-$3.5', '$-4'], { units: ['$'] }, [12, -3.5, -4]],
    [['12 kg', '7kg'], { units: ['kg'] }, [12, 7]],
    [['12 m²', '7 m²'], { units: ['m²'] }, [12, 7]],
    [['($12.00)', '$(7)', '3'], { units: ['$'], accounting: true }, [-12, -7, 3]],
    [['12-', '13.5-'], { accounting: true }, [-12, -13.5]],
    [['2 doors', '4 doors'], { units: ['doors'] }, [2, 4]],
    [['kg 1,234.50', 'kg 7'], { thousands: ',', units: ['kg'] }, [1234.5, 7]],
    [['kg 12', 'kg 13'], { units: ['kg'] }, [12, 13]],
    // The dash of a price stands for no decimals; it is no minus.
    [['12.-', '13.-'], { units: ['.-'] }, [12, 13]],
    [["CHF 1'200.-", 'CHF 9.90'], { thousands: "'", units: ['CHF', '.-'] }, [1200, 9.9]],
    [['12.– €', '-3.– €'], { units: ['€', '.–'] }, [12, -3]],
    [['12,-', '1.200,--'], { decimal: ',', thousands: '.', units: [',-', ',--'] }, [12, 1200]],
    [['0.5 kg bag', '2.5 kg bag'], { units: ['kg bag'] }, [0.5, 2.5]],
    [['10,000+', '5,000,000+'], { thousands: ',', units: ['+'] }, [10000, 5e6]],
    [['19M', '8.7M', '201k'], { units: { M: 1e6, k: 1e3 } }, [19e6, 8.7e6, 201e3]],
    [['₹1,23,456', '₹12,34,567.5'], { thousands: ',', units: ['₹'] }, [123456, 1234567.5]],
  ];
  it.each(CASES)('%j names that option', async (texts, option, values) => {
    for (const quote of [quoted, (text: string) => text]) {
      const path = await fileOf(texts, quote);
      expect(adviceIn(await messageOf(path)).numbers?.v).toEqual(option);
      expect(await readV(path, { numbers: { v: option } })).toEqual(values);
    }
  });

  it('is refused by every way to read a file, quoted or not', async () => {
    for (const quote of [quoted, (text: string) => text]) {
      const path = await fileOf(['1.234,50', '2,00'], quote);
      const message = await messageOf(path);
      const dataset = data.csv(path, { delimiter: ';' });
      for (const read of [() => dataset.table(), () => dataset.schema(), () => drain(dataset)]) {
        await expect(read()).rejects.toEqual(refused('ERR_DATA_FILE', message));
      }
    }
  });

  it('marks that could mean either names both', async () => {
    const path = await fileOf(['1,234', '12,345']);
    expect(await messageOf(path)).toContain(
      `{ thousands: ',' } } if "1,234" is 1234, numbers: { 'v': { decimal: ',' } } if it is 1.234`,
    );
    expect(await readV(path, { thousands: ',' })).toEqual([1234, 12345]);
    expect(await readV(path, { decimal: ',' })).toEqual([1.234, 12.345]);
  });

  it('names the marks that differ from the file’s', async () => {
    const comma = { decimal: ',' } as const;
    const points = await fileOf(['1.234', '12.345']);
    expect(await messageOf(points, comma)).toContain(
      `{ thousands: '.' } } if "1.234" is 1234, numbers: { 'v': { decimal: '.' } } if it is 1.234`,
    );
    expect(await readV(points, { ...comma, numbers: { v: { thousands: '.' } } })).toEqual([1234, 12345]);
    expect(await readV(points, { ...comma, numbers: { v: { decimal: '.' } } })).toEqual([1.234, 12.345]);
    const english = await fileOf(['1,234.5', '2,345.25']);
    expect(adviceIn(await messageOf(english, comma)).numbers?.v).toEqual({ decimal: '.', thousands: ',' });
    expect(adviceIn(await messageOf(await fileOf(['€ 1.234,5', '€ 7']), comma)).numbers?.v).toEqual({
      thousands: '.',
      units: ['€'],
    });
  });

  it('different units asks for the factor of each; a number without one is then refused', async () => {
    const path = await fileOf(['12 kg', '300 g']);
    expect(await messageOf(path)).toContain("units: { 'kg': 1, 'g': … }");
    expect(await readV(path, { numbers: { v: { units: { kg: 1, g: 0.001 } } } })).toEqual([12, 0.3]);
    const bare = await fileOf(['12 kg', '300']);
    await expect(readV(bare, { numbers: { v: { units: { kg: 1 } } } })).rejects.toEqual(
      refused('ERR_DATA_FILE', "line 3, column 'v' (2) to hold numbers", '"300"'),
    );
    expect(await readV(bare, { numbers: { v: { units: { kg: 1, '': 0.001 } } } })).toEqual([12, 0.3]);
  });

  it('digits of other scripts, and exponents of Fortran, are refused without an option', async () => {
    for (const texts of [
      ['١٢٣', '٤٥٦'],
      ['１２', '３４'],
      ['1.5D+03', '2.5D+01'],
    ]) {
      expect(await messageOf(await fileOf(texts))).toContain('Write them as plain numbers');
    }
  });
});

describe('numbers with marks', () => {
  it('no longer cost a regression its fit', async () => {
    const rows = Array.from(
      { length: 200 },
      (_, i) => `"${(1000 + 37 * i).toLocaleString('de-DE')},50",${2 * (1000.5 + 37 * i)}`,
    );
    const dataset = data.csv(await files.write(`a,y\n${rows.join('\n')}\n`), {
      target: 'y',
      numbers: { a: { decimal: ',', thousands: '.' } },
    });
    const { coef } = await new LinearRegression().fit(dataset);
    expect(coef.data[0]).toBeCloseTo(2, 9);
  });

  it('are read in a whole file, beside columns of plain numbers and with a column of its own', async () => {
    const path = await files.write('a;b;c\n1.234,5;7;1,5\n2;8;2.5\n');
    const numbers = { c: { decimal: '.', thousands: ',' } } as const;
    const options = { delimiter: ';', decimal: ',', thousands: '.' } as const;
    await expect(data.csv(path, { ...options, numbers }).load()).rejects.toEqual(
      refused('ERR_DATA_FILE', "line 2, column 'c' (3)", '"1,5"'),
    );
    const { x } = await data
      .csv(path, { ...options, numbers: { c: { decimal: ',', thousands: ' ' } }, missing: ['2.5'] })
      .load();
    expect([...x.data]).toEqual([1234.5, 7, 1.5, 2, 8, Number.NaN]);
  });

  it.each(['1.23,5', '01.234,5', '1.2345', '1,234.5', '1.234.', '--1', '1-2', '', '()', '.', '1e5.000'])(
    'are not guessed: %j',
    async (text) => {
      const path = await fileOf(['1.234,5', text]);
      await expect(
        readV(path, { numbers: { v: { decimal: ',', thousands: '.' } }, missing: [] }),
      ).rejects.toEqual(refused('ERR_DATA_FILE', "line 3, column 'v' (2) to hold numbers"));
    },
  );

  it('per cent are rounded once', async () => {
    const texts = Array.from({ length: 1000 }, (_, i) => `${i / 10}%`);
    const values = await readV(await fileOf(texts), { numbers: { v: { units: { '%': 0.01 } } } });
    expect(values).toEqual(texts.map((text) => Number(`${text.slice(0, -1)}e-2`)));
  });

  it('are found among numbers and after the first rows too, with the option', async () => {
    const path = await fileOf(['1', '2', '1,234']);
    const words = [
      "line 4, column 'v' (2) to hold numbers",
      '"1,234"',
      '{ thousands: \',\' } } if "1,234" is 1234',
    ];
    await expect(readV(path, {})).rejects.toEqual(refused('ERR_DATA_FILE', ...words));
    await expect(readV(path, { sampleRows: 1 })).rejects.toEqual(refused('ERR_DATA_FILE', ...words));
    const late = await fileOf(['a', ...Array.from({ length: 50 }, (_, i) => `${i}%`)]);
    const dataset = data.csv(late, { delimiter: ';', sampleRows: 1 });
    for (const read of [() => dataset.load(), () => dataset.table()]) {
      await expect(read()).rejects.toEqual(
        refused('ERR_DATA_FILE', "column 'v' (2)", '"0%"', "{ '%': 0.01 }"),
      );
    }
    await expect(drain(dataset)).rejects.toEqual(refused('ERR_DATA_FILE', 'line 3', '"0%"'));
  });

  it('among a text for missing values name it', async () => {
    const plain = await fileOf(['?', '?', '?', '?', '1', '2', '3.5']);
    expect(await messageOf(plain)).toContain('Add "?" to missing');
    const marked = await fileOf(['none', 'none', 'none', '$1', '$2', '$3']);
    expect(await messageOf(marked)).toContain("units: ['$']");
  });
});

describe('text that is no number', () => {
  const NAMES = `NY,CA|A12,B7|D-8001,D-8002|18-24,25-34,65+|<=50K,>50K|1st,2nd,3rd|10th,11th|12A,14C,3F|1A,2A|2WD,4WD
3G,4G|Q1,Q2|192.168.0.1,10.0.0.1|1.2.3,1.10.3|555-1234,555-9876|+41 44 123 45 67,+41 79 765 43 21|12 Main Street,7 Elm Road
3f2504e0-4f89-11d3-9a0c-0305e82c3301,6ba7b810-9dad-11d1-80b4-00c04fd430c8|0x1F,0x2A|Route 66,Route 1|120/80,130/85
Class 1,Class 2|#12,#5|a1@b.ch,c2@d.ch|yes,no|978-3-16-148410-0,978-0-306-40615-7|ZH 123456,BE 45678|LX 38,UA 900
II,IV|A+,B-|10-12,12-14|<5,>10|H2O,CO2|V6,V8|3-1,2-0|7 of 9,1 of 9|1001-01,1001-02|10001-1234,94105-0001
A/5 21171,PC 17599,113803|C85,C123|1HGCM82633A004352,JH4KA8260MC000000|10x20,30x40|1p36,17q21|Jan,Feb|2020-W05,2020-W06
5 o'clock,6 o'clock|10 kg bag,5 kg bag|5 km run,10 km run|1 May,2 May|1 September,2 September|PS 4,PS 5|week 3,week 12|L 40,L 42`;
  it('stays categories', async () => {
    const lists = NAMES.split(/[|\n]/).map((list) => list.split(','));
    // One column for each list; shorter ones end with missing values.
    const rows = [0, 1, 2].map((i) => lists.map((list) => quoted(list[i] ?? '')).join(';'));
    const header = lists.map((_, j) => `c${j}`).join(';');
    const path = await files.write(`${header}\n${rows.join('\n')}\n`);
    const { columns } = await data.csv(path, { delimiter: ';' }).schema();
    expect(columns.map(({ type, categories }) => [type, categories])).toEqual(
      lists.map((list) => ['category', list]),
    );
  });

  it('and the dash of a price is never taken for an accountant’s minus', async () => {
    const path = await fileOf(['12.-', '13-']);
    await expect(readV(path, { numbers: { v: { accounting: true } } })).rejects.toEqual(
      refused('ERR_DATA_FILE', '"12.-"', "units: ['.-']"),
    );
    const options = { numbers: { v: { accounting: true, units: ['.-'] } } };
    expect(await readV(path, options)).toEqual([12, -13]);
  });

  it('and what looks like one is a category if it is declared', async () => {
    const path = await fileOf(['12%', '13%']);
    for (const options of [{ types: { v: 'category' } }, { categories: { v: ['12%', '13%'] } }] as const) {
      expect((await data.csv(path, { delimiter: ';', ...options }).load()).categories).toEqual({
        v: ['12%', '13%'],
      });
    }
    expect((await data.csv(path, { delimiter: ';', types: { v: 'text' } }).table()).text('v')).toEqual([
      '12%',
      '13%',
    ]);
    expect((await data.csv(path, { delimiter: ';', exclude: ['v'] }).load()).x.shape).toEqual([2, 1]);
  });
});

describe('booleans', () => {
  it('become 1 and 0, missing ones NaN', async () => {
    const path = await fileOf(['true', '', 'FALSE', 'True']);
    expect((await data.csv(path, { delimiter: ';' }).schema()).columns[1]!.type).toBe('boolean');
    expect(await readV(path, {})).toEqual([1, Number.NaN, 0, 1]);
    await expect(readV(await fileOf(['true', 'maybe']), { sampleRows: 1 })).rejects.toEqual(
      refused('ERR_DATA_FILE', "line 3, column 'v' (2) to hold true or false", '"maybe"'),
    );
  });

  it('have more spellings if they are declared', async () => {
    const path = await fileOf(['yes', 'N', 't', '0']);
    expect(await readV(path, { types: { v: 'boolean' } })).toEqual([1, 0, 1, 0]);
  });
});

describe('options of numbers', () => {
  it.each([
    [{ thousands: '.' }, 'ERR_ARGUMENT', 'thousands and decimal to differ', "decimal: ','"],
    [{ thousands: ';' }, 'ERR_ARGUMENT', 'thousands to be one of', "';'"],
    [{ units: { '%': 1 } }, 'ERR_ARGUMENT', 'units to be a list', 'numbers: {'],
    [{ units: ['1'] }, 'ERR_ARGUMENT', 'units to be texts', "'1'"],
    [{ accounting: 1 }, 'ERR_ARGUMENT', 'accounting to be true or false'],
    [{ numbers: { a: { percent: true } } }, 'ERR_UNKNOWN_NAME', "'percent'", "Did you mean 'units'?"],
    [{ numbers: { a: { units: { kg: 0 } } } }, 'ERR_ARGUMENT', "numbers['a'].units['kg']", '0'],
    [{ numbers: { a: 1 } }, 'ERR_ARGUMENT', "numbers['a'] to be an object", '1'],
    [{ numbers: ['a'] }, 'ERR_ARGUMENT', 'numbers to be an object'],
    [{ numbers: { a: {} }, types: { a: 'text' } }, 'ERR_ARGUMENT', "types['a'] to be 'number'"],
    [{ numbers: { a: {} }, dates: ['a'] }, 'ERR_ARGUMENT', 'one of dates, numbers and categories', "'a'"],
    [{ sep: ';' }, 'ERR_UNKNOWN_NAME', "'sep'", "Did you mean 'delimiter'?"],
    [{ na_values: ['-'] }, 'ERR_UNKNOWN_NAME', "'na_values'", "'missing'?"],
    [{ usecols: ['a'] }, 'ERR_UNKNOWN_NAME', "'columns'?"],
    [{ index_col: 0 }, 'ERR_UNKNOWN_NAME', "'exclude'?"],
    [{ parse_dates: ['a'] }, 'ERR_UNKNOWN_NAME', "'dates'?"],
    [{ dtype: {} }, 'ERR_UNKNOWN_NAME', "'types'?"],
    [{ header: null }, 'ERR_ARGUMENT', 'header to be true, false or a list', 'null', 'false'],
    [{ header: 0 }, 'ERR_ARGUMENT', 'header to be true, false or a list', '0', 'true'],
    [{ types: { a: 'float64' } }, 'ERR_UNKNOWN_NAME', "'float64'", "'number'?"],
    [null, 'ERR_ARGUMENT', 'null'],
    ['a', 'ERR_ARGUMENT', "'a'"],
  ] as [unknown, string, ...string[]][])('%j are refused at once', (options, code, ...words) => {
    expect(() => data.csv('a.csv', options as unknown as data.CsvOptions)).toThrow(refused(code, ...words));
  });

  it('for a column that is not there are refused with the nearest', async () => {
    const path = await fileOf(['1', '2']);
    for (const options of [{ numbers: { w: {} } }, { dates: ['w'] }] as const) {
      await expect(data.csv(path, { delimiter: ';', ...options }).schema()).rejects.toEqual(
        refused('ERR_UNKNOWN_NAME', "'id', 'v'", "'w'"),
      );
    }
  });
});
