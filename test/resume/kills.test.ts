import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../scripts/fuzz/kills-training.mjs', import.meta.url));
/** The script alone kills hundreds of times. */
const KILLS = 4;
/** A machine that does much else starts a process in seconds. */
const TIMEOUT_MS = 120_000;

it(
  'trainings that are killed and taken up again end with the same bits',
  async () => {
    // Fails if a file is unreadable, a run differs, or a temporary file is left.
    const args = [SCRIPT, String(KILLS), '--seed', '3', '--training', 'callbacks'];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout).toMatch(
      new RegExp(`^${KILLS} kills of \\d+ trainings .*: 0 unreadable files, 0 with other`),
    );
  },
  TIMEOUT_MS,
);
