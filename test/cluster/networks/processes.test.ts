import { describe, expect, it } from 'vitest';
import { launch, launchers, printedBy } from '../../support/cluster/launch.js';
import { temporaryFolder } from '../../support/folder.js';
import { PROGRAM } from './program.js';

const folder = temporaryFolder();
const TIMEOUT_MS = 120_000;
/** One process in the sense of the tests: `alone`. */
const expected = printedBy(PROGRAM, { ranks: 1 });

describe.each(launchers())('under %s', (launcher) => {
  it.each([2, 3])(
    '%i processes train with the bits of one',
    async (ranks) => {
      const [alone] = await expected;
      const all = await printedBy(PROGRAM, { ranks, launcher, timeoutMs: TIMEOUT_MS });
      expect(all).toEqual(Array(ranks).fill(alone));
    },
    TIMEOUT_MS,
  );

  it(
    'a job that is killed goes on with other ranks, and the same bits',
    async () => {
      const NEVER = '1000000';
      const path = folder.path(launcher);
      const undisturbed = folder.path(`${launcher} undisturbed`);
      const [alone] = await printedBy(PROGRAM, { ranks: 1, args: [undisturbed, NEVER, '0'] });
      // Rank 0 dies in a callback; then another one, while all of them train.
      for (const [ranks, step, rank] of [
        [3, 8, 0],
        [2, 30, 0],
        [4, 20, 3],
      ] as const) {
        const args = [path, String(step), String(rank)];
        const { code, timedOut } = await launch(PROGRAM, { ranks, launcher, args, timeoutMs: TIMEOUT_MS });
        expect({ hasFailed: code !== 0, timedOut }).toEqual({ hasFailed: true, timedOut: false });
      }
      const all = await printedBy(PROGRAM, {
        ranks: 2,
        launcher,
        args: [path, NEVER, '0'],
        timeoutMs: TIMEOUT_MS,
      });
      expect(all).toEqual([alone, alone]);
    },
    4 * TIMEOUT_MS,
  );
});
