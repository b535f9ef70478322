import { execFile } from 'node:child_process';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { peerError } from '#steepest/data/peers.js';
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();
const root = fileURLToPath(new URL('../../', import.meta.url));

/** A folder where steepest is installed with what it always needs, and nothing else. */
async function bareInstallation(): Promise<string> {
  const folder = files.path('bare');
  const modules = join(folder, 'node_modules');
  await mkdir(join(modules, 'steepest'), { recursive: true });
  await cp(join(root, 'dist'), join(modules, 'steepest/dist'), { recursive: true });
  await cp(join(root, 'package.json'), join(modules, 'steepest/package.json'));
  for (const name of ['piscina', 'csv-parse']) {
    await symlink(join(root, 'node_modules', name), join(modules, name), 'junction');
  }
  return folder;
}

const PROGRAM = (load: string): string => `
  const codes = async ({ data }) => {
    const of = (promise) => promise.then(() => 'none', (error) => error.code + ': ' + error.message);
    console.log(JSON.stringify([await of(data.readParquet('a.parquet')), await of(data.readArrow('a.arrow'))]));
  };
  ${load}
`;

describe('optional packages', () => {
  it('are named when they are not installed, by import and by require', async () => {
    const folder = await bareInstallation();
    await writeFile(join(folder, 'a.mjs'), PROGRAM("codes(await import('steepest'));"));
    await writeFile(join(folder, 'a.cjs'), PROGRAM("codes(require('steepest'));"));
    for (const program of ['a.mjs', 'a.cjs']) {
      const { stdout } = await promisify(execFile)(process.execPath, [program], { cwd: folder });
      const [parquet, arrow] = JSON.parse(stdout) as [string, string];
      expect(parquet).toMatch(/^ERR_MISSING_PEER: .*'hyparquet'.*npm install hyparquet/);
      expect(arrow).toMatch(/^ERR_MISSING_PEER: .*'apache-arrow'.*npm install apache-arrow/);
    }
  });

  it('are loaded by require too', async () => {
    const program = PROGRAM("codes(require('steepest'));");
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], { cwd: root });
    const codes = JSON.parse(stdout) as string[];
    for (const code of codes) expect(code).toMatch(/^ERR_DATA_FILE: .*no such file/);
  });

  it('that cannot be loaded say why', () => {
    const old = Object.assign(new Error('require() of ES Module not supported'), { code: 'ERR_REQUIRE_ESM' });
    expect(peerError('hyparquet', 'readParquet', old)).toEqual(
      refused('ERR_MISSING_PEER', "'hyparquet', which readParquet needs", 'require()', '20.19'),
    );
  });
});
