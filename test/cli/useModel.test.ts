import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import {
  fromTfjs,
  LinearRegression,
  LogisticRegression,
  layers,
  loadEstimator,
  StandardScaler,
  sequential,
} from 'steepest';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeModelInfo } from '#steepest/cli/modelInfo.js';
import { temporaryFolder } from '../support/folder.js';
import { steepest } from './inProcess.js';

const files = temporaryFolder();
/** Names of files are those of the folder. */
const run = (...args: string[]) =>
  steepest(
    ...args.map((arg) => (/^[^-].*\.|^(line|net|scaler|classes|trained)$/.test(arg) ? files.path(arg) : arg)),
  );

const net = sequential({
  columns: ['a', 'b'],
  classes: ['no', 'yes'],
  seed: 2,
  layers: [layers.dense({ units: 2, activation: 'softmax', inputShape: [2] })],
}).compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });

beforeAll(async () => {
  // y = 2a − 3b + 1.
  const line = await new LinearRegression().fit(
    [
      { a: 0, b: 0 },
      { a: 1, b: 0 },
      { a: 0, b: 1 },
    ],
    [1, 3, -2],
  );
  await line.save(files.path('line'));
  await writeModelInfo(files.path('trained'), line.toBytes(), {
    version: '0.1.0',
    command: 'steepest train line.csv --target y',
    task: 'regression',
    target: 'y',
    model: 'linear',
    rows: { trained: 3, held: 1, dropped: 0 },
    validation: { kind: 'split', share: 0.2 },
    seed: 0,
    scores: [{ name: 'r2', value: 0.5, baseline: -0.25 }],
  });
  await net.save(files.path('net'));
  await (await new StandardScaler().fit([[1], [2]])).save(files.path('scaler'));
  const classes = await new LogisticRegression().fit([[0], [1], [2], [3]], [0, 0, 1, 1]);
  await classes.save(files.path('classes'));
  // The model says 0, 2, 4, 6: each is off by 1. The mean of y is 3, off by 2 each.
  writeFileSync(files.path('line.csv'), 'b,y,a,more\n1,1,1,p\n1,1,2,q\n1,5,3,r\n1,5,4,s\n1,,5,t\n');
  writeFileSync(files.path('yes.csv'), 'a,b,answer\n1,2,yes\n3,4,no\n5,6,yes\n');
  writeFileSync(files.path('codes.csv'), 'x,y\n0,0\n1,0\n2,1\n3,0\n');
});

describe('steepest evaluate', () => {
  it.each([[['line', 'line.csv', '--target', 'y']], [['trained', 'line.csv']]])(
    'gives the scores of %j beside those of the mean',
    async (args) => {
      const { status, stdout } = await run('evaluate', ...args, '--json');
      expect(status).toBe(0);
      const said = JSON.parse(stdout);
      expect(said).toMatchObject({ target: 'y', rows: 4, dropped: 1 });
      const of = Object.fromEntries(
        said.scores.map(({ name, value, baseline }: Record<string, number>) => [name, [value, baseline]]),
      );
      expect(of.r2[0]).toBeCloseTo(0.75, 12);
      expect(of.r2[1]).toBeCloseTo(0, 12);
      expect(of.mae[0]).toBeCloseTo(1, 12);
      expect(of.mae[1]).toBeCloseTo(2, 12);
    },
  );

  it('prints them as a table', async () => {
    const { stdout, stderr } = await run('evaluate', 'trained', 'line.csv');
    expect(stderr).toBe('');
    expect(stdout).toMatch(/line\.csv: 4 rows, target y; 1 without a target left out\n\nscore/);
    expect(stdout).toMatch(/^Mean absolute error +1 +2 +lower$/m);
    expect(stdout).toMatch(/always predicts the mean/);
  });

  it('takes the rounding of a mean for none', async () => {
    const rows = [0.1, 0.7, 0.3, 1.1, 0.2, 0.9, 0.4].map((y, i) => `1,${y},${i}`);
    writeFileSync(files.path('tenths.csv'), `b,y,a\n${rows.join('\n')}\n`);
    const { scores } = JSON.parse((await run('evaluate', 'trained', 'tenths.csv', '--json')).stdout);
    expect(scores.find(({ name }: { name: string }) => name === 'r2').baseline).not.toBe(0);
    expect((await run('evaluate', 'trained', 'tenths.csv')).stdout).toMatch(/^R² +\S+ +0 +higher$/m);
  });

  it('knows classes of numbers', async () => {
    const { stdout } = await run('evaluate', 'classes', 'codes.csv', '-t', 'y', '--json');
    expect(JSON.parse(stdout).scores[0]).toMatchObject({
      name: 'accuracy',
      title: 'Accuracy',
      value: 0.75,
      baseline: 0.75,
    });
  });

  it('writes a page, whole or not at all', async () => {
    const { status, stdout, stderr } = await run(
      'evaluate',
      'net',
      'yes.csv',
      '-t',
      'answer',
      '--report',
      'page.html',
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: `page written to ${files.path('page.html')}\n` });
    expect(stdout).toContain('Accuracy');
    expect(readFileSync(files.path('page.html'), 'utf8')).toMatch(/^<!doctype html>/i);
  });

  it.each([
    [['line', 'line.csv'], 1, /ERR_ARGUMENT: .*\nhint: Pass --target NAME/],
    [['line', 'line.csv', '-t', 'Y'], 1, /ERR_UNKNOWN_NAME: .*\nhint: Did you mean 'y'\?/],
    [['line', 'line.csv', '-t', 'more'], 1, /ERR_DATA_FILE: expected numbers in column 'more'/],
    [['scaler', 'line.csv', '-t', 'y'], 1, /ERR_ARGUMENT: expected a model that predicts/],
    [['line'], 2, /evaluate needs DATA/],
  ])('refuses %j', async (args, code, said) => {
    const { status, stdout, stderr } = await run('evaluate', ...args);
    expect({ status, stdout }).toEqual({ status: code, stdout: '' });
    expect(stderr).toMatch(said);
  });
});

describe('steepest explain', () => {
  it('gives coefficients by name', async () => {
    const { coefficients } = JSON.parse((await run('explain', 'line', '--json')).stdout);
    expect(coefficients[0].intercept).toBeCloseTo(1, 12);
    expect(coefficients[0].values.map(({ name }: { name: string }) => name)).toEqual(['a', 'b']);
    expect(coefficients[0].values[0].value).toBeCloseTo(2, 12);
    expect(coefficients[0].values[1].value).toBeCloseTo(-3, 12);
    expect((await run('explain', 'line')).stdout).toMatch(
      /^LinearRegression.*\nb +-3\na +2\n\(intercept\) +1\n$/s,
    );
  });

  it('says which columns matter: not one that never changes', async () => {
    const { stdout } = await run('explain', 'trained', 'line.csv', '--json');
    const { importance, score } = JSON.parse(stdout);
    expect(score).toBeCloseTo(0.75, 12);
    const of = Object.fromEntries(
      importance.map(({ name, mean }: { name: string; mean: number }) => [name, mean]),
    );
    expect(Object.keys(of).sort()).toEqual(['a', 'b']);
    expect(of.b).toBe(0);
    expect(of.a).toBeGreaterThan(0.5);
    expect((await run('explain', 'net', 'yes.csv', '-t', 'answer')).stdout).toMatch(
      /accuracy falls when a column/,
    );
  });

  it('prints layers, and the program of a step', async () => {
    expect((await run('explain', 'net')).stdout).toBe(`${net.summary()}\n`);
    const { stdout } = await run('explain', 'net', '--step', '--batch-size', '8');
    expect(stdout).toBe(`${net.explain({ batchSize: 8 })}\n`);
    expect((await run('explain', 'line', '--step')).stderr).toMatch(
      /ERR_ARGUMENT: expected a network for --step/,
    );
    expect((await run('explain', 'net', 'yes.csv', '--step')).status).toBe(2);
  });
});

describe('steepest export', () => {
  it('writes ONNX beside the model, and replaces nothing by itself', async () => {
    const { status, stderr } = await run('export', 'line', '--to', 'onnx');
    expect({ status, stderr }).toEqual({ status: 0, stderr: `written to ${files.path('line')}.onnx\n` });
    const line = await loadEstimator(files.path('line'));
    expect(new Uint8Array(readFileSync(files.path('line.onnx')))).toEqual(new Uint8Array(line.toOnnx()));
    expect((await run('export', 'line', '--to', 'onnx')).stderr).toContain('or pass --force');
    expect((await run('export', 'line', '--to', 'onnx', '--force', '--json')).stdout).toContain(
      '"to": "onnx"',
    );
  });

  it('writes networks for TensorFlow.js, which read back the same', async () => {
    expect((await run('export', 'net', '--to', 'tfjs', '--out', 'web.d')).status).toBe(0);
    const again = await fromTfjs(files.path('web.d/model.json'));
    expect([...(await again.predict([[1, 2]])).data]).toEqual([...(await net.predict([[1, 2]])).data]);
    expect((await run('export', 'line', '--to', 'tfjs')).stderr).toMatch(
      /ERR_ARGUMENT: .*\nhint: .*--to onnx/,
    );
    expect(existsSync(files.path('line-tfjs'))).toBe(false);
  });

  it.each([
    [['net'], 'export needs --to: what to write\nUsage: steepest export MODEL --to FORMAT [options]'],
    [['net', '--to', 'onxx'], "Did you mean 'onnx'?"],
    [['net', '--to', 'tfjs', '--input-type', 'uint8'], '--input-type goes with --to onnx'],
    [['line', '--to', 'onnx', '--input-type', 'uint8', '--force'], '--input-type is for networks'],
    [['net', '--to', 'onnx', '--out', 'net'], '--out is the model itself'],
  ])('refuses %j', async (args, said) => {
    const { status, stderr } = await run('export', ...args);
    expect(status).toBe(2);
    expect(stderr).toContain(said);
  });
});

describe('steepest inspect', () => {
  it('says what train has written beside a model', async () => {
    const { stdout } = await run('inspect', 'trained');
    expect(stdout).toMatch(/^target +y$/m);
    expect(stdout).toMatch(/^rows trained on +3$/m);
    expect(stdout).toMatch(/^r2 +0\.5 +-0\.25$/m);
    expect(JSON.parse((await run('inspect', 'trained', '--json')).stdout)).toMatchObject({
      target: 'y',
      task: 'regression',
      scores: [{ score: 'r2', model: 0.5, baseline: -0.25 }],
    });
  });
});
