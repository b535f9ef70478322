import { describe, expect, it } from 'vitest';
import { launcherOf } from '#steepest/cluster/launcher.js';
import { isOfFamily, librariesFor, libraryName } from '#steepest/cluster/mpiLibraries.js';
import { refused } from '../../support/folder.js';

describe('a launcher, by its variables', () => {
  it.each([
    {
      title: 'mpirun of Open MPI, within a job of Slurm too',
      env: { OMPI_COMM_WORLD_SIZE: '4', OMPI_COMM_WORLD_RANK: '2', PMIX_RANK: '2', SLURM_NTASKS: '8' },
      launcher: { name: 'mpirun of Open MPI', families: ['Open MPI'], rank: 2, size: 4, isOnOneHost: false },
    },
    {
      title: 'mpiexec of MPICH',
      env: { PMI_RANK: '0', PMI_SIZE: '3', PMI_FD: '6' },
      launcher: {
        name: 'mpiexec of MPICH or a relative',
        families: ['MPICH'],
        rank: 0,
        size: 3,
        isOnOneHost: false,
      },
    },
    {
      title: 'srun with PMI-2, which some builds of Open MPI know',
      env: { PMI_RANK: '5', PMI_SIZE: '6', SLURM_STEP_NUM_TASKS: '6', SLURM_PROCID: '5' },
      launcher: {
        ...{ name: 'srun with PMI', families: ['MPICH', 'Open MPI'] },
        ...{ rank: 5, size: 6, isOnOneHost: false },
      },
    },
    {
      title: 'srun with PMIx, whose job is the step',
      env: { PMIX_RANK: '1', SLURM_PROCID: '1', SLURM_NTASKS: '8', SLURM_STEP_NUM_TASKS: '2' },
      launcher: {
        ...{ name: 'srun with PMIx', families: ['Open MPI', 'MPICH'] },
        ...{ rank: 1, size: 2, isOnOneHost: false },
      },
    },
    {
      title: 'another server of PMIx, which says no size',
      env: { PMIX_RANK: '7', PMIX_NAMESPACE: 'job' },
      launcher: {
        ...{ name: 'a launcher with PMIx', families: ['Open MPI', 'MPICH'] },
        ...{ rank: 7, size: undefined, isOnOneHost: false },
      },
    },
  ])('is $title', ({ env, launcher }) => {
    expect(launcherOf(env)).toEqual(launcher);
  });

  it.each([
    { OMPI_COMM_WORLD_SIZE: '4', OMPI_COMM_WORLD_LOCAL_SIZE: '4' },
    { PMI_RANK: '0', PMI_SIZE: '4', MPI_LOCALNRANKS: '4' },
    { PMI_RANK: '0', PMI_SIZE: '4', SLURM_STEP_NUM_TASKS: '4', SLURM_STEP_NUM_NODES: '1' },
    { PMIX_RANK: '0', SLURM_PROCID: '0', SLURM_STEP_NUM_TASKS: '4', SLURM_STEP_NUM_NODES: '1' },
  ])('knows a job on one host: %o', (env) => {
    expect(launcherOf(env)).toMatchObject({ isOnOneHost: true });
    const halves = Object.entries(env).map(([name, value]) => [name, name.includes('LOCAL') ? '2' : value]);
    const onTwo = { ...Object.fromEntries(halves), SLURM_STEP_NUM_NODES: '2' };
    expect(launcherOf(onTwo)).toMatchObject({ isOnOneHost: false });
  });

  it('is none on a laptop, and for the one task of a job of Slurm', () => {
    expect(launcherOf({ PATH: '/bin' })).toBeUndefined();
    expect(launcherOf({ SLURM_NTASKS: '1', SLURM_PROCID: '0' })).toBeUndefined();
    // A shell within an allocation: nothing was started by srun.
    expect(launcherOf({ SLURM_NTASKS: '4', SLURM_JOB_ID: '12' })).toBeUndefined();
  });

  it('must let the tasks of Slurm find each other', () => {
    const tasks = () => launcherOf({ SLURM_NTASKS: '4', SLURM_PROCID: '2' });
    expect(tasks).toThrow(refused('ERR_CLUSTER', '4 tasks of Slurm', 'srun --mpi=pmix', 'srun --mpi=pmi2'));
  });

  it.each(['', 'two', '-1', '1e3', '99999999999'])('refuses %j as a number of ranks', (text) => {
    const env = { OMPI_COMM_WORLD_SIZE: text, OMPI_COMM_WORLD_RANK: '0' };
    expect(() => launcherOf(env)).toThrow(refused('ERR_CLUSTER', 'OMPI_COMM_WORLD_SIZE', `'${text}'`));
  });
});

/** What libraries say of themselves. */
const VERSIONS = {
  openMpi: 'Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4, repo rev: v4.1.4, May 26, 2022\0'.slice(
    0,
    -1,
  ),
  mpich: 'MPICH Version:\t4.0.2\nMPICH Release date:\tThu Apr  7 12:34:45 CDT 2022\n',
  mvapich: 'MVAPICH2 Version      :\t2.3.7\n',
  intel: 'Intel(R) MPI Library 2021.9 for Linux* OS\n',
};

describe('an MPI library', () => {
  it('has a short name', () => {
    expect(libraryName(VERSIONS.openMpi)).toBe('Open MPI 4.1.4');
    expect(libraryName(VERSIONS.mpich)).toBe('MPICH 4.0.2');
    expect(libraryName(VERSIONS.mvapich)).toBe('MVAPICH2 2.3.7');
    expect(libraryName(VERSIONS.intel)).toBe('Intel MPI 2021.9');
    expect(libraryName('Some MPI 1\nmore')).toBe('Some MPI 1');
  });

  it('belongs to one of two families', () => {
    expect(isOfFamily('Open MPI', VERSIONS.openMpi)).toBe(true);
    for (const version of [VERSIONS.mpich, VERSIONS.mvapich, VERSIONS.intel]) {
      expect(isOfFamily('Open MPI', version)).toBe(false);
      expect(isOfFamily('MPICH', version)).toBe(true);
    }
  });

  it('is looked for by the names of its family, then by that of the standard', () => {
    const files = (...families: ('Open MPI' | 'MPICH')[]) =>
      librariesFor(families, 'linux', undefined).map(({ file }) => file);
    expect(files('Open MPI')).toEqual(['libmpi.so.40', 'libmpi_abi.so.1']);
    expect(files('MPICH', 'Open MPI')).toEqual([
      ...['libmpi.so.12', 'libmpich.so.12', 'libmpi.so.40', 'libmpi_abi.so.1'],
    ]);
    const [standard] = librariesFor(['MPICH'], 'linux', undefined).slice(-1);
    expect(standard!.fits(VERSIONS.mpich)).toBe(true);
    expect(standard!.fits(VERSIONS.openMpi)).toBe(false);
  });

  it('is the one that a variable names, of whatever family', () => {
    const [only, ...others] = librariesFor(['MPICH'], 'linux', '/opt/mpi/libmpi.so');
    expect(others).toEqual([]);
    expect(only!.file).toBe('/opt/mpi/libmpi.so');
    expect(only!.fits(VERSIONS.openMpi)).toBe(true);
  });
});
