// The link of this rank, for the programs beside it.
import { launcherOf } from '#steepest/cluster/launcher.js';
import { mpiLink } from '#steepest/cluster/mpi.js';

/** @param {{ timeoutMs?: number, pieceBytes?: number, env?: NodeJS.ProcessEnv }} options */
export function makeLink({ timeoutMs = 20_000, pieceBytes, env = process.env } = {}) {
  const abortWord = new Int32Array(new SharedArrayBuffer(4));
  return mpiLink(launcherOf(env), { timeoutMs, pieceBytes, abortWord });
}
