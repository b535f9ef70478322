import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import {
  columnTransformer,
  data,
  LinearRegression,
  LogisticRegression,
  layers,
  OneHotEncoder,
  pipeline,
  SimpleImputer,
  StandardScaler,
  sequential,
} from 'steepest';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folder.js';
import { steepest } from './inProcess.js';

const command = fileURLToPath(new URL('../../dist/bundle/cjs/cli.js', import.meta.url));
const files = temporaryFolder();
/** As a program of its own, with standard input. */
const piped = (input: string, ...args: string[]) =>
  spawnSync(process.execPath, [command, 'predict', files.path('model.safetensors'), '-', ...args], {
    encoding: 'utf8',
    input,
  });
/** Names of files are those of the folder. */
const inFolder = (arg: string): string => (/^[^-].*\.|^(net|line|none)$/.test(arg) ? files.path(arg) : arg);
const predict = (...args: string[]) => steepest('predict', ...args.map(inFolder));

const towns = ['Bern', 'Chur', 'Basel'];
const rows = Array.from({ length: 60 }, (_, i) => ({
  id: `00${i}`,
  size: (i * 37) % 50,
  town: towns[i % 3]!,
  taken: (i * 37) % 50 > 20 ? 'yes' : 'no',
}));
const csvOf = (list: readonly object[]): string =>
  `${[Object.keys(list[0]!), ...list.map(Object.values)].map((cells) => cells.join(',')).join('\n')}\n`;
const flats = new data.DataTable({
  size: rows.map(({ size }) => size),
  town: rows.map(({ town }) => town),
});
const prepared = () =>
  columnTransformer([
    ['size', pipeline(new SimpleImputer(), new StandardScaler()), ['size']],
    ['town', new OneHotEncoder({ handleUnknown: 'ignore' }), ['town']],
  ]);

let expected: { predictions: unknown[]; probabilities: number[][] };
beforeAll(async () => {
  const model = await pipeline(prepared(), new LogisticRegression()).fit(
    flats,
    rows.map(({ taken }) => taken),
  );
  await model.save(files.path('model.safetensors'));
  expected = {
    predictions: (await model.predict(flats)) as unknown[],
    probabilities: (await model.predictProba(flats)).toArray(),
  };
  writeFileSync(files.path('new.csv'), csvOf(rows));
  writeFileSync(files.path('new.csv.gz'), gzipSync(csvOf(rows)));
  // y = 2a − 3b + 1, exactly.
  const x = [
    [0, 0],
    [1, 0],
    [0, 1],
    [2, 5],
  ];
  const line = await new LinearRegression().fit(
    x,
    x.map(([a, b]) => 2 * a! - 3 * b! + 1),
  );
  await line.save(files.path('line'));
  await data.writeNpy(files.path('x.npy'), { data: Float64Array.of(1, 1, 10, 2), shape: [2, 2] });
  const net = sequential({
    classes: ['a', 'b', 'c'],
    layers: [layers.dense({ units: 3, activation: 'softmax', inputShape: [2] })],
  });
  await net.save(files.path('net'));
  await net.saveOnnx(files.path('net.onnx'));
});

const table = (stdout: string) => data.csv({ text: stdout }, { types: { id: 'text' } }).table();

describe('steepest predict', () => {
  it('prints what predict and predictProba say, beside columns that are kept', async () => {
    const { status, stdout, stderr } = await predict(
      'model.safetensors',
      'new.csv',
      '--proba',
      '--keep',
      'id',
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const answers = await table(stdout);
    expect(answers.columnNames).toEqual(['id', 'prediction', 'probability_no', 'probability_yes']);
    expect(answers.text('id')).toEqual(rows.map(({ id }) => id));
    expect(answers.text('prediction')).toEqual(expected.predictions);
    expect([...answers.numbers('probability_yes')]).toEqual(expected.probabilities.map(([, yes]) => yes));
  });

  it('takes columns by name, in any order, with others beside them, zipped and from stdin', async () => {
    const { stdout } = await predict('model.safetensors', 'new.csv');
    expect(stdout.split('\n').slice(1, -1)).toEqual(expected.predictions);
    expect((await predict('model.safetensors', 'new.csv.gz')).stdout).toBe(stdout);
    const turned = rows.map(({ size, town }, i) => ({ extra: i, town, more: 'x', size }));
    expect(piped(csvOf(turned), '--format', 'csv')).toMatchObject({ status: 0, stdout, stderr: '' });
  });

  it('writes JSON lines, one JSON object, and arrays', async () => {
    const lines = (await predict('model.safetensors', 'new.csv', '--to', 'jsonl', '--keep', 'id')).stdout;
    const parsed = lines
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const objects = rows.map(({ id }, i) => ({ id, prediction: expected.predictions[i] }));
    expect(parsed).toEqual(objects);
    const whole = await predict('model.safetensors', 'new.csv', '--json', '--keep', 'id');
    expect(JSON.parse(whole.stdout)).toEqual({ predictions: objects });
    const said = await predict('model.safetensors', 'new.csv', '--proba', '-o', 'p.npy', '--json');
    expect(JSON.parse(said.stdout)).toEqual({ out: files.path('p.npy'), format: 'npy', rows: 60 });
    const { data: numbers, shape } = await data.readNpy(files.path('p.npy'));
    expect(shape).toEqual([60, 2]);
    expect([...numbers]).toEqual(expected.probabilities.flat());
  });

  it('predicts values of arrays', async () => {
    const { stdout } = await predict('line', 'x.npy');
    const [head, ...values] = stdout.trimEnd().split('\n');
    expect(head).toBe('prediction');
    expect(values.map((value) => Number(value).toFixed(9))).toEqual(['0.000000000', '15.000000000']);
  });

  it('reads a network, and the same as ONNX', async () => {
    expect((await predict('net', 'x.npy')).stdout).toMatch(/^prediction\n[abc]\n[abc]\n$/);
    expect((await predict('net.onnx', 'x.npy')).stdout.split('\n').length).toBe(4);
  });

  it('goes over the borders of pieces without a change', async () => {
    const many = Array.from({ length: 66_000 }, (_, i) => rows[i % rows.length]!);
    writeFileSync(files.path('many.csv'), csvOf(many));
    const { stdout } = await predict('model.safetensors', 'many.csv', '--keep', 'id');
    const lines = stdout.trimEnd().split('\n').slice(1);
    expect(lines).toEqual(many.map(({ id }, i) => `${id},${expected.predictions[i % rows.length]}`));
  });

  it.each([
    [
      ['model.safetensors', 'bad.csv'],
      1,
      /ERR_SHAPE: .*also 'size'.*\nhint: Did you mean 'size' by 'sise'\?/,
    ],
    [['model.safetensors', 'new.csv', '--keep', 'Id'], 1, /ERR_UNKNOWN_NAME: .*\nhint: Did you mean 'id'\?/],
    [['model.safetensors', 'none.csv'], 1, /ERR_DATA_FILE: .*ENOENT/],
    [['none', 'new.csv'], 1, /ERR_MODEL_FILE: .*ENOENT/],
    [['new.csv', 'new.csv'], 1, /ERR_MODEL_FILE: .*given text/],
    [['line', 'x.npy', '--proba'], 1, /ERR_ARGUMENT: expected a model of probabilities/],
    [['model.safetensors', 'new.csv', '-o', 'a.xls'], 2, /the ending of --out '.*a.xls' says no format/],
    [['model.safetensors', 'new.csv', '--json', '--to', 'csv'], 2, /--json prints one JSON object/],
    [['model.safetensors', 'new.csv', '--to', 'jsonk'], 2, /Did you mean 'jsonl'\?/],
  ])('refuses %j', async (args, code, said) => {
    writeFileSync(files.path('bad.csv'), csvOf(rows).replace('size', 'sise'));
    const { status, stdout, stderr } = await predict(...args);
    expect({ status, stdout }).toEqual({ status: code, stdout: '' });
    expect(stderr).toMatch(said);
  });

  it('leaves nothing half-written when a row deep in the file is wrong', async () => {
    const good = csvOf(Array.from({ length: 66_000 }, () => rows[0]!));
    writeFileSync(files.path('bad.csv'), `${good}9,abc,Bern,no\n`);
    writeFileSync(files.path('old.csv'), 'old\n');
    const { status, stderr } = await predict('model.safetensors', 'bad.csv', '--out', 'old.csv');
    expect(status).toBe(1);
    expect(stderr).toMatch(/line 66002, column 'size' \(2\).*\nhint: Fix the field, or leave it empty/);
    expect(readFileSync(files.path('old.csv'), 'utf8')).toBe('old\n');
    expect((await predict('model.safetensors', 'bad.csv', '--out', 'fresh.csv')).status).toBe(1);
    expect(existsSync(files.path('fresh.csv'))).toBe(false);
    expect(readdirSync(files.path('')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});
