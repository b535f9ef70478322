import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { layers, sequential } from 'steepest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customers } from '../../scripts/verify/lib/fourCommands.mjs';
import { spawnNode } from '../support/spawnNode.js';

const run = promisify(execFile);
const command = fileURLToPath(new URL('../../dist/bundle/cjs/cli.js', import.meta.url));
const page = readFileSync(new URL('../../docs/command.md', import.meta.url), 'utf8');
const samples = [...page.matchAll(/^```sh\n(.*?)^```/gms)]
  .flatMap(([, code]) => code!.trim().split('\n'))
  .filter((line) => !line.startsWith('#'));

/** They take seconds, and test/cli runs them. */
const RUN_ELSEWHERE = /^npx steepest (bench|doctor|example train)\b/;

/** A folder with all files that the samples name, and a PATH with `npx` for the built command. */
const folder = mkdtempSync(join(tmpdir(), 'steepest-samples-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);
const env = { ...process.env, PATH: `${at('bin')}:${process.env.PATH}` };
const shell = (line: string) => run('sh', ['-ec', line], { cwd: folder, env });

async function makeFiles(): Promise<void> {
  mkdirSync(at('bin'));
  writeFileSync(at('bin/npx'), `#!/bin/sh\nshift\nexec '${process.execPath}' '${command}' "$@"\n`);
  chmodSync(at('bin/npx'), 0o755);
  writeFileSync(at('customers.csv'), customers(400, 3));
  for (const name of ['later.csv', 'new.csv']) writeFileSync(at(name), customers(50, 4));
  writeFileSync(at('churn.csv'), customers(400, 5).replace('left', 'Churn'));
  writeFileSync(at('test.csv'), customers(50, 6).replace('left', 'Churn'));
  const houses = Array.from(
    { length: 60 },
    (_, i) => `${i % 7},${(i * 13) % 50},${3 * (i % 7) + ((i * 13) % 50)}`,
  );
  writeFileSync(at('houses.csv.gz'), gzipSync(`rooms,age,price\n${houses.join('\n')}\n`));
  for (const [shade, name] of ['dark', 'light'].entries()) {
    mkdirSync(at(`photos/${name}`), { recursive: true });
    for (let i = 0; i < 12; i++) {
      const pixels = Buffer.alloc(256, 40 + 150 * shade + i);
      await sharp(pixels, { raw: { width: 16, height: 16, channels: 1 } }).toFile(
        at(`photos/${name}/${i}.png`),
      );
    }
  }
  const net = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
  await net.compile({ optimizer: 'sgd', loss: 'meanSquaredError' }).save(at('net.safetensors'));
}

/** Starts a server as the page says, at any free port. @returns its address */
async function serve(line: string): Promise<{ url: string; stop(): Promise<number | null> }> {
  const args = line
    .split(' ')
    .slice(2)
    .filter((arg) => !/^(--json|--port|\d+)$/.test(arg));
  const server = spawnNode([command, ...args, '--port', '0', '--json'], { cwd: folder });
  const end = once(server, 'close');
  const [first] = (await once(server.stdout, 'data')) as [Buffer];
  const stop = async (): Promise<number | null> => {
    server.kill('SIGTERM');
    return ((await end) as [number | null])[0];
  };
  return { url: (JSON.parse(first.toString()) as { url: string }).url, stop };
}

describe.skipIf(process.platform === 'win32')('the samples of docs/command.md', () => {
  beforeAll(makeFiles);

  it('are found', () => {
    expect(samples.length).toBeGreaterThan(15);
    expect(samples.filter((line) => !/^(npx steepest |curl |cat )/.test(line))).toEqual([]);
  });

  const ran: string[] = [];
  let request = '';
  // In the order of the page: later ones read what earlier ones have written.
  it.each(samples)('%s', async (line) => {
    ran.push(line);
    if (RUN_ELSEWHERE.test(line)) return;
    if (line.startsWith('curl ')) request = line;
    else if (line.startsWith('npx steepest serve ')) {
      const { url, stop } = await serve(line);
      expect((await fetch(`${url}/health`)).status).toBe(200);
      const asked = page.slice(page.indexOf('\ncurl ')).split('\n')[1]!;
      const body = /--json '(.*)'/.exec(asked)![1]!;
      const answer = await fetch(`${url}/predict`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      expect(await answer.json()).toMatchObject({ prediction: 'yes' });
      expect(await stop()).toBe(0);
    } else {
      const { stdout, stderr } = await shell(line);
      expect(stdout + stderr).not.toBe('');
    }
  });

  it('all ran', () => {
    expect(ran).toEqual(samples);
    expect(request).toContain('localhost:8080/predict');
    expect(readFileSync(at('report.html'), 'utf8')).toMatch(/^<!doctype html>/i);
    expect(readFileSync(at('answers.csv'), 'utf8')).toMatch(
      /^id,prediction,probability_no,probability_yes\n1000,/,
    );
  });
});
