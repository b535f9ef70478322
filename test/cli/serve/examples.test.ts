import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  columnTransformer,
  data,
  FunctionTransformer,
  gridSearch,
  LinearRegression,
  LogisticRegression,
  layers,
  OneHotEncoder,
  OrdinalEncoder,
  pipeline,
  Ridge,
  SimpleImputer,
  StandardScaler,
  sequential,
  TargetEncoder,
} from 'steepest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withModelInfo } from '#steepest/cli/modelInfo.js';
import { dateText } from '#steepest/cli/serve/model/dateText.js';
import { DateReader } from '#steepest/data/csv/dateFormat.js';
import { ESTIMATORS } from '../../../scripts/fuzz/lib/fitted.mjs';
import { steepest } from '../inProcess.js';
import { ask, type Saved, serving } from './serving.js';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'steepest-examples-'));
});
afterAll(() => rmSync(home, { recursive: true }));

const DAY = 86_400_000;

/** Rows as a CSV file has them: days, times, gaps that are written as texts, true and false. */
const rows = Array.from({ length: 60 }, (_, i) => {
  const day = new Date(Date.UTC(2023, 0, 1) + ((i * 17) % 400) * DAY);
  const [year, month, date] = day.toISOString().slice(0, 10).split('-');
  return {
    joined: i % 11 === 5 ? '?' : `${date}.${month}.${year}`,
    seen: `${year}-${month}-${date}T${String(i % 24).padStart(2, '0')}:30:00Z`,
    opens: `${String(i % 24).padStart(2, '0')}:15`,
    size: i % 7 === 3 ? '-999' : String((i * 37) % 50),
    kind: i % 9 === 4 ? '?' : ['small', 'large', 'NA'][i % 3]!,
    vip: ['true', 'false'][(i * 7) % 2]!,
    class: (i * 17) % 400 > 200 ? 'late' : 'early',
  };
});
type Row = Omit<(typeof rows)[number], 'class'>;
const NAMES = ['joined', 'seen', 'opens', 'size', 'kind', 'vip'] as const;

const csvOf = (list: readonly object[]): string =>
  `${Object.keys(list[0]!).join(',')}\n${list.map((row) => Object.values(row).join(',')).join('\n')}\n`;

/** A model of those rows, made by `steepest train`. */
async function trained(): Promise<Saved & { file: string }> {
  const [csv, file] = [join(home, 'rows.csv'), join(home, 'model.safetensors')];
  writeFileSync(csv, csvOf(rows));
  const args = ['--dates', 'joined=%d.%m.%Y,opens=%H:%M,seen', '--missing', '?,-999', '-q', '-o', file];
  expect(await steepest('train', csv, '--target', 'class', ...args)).toMatchObject({ status: 0 });
  return { file, save: async (path) => writeFileSync(path, readFileSync(file)) };
}

/** A row as JSON: numbers and flags without quotes, as the CSV file has no types. */
const asJson = ({ size, vip, ...row }: Row): object => ({ ...row, size: Number(size), vip: vip === 'true' });

describe('a model that was trained from CSV', () => {
  it('answers rows that look like the rows of the file as predict does', async () => {
    const model = await trained();
    const inputs = rows.map(({ class: _, ...row }) => row);
    const csv = join(home, 'new.csv');
    writeFileSync(csv, csvOf(inputs));
    const { stdout } = await steepest('predict', model.file, csv, '--proba', '--json');
    const expected = JSON.parse(stdout).predictions as Record<string, unknown>[];
    const { url } = await serving(model);
    for (const list of [
      inputs.map(asJson),
      // Texts where the file has them: markers, and true and false in the file's spelling.
      inputs.map((row) => ({ ...asJson(row), vip: row.vip.toUpperCase(), size: sizeOf(row.size) })),
      inputs.map((row) => NAMES.map((name) => ({ ...row, ...asJson(row) })[name])),
      inputs.map((row) => ({ ...asJson(row), ...gapsOf(row) })),
    ]) {
      const { status, body } = await ask(url, '/predict?proba=1', { rows: list });
      expect(status, JSON.stringify(body)).toBe(200);
      expect(body.predictions).toEqual(expected.map(({ prediction }) => prediction));
      expect(body.probabilities).toEqual(
        expected.map((row) => ({ early: row.probability_early, late: row.probability_late })),
      );
    }
  });

  it('says how dates are written, and refuses others', async () => {
    const { url } = await serving(await trained());
    const { body } = await ask(url, '/');
    const { columns, missing } = body.inputs;
    expect(columns.map(({ type, format }: Record<string, unknown>) => [type, format])).toEqual([
      ['date', '%d.%m.%Y'],
      ['date', 'ISO 8601'],
      ['date', '%H:%M'],
      ['number', undefined],
      ['text', undefined],
      ['boolean', undefined],
    ]);
    expect(missing).toEqual(expect.arrayContaining(['NA', '?', '-999']));
    const { row } = body.example.body;
    expect(row.joined).toMatch(/^\d\d\.\d\d\.202[34]$/);
    expect(row.seen).toMatch(/^202[34]-\d\d-\d\d$/);
    expect(row.opens).toMatch(/^\d\d:\d\d$/);
    const cases: [object, string, string][] = [
      [{ joined: '2024-02-29' }, "dates as '%d.%m.%Y', or null for a gap", '"31.12.2024"'],
      [{ joined: '30.02.2024' }, "dates as '%d.%m.%Y', or null for a gap", '"31.12.2024"'],
      [{ joined: 20240229 }, "dates as '%d.%m.%Y', or null for a gap", '"31.12.2024"'],
      [{ joined: true }, "dates as '%d.%m.%Y', or null for a gap", '"31.12.2024"'],
      [{ seen: 'yesterday' }, 'dates of ISO 8601, or null for a gap', '"2024-12-31"'],
      [{ opens: '25:00' }, "dates as '%H:%M', or null for a gap", '"00:00"'],
      [{ size: 'many' }, 'a number, or null for a gap', 'numbers'],
    ];
    for (const [wrong, expected, hint] of cases) {
      const { status, body } = await ask(url, '/predict', { row: { ...row, ...wrong } });
      expect(status).toBe(400);
      expect(body.error).toMatchObject({
        code: 'ERR_ARGUMENT',
        path: `row.${Object.keys(wrong)[0]}`,
        expected,
        hint: expect.stringContaining(hint),
      });
    }
    const { joined: _, ...without } = row;
    const lacking = await ask(url, '/predict', { row: without });
    expect(lacking.body.error.expected).toBe("a date in column 'joined', as in fit");
    // Milliseconds, as of a Date, for dates of ISO 8601.
    const day = row.seen as string;
    const [asText, asNumber] = await Promise.all(
      [day, Date.parse(day)].map((seen) => ask(url, '/predict?proba=1', { row: { ...row, seen } })),
    );
    expect(asNumber!.body).toEqual(asText!.body);
  });

  it('is refused with a format of dates that is none', async () => {
    const model = await trained();
    const bytes = readFileSync(model.file);
    const info = (dates: Record<string, string>) => ({
      version: '0',
      command: '',
      task: 'classification' as const,
      target: 'class',
      model: 'logistic',
      reading: { types: {}, dates },
      rows: { trained: 1, held: 1, dropped: 0 },
      validation: { kind: 'given' as const },
      seed: 0,
      scores: [],
    });
    const save = (dates: Record<string, string>): Saved => ({
      save: async (path) => writeFileSync(path, withModelInfo(bytes, info(dates))),
    });
    await expect(serving(save({ size: '%Q' }))).rejects.toMatchObject({ code: 'ERR_MODEL_FILE' });
    await serving(save({ size: '%Y', other: '%Q' }));
  });
});

/** A text marker stays text; other sizes are numbers. */
const sizeOf = (size: string): number | string => (size === '-999' ? size : Number(size));
const gapsOf = ({ joined, kind, size }: Row): object => ({
  ...(joined === '?' ? { joined: null } : {}),
  ...(['?', 'NA'].includes(kind) ? { kind: null } : {}),
  ...(size === '-999' ? { size: null } : {}),
});

describe('an example of a request', () => {
  const x = [[1], [2], [3], [4], [5], [6]];
  const y = ['a', 'a', 'a', 'b', 'b', 'b'];
  const texts = new data.DataTable({ city: ['Bonn', 'Rome', 'Rome', 'Rome', 'Bonn', 'Bonn'] });
  const codes = x.map(([value]) => [1234.5 + value!]);
  const encode = () => columnTransformer([['city', new OneHotEncoder(), ['city']]]);
  const imputed = (strategy: 'constant' | 'mostFrequent') =>
    pipeline(new SimpleImputer({ strategy }), new OneHotEncoder(), new LogisticRegression());
  const more: Record<string, () => Promise<Saved>> = {
    'an encoder after an imputer': () => imputed('mostFrequent').fit(texts, y),
    'an encoder after an imputer of its own text': () => imputed('constant').fit(texts, y),
    'categories of many digits': () => pipeline(new OneHotEncoder(), new LogisticRegression()).fit(codes, y),
    'an encoder of texts that are all missing': () =>
      pipeline(new OneHotEncoder(), new LogisticRegression()).fit(
        new data.DataTable({ city: [null, null, null, null, null, null], n: [1, 2, 3, 4, 5, 6] }),
        y,
      ),
    'an encoder in a search': () =>
      gridSearch(pipeline(encode(), new LogisticRegression()), { logisticRegression__C: [1, 2] }, { cv: 3 })
        .fit(texts, y)
        .then((search) => search as unknown as Saved),
    'an encoder of means': () =>
      pipeline(new TargetEncoder({ cv: 2, targetType: 'continuous' }), new Ridge()).fit(
        texts,
        [1, 2, 3, 4, 5, 6],
      ),
    'an encoder of places': () => new OrdinalEncoder().fit(texts),
    logarithms: () =>
      pipeline(new FunctionTransformer({ func: 'log' }), new LinearRegression()).fit(x, [1, 2, 3, 4, 5, 6]),
    numbers: () => pipeline(new StandardScaler(), new LogisticRegression()).fit(x, y),
    images: async () =>
      sequential({
        layers: [
          layers.flatten({ inputShape: [3, 4, 1] }),
          layers.dense({ units: 2, activation: 'softmax' }),
        ],
        classes: ['a', 'b'],
      }),
    'rows by name': async () =>
      sequential({ columns: ['a', 'b'], layers: [layers.dense({ units: 1, inputShape: [2] })] }),
  };
  const all = {
    ...ESTIMATORS,
    ...Object.fromEntries(Object.entries(more).map(([name, make]) => [name, [0, make]])),
  };
  const names = Object.keys(all).filter((name) => name !== 'LabelEncoder');

  it.each(names)('is accepted by the server of %s', async (name) => {
    const [, make] = (all as Record<string, unknown[]>)[name] as [unknown, () => Promise<Saved>];
    const { url } = await serving(await make());
    const { example } = (await ask(url, '/')).body;
    const { status, body } = await ask(url, example.path, example.body, {
      headers: { 'content-type': example.contentType },
    });
    expect(status, JSON.stringify([example.body, body])).toBe(200);
    expect(body.prediction).not.toBeNull();
  });

  it('is accepted by the server of a model with dates', async () => {
    const { url } = await serving(await trained());
    const { example } = (await ask(url, '/')).body;
    expect((await ask(url, example.path, example.body)).status).toBe(200);
  });

  it('writes dates that are read as the same moment', () => {
    const formats = [
      '',
      '%d.%m.%Y',
      '%m/%d/%y',
      '%D %R',
      '%Y%m%d',
      '%F %T.%f',
      '%e %b %Y',
      '%a, %d %B %Y %I:%M %p',
      '%Y-%j',
      '%Y',
      '%Y-%m-%dT%H:%M%z',
      '100%% %Y',
    ];
    const moments = fc.integer({ min: Date.UTC(1969, 0, 1) / DAY, max: Date.UTC(2068, 11, 31) / DAY });
    fc.assert(
      fc.property(
        fc.constantFrom(...formats),
        moments,
        fc.integer({ min: 0, max: DAY - 1 }),
        (format, day, time) => {
          const reader = new DateReader('dates', format === '' ? {} : { format });
          const read = reader.parse(dateText(day * DAY + time, format))!;
          const exact = format === '' || format.includes('%f');
          if (exact) expect(read).toBe(day * DAY + time);
          // As exact as the format is.
          expect(reader.parse(dateText(read, format))).toBe(read);
          if (/%[dDFej]/.test(format)) expect(Math.floor(read / DAY)).toBe(day);
        },
      ),
    );
    for (const odd of [Number.NaN, 1e300, -1e15]) {
      expect(new DateReader('dates', {}).parse(dateText(odd, ''))).toBe(0);
    }
  });
});
