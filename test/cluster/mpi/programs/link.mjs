// The link of this rank, for the programs beside it.
import { launcherOf } from '#steepest/cluster/launcher.js';
import { mpiLink } from '#steepest/cluster/mpi.js';

/** Variables by which the ranks take each other for those of other hosts. */
const APART = { OMPI_COMM_WORLD_LOCAL_SIZE: '1', MPI_LOCALNRANKS: '1' };

/** @param {{ timeoutMs?: number, pieceBytes?: number, isApart?: boolean }} options */
export function makeLink({ timeoutMs = 20_000, pieceBytes, isApart = false } = {}) {
  const env = { ...process.env, ...(isApart ? APART : {}) };
  const abortWord = new Int32Array(new SharedArrayBuffer(4));
  return mpiLink(launcherOf(env), { timeoutMs, pieceBytes, abortWord });
}
