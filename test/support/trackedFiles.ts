import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Folders that no checkout has. */
const MADE = /^(node_modules|dist|build|prebuilds|coverage|shared|\.git|\.cache|\.venv)$/;

function everyFile(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (MADE.test(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? everyFile(path) : [relative(ROOT, path).replaceAll('\\', '/')];
  });
}

/**
 * The repository's files, with / between folders: what git
 * knows or would add, or, without git, all that is not made.
 */
export function trackedFiles(): string[] {
  try {
    const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
    return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .split('\0')
      .filter(Boolean);
  } catch {
    return everyFile(ROOT);
  }
}
