import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readModelInfo } from '#steepest/cli/modelInfo.js';
import { readData, type TableData } from '#steepest/cli/readData.js';
import { type LogisticRegression, load, metrics, Pipeline, Ridge, StandardScaler } from '#steepest/index.js';
import { customers } from '../../examples/lib/customers.mjs';
import { steepest } from './inProcess.js';

let home: string;
const at = (name: string): string => join(home, name);
const put = (name: string, text: string): string => {
  writeFileSync(at(name), text);
  return at(name);
};
const csvOf = (rows: readonly object[]): string =>
  [Object.keys(rows[0]!), ...rows.map((row) => Object.values(row).map((value) => value ?? ''))]
    .map((cells) => cells.join(','))
    .join('\n');

const ROWS = 400;
/** With an identifier, a constant, an empty column and a copy of the target. */
const people = customers(ROWS, 3).map((row, i) => ({
  id: `c-${(i * 7919) % 10007}`,
  number: i + 1,
  ...row,
  country: 'CH',
  note: null,
  left: row.churned === 'yes' ? 1 : 0,
}));

let churn: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'steepest-train-'));
  churn = put('churn.csv', csvOf(people));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const train = (...args: string[]) => steepest('train', ...args);

describe('steepest train of a table', () => {
  it('says what it decided, scores rows that it has not seen, and writes a model of raw rows', async () => {
    const out = at('churn.safetensors');
    const { status, stdout, stderr } = await train(churn, '--target', 'churned', '--out', out);
    expect(status).toBe(0);
    expect(stderr).toMatch(/^target +churned: 2 classes \(no [\d.]+ %, yes [\d.]+ %\)$/m);
    expect(stderr).toMatch(/^numbers +tenure \(\d+ gaps\), charge \(\d+ gaps\)$/m);
    expect(stderr).toMatch(/^categories +contract \(3 values\), internet \(3 values, \d+ gaps?\), payment/m);
    expect(stderr).toMatch(
      /^left out +id \(400 different texts in 400 rows\), number \(it numbers the rows\), country \(the same in every row\), note \(no values\), left \(it gives the target away\)$/m,
    );
    expect(stderr).toMatch(/^model +logistic regression/m);
    expect(stderr).toContain("warning: 'left' says the same as 'churned'");
    expect(stdout).toMatch(
      /^score +held out +baseline +better\n─+ +─+ +─+ +─+\nAccuracy +\d\S* % +\d\S* % +higher\n/,
    );

    const model = await load(out, Pipeline);
    expect(model.featureNamesIn).toEqual(['tenure', 'charge', 'contract', 'internet', 'payment']);
    expect(['yes', 'no']).toContainEqual(
      (
        model.predictSync({
          tenure: null,
          charge: 80,
          contract: 'new',
          internet: null,
          payment: 'card',
        }) as string[]
      )[0],
    );
    const info = (await readModelInfo(out))!;
    expect(info).toMatchObject({
      task: 'classification',
      target: 'churned',
      classes: ['no', 'yes'],
      model: 'logistic',
      rows: { trained: 320, held: 80, dropped: 0 },
      validation: { kind: 'split', share: 0.2 },
      seed: 0,
      command: `npx steepest train ${churn} --target churned`,
      reading: { types: { tenure: 'number', contract: 'text' } },
    });
    const names = info.scores.map(({ name }) => name);
    expect(names).toEqual(['accuracy', 'balancedAccuracy', 'f1', 'rocAuc', 'averagePrecision', 'logLoss']);
    const accuracy = info.scores[0]!;
    expect(accuracy.value).toBeGreaterThan(accuracy.baseline! + 0.05);
  });

  it('gives the scores that the held-out rows have by hand', async () => {
    const line = Array.from({ length: 60 }, (_, i) => ({
      a: (i * 37) % 61,
      y: 3 * ((i * 37) % 61) + ((i * 17) % 13),
    }));
    const { stdout } = await train(
      put('line.csv', csvOf(line)),
      '--target',
      'y',
      '--cv',
      '3',
      '--out',
      at('l.st'),
      '--json',
      '-q',
    );
    const { scores, rows, validation } = JSON.parse(stdout);
    expect({ rows, validation }).toEqual({
      rows: { trained: 60, held: 0, dropped: 0 },
      validation: { kind: 'folds', folds: 3 },
    });
    // The same folds, with steps of one's own: a ridge on a scaled column.
    const { KFold } = await import('#steepest/index.js');
    const y = Float64Array.from(line, ({ y }) => y);
    const own: number[] = [];
    for (const { train: known, test } of new KFold({ nSplits: 3, shuffle: true, seed: 0 }).split(60)) {
      const column = (rows: Uint32Array) => Array.from(rows, (row) => [line[row]!.a]);
      const scaler = await new StandardScaler().fit(column(known));
      const ridge = await new Ridge().fit(
        await scaler.transform(column(known)),
        Array.from(known, (row) => y[row]!),
      );
      const predicted = await ridge.predict(await scaler.transform(column(test)));
      own.push(
        metrics.r2Score(
          Array.from(test, (row) => y[row]!),
          predicted as Float64Array,
        ),
      );
    }
    const mean = own.reduce((a, b) => a + b) / 3;
    const sd = Math.sqrt(own.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 2);
    expect(scores[0].name).toBe('r2');
    expect(scores[0].value).toBeCloseTo(mean, 12);
    expect(scores[0].sd).toBeCloseTo(sd, 12);
    expect(scores[0].baseline).toBeLessThan(0.05);
  });

  it('takes what the user says about columns', async () => {
    const out = at('wishes.st');
    const { stderr } = await train(
      churn,
      '-t',
      'churned',
      '--categorical',
      'tenure',
      '--numeric',
      'number,left',
      '--drop',
      'payment',
      '-o',
      out,
    );
    expect(stderr).toMatch(/^numbers +number, charge .*left/m);
    expect(stderr).toMatch(/^means of +tenure \(\d+ values|^categories +tenure/m);
    expect(stderr).toMatch(/^left out +.*payment \(as asked\)/m);
    const model = await load(out, Pipeline);
    expect(model.featureNamesIn).toContain('left');
    expect((model.last as LogisticRegression).classes).toEqual(['no', 'yes']);
  });

  it('learns numbers, classes that are numbers, and true and false', async () => {
    const rows = Array.from({ length: 80 }, (_, i) => ({
      a: (i * 29) % 31,
      price: ((i * 29) % 31) * 1.5 + 0.25,
      stars: i % 4,
      ok: i % 3 === 0,
    }));
    const path = put('kinds.csv', csvOf(rows));
    const infoOf = async (...args: string[]) => {
      expect((await train(path, ...args, '-q', '-o', at('kinds.st'))).status).toBe(0);
      return (await readModelInfo(at('kinds.st')))!;
    };
    expect(await infoOf('-t', 'price', '--drop', 'a')).toMatchObject({ task: 'regression', model: 'linear' });
    expect(await infoOf('-t', 'stars')).toMatchObject({ classes: ['0', '1', '2', '3'] });
    expect(await infoOf('-t', 'stars', '--task', 'regression')).toMatchObject({ task: 'regression' });
    expect(await infoOf('-t', 'ok')).toMatchObject({ classes: ['false', 'true'] });
    const flags = (await load(at('kinds.st'), Pipeline)).predictSync({ a: 1, price: 2, stars: 1 });
    expect(typeof (flags as boolean[])[0]).toBe('boolean');
  });

  it('keeps categories beyond counting as means of the target, and leaves out rows without a target', async () => {
    const rows = Array.from({ length: 600 }, (_, i) => ({
      street: `s${(i * 31) % 120}`,
      rent: i % 50 === 0 ? '' : 10 * ((i * 31) % 120) + (i % 7),
    }));
    const { stdout, stderr } = await train(
      put('streets.csv', csvOf(rows)),
      '-t',
      'rent',
      '-o',
      at('s.st'),
      '--json',
    );
    expect(stderr).toMatch(/^means of +street \(120 values\)/m);
    expect(stderr).toContain('12 rows without it are left out');
    const { scores, rows: counts } = JSON.parse(stdout);
    expect(counts.dropped).toBe(12);
    expect(scores[0].value).toBeGreaterThan(0.9);
  });

  it('reads dates, and predicts from the same texts of another file', async () => {
    const rows = Array.from({ length: 120 }, (_, i) => ({
      day: `${String(1 + (i % 28)).padStart(2, '0')}.${String(1 + (i % 12)).padStart(2, '0')}.2024`,
      y: (i % 12) * 30 + (i % 28) + 0.5,
    }));
    const path = put('days.csv', csvOf(rows));
    expect((await train(path, '-t', 'y', '-o', at('days.st'))).stderr).toMatch(/^dates +day$/m);
    const info = (await readModelInfo(at('days.st')))!;
    expect(info.reading?.dates).toEqual({ day: '%d.%m.%Y' });
    const { table } = (await readData(put('one.csv', 'day\n04.03.2024\n'), {
      reading: info.reading!,
    })) as TableData;
    const [predicted] = (await (await load(at('days.st'), Pipeline)).predict(table)) as Float64Array;
    expect(predicted).toBeGreaterThan(40);
    expect(predicted).toBeLessThan(90);
  });

  it('writes a page', async () => {
    expect(
      (await train(churn, '-t', 'churned', '-o', at('m.st'), '--report', at('page.html'), '-q')).status,
    ).toBe(0);
    const page = readFileSync(at('page.html'), 'utf8');
    expect(page).toMatch(/^<!doctype html>/i);
    expect(page).toContain(`npx steepest train ${churn} --target churned --report`.replace(' --report', ''));
  });
});

describe('steepest train refuses, before any work,', () => {
  const cases: [string, string, string[], number, RegExp][] = [
    ['no target', 'a,b\n1,2\n', [], 1, /its columns are 'a', 'b'/],
    ['a target that is not there', 'price,b\n1,2\n', ['-t', 'prize'], 1, /Did you mean 'price'/],
    ['few rows', 'a,b\n1,2\n', ['-t', 'b'], 1, /at least 10 rows/],
    ['one class', `a,b\n${'1,x\n2,x\n'.repeat(8)}`, ['-t', 'b'], 1, /at least two different values/],
    ['a class of one row', `a,b\n${'1,x\n2,x\n'.repeat(8)}3,z\n`, ['-t', 'b'], 1, /one row of 'z'/],
    [
      'names as classes',
      `a,b\n${Array.from({ length: 30 }, (_, i) => `${i % 3},n${i}`).join('\n')}\n`,
      ['-t', 'b'],
      1,
      /30 different values in 30 rows/,
    ],
    [
      'text as numbers',
      `a,b\n${'1,x\n2,y\n'.repeat(8)}`,
      ['-t', 'b', '--task', 'regression'],
      1,
      /--task regression/,
    ],
    [
      'fractions as classes',
      `a,b\n${'1,1.5\n2,3\n'.repeat(8)}`,
      ['-t', 'b', '--task', 'classification'],
      1,
      /the number 1.5/,
    ],
    ['no other column', `a,b\n${'1,x\n1,y\n'.repeat(8)}`, ['-t', 'b'], 1, /'a': the same in every row/],
    [
      'an unknown column',
      `a,b\n${'1,x\n2,y\n'.repeat(8)}`,
      ['-t', 'b', '--drop', 'A'],
      1,
      /Did you mean 'a'/,
    ],
    [
      'to drop the target',
      `a,b\n${'1,x\n2,y\n'.repeat(8)}`,
      ['-t', 'b', '--drop', 'b'],
      2,
      /it is the target/,
    ],
    ['both ways of scores', 'a,b\n', ['-t', 'b', '--valid', '0.3', '--cv', '5'], 2, /exclude each other/],
    [
      'more folds than rows of a class',
      `a,b\n${'1,x\n2,y\n'.repeat(8)}`,
      ['-t', 'b', '--cv', '9'],
      1,
      /at least 9 rows/,
    ],
    [
      'epochs of a linear model',
      `a,b\n${'1,x\n2,y\n'.repeat(8)}`,
      ['-t', 'b', '--epochs', '3'],
      2,
      /--epochs is for networks/,
    ],
    [
      'a linear model of classes',
      `a,b\n${'1,x\n2,y\n'.repeat(8)}`,
      ['-t', 'b', '--model', 'linear'],
      2,
      /write --model logistic/,
    ],
    ['a cnn of a table', `a,b\n${'1,x\n2,y\n'.repeat(8)}`, ['-t', 'b', '--model', 'cnn'], 2, /is for images/],
    ['another kind of model', 'a,b\n', ['-t', 'b', '--model', 'forest'], 2, /--model takes auto/],
    [
      'a network in no file',
      `a,b\n${'1,x\n2,y\n'.repeat(8)}`,
      ['-t', 'b', '--model', 'absent.json'],
      1,
      /ERR_DATA_FILE/,
    ],
  ];
  it.each(cases)('%s', async (_, text, args, status, words) => {
    const path = put('bad.csv', text);
    const said = await train(path, ...args, '-o', at('bad.st'));
    expect(said.stderr).toMatch(words);
    expect(said).toMatchObject({ status, stdout: '' });
    expect(existsSync(at('bad.st'))).toBe(false);
  });

  it('paths that cannot be written, and files that are no models', async () => {
    const said = async (...args: string[]) => (await train(churn, '-t', 'churned', ...args)).stderr;
    expect(await said('-o', at('absent/m.st'))).toContain('Make the folder first');
    mkdirSync(at('folder'));
    expect(await said('-o', at('folder'))).toContain('EISDIR');
    const text = put('notes.txt', 'not a model');
    expect(await said('-o', text)).toContain('Choose another name for --out');
    expect(await said('-o', at('x.st'), '--report', text)).toContain('Choose another name for --report');
    expect(await said('-o', churn)).toContain('different files');
    expect(readFileSync(text, 'utf8')).toBe('not a model');
    mkdirSync(at('x.st.checkpoint'));
    expect(await said('-o', at('x.st'))).toContain('Pass --resume to go on from it');
  });
});
