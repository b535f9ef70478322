import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkpointFolder } from '#steepest/cli/train/checkpoints.js';
import { spawnNode } from '../support/spawnNode.js';
import { ROOT } from '../support/trackedFiles.js';
import { steepest } from './inProcess.js';

let home: string;
const at = (name: string): string => join(home, name);
let whole: Buffer;
const EPOCHS = '40';
const fitted = (out: string, ...args: string[]) => [
  ...['train', at('t.csv'), '-t', 'y', '--model', 'mlp', '--epochs', EPOCHS, '--batch-size', '1'],
  ...['-o', at(out), ...args],
];

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'steepest-interrupt-'));
  const lines = Array.from(
    { length: 1500 },
    (_, i) => `${(i * 7) % 101},${(i * 13) % 37},${((i * 7) % 101) * 3 - ((i * 13) % 37) + 0.5}`,
  );
  writeFileSync(at('t.csv'), `a,b,y\n${lines.join('\n')}\n`);
  const { status } = await steepest(...fitted('whole.st', '-q'));
  expect(status).toBe(0);
  whole = readFileSync(at('whole.st'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Ended {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

/** Runs the packed command, and does something once stderr says `words`. */
function run(args: readonly string[], words: RegExp, then: (child: ChildProcess) => void): Promise<Ended> {
  const child = spawnNode([join(ROOT, 'dist/bundle/cjs/cli.js'), ...args]);
  const said = { stdout: '', stderr: '' };
  let isDone = false;
  child.stdout.on('data', (piece) => {
    said.stdout += piece;
  });
  child.stderr.on('data', (piece) => {
    said.stderr += piece;
    if (isDone || !words.test(said.stderr)) return;
    isDone = true;
    then(child);
  });
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, ...said }));
  });
}

const SECOND_EPOCH = /^Epoch 2\//m;

describe('steepest train that is interrupted', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'by %s says how to go on, and goes on to the same bytes',
    async (signal) => {
      const out = `${signal}.st`;
      const ended = await run(fitted(out), SECOND_EPOCH, (child) => child.kill(signal));
      expect(ended).toMatchObject({ code: 130, stdout: '' });
      expect(ended.stderr).toMatch(/stopped\. To go on: npx steepest train .* --resume\n$/);
      expect(existsSync(at(out))).toBe(false);
      expect(readdirSync(checkpointFolder(at(out)))).toEqual(['fit']);

      const again = await steepest(...fitted(out));
      expect(again.status).toBe(1);
      expect(again.stderr).toContain('Pass --resume to go on from it');

      const resumed = await steepest(...fitted(out, '--resume', '--workers', '1'));
      expect(resumed.status).toBe(0);
      expect(resumed.stderr).toContain('goes on from the checkpoint');
      expect(resumed.stderr).not.toMatch(/^Epoch 1\//m);
      expect(readFileSync(at(out)).equals(whole)).toBe(true);
      expect(existsSync(checkpointFolder(at(out)))).toBe(false);
    },
  );

  it('by kill -9 leaves the old model and a checkpoint', async () => {
    writeFileSync(at('killed.st'), whole.subarray(0, 0));
    const { signal } = await run(fitted('killed.st'), SECOND_EPOCH, (child) => child.kill('SIGKILL'));
    expect(signal).toBe('SIGKILL');
    expect(readFileSync(at('killed.st')).length).toBe(0);
    const { status } = await steepest(...fitted('killed.st', '--resume', '-q'));
    expect(status).toBe(0);
    expect(readFileSync(at('killed.st')).equals(whole)).toBe(true);
    expect(readdirSync(home).filter((name) => /^\.steepest|checkpoint/.test(name))).toEqual([]);
  });

  it('in the folds of a cross-validation goes on in the fold that it was in', async () => {
    const cv = (out: string, ...args: string[]) => [
      ...[
        'train',
        at('t.csv'),
        '-t',
        'y',
        '--model',
        'mlp',
        '--epochs',
        '4',
        '--batch-size',
        '2',
        '--cv',
        '3',
      ],
      ...['-o', at(out), ...args],
    ];
    const undisturbed = await steepest(...cv('cv.st'));
    const ended = await run(cv('stopped.st'), /fold 2 of 3\n.*Epoch 2\//s, (child) => child.kill('SIGINT'));
    expect(ended.code).toBe(130);
    const resumed = await steepest(...cv('stopped.st', '--resume'));
    expect(resumed.stdout).toBe(undisturbed.stdout);
    expect(readFileSync(at('stopped.st')).equals(readFileSync(at('cv.st')))).toBe(true);
    expect(resumed.stderr.split('fold 2 of 3')[0]).not.toMatch(/^Epoch/m);
  });

  it('twice ends at once', async () => {
    const ended = await run(fitted('twice.st'), SECOND_EPOCH, (child) => {
      child.kill('SIGINT');
      child.stderr!.once('data', () => child.kill('SIGINT'));
    });
    expect(ended.code).toBe(130);
    rmSync(checkpointFolder(at('twice.st')), { recursive: true, force: true });
  });

  it('while it reads says that nothing is written', async () => {
    const child = spawn(process.execPath, [
      ...[join(ROOT, 'dist/bundle/cjs/cli.js'), 'train', '-', '-t', 'y', '-o', at('unread.st')],
    ]);
    let said = '';
    child.stderr.on('data', (piece) => {
      said += piece;
    });
    // More than a pipe holds: all of it is written once the command reads. The input stays open.
    child.stdin.write('1,2\n'.repeat(2 ** 18), () => child.kill('SIGINT'));
    const ended = await new Promise((resolve) => {
      child.on('close', (code, signal) => resolve({ code, signal }));
    });
    expect(ended).toEqual({ code: 130, signal: null });
    expect(said).toBe('\nstopped before the training began; nothing is written\n');
    expect(existsSync(at('unread.st'))).toBe(false);
  });

  it('has nothing to go on from if there is no checkpoint, or the model is not trained in steps', async () => {
    const absent = await steepest(...fitted('new.st', '--resume'));
    expect(absent.stderr).toContain('no checkpoint');
    expect(readFileSync(at('new.st')).equals(whole)).toBe(true);
    const linear = await steepest('train', at('t.csv'), '-t', 'y', '-o', at('linear.st'), '--resume');
    expect(linear.stderr).toContain('is fitted again, with the same bits');
    expect(linear.status).toBe(0);
  });

  it('refuses a checkpoint of another training', async () => {
    const out = 'changed.st';
    await run(fitted(out), SECOND_EPOCH, (child) => child.kill('SIGINT'));
    const other = await steepest(...fitted(out, '--resume', '--seed', '5'));
    expect(other.status).toBe(1);
    expect(other.stderr).toContain('ERR_RESUME');
    expect(existsSync(checkpointFolder(at(out)))).toBe(true);
  });

  it('gives the same bytes on the TypeScript kernels too, for any number of threads', async () => {
    const env = { ...process.env, STEEPEST_BACKEND: 'typescript' };
    const args = ['train', at('t.csv'), '-t', 'y', '--model', 'mlp', '--epochs', '3', '-q'];
    for (const workers of ['1', '2']) {
      const out = at(`typescript-${workers}.st`);
      const cli = join(ROOT, 'dist/bundle/cjs/cli.js');
      const child = spawnNode([cli, ...args, '-o', out, '--workers', workers], { env });
      expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
    }
    const [one, two] = ['1', '2'].map((workers) => readFileSync(at(`typescript-${workers}.st`)));
    expect(one!.equals(two!)).toBe(true);
  });
});
