import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { installInto } from '../support/installedPackage.js';
import { ROOT } from '../support/trackedFiles.js';

const platform = `${process.platform}-${process.arch}`;
const own = `prebuilds/${platform}/steepest.node`;

/** A package as it is installed: the compiled TypeScript, and no local build. */
let home: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'steepest-loader-'));
  installInto(home);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));
beforeEach(() => {
  rmSync(join(home, 'prebuilds'), { recursive: true, force: true });
  rmSync(join(home, 'build'), { recursive: true, force: true });
});

function put(path: string, content?: string): void {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  if (content === undefined) copyFileSync(join(ROOT, 'build/Release/steepest.node'), file);
  else writeFileSync(file, content);
}

/** What `backend()`, called twice, says in that package, and what stands on stderr. */
function backendThere(env: Record<string, string> = {}): { said: Record<string, string>; stderr: string } {
  const { STEEPEST_BACKEND: _backend, STEEPEST_ISA: _isa, ...rest } = process.env;
  const code = `const { backend } = require('./dist/bundle/cjs/index.js');
    try { backend(); console.log(JSON.stringify(backend())) }
    catch ({ code, message }) { console.log(JSON.stringify({ code, message })) }`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', code], {
    cwd: home,
    env: { ...rest, ...env },
    encoding: 'utf8',
  });
  return { said: JSON.parse(stdout) as Record<string, string>, stderr };
}

describe('the loader', () => {
  it('takes the prebuilt binary of this platform', () => {
    put(own);
    const { said, stderr } = backendThere();
    expect(said).toMatchObject({ kind: 'native', target: platform });
    expect(said.reason).toContain(own);
    expect(stderr).toBe('');
  });

  it('takes one that was built here before it', () => {
    put(own);
    put('build/Release/steepest.node');
    expect(backendThere().said).toMatchObject({ kind: 'native', target: 'source' });
  });

  it('says once on stderr that nothing is there, and goes on with TypeScript', () => {
    const { said, stderr } = backendThere();
    expect(said).toMatchObject({ kind: 'typescript', isa: 'fast', target: null });
    expect(said.reason).toContain(`${own}: no such file`);
    expect(stderr.match(/STEEPEST_FALLBACK/g)).toHaveLength(1);
    expect(stderr).toContain('steepest doctor');
  });

  it('says why a damaged file does not load', () => {
    put(own, 'no binary');
    const { said, stderr } = backendThere();
    expect(said.kind).toBe('typescript');
    expect(said.reason).toContain(`${own}: `);
    expect(said.reason).not.toContain(`${own}: no such file`);
    expect(stderr).toContain(`${own}: `);
  });

  it('is silent when TypeScript was asked for', () => {
    put(own, 'no binary');
    const { said, stderr } = backendThere({ STEEPEST_BACKEND: 'typescript' });
    expect(said).toMatchObject({ kind: 'typescript', reason: 'STEEPEST_BACKEND=typescript' });
    expect(stderr).toBe('');
  });

  it('throws all that it tried, with remedies, when native kernels were asked for', () => {
    const { said } = backendThere({ STEEPEST_BACKEND: 'native' });
    expect(said.code).toBe('ERR_BACKEND');
    expect(said.message).toContain('build/Release/steepest.node: no such file');
    expect(said.message).toContain(`${own}: no such file`);
    expect(said.message).toMatch(/Possible solutions:\n- .*bundler/);
    expect(said.message).toContain('npx steepest doctor');
  });

  it('blames a damaged file, not a missing one', () => {
    put(own, 'no binary');
    const { said } = backendThere({ STEEPEST_BACKEND: 'native' });
    expect(said.message).toContain('copied from another one, or a file is damaged');
    expect(said.message).not.toContain('bundler');
  });
});
