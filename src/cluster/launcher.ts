import { SteepestError } from '../core/errors.js';

/** Who made the binary interface of an MPI library: their libraries find each other's launchers foreign. */
export type MpiFamily = 'Open MPI' | 'MPICH';

/** What a launcher says of this process and its job in environment variables. */
export interface Launcher {
  /** Its name in errors. */
  readonly name: string;
  /** Families of libraries that may serve its jobs, the likeliest first. */
  readonly families: readonly MpiFamily[];
  /** This process among those of the job, from 0; undefined if no variable says it. */
  readonly rank: number | undefined;
  /** Processes of the job; undefined if no variable says it. */
  readonly size: number | undefined;
  /** Whether variables say that all processes of the job are on this host. */
  readonly isOnOneHost: boolean;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** A number of ranks, or a rank: MPI counts them in 32 bits. */
const MOST_RANKS = 2 ** 31 - 1;

/** The first of some variables that is set, as a number. */
function numberOf(env: Variables, names: readonly string[]): number | undefined {
  const name = names.find((each) => env[each] !== undefined);
  if (name === undefined) return undefined;
  const text = env[name]!;
  if (/^\d{1,10}$/.test(text) && Number(text) <= MOST_RANKS) return Number(text);
  throw new SteepestError('ERR_CLUSTER', {
    expected: `a number in the variable ${name}, as a launcher of MPI sets it`,
    given: `'${text}'`,
    hint: 'Unset it, or start the program with mpirun, mpiexec or srun.',
  });
}

/** Whether there are as many processes on this host as in the job. */
function areLocal(env: Variables, name: string, size: number | undefined): boolean {
  return size !== undefined && numberOf(env, [name]) === size;
}

/** Variables of the PMIx server of Open MPI, Slurm, PBS or Flux. */
const PMIX = ['PMIX_RANK', 'PMIX_NAMESPACE'];
const SLURM_SIZE = ['SLURM_STEP_NUM_TASKS', 'SLURM_NTASKS'];

function slurmWithoutPmi(size: number): never {
  throw new SteepestError('ERR_CLUSTER', {
    expected: `a way for ${size} tasks of Slurm to find each other`,
    given: 'none of the variables of PMI or PMIx',
    hint:
      'Start the tasks with srun --mpi=pmix node train.js (Open MPI) or srun --mpi=pmi2 node train.js ' +
      '(MPICH); srun --mpi=list says what there is. Or use mpirun in the batch file.',
  });
}

/**
 * The launcher that has started this process, from its environment alone; undefined if there is
 * none.
 * @throws SteepestError `ERR_CLUSTER` for tasks of Slurm that cannot find each other, and for
 *   variables that are no numbers
 */
export function launcherOf(env: Variables): Launcher | undefined {
  // mpirun of Open MPI sets variables of PMIx too, and often runs within a job of Slurm.
  if (env.OMPI_COMM_WORLD_SIZE !== undefined) {
    const size = numberOf(env, ['OMPI_COMM_WORLD_SIZE']);
    return {
      name: 'mpirun of Open MPI',
      families: ['Open MPI'],
      rank: numberOf(env, ['OMPI_COMM_WORLD_RANK']),
      size,
      isOnOneHost: areLocal(env, 'OMPI_COMM_WORLD_LOCAL_SIZE', size),
    };
  }
  const isOnOneNode = env.SLURM_STEP_NUM_NODES === '1';
  if (env.PMI_SIZE !== undefined || env.PMI_RANK !== undefined) {
    const isSlurm = env.SLURM_STEP_NUM_TASKS !== undefined && env.HYDRA_CONTROL_FD === undefined;
    const size = numberOf(env, ['PMI_SIZE']);
    return {
      name: isSlurm ? 'srun with PMI' : 'mpiexec of MPICH or a relative',
      // Open MPI before 5 can be built for the PMI of Slurm.
      families: isSlurm ? ['MPICH', 'Open MPI'] : ['MPICH'],
      rank: numberOf(env, ['PMI_RANK']),
      size,
      isOnOneHost: isSlurm ? isOnOneNode : areLocal(env, 'MPI_LOCALNRANKS', size),
    };
  }
  const slurmSize = env.SLURM_PROCID === undefined ? undefined : numberOf(env, SLURM_SIZE);
  if (PMIX.some((name) => env[name] !== undefined)) {
    return {
      name: slurmSize === undefined ? 'a launcher with PMIx' : 'srun with PMIx',
      families: ['Open MPI', 'MPICH'],
      rank: numberOf(env, ['PMIX_RANK']),
      size: slurmSize,
      isOnOneHost: slurmSize !== undefined && isOnOneNode,
    };
  }
  if (slurmSize !== undefined && slurmSize > 1) slurmWithoutPmi(slurmSize);
  return undefined;
}
