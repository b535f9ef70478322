/** Runs one phase of a bound program; returns STATUS bits (contract.ts). */
export type RunPhase = (phase: number) => number;

/** What steepest.node exports (native/addon.cc). */
export interface Addon {
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
  /** Runs rounds of multiply-adds that touch no memory; returns the floating-point operations done. */
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
}

/** The add-on, or why there is none. */
export type AddonLoad =
  | { addon: Addon; path: string }
  | {
      addon: undefined;
      /** One line for each file that was tried. */
      problems: string[];
    };

/** A binary and how to load it; literal paths, so that bundlers and tracers see them. */
type Candidate = readonly [path: string, load: () => unknown];

const LOCAL_BUILD: Candidate = [
  'build/Release/steepest.node',
  () => require('../../../build/Release/steepest.node'),
];

/** Prebuilt binaries. On Linux the file for the other C library fails cleanly when it is loaded. */
const PREBUILT: Readonly<Record<string, readonly Candidate[]>> = {
  'linux-x64': [
    [
      'prebuilds/linux-x64/steepest.glibc.node',
      () => require('../../../prebuilds/linux-x64/steepest.glibc.node'),
    ],
    [
      'prebuilds/linux-x64/steepest.musl.node',
      () => require('../../../prebuilds/linux-x64/steepest.musl.node'),
    ],
  ],
  'linux-arm64': [
    [
      'prebuilds/linux-arm64/steepest.glibc.node',
      () => require('../../../prebuilds/linux-arm64/steepest.glibc.node'),
    ],
    [
      'prebuilds/linux-arm64/steepest.musl.node',
      () => require('../../../prebuilds/linux-arm64/steepest.musl.node'),
    ],
  ],
  'darwin-x64': [
    ['prebuilds/darwin-x64/steepest.node', () => require('../../../prebuilds/darwin-x64/steepest.node')],
  ],
  'darwin-arm64': [
    ['prebuilds/darwin-arm64/steepest.node', () => require('../../../prebuilds/darwin-arm64/steepest.node')],
  ],
  'win32-x64': [
    ['prebuilds/win32-x64/steepest.node', () => require('../../../prebuilds/win32-x64/steepest.node')],
  ],
  'win32-arm64': [
    ['prebuilds/win32-arm64/steepest.node', () => require('../../../prebuilds/win32-arm64/steepest.node')],
  ],
};

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND';
}

/** Loads the binary built here, else the prebuilt one. Never throws. */
export function loadAddon(): AddonLoad {
  const platform = `${process.platform}-${process.arch}`;
  const problems: string[] = [];
  for (const [path, load] of [LOCAL_BUILD, ...(PREBUILT[platform] ?? [])]) {
    try {
      return { addon: load() as Addon, path };
    } catch (error) {
      const message = error instanceof Error ? (error.message.split('\n')[0] as string) : String(error);
      problems.push(isMissing(error) ? `${path}: no such file` : `${path}: ${message}`);
    }
  }
  return { addon: undefined, problems };
}
