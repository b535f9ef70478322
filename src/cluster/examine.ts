import { execFileSync } from 'node:child_process';
import { messageOf } from '../core/show.js';
import { addonFile } from '../kernels/backend.js';
import { launcherOf, type MpiFamily } from './launcher.js';
import { keepMemoryHooksOff } from './memoryHooks.js';
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

const MOST_MS = 10_000;
const PRINT_VERSION =
  'const [, addon, file] = process.argv; console.log(require(addon).mpiLoad(file).version);';

/**
 * A library's name and version; undefined if it does not load. A process of its own loads it: with
 * several of these libraries in one process, memory of the C library was overwritten once in some
 * hundred times, and an examination must survive a library that crashes.
 */
function nameOf(addon: string, file: string): string | undefined {
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  keepMemoryHooksOff(env);
  try {
    const version = execFileSync(process.execPath, ['-e', PRINT_VERSION, addon, file], {
      ...{ env, timeout: MOST_MS, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    });
    return libraryName(version);
  } catch {
    return undefined;
  }
}

export function examineCluster(): ClusterReport {
  const { platform } = process;
  const addon = addonFile();
  const found = new Map<string, string>();
  if (addon !== undefined && (platform === 'linux' || platform === 'darwin')) {
    for (const { file } of librariesFor(FAMILIES, platform, undefined)) {
      if (found.has(file)) continue;
      const library = nameOf(addon, file);
      if (library !== undefined) found.set(file, library);
    }
  }
  return {
    launcher: launcherName(),
    libraries: [...found].map(([file, library]) => ({ file, library })),
  };
}
