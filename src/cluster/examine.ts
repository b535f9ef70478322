import { messageOf } from '../core/show.js';
import { mpiAddon } from '../kernels/backend.js';
import { launcherOf, type MpiFamily } from './launcher.js';
import { librariesFor, libraryName } from './mpiLibraries.js';

/** What a cluster would find on this machine, for reports of bugs. */
export interface ClusterReport {
  /** The launcher that has started this process; null without one. */
  launcher: string | null;
  /** The MPI libraries that load, by file; none of them is started. */
  libraries: { file: string; library: string }[];
}

const FAMILIES: readonly MpiFamily[] = ['Open MPI', 'MPICH'];

function launcherName(): string | null {
  try {
    const launcher = launcherOf(process.env);
    if (launcher === undefined) return null;
    const { name, rank, size } = launcher;
    return `${name}, rank ${rank ?? '?'} of ${size ?? '?'}`;
  } catch (error) {
    return messageOf(error);
  }
}

/** A library's name and version; undefined if it does not load. */
function nameOf(file: string): string | undefined {
  try {
    return libraryName(mpiAddon().mpiLoad(file).version);
  } catch {
    return undefined;
  }
}

export function examineCluster(): ClusterReport {
  const { platform } = process;
  const found = new Map<string, string>();
  if (platform === 'linux' || platform === 'darwin') {
    for (const { file } of librariesFor(FAMILIES, platform, undefined)) {
      if (found.has(file)) continue;
      const library = nameOf(file);
      if (library !== undefined) found.set(file, library);
    }
  }
  return {
    launcher: launcherName(),
    libraries: [...found].map(([file, library]) => ({ file, library })),
  };
}
