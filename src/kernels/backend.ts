import { isMainThread } from 'node:worker_threads';
import { SteepestError } from '../core/errors.js';
import { show } from '../core/show.js';
import { warnOnce } from '../core/warnOnce.js';
import {
  type Addon,
  type AddonLoad,
  absolutePath,
  candidatePaths,
  type LoadProblem,
  loadAddon,
  type MpiAddon,
  type Trial,
  tryAll,
} from './addon.cjs';
import type { KernelSet } from './contract.js';
import { NativeKernels } from './native.js';
import { describeProblems, remedies } from './remedies.js';
import { typescriptExact, typescriptFast } from './typescript/index.js';

export type { MpiAddon } from './addon.cjs';

const BACKENDS = ['native', 'typescript'] as const;
const ISAS = ['avx512', 'avx2', 'neon', 'portable'] as const;
const NUMERICS = ['default', 'exact'] as const;

/** Which kernels to use. The environment decides what is left out, then the machine. */
export interface KernelRequest {
  backend?: (typeof BACKENDS)[number];
  /** An instruction set. Setting it selects the native backend. */
  isa?: (typeof ISAS)[number];
  /**
   * `exact`: the TypeScript backend gives the same bits as the native kernels. Native kernels
   * always give these bits.
   */
  numerics?: (typeof NUMERICS)[number];
}

/** The kernels in use, and the reason for the choice. */
export interface Backend {
  kind: (typeof BACKENDS)[number];
  /** The instruction set. For TypeScript kernels: their numerics. */
  isa: string;
  /**
   * The loaded binary: the target of a prebuilt one, such as `linux-x64`, or `source` for one
   * built on this machine. Null for TypeScript kernels.
   */
  target: string | null;
  reason: string;
}

interface Selection {
  kernels: KernelSet;
  target: string | null;
  reason: string;
}

/** Each run takes about a millisecond, so that other processes leave at least one undisturbed. */
const PEAK_RUNS = 20;
const PEAK_ROUNDS = 200_000;

let load: AddonLoad | undefined;
const selections = new Map<string, Selection>();
/**
 * The last choice without a request, and the environment that made it: small products ask each
 * time.
 */
let usual: { backend: string | undefined; isa: string | undefined; selection: Selection } | undefined;

function oneOf<T extends string>(
  name: string,
  value: string | undefined,
  known: readonly T[],
): T | undefined {
  if (value === undefined) return undefined;
  const found = known.find((word) => word === value);
  if (found !== undefined) return found;
  throw new SteepestError('ERR_BACKEND', {
    expected: `${name} to be one of ${known.join(', ')}`,
    given: show(value),
    hint: 'Use one of these, or leave it out to get the best that this machine has.',
  });
}

/** A choice and its origin, for messages. */
interface Choice<T> {
  value: T;
  origin: string;
}

function choice<T extends string>(
  name: string,
  option: T | undefined,
  variable: string,
  known: readonly T[],
): Choice<T> | undefined {
  if (option !== undefined) return { value: option, origin: `option ${name}: '${option}'` };
  // An empty variable is a common way to say "not set".
  const set = oneOf(variable, process.env[variable] || undefined, known);
  return set === undefined ? undefined : { value: set, origin: `${variable}=${set}` };
}

function noAddon(problems: readonly LoadProblem[], origin: string): never {
  throw new SteepestError('ERR_BACKEND', {
    expected: `the native add-on, as ${origin} asks for it`,
    given: `none that loads on ${process.platform}-${process.arch} (${describeProblems(problems)})`,
    hint: remedies(problems),
  });
}

function selectNative(isa: Choice<string> | undefined, origin: string): Selection {
  load ??= loadAddon();
  if (load.addon === undefined) noAddon(load.problems, origin);
  const available = load.addon.isas();
  if (isa !== undefined && !available.includes(isa.value)) {
    throw new SteepestError('ERR_BACKEND', {
      expected: `an instruction set that this CPU and this build have: ${available.join(', ')}`,
      given: isa.origin,
      hint: 'Use one of these, or leave it out to get the best of them.',
    });
  }
  const chosen = isa?.value ?? (available[0] as string);
  const reason = isa?.origin ?? `best of ${available.join(', ')} on this CPU`;
  const { addon, target } = load;
  return { kernels: new NativeKernels(addon, chosen), target, reason: `${origin}; ${reason}` };
}

/** Training will be slower. */
const warnOfFallback = warnOnce({
  code: 'STEEPEST_FALLBACK',
  message: (reason: string) =>
    `steepest computes with its TypeScript kernels, many times slower than the native ones: ${reason}. ` +
    '`npx steepest doctor` says more; STEEPEST_BACKEND=typescript chooses them without this warning.',
});

function select({ backend, isa, numerics }: KernelRequest): Selection {
  // These are required at the point of use, so that the bundle loads them only then.
  const typescript = () => (numerics === 'exact' ? typescriptExact : typescriptFast);
  const wanted = choice('backend', backend, 'STEEPEST_BACKEND', BACKENDS);
  const set = choice('isa', isa, 'STEEPEST_ISA', ISAS);
  if (isa !== undefined && backend === 'typescript') {
    throw new SteepestError('ERR_BACKEND', {
      expected: "no isa with backend 'typescript', which has no instruction sets",
      given: `isa '${isa}'`,
      hint: 'Leave one of the two out.',
    });
  }
  // An option overrides the environment: an isa set in code selects the native backend.
  if (isa !== undefined) return selectNative(set, `option isa: '${isa}'`);
  if (wanted?.value === 'typescript') {
    return { kernels: typescript(), target: null, reason: wanted.origin };
  }
  const asked = wanted ?? set;
  if (asked !== undefined) return selectNative(set, asked.origin);
  load ??= loadAddon();
  if (load.addon !== undefined) return selectNative(undefined, `add-on ${load.path}`);
  const reason = `no native add-on loads (${describeProblems(load.problems)})`;
  // Threads of the pool make the same choice again.
  if (isMainThread) warnOfFallback(reason);
  return { kernels: typescript(), target: null, reason };
}

function cachedSelection(request: KernelRequest): Selection {
  const { STEEPEST_BACKEND, STEEPEST_ISA } = process.env;
  const { backend, isa, numerics } = request;
  const isUsual = backend === undefined && isa === undefined && numerics === undefined;
  if (isUsual && usual !== undefined && usual.backend === STEEPEST_BACKEND && usual.isa === STEEPEST_ISA) {
    return usual.selection;
  }
  oneOf('option backend', backend, BACKENDS);
  oneOf('option isa', isa, ISAS);
  oneOf('option numerics', numerics, NUMERICS);
  const key = [backend, isa, numerics, STEEPEST_BACKEND, STEEPEST_ISA].join('|');
  let selection = selections.get(key);
  if (selection === undefined) {
    selection = select(request);
    selections.set(key, selection);
  }
  if (isUsual) usual = { backend: STEEPEST_BACKEND, isa: STEEPEST_ISA, selection };
  return selection;
}

/**
 * Selects the kernels. `request` comes first, then the variables STEEPEST_BACKEND (native,
 * typescript) and STEEPEST_ISA (avx512, avx2, neon, portable). If neither decides, the best native
 * kernels are used. If there are none, TypeScript kernels are used, with a warning on stderr.
 *
 * @throws SteepestError `ERR_BACKEND` for unknown names and for kernels that this machine lacks
 */
export function selectKernels(request: KernelRequest = {}): KernelSet {
  return cachedSelection(request).kernels;
}

/**
 * The kernels that run on this machine by default, and the reason.
 * @example
 * ```ts
 * import { backend } from 'steepest';
 * const { kind, isa, reason } = backend();
 * console.log(['native', 'typescript'].includes(kind), typeof isa, typeof reason);
 * // true string string
 * ```
 */
export function backend(): Backend {
  const { kernels, target, reason } = cachedSelection({});
  return { kind: kernels.kind, isa: kernels.isa, target, reason };
}

/**
 * Peak rate of float32 multiply-adds on one core with an instruction set, in FLOP/s. The result is
 * the best of several short runs.
 * @throws SteepestError `ERR_BACKEND` without the add-on
 */
export function measurePeak(isa: string): number {
  load ??= loadAddon();
  const { addon } = load;
  if (addon === undefined) noAddon(load.problems, 'measuring');
  let best = 0;
  for (let run = 0; run < PEAK_RUNS; run++) {
    const start = process.hrtime.bigint();
    const flops = addon.fmaLoop(isa, PEAK_ROUNDS);
    best = Math.max(best, flops / (Number(process.hrtime.bigint() - start) * 1e-9));
  }
  return best;
}

/**
 * The add-on, used to query memory and to suggest remedies. Undefined if it is not wanted or does
 * not load.
 */
export function memoryAddon(): Addon | undefined {
  if (process.env.STEEPEST_BACKEND === 'typescript') return undefined;
  load ??= loadAddon();
  // A checkout may contain a local build that is older than its TypeScript.
  return load.addon?.account === undefined ? undefined : load.addon;
}

/**
 * The add-on, for MPI. It does not depend on the kernels that are chosen.
 * @throws SteepestError `ERR_BACKEND` if it does not load
 */
export function mpiAddon(): MpiAddon {
  load ??= loadAddon();
  const { addon, problems } = load;
  if (addon === undefined) noAddon(problems, 'MPI');
  return addon;
}

/** The file of the add-on, for another process to load; undefined without one. */
export function addonFile(): string | undefined {
  load ??= loadAddon();
  return load.path === undefined ? undefined : absolutePath(load.path);
}

/**
 * The instruction sets that native kernels support on this machine, best first. Empty without the
 * add-on.
 */
export function availableIsas(): readonly string[] {
  load ??= loadAddon();
  return load.addon?.isas() ?? [];
}

/** The result of trying each candidate binary. */
export function tryBinaries(): readonly Trial[] {
  return tryAll();
}

/** The candidate binaries for this machine, in the order in which they are tried. */
export function candidateBinaries(): { target: string; path: string }[] {
  return candidatePaths();
}
