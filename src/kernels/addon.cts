import path = require('node:path');

/**
 * Runs one phase of a bound program; returns STATUS bits (contract.ts). −1024 instead of a phase
 * lets go of the program and of its arrays; it cannot run afterwards.
 */
export type RunPhase = (phase: number) => number;

/**
 * MPI (native/mpi/exports.h), for `src/cluster` alone. All functions throw an Error with `code`
 * 'ERR_CLUSTER', and belong to the first thread that calls one.
 */
export interface MpiAddon {
  /** Opens a library by file name or path, without starting MPI. */
  mpiLoad(name: string): { family: string; version: string };
  /** Starts MPI. An exchange that waits ends the job if the word becomes an exit code. */
  mpiInit(abortWord: Int32Array<SharedArrayBuffer>): { rank: number; size: number };
  /** Ends MPI; waits for all ranks. */
  mpiFinalize(): void;
  /** Ends the job; it may return. */
  mpiAbort(code: number): void;
  /**
   * Prepares an exchange. `plan` has for each message, sends first, the peer, the number of ranges,
   * and for each range byteOffset and byteLength. Messages are cut into pieces of at most
   * `pieceBytes`, those of up to 8 MiB also of `unaskedBytes`, unless that is 0. The result runs the
   * exchange within a time limit; −1 instead of one releases it.
   */
  mpiPrepare(
    memory: Uint8Array,
    plan: Float64Array,
    sends: number,
    receives: number,
    label: string,
    pieceBytes: number,
    unaskedBytes: number,
  ): (timeoutMs: number) => void;
}

/** What steepest.node exports (native/addon.cc). */
export interface Addon extends MpiAddon {
  /** Instruction sets that both the binary and this CPU have, best first. */
  isas(): string[];
  /**
   * Checks an encoded program against its buffers.
   * @throws Error with `code` 'ERR_PROGRAM', `expected` and `given`
   */
  bind(
    isa: string,
    encoded: Float64Array,
    buffers: readonly ArrayBufferView[],
    registers: Float64Array<ArrayBufferLike>,
  ): RunPhase;
  /**
   * Adds to what the garbage collector thinks that JavaScript objects hold outside its heap;
   * returns the new sum.
   */
  account(bytes: number): number;
  /**
   * Gives whole pages of shared memory back to the system, so that they read as zeros; false where
   * it cannot.
   */
  discard(memory: ArrayBufferView): boolean;
  /**
   * Asks for huge pages in shared memory that nothing is written to yet; false where there are none
   * or none fits.
   */
  preferHuge(memory: ArrayBufferView): boolean;
  /** How many bytes past the beginning of a page (of 4 KiB) shared memory begins. */
  pastPage(memory: ArrayBufferView): number;
  /**
   * Lets a thread compute only while no other one wants the core, for good; false if the system
   * refuses. `thread` is Linux's number of one, or 0 for the calling thread, the only one that works
   * elsewhere. Older local builds have no such function.
   */
  giveWay?(thread: number): boolean;
  /**
   * Runs rounds of multiply-adds that touch no memory; returns the floating-point operations done.
   */
  fmaLoop(isa: string, rounds: number): number;
  /**
   * Checks an encoded program and runs one phase of it, over arrays that need not be shared.
   * @throws Error as `bind` does
   */
  runOnce(
    isa: string,
    encoded: Float64Array,
    buffers: readonly ArrayBufferView[],
    registers: Float64Array<ArrayBufferLike>,
    phase: number,
  ): number;
  /**
   * c ← f(a·b + start), over arrays that need not be shared, without a program. `isa` is a place in
   * `isas()`; strides are in elements; sizes are at least 1. A checkout may contain a local build
   * that is older than its TypeScript, and has no such function.
   * @throws Error with `code` 'ERR_PROGRAM', with nothing written, if an array is too short
   */
  product?(
    isa: number,
    m: number,
    n: number,
    k: number,
    a: Float32Array<ArrayBufferLike>,
    aRow: number,
    aStep: number,
    b: Float32Array<ArrayBufferLike>,
    bRow: number,
    bStep: number,
    c: Float32Array<ArrayBufferLike>,
    cRow: number,
    bias: Float32Array<ArrayBufferLike> | undefined,
    init: number,
    activation: number,
    alpha: number,
  ): void;
}

/** Why a file was not loaded. */
export interface LoadProblem {
  /** Relative to the package. */
  path: string;
  /** The file is not there. */
  missing: boolean;
  message: string;
}

/** The add-on, or why there is none. */
export type AddonLoad = {
  /** One for each file that was tried in vain. */
  problems: LoadProblem[];
} & (
  | {
      addon: Addon;
      /** Relative to the package. */
      path: string;
      /**
       * The prebuilt binary's target, such as `linux-x64`;
       * `source` for one that was built here.
       */
      target: string;
    }
  | { addon: undefined; path: undefined; target: undefined }
);

/** A binary and how to load it. */
interface Candidate {
  target: string;
  path: string;
  load: () => unknown;
}

/**
 * What `npm run build:native` makes. Only a checkout has it,
 * so bundlers must not look for it: no literal path.
 */
const LOCAL_PATH = 'build/Release/steepest.node';
const LOCAL_BUILD: Candidate = {
  target: 'source',
  path: LOCAL_PATH,
  load: () => require(absolutePath(LOCAL_PATH)),
};

/** The prebuilt binaries, by target; literal paths, so that bundlers and tracers see them. */
const PREBUILT: Readonly<Record<string, Omit<Candidate, 'target'>>> = {
  'linux-x64': {
    path: 'prebuilds/linux-x64/steepest.node',
    load: () => require('../../../prebuilds/linux-x64/steepest.node'),
  },
  'linux-arm64': {
    path: 'prebuilds/linux-arm64/steepest.node',
    load: () => require('../../../prebuilds/linux-arm64/steepest.node'),
  },
  'darwin-x64': {
    path: 'prebuilds/darwin-x64/steepest.node',
    load: () => require('../../../prebuilds/darwin-x64/steepest.node'),
  },
  'darwin-arm64': {
    path: 'prebuilds/darwin-arm64/steepest.node',
    load: () => require('../../../prebuilds/darwin-arm64/steepest.node'),
  },
  'win32-x64': {
    path: 'prebuilds/win32-x64/steepest.node',
    load: () => require('../../../prebuilds/win32-x64/steepest.node'),
  },
  'win32-arm64': {
    path: 'prebuilds/win32-arm64/steepest.node',
    load: () => require('../../../prebuilds/win32-arm64/steepest.node'),
  },
};

/** The target of this process. On Linux one file is for every C library. */
const OWN_TARGET = `${process.platform}-${process.arch}`;

function candidates(): Candidate[] {
  const own = Object.hasOwn(PREBUILT, OWN_TARGET) ? PREBUILT[OWN_TARGET] : undefined;
  return [LOCAL_BUILD, ...(own ? [{ target: OWN_TARGET, ...own }] : [])];
}

function problem(path: string, error: unknown): LoadProblem {
  // No `instanceof Error`: test runners such as Jest throw errors of another realm.
  const { code, message: said } = (error ?? {}) as { code?: unknown; message?: unknown };
  const missing = code === 'MODULE_NOT_FOUND';
  const message = String(said ?? error).split('\n')[0] as string;
  return { path, missing, message: missing ? 'no such file' : message };
}

/** The targets that prebuilt binaries exist for. */
export const prebuiltTargets: readonly string[] = Object.keys(PREBUILT);

/** Loads the binary built here, else a prebuilt one. Never throws. */
export function loadAddon(): AddonLoad {
  const problems: LoadProblem[] = [];
  for (const { target, path, load } of candidates()) {
    try {
      return { addon: load() as Addon, path, target, problems };
    } catch (error) {
      problems.push(problem(path, error));
    }
  }
  return { addon: undefined, path: undefined, target: undefined, problems };
}

/** Where a binary of this package is on this machine. @param relative its path in the package */
export const absolutePath = (relative: string): string => path.join(__dirname, '../../..', relative);

/** The binaries that {@link loadAddon} tries on this machine, in order; relative to the package. */
export function candidatePaths(): { target: string; path: string }[] {
  return candidates().map(({ target, path }) => ({ target, path }));
}

/** What came of one binary, for diagnosis. */
export interface Trial {
  target: string;
  path: string;
  /** `foreign`: for another platform, not tried. */
  outcome: 'loads' | 'missing' | 'fails' | 'foreign';
  message: string;
}

/**
 * Tries every binary that there could be, also those that
 * would never be reached because an earlier one loads.
 */
export function tryAll(): Trial[] {
  const all = [LOCAL_BUILD, ...Object.entries(PREBUILT).map(([target, file]) => ({ target, ...file }))];
  return all.map(({ target, path, load }) => {
    if (target !== LOCAL_BUILD.target && target !== OWN_TARGET) {
      return { target, path, outcome: 'foreign', message: 'for another platform' };
    }
    try {
      load();
      return { target, path, outcome: 'loads', message: 'loads' };
    } catch (error) {
      const { missing, message } = problem(path, error);
      return { target, path, outcome: missing ? 'missing' : 'fails', message };
    }
  });
}
