import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

/** The blocks of a kind in a page, one after the other. */
function blocks(page: string, kind: string): string {
  return [...page.matchAll(new RegExp(`^\`\`\`${kind}\\n(.*?)^\`\`\``, 'gms'))]
    .map((match) => match[1])
    .join('');
}

/** Runs a page's programs, which are one, in a folder: what they print, and what the page says that they print. */
export async function runPage(
  name: string,
  cwd: string,
): Promise<{ program: string; printed: string; said: string }> {
  const page = readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
  const program = blocks(page, 'ts');
  const args = ['--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd });
  return { program, printed: stdout, said: blocks(page, 'text') };
}
