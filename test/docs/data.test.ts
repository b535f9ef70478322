import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runPage } from './page.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

it('docs/data.md prints what it says', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'steepest-docs-'));
  try {
    await mkdir(join(folder, 'node_modules'));
    await symlink(root, join(folder, 'node_modules/steepest'), 'junction');
    const { program, printed, said } = await runPage('data.md', folder);
    expect(program.length).toBeGreaterThan(1000);
    expect(printed).toBe(said);
  } finally {
    await rm(folder, { recursive: true });
  }
}, 60_000);
