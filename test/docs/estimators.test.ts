import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The blocks of a kind in a page, one after the other. */
function blocks(page: string, kind: string): string {
  return [...page.matchAll(new RegExp(`^\`\`\`${kind}\\n(.*?)^\`\`\``, 'gms'))]
    .map((match) => match[1])
    .join('');
}

it('docs/estimators.md prints what it says', async () => {
  const page = readFileSync(new URL('../../docs/estimators.md', import.meta.url), 'utf8');
  const program = blocks(page, 'ts');
  expect(program.length).toBeGreaterThan(1000);
  const args = ['--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  expect(stdout).toBe(blocks(page, 'text'));
}, 60_000);
