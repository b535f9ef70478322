import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fourCommands } from '../../scripts/verify/lib/fourCommands.mjs';
import { END_WITH_PARENT } from '../support/spawnNode.js';

const command = fileURLToPath(new URL('../../dist/bundle/cjs/cli.js', import.meta.url));

describe('four commands', () => {
  // `npm run verify -- commands` does the same with the packed package.
  it.each(['', 'typescript'])(
    'lead from a CSV to a served prediction, with STEEPEST_BACKEND=%s',
    async (backend) => {
      const cwd = mkdtempSync(join(tmpdir(), 'steepest-four-'));
      try {
        const env = { PATH: process.env.PATH, STEEPEST_BACKEND: backend };
        const program = process.execPath;
        const accuracy = await fourCommands({ program, before: [command], cwd, env, guard: END_WITH_PARENT });
        expect(accuracy).toBeGreaterThan(0.8);
      } finally {
        rmSync(cwd, { recursive: true, force: true });
      }
    },
  );
});
