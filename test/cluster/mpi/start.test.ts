import { describe, expect, it } from 'vitest';
import { LAUNCHERS, type MpiLauncher, runJob } from './launchers.js';

const VERSION = { 'Open MPI': /^Open MPI \d+\.\d+/, MPICH: /^MPICH \d+\.\d+/ };
const NO_OPEN_MPI = { OMPI_COMM_WORLD_SIZE: null, OMPI_COMM_WORLD_RANK: null };

const linesOf = (text: string): string[] => text.split(/\r?\n/).filter((line) => line !== '');

describe.each(LAUNCHERS)('a start under $name', (launcher) => {
  it.each([1, 3])('finds the library of the launcher: %i ranks', async (ranks) => {
    const { code, stdout, stderr } = await runJob(launcher, ranks, 'rank.mjs');
    expect(stderr).toBe('');
    const lines = linesOf(stdout).sort();
    expect(lines.map((line) => line.split(': ')[0])).toEqual(
      Array.from({ length: ranks }, (_, rank) => `rank ${rank} of ${ranks}`),
    );
    for (const line of lines) expect(line.split(': ')[1]).toMatch(VERSION[launcher.name]);
    expect(code).toBe(0);
  });

  it('leaves handlers of signals as they were', async () => {
    const { code, stdout } = await runJob(launcher, 2, 'signals.mjs');
    const lines = linesOf(stdout);
    expect(lines.filter((line) => line === 'caught RuntimeError')).toHaveLength(4);
    expect(lines.filter((line) => line === 'heard 1')).toHaveLength(2);
    expect(code).toBe(0);
  });

  it('belongs to one thread of the process', async () => {
    const { code, stdout } = await runJob(launcher, 1, 'threads.mjs');
    expect(linesOf(stdout)).toEqual([
      'first: rank 0',
      'second: second is refused: a second thread',
      'third: third is refused: one whose thread of MPI has ended',
    ]);
    expect(code).toBe(0);
  });

  it('says what it has tried if there is no library', async () => {
    const env = { STEEPEST_MPI_LIBRARY: '/nowhere/libmpi.so' };
    const { code, stdout } = await runJob(launcher, 1, 'rank.mjs', { env });
    expect(stdout).toMatch(/^ERR_CLUSTER: .*\/nowhere\/libmpi\.so.*STEEPEST_MPI_LIBRARY/);
    expect(code).not.toBe(0);
  });

  it('refuses a library that is none of MPI', async () => {
    const env = { STEEPEST_MPI_LIBRARY: 'libm.so.6' };
    const { stdout } = await runJob(launcher, 1, 'rank.mjs', { env });
    expect(stdout).toMatch(/^ERR_CLUSTER: .*libm\.so\.6.*no MPI_/);
  });
});

/** A library that Debian's names find, of the family of a launcher. */
const LIBRARY = { 'Open MPI': 'libmpi.so.40', MPICH: 'libmpich.so.12' };

/** Each launcher with the other's library. */
const STRANGERS = LAUNCHERS.flatMap((launcher: MpiLauncher) =>
  LAUNCHERS.filter((other) => other !== launcher).map((other) => ({
    launcher,
    name: launcher.name,
    library: LIBRARY[other.name],
  })),
);

describe.each(STRANGERS)('$library under the launcher of $name', ({ launcher, library }) => {
  it('is an error on every rank, and no training of its own', async () => {
    const env = { STEEPEST_MPI_LIBRARY: library };
    const { code, stdout } = await runJob(launcher, 2, 'rank.mjs', { env });
    expect(code).not.toBe(0);
    expect(stdout).not.toMatch(/rank \d of \d:/);
    expect(stdout).toMatch(/ERR_CLUSTER: expected an MPI library for which this process is rank \d of 2/);
    expect(stdout).toMatch(/for which it is rank 0 of 1/);
  });
});

/** What srun with PMIx sets, in place of the variables that name the launcher. */
const PMIX = {
  'Open MPI': { ...NO_OPEN_MPI, SLURM_PROCID: '0', SLURM_NTASKS: '2' },
  MPICH: { PMIX_RANK: '$PMI_RANK', PMI_RANK: null, PMI_SIZE: null, SLURM_PROCID: '0', SLURM_NTASKS: '2' },
};

describe.each(LAUNCHERS)('a server of PMIx like that of $name', (launcher) => {
  it('serves the library that is named, or Open MPI', async () => {
    const args = [JSON.stringify(PMIX[launcher.name])];
    const env: Record<string, string> =
      launcher.name === 'MPICH' ? { STEEPEST_MPI_LIBRARY: LIBRARY.MPICH } : {};
    const { stdout, code } = await runJob(launcher, 2, 'rank.mjs', { args, env });
    const lines = linesOf(stdout).sort();
    expect(lines.map((line) => line.split(': ')[0])).toEqual(['rank 0 of 2', 'rank 1 of 2']);
    for (const line of lines) expect(line.split(': ')[1]).toMatch(VERSION[launcher.name]);
    expect(code).toBe(0);
  });
});
