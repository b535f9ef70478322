import type { MpiFamily } from './launcher.js';

/** A file that may be the MPI library of a job. */
export interface LibraryChoice {
  /** A file name that the system looks for, or a path. */
  readonly file: string;
  /** Whether a library with this version serves the job. */
  readonly fits: (version: string) => boolean;
}

/** Homebrew's folder on Apple silicon, where the system does not look. */
const HOMEBREW = '/opt/homebrew/lib/';

/**
 * File names with the version of the binary interface (soname): 40 of Open MPI since 3.0, 12 of MPICH
 * since 3.2 and its relatives, Intel MPI among them. Debian's MPICH has a name of its own.
 */
const FILES: Readonly<Record<MpiFamily, { linux: readonly string[]; darwin: readonly string[] }>> = {
  'Open MPI': {
    linux: ['libmpi.so.40'],
    darwin: ['libmpi.40.dylib', `${HOMEBREW}libmpi.40.dylib`],
  },
  MPICH: {
    linux: ['libmpi.so.12', 'libmpich.so.12'],
    darwin: ['libmpi.12.dylib', `${HOMEBREW}libmpi.12.dylib`],
  },
};

/** The interface that the standard has since MPI 5.0; both families have libraries of this name. */
const STANDARD = {
  linux: ['libmpi_abi.so.1'],
  darwin: ['libmpi_abi.1.dylib', `${HOMEBREW}libmpi_abi.1.dylib`],
};

const isOpenMpi = (version: string): boolean => version.includes('Open MPI');

/** Whether a library that says this version belongs to the family. */
export const isOfFamily = (family: MpiFamily, version: string): boolean =>
  isOpenMpi(version) === (family === 'Open MPI');

/** The libraries to try for a job, in order. */
export function librariesFor(
  families: readonly MpiFamily[],
  platform: 'linux' | 'darwin',
  named: string | undefined,
): LibraryChoice[] {
  if (named !== undefined) return [{ file: named, fits: () => true }];
  const fits = (version: string): boolean => families.some((family) => isOfFamily(family, version));
  const own = families.flatMap((family) => FILES[family][platform]);
  return [...own, ...STANDARD[platform]].map((file) => ({ file, fits }));
}

/** Longest name of a library that is not known by its version's form. */
const MOST_NAME = 60;

/** A library's name and version in a few words, from the text that it says of itself. */
export function libraryName(version: string): string {
  const openMpi = /Open MPI v?(\d[\w.]*)/.exec(version);
  if (openMpi) return `Open MPI ${openMpi[1]}`;
  const mpich = /^\s*(\w*MPICH\w*|MVAPICH\w*) Version\s*:\s*(\S+)/.exec(version);
  if (mpich) return `${mpich[1]} ${mpich[2]}`;
  const intel = /Intel\(R\) MPI Library ([\d.]+)/.exec(version);
  if (intel) return `Intel MPI ${intel[1]}`;
  return (version.trim().split('\n')[0] ?? '').slice(0, MOST_NAME).trim();
}
