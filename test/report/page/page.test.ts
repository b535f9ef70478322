// What a page may contain, what it refuses, how large it gets, and how it is written.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { data, LinearRegression, LogisticRegression, StandardScaler } from 'steepest';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { report, writeReport } from '#steepest/report/index.js';
import { elements, find, parsePage, scoresOf, textOf } from './parsePage.js';

const x = Array.from({ length: 30 }, (_, i) => [Math.sin(7 * i), Math.cos(3 * i)]);
const y = x.map(([a, b]) => (a! + b! / 3 > 0 ? 'yes' : 'no'));
let model: LogisticRegression;
beforeAll(async () => {
  model = await new LogisticRegression().fit(x, y);
});

const HOSTILE = [
  '<script>alert(1)</script>',
  '</style></title></svg><img src=x onerror=alert(1)>',
  '" onload="alert(1)',
  "' autofocus onfocus='alert(1)",
  '&lt;b&gt; &amp; &#60;',
  '{{constructor}} $' + '{1} <!-- --> ]]>',
  'line\nbreak\ttab \u0000\u0007\u202e ﷽ \ud800 🙂',
];

/** What HTML has no place for: control characters, and halves of surrogate pairs. */
const isOdd = (character: string): boolean =>
  (character < ' ' && !'\n\t'.includes(character)) || /^[\ud800-\udfff]$/.test(character);

describe('a page', () => {
  it.each(HOSTILE)('shows hostile names as they are: %j', async (name) => {
    const rows = x.map(([a, b], i) => ({ [name]: a!, other: i % 2 ? name : 'plain', b: b! }));
    const table = data.DataTable.fromRows(rows).drop('other');
    const classes = y.map((label) => (label === 'yes' ? name : 'plain'));
    const guess = await new LogisticRegression().fit(table, classes);
    const texts = { title: name, notes: name, command: name, date: name };
    const root = parsePage(await report({ model: guess, test: [table, classes], ...texts }));
    const known = new Set(elements(parsePage(await report({ model, test: [x, y] }))).map(({ tag }) => tag));
    expect(
      elements(root)
        .map(({ tag }) => tag)
        .filter((tag) => !known.has(tag)),
    ).toEqual([]);
    const attributes = elements(root).flatMap((one) => Object.keys(one.attributes));
    expect(attributes.filter((one) => /^on|autofocus/.test(one))).toEqual([]);
    const plain = [...name].map((c) => (isOdd(c) ? '\ufffd' : c)).join('');
    expect(textOf(find(root, 'h1')[0]!)).toBe(plain);
    expect(textOf(find(root, 'title')[0]!)).toBe(plain);
  });

  it('holds no date, unless one is given', async () => {
    const page = await report({ model, test: [x, y] });
    expect(page.includes(String(new Date().getFullYear()))).toBe(false);
    const dated = await report({ model, test: [x, y], date: new Date(0) });
    expect(dated.includes('<dd>1970-01-01</dd>')).toBe(true);
  });

  it('shows the given names of classes', async () => {
    const root = parsePage(await report({ model, test: [x, y], classes: ['stays', 'leaves'] }));
    expect(Object.keys(scoresOf(root))).toContain('F1 of “leaves”');
    const same = await report({ model, test: [x, y], classes: ['no', 'yes'] });
    expect(same === (await report({ model, test: [x, y] }))).toBe(true);
  });

  it('is bounded in size, and draws the same rows each time', async () => {
    const count = 30_000;
    const many = {
      data: Float64Array.from({ length: 2 * count }, (_, i) => Math.sin(i * 1.7)),
      shape: [count, 2],
    };
    const truth = Array.from({ length: count }, (_, i) =>
      Math.sin(i * 3.4) + Math.cos(i) > 0 ? 'yes' : 'no',
    );
    const whole = await report({ model, test: [many, truth] });
    expect(whole.length).toBeLessThan(300_000);
    const drawn = await report({ model, test: [many, truth], maxRows: 1000 });
    expect(drawn.includes('1,000 of 30,000')).toBe(true);
    expect((await report({ model, test: [many, truth], maxRows: 1000 })) === drawn).toBe(true);
    expect((await report({ model, test: [many, truth], maxRows: 1000, seed: 1 })) === drawn).toBe(false);
    const [all, some] = [whole, drawn].map((page) => scoresOf(parsePage(page)).Accuracy!.value);
    expect(Math.abs(Number.parseFloat(all!) - Number.parseFloat(some!))).toBeLessThan(6);
  });
});

describe('report refuses', () => {
  const test = [x, y] as const;
  it.each([
    [{ test }, 'ERR_ARGUMENT', /model to be a trained network/],
    [{ model: 5, test }, 'ERR_ARGUMENT', /model to be a trained network/],
    [{ model: new StandardScaler(), test }, 'ERR_ARGUMENT', /that predicts/],
    [{ model: new LinearRegression(), test: [x, x] }, 'ERR_NOT_FITTED', /LinearRegression/],
    [{ model: 'm' }, 'ERR_ARGUMENT', /test to be a pair/],
    [{ model: 'm', test: [x] }, 'ERR_ARGUMENT', /test to be a pair.*Write test: \[x, y\]/],
    [{ model: 'm', test: [x, y.slice(1)] }, 'ERR_SHAPE', /29/],
    [{ model: 'm', test: [[], []] }, 'ERR_EMPTY', /X/],
    [{ model: 'm', test, clases: [] }, 'ERR_UNKNOWN_NAME', /Did you mean 'classes'/],
    [{ model: 'm', test, validationData: [] }, 'ERR_UNKNOWN_NAME', /Did you mean 'test'/],
    [{ model: 'm', test, title: 5 }, 'ERR_ARGUMENT', /title to be a string/],
    [{ model: 'm', test, classes: [1, 2] }, 'ERR_ARGUMENT', /classes to be a list of strings/],
    [{ model: 'm', test, classes: ['a', 'a'] }, 'ERR_ARGUMENT', /different names/],
    [{ model: 'm', test, seed: -1 }, 'ERR_ARGUMENT', /seed/],
    [{ model: 'm', test, mistakes: 1.5 }, 'ERR_ARGUMENT', /mistakes/],
    [{ model: 'm', test, mistakes: 201 }, 'ERR_ARGUMENT', /at most 200/],
    [{ model: 'm', test, maxRows: 0 }, 'ERR_ARGUMENT', /maxRows/],
    [{ model: 'm', test, importance: { nRepeats: 3 } }, 'ERR_UNKNOWN_NAME', /Did you mean 'repeats'/],
    [{ model: 'm', test, importance: 3 }, 'ERR_ARGUMENT', /importance/],
    [{ model: 'm', test, date: new Date(Number.NaN) }, 'ERR_ARGUMENT', /date/],
    [{ model: 'm', test, signal: {} }, 'ERR_ARGUMENT', /AbortSignal/],
    [{ model: 'm', test, history: 5 }, 'ERR_ARGUMENT', /history/],
    [{ model: 'm', test: [x, y.map(() => 1)] }, 'ERR_ARGUMENT', /strings, as the model's are/],
    [{ model: 'm', test, classes: ['a', 'b', 'c'] }, 'ERR_SHAPE', /2 classes of the model/],
    [{ model: 'm', test: [x, 'stays'] }, 'ERR_ARGUMENT', /named columns/],
    [5, 'ERR_ARGUMENT', /options of report/],
  ])('%#', async (given, code, message) => {
    const options = (given as { model?: unknown }).model === 'm' ? { ...(given as object), model } : given;
    const error = await report(options as never).then(
      () => undefined,
      (reason) => reason,
    );
    expect(error).toMatchObject({ code });
    expect(error.message).toMatch(message);
  });

  it('goes no further when it is aborted', async () => {
    const controller = new AbortController();
    controller.abort();
    const options = { model, test: [x, y] as const, signal: controller.signal };
    await expect(report(options)).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    const later = new AbortController();
    const running = report({ ...options, signal: later.signal, importance: { repeats: 200 } });
    setTimeout(() => later.abort(), 5);
    await expect(running).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  });
});

describe('writeReport', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'steepest-report-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('writes what report returns, to a path or a URL', async () => {
    const page = await report({ model, test: [x, y] });
    const file = join(folder, 'page.html');
    await writeReport(file, { model, test: [x, y] });
    expect(readFileSync(file, 'utf8')).toBe(page);
    await writeReport(pathToFileURL(join(folder, 'second.html')), { model, test: [x, y] });
    expect(readFileSync(join(folder, 'second.html'), 'utf8')).toBe(page);
  });

  it('leaves the old file when it fails', async () => {
    const file = join(folder, 'page.html');
    writeFileSync(file, 'old');
    await expect(writeReport(file, { model, test: [x, y.slice(1)] })).rejects.toMatchObject({
      code: 'ERR_SHAPE',
    });
    expect(readFileSync(file, 'utf8')).toBe('old');
    const nowhere = join(folder, 'missing', 'page.html');
    await expect(writeReport(nowhere, { model, test: [x, y] })).rejects.toMatchObject({
      code: 'ERR_DATA_FILE',
    });
    expect(existsSync(join(folder, 'missing'))).toBe(false);
    await expect(writeReport(5 as never, { model, test: [x, y] })).rejects.toMatchObject({
      code: 'ERR_ARGUMENT',
    });
  });
});
