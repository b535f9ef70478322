import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { load, Pipeline } from 'steepest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customers } from '../../examples/lib/customers.mjs';
import { spawnNode } from '../support/spawnNode.js';
import { numberAfter, run, TIMEOUT } from './run.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steepest-serving-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Starts the server and waits for its port. */
async function start(args: string[]): Promise<{ server: ChildProcess; url: string; said: string[] }> {
  const server = spawnNode(['examples/serve.mjs', '--port', '0', '--rows', '400', ...args], { cwd: root });
  server.stderr.pipe(process.stderr, { end: false });
  const said: string[] = [];
  const lines = createInterface({ input: server.stdout! });
  lines.on('line', (line) => said.push(line));
  await Promise.race([once(lines, 'line'), once(server, 'exit')]);
  expect(said).toHaveLength(1);
  return { server, url: `http://localhost:${numberAfter(said[0]!, 'listening on port')}`, said };
}

interface Answer {
  status: number;
  body: { version: number; leave: number[]; training: boolean; error: string };
}

const ask = async (url: string, body?: string): Promise<Answer> => {
  const response = await fetch(url, body === undefined ? {} : { method: 'POST', body });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
};

describe('from a table to a server', () => {
  it(
    'churn trains on a CSV file with text and gaps, reports and saves',
    async () => {
      const out = join(folder, 'churn.safetensors');
      const printed = await run('churn', ['--rows', '1200', '--out', out], {});
      expect(numberAfter(printed, 'of 300 customers held out:')).toBeGreaterThan(0.75);
      expect(printed).toMatch(/^numbers__tenure +-/m);
      expect(printed).toContain('as before saving: true');
      expect(await load(out)).toBeInstanceOf(Pipeline);
    },
    TIMEOUT,
  );

  it(
    'serve answers objects, swaps in what it has trained, and stops',
    async () => {
      const file = join(folder, 'served.safetensors');
      const { server, url, said } = await start(['--model', file]);
      const exit = once(server, 'exit');
      const list = customers(20, 5).map(
        ({ churned: _, ...customer }: object & { churned: string }) => customer,
      );
      const before = await ask(`${url}/predict`, JSON.stringify(list));
      expect(before.status).toBe(200);
      expect(before.body.leave).toHaveLength(20);
      const one = await ask(`${url}/predict`, JSON.stringify(list[3]));
      expect(one.body).toEqual({ version: 1, leave: [before.body.leave[3]] });
      expect((await ask(`${url}/predict`, '{"tenure": 3, "spare": 1}')).body.leave).toHaveLength(1);
      for (const wrong of ['[1', '{"tenure": "long"}', JSON.stringify(Array(1001).fill({}))]) {
        const { status, body } = await ask(`${url}/predict`, wrong);
        expect([status, typeof body.error]).toEqual([400, 'string']);
      }
      expect((await ask(`${url}/nowhere`)).status).toBe(404);

      expect((await ask(`${url}/retrain`, '')).status).toBe(202);
      // Requests are answered meanwhile, each by one model.
      let answer = await ask(`${url}/predict`, JSON.stringify(list));
      while (answer.body.version === 1) {
        expect(answer.body).toEqual(before.body);
        // What trains gives way: asked without a pause, the server would leave it no core.
        await new Promise((resolve) => setTimeout(resolve, 20));
        answer = await ask(`${url}/predict`, JSON.stringify(list));
      }
      const saved = await load(file, Pipeline);
      const proba = saved.predictProbaSync(list) as { column(name: string): Float64Array };
      expect(answer.body).toEqual({ version: 2, leave: [...proba.column('yes')] });
      const written = await stat(file);

      // It stops in the middle of training, and leaves the file as it is.
      await ask(`${url}/retrain`, '');
      server.kill('SIGTERM');
      expect(await exit).toEqual([0, null]);
      expect(said.at(-1)).toBe('stopped');
      const after = (await load(file)) as Pipeline;
      expect(after.type).toBe('Pipeline');
      expect((await stat(file)).mtimeMs).toBeGreaterThanOrEqual(written.mtimeMs);
    },
    TIMEOUT,
  );
});
