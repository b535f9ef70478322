import { once } from 'node:events';
import { readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LinearRegression, StandardScaler } from 'steepest';
import { describe, expect, it } from 'vitest';
import { spawnNode } from '../../support/spawnNode.js';
import { ask, serving, type TestServer } from './serving.js';

/** A model whose prediction for [1] tells it from others. */
const model = (slope: number) =>
  new LinearRegression({ fitIntercept: false }).fit([[1], [2]], [slope, 2 * slope]);
const TIMES = { pollMs: 20, settleMs: 10 };

const answerOf = async ({ url }: TestServer): Promise<number> =>
  Math.round((await ask(url, '/predict', { row: [1] })).body.prediction);

const until = (server: TestServer, slope: number): Promise<void> =>
  expect.poll(() => answerOf(server), { timeout: 10_000, interval: 10 }).toBe(slope);

const untilLogged = (server: TestServer, words: string): Promise<void> =>
  expect.poll(() => server.log.join(''), { timeout: 10_000, interval: 10 }).toContain(words);

describe('a newer file is loaded', () => {
  it.each([
    ['renamed into place', async (file: string) => (await model(5)).save(file)],
    ['rewritten', async (file: string) => writeFileSync(file, (await model(5)).toBytes())],
    [
      'of a link that points elsewhere',
      async (file: string) => {
        await (await model(5)).save(`${file}.new`);
        symlinkSync(`${file}.new`, `${file}.link`);
        renameSync(`${file}.link`, file);
      },
    ],
    [
      'removed and written again',
      async (file: string) => {
        rmSync(file);
        await (await model(5)).save(file);
      },
    ],
  ])('%s', async (_, write) => {
    const server = await serving(await model(3), { watch: true }, TIMES);
    expect(await answerOf(server)).toBe(3);
    await write(server.file);
    await until(server, 5);
    const { text } = await ask(server.url, '/metrics');
    expect(text).toContain('steepest_model_reloads_total{result="loaded"} 1\n');
    expect(server.log.join('')).toContain('a new model answers: LinearRegression');
  });

  it('by order, without watching; the same file changes nothing', async () => {
    const server = await serving(await model(3));
    await (await model(4)).save(server.file);
    await server.reload();
    expect(await answerOf(server)).toBe(4);
    await server.reload();
    expect(server.log.at(-1)).toContain('the same as before');
  });

  it('with other inputs, which the log says', async () => {
    const server = await serving(await model(3), { json: true });
    await (
      await new StandardScaler().fit([
        [1, 2],
        [3, 4],
      ])
    ).save(server.file);
    await server.reload();
    expect((await ask(server.url, '/predict', { row: [1, 2] })).body).toEqual({ prediction: [-1, -1] });
    const events = server.log.map((line) => JSON.parse(line));
    expect(events.map(({ level, event }) => [level, event])).toEqual([
      ['info', 'reload'],
      ['warning', 'reload'],
    ]);
    expect(events[0]).toMatchObject({
      type: 'StandardScaler',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });
});

describe('what is no whole model changes nothing', () => {
  it.each<[string, (bytes: Buffer) => Uint8Array | Promise<Uint8Array>, string]>([
    ['cut off', (bytes) => bytes.subarray(0, bytes.length - 5), 'ERR_MODEL_FILE'],
    ['empty', () => new Uint8Array(0), 'ERR_MODEL_FILE'],
    ['of another kind', () => Buffer.from('PK\x03\x04 and so on'), 'ERR_MODEL_FILE'],
    ['an estimator before its fit', () => new LinearRegression().toBytes(), 'ERR_NOT_FITTED'],
  ])('%s', async (_, change, code) => {
    const server = await serving(await model(3), { watch: true }, TIMES);
    writeFileSync(server.file, await change(readFileSync(server.file)));
    await untilLogged(server, `the new model is not used: ${code}`);
    expect(await answerOf(server)).toBe(3);
    expect((await ask(server.url, '/metrics')).text).toContain(
      'steepest_model_reloads_total{result="failed"} 1\n',
    );
    await (await model(6)).save(server.file);
    await until(server, 6);
  });

  it('a file that goes is missed once, and found again', async () => {
    const server = await serving(await model(3), { watch: true }, TIMES);
    rmSync(server.file);
    await untilLogged(server, 'there is no model to load');
    expect(await answerOf(server)).toBe(3);
    await (await model(3)).save(server.file);
    await (await model(7)).save(server.file);
    await until(server, 7);
    expect(server.log.filter((line) => line.includes('no model to load'))).toHaveLength(1);
  });

  it('a writer that is killed while it saves leaves a server and a file that work', async () => {
    const server = await serving(await model(3), { watch: true }, TIMES);
    const program = `
      import { createRequire } from 'node:module';
      const { LinearRegression } = createRequire(process.cwd() + '/')('./dist/bundle/cjs/index.js');
      console.log('ready');
      for (let slope = 10; ; slope++) {
        const model = await new LinearRegression({ fitIntercept: false }).fit([[1], [2]], [slope, 2 * slope]);
        await model.save(${JSON.stringify(server.file)});
      }`;
    for (let kill = 0; kill < 3; kill++) {
      const writer = spawnNode(['--input-type=module', '-e', program]);
      await once(writer.stdout, 'data');
      await expect.poll(() => answerOf(server), { timeout: 10_000, interval: 5 }).toBeGreaterThan(3);
      const exit = once(writer, 'exit');
      writer.kill('SIGKILL');
      await exit;
    }
    // Whatever stands there now is whole, and is what answers in the end.
    await server.reload();
    expect(await answerOf(server)).toBeGreaterThan(9);
    await (await model(4)).save(server.file);
    await until(server, 4);
    expect(join(server.folder, 'model.safetensors')).toBe(server.file);
  });

  it('every answer is of one of the models while they are swapped', async () => {
    const server = await serving(await model(3), { watch: true }, TIMES);
    const answers: number[] = [];
    for (let slope = 4; slope < 8; slope++) {
      await (await model(slope)).save(server.file);
      while (answers.at(-1) !== slope) {
        const rows = await ask(server.url, '/predict', { rows: [[1], [2], [3]] });
        const [one, two, three] = rows.body.predictions.map(Math.round);
        expect([two, three]).toEqual([2 * one, 3 * one]);
        answers.push(one);
      }
    }
    expect([...answers].sort((a, b) => a - b)).toEqual(answers);
  });
});
