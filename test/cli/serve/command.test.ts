import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LinearRegression } from 'steepest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { END_WITH_PARENT, spawnNode } from '../../support/spawnNode.js';
import { ROOT } from '../../support/trackedFiles.js';
import { ask, post, statuses } from './serving.js';

const cli = join(ROOT, 'dist/bundle/cjs/cli.js');
let folder: string;
let file: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'steepest-serve-'));
  file = join(folder, 'model.safetensors');
  await (await model(3)).save(file);
});
afterAll(() => rmSync(folder, { recursive: true }));

const model = (slope: number) =>
  new LinearRegression({ fitIntercept: false }).fit([[1], [2]], [slope, 2 * slope]);

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

interface Started {
  child: ChildProcess;
  /** Everything printed so far. */
  out: () => string;
  err: () => string;
  exit: Promise<number | null>;
}

function start(...args: string[]): Started {
  const child = spawnNode([cli, 'serve', ...args]);
  children.push(child);
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    err += chunk;
  });
  const exit = once(child, 'close').then(([code]) => code as number | null);
  return { child, out: () => out, err: () => err, exit };
}

/** Starts a server, and waits until it says where it listens. */
async function listening(...args: string[]): Promise<Started & { url: string; port: number }> {
  const started = start(file, '--port', '0', ...args);
  await Promise.race([once(started.child.stdout!, 'data'), started.exit]);
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(started.out())?.[1]);
  expect(port, started.err()).toBeGreaterThan(0);
  return { ...started, port, url: `http://127.0.0.1:${port}` };
}

describe('steepest serve', () => {
  it('prints its address, loads a newer file on SIGHUP, and answers what has come before it ends', async () => {
    const { child, url, port, out, err, exit } = await listening('--no-watch');
    expect(out()).toBe(`${file} (LinearRegression) at ${url}\n`);
    expect((await ask(url, '/predict', { row: [1] })).body.prediction).toBeCloseTo(3, 9);

    await (await model(5)).save(file);
    child.kill('SIGHUP');
    await once(child.stderr!, 'data');
    expect((await ask(url, '/predict', { row: [1] })).body.prediction).toBeCloseTo(5, 9);

    // A request of which the server has read a part when the signal comes.
    const request = post('{"row": [1]}');
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk) => {
      text += chunk;
    });
    const closed = once(socket, 'close');
    socket.write(request.slice(0, -3));
    await expect.poll(async () => (await ask(url, '/metrics')).text).toMatch(/^steepest_body_bytes [1-9]/m);
    child.kill('SIGTERM');
    await once(child.stderr!, 'data');
    await expect(ask(url, '/health')).rejects.toThrow();
    socket.write(request.slice(-3));
    await closed;
    expect(statuses(text)).toEqual([200]);
    expect(text).toMatch(/^connection: close\r$/im);
    expect(await exit).toBe(0);
    expect(err()).toContain('SIGTERM: no new connections');
  });

  it('with --json prints one object, and a log of JSON', async () => {
    const { child, out, err, exit, url, port } = await listening('--json', '--host', '127.0.0.1');
    const said = JSON.parse(out());
    expect(said).toEqual({
      url,
      port,
      pid: child.pid,
      model: file,
      type: 'LinearRegression',
      version: expect.any(String),
    });
    child.kill('SIGINT');
    expect(await exit).toBe(0);
    expect(JSON.parse(err())).toMatchObject({
      level: 'info',
      event: 'stop',
      time: expect.stringMatching(/Z$/),
    });
  });

  it('ends at once at a second signal', async () => {
    const { child, port, exit, url } = await listening();
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(post('{"row": [1]}').slice(0, -3));
    await expect.poll(async () => (await ask(url, '/metrics')).text).toMatch(/^steepest_body_bytes [1-9]/m);
    child.kill('SIGINT');
    await once(child.stderr!, 'data');
    child.kill('SIGINT');
    expect(await exit).toBe(130);
    socket.destroy();
  });

  it('warns when others than this machine can reach it', async () => {
    const started = start(file, '--port', '0', '--host', '0.0.0.0');
    await once(started.child.stdout!, 'data');
    started.child.kill('SIGTERM');
    expect(await started.exit).toBe(0);
    expect(started.err()).toContain('warning: anyone who reaches 0.0.0.0 can ask this server');
  });

  it('says why it cannot begin', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const taken = String((other.address() as { port: number }).port);
    const broken = join(folder, 'broken.safetensors');
    writeFileSync(broken, 'no model');
    const cases: [string[], number, RegExp][] = [
      [[file, '--port', taken], 1, /ERR_ARGUMENT: .*EADDRINUSE\nhint: Another program has this port/],
      [[broken], 1, /^steepest: ERR_MODEL_FILE: .*\nhint: /],
      [[join(folder, 'none.safetensors')], 1, /^steepest: ERR_MODEL_FILE: .*none\.safetensors/],
      [[], 2, /model/i],
      [[file, '--prot', '1'], 2, /Did you mean '--port'/],
      [[file, '--timeout', 'soon'], 2, /a time such as/],
    ];
    const ends = cases.map(async ([args, code, words]) => {
      const { exit, err, out } = start(...args);
      expect(await exit, args.join(' ')).toBe(code);
      expect(err()).toMatch(words);
      expect(out()).toBe('');
    });
    await Promise.all(ends);
    other.close();
  });

  it('of a test ends with the process of the test, however that ends', async () => {
    const program = `
      const { spawn } = require('node:child_process');
      const server = spawn(process.execPath, ${JSON.stringify([...END_WITH_PARENT, cli, 'serve', file, '--port', '0', '--json'])});
      server.stdout.pipe(process.stdout);`;
    const parent = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(parent);
    const [line] = await once(parent.stdout!.setEncoding('utf8'), 'data');
    const { pid, url } = JSON.parse(line);
    expect((await ask(url, '/health')).status).toBe(200);
    const isRunning = (): boolean => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    expect(isRunning()).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(isRunning, { timeout: 10_000 }).toBe(false);
  });
});
