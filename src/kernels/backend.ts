import { isMainThread } from 'node:worker_threads';
import { SteepestError } from '../core/errors.js';
import { show } from '../core/show.js';
import {
  type Addon,
  type AddonLoad,
  candidatePaths,
  type LoadProblem,
  loadAddon,
  type Trial,
  tryAll,
} from './addon.cjs';
import type { KernelSet } from './contract.js';
import { NativeKernels } from './native.js';
import { describeProblems, remedies } from './remedies.js';
import { typescriptExact, typescriptFast } from './typescript/index.js';

const BACKENDS = ['native', 'typescript'] as const;
const ISAS = ['avx512', 'avx2', 'neon', 'portable'] as const;
const NUMERICS = ['default', 'exact'] as const;

/** Which kernels are wanted. What is left out, the environment decides, then the machine. */
export interface KernelRequest {
  backend?: (typeof BACKENDS)[number];
  /** An instruction set; asks for the native backend. */
  isa?: (typeof ISAS)[number];
  /**
   * `exact`: the native kernels' bits on the TypeScript
   * backend too. Native kernels always have them.
   */
  numerics?: (typeof NUMERICS)[number];
}

/** Which kernels run, and why these. */
export interface Backend {
  kind: (typeof BACKENDS)[number];
  /** The instruction set; for TypeScript kernels their numerics. */
  isa: string;
  /**
   * The binary that is loaded: a prebuilt one's target, such as `linux-x64-musl`, or `source` for
   * one that was built on this machine. Null for TypeScript kernels.
   */
  target: string | null;
  reason: string;
}

interface Selection {
  kernels: KernelSet;
  target: string | null;
  reason: string;
}

/** Runs of about a millisecond each, so that one of them is left in peace by other processes. */
const PEAK_RUNS = 20;
const PEAK_ROUNDS = 200_000;

let load: AddonLoad | undefined;
let warned = false;
const selections = new Map<string, Selection>();

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

/** A choice and where it was made, for messages. */
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

/**
 * Says once, on the main thread (the pool's threads make the
 * same choice again), that training will be slower.
 */
function warnOfFallback(reason: string): void {
  if (warned || !isMainThread) return;
  warned = true;
  process.emitWarning(
    `steepest computes with its TypeScript kernels, many times slower than the native ones: ${reason}. ` +
      '`npx steepest doctor` says more; STEEPEST_BACKEND=typescript chooses them without this warning.',
    { type: 'SteepestWarning', code: 'STEEPEST_FALLBACK' },
  );
}

function select({ backend, isa, numerics }: KernelRequest): Selection {
  // Named where they are wanted: the bundle loads them then.
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
  // An option outweighs the environment: an isa asked for in code asks for the native backend.
  if (isa !== undefined) return selectNative(set, `option isa: '${isa}'`);
  if (wanted?.value === 'typescript') {
    return { kernels: typescript(), target: null, reason: wanted.origin };
  }
  const asked = wanted ?? set;
  if (asked !== undefined) return selectNative(set, asked.origin);
  load ??= loadAddon();
  if (load.addon !== undefined) return selectNative(undefined, `add-on ${load.path}`);
  const reason = `no native add-on loads (${describeProblems(load.problems)})`;
  warnOfFallback(reason);
  return { kernels: typescript(), target: null, reason };
}

function cachedSelection(request: KernelRequest): Selection {
  const { STEEPEST_BACKEND, STEEPEST_ISA } = process.env;
  const { backend, isa, numerics } = request;
  oneOf('option backend', backend, BACKENDS);
  oneOf('option isa', isa, ISAS);
  oneOf('option numerics', numerics, NUMERICS);
  const key = [backend, isa, numerics, STEEPEST_BACKEND, STEEPEST_ISA].join('|');
  let selection = selections.get(key);
  if (selection === undefined) {
    selection = select(request);
    selections.set(key, selection);
  }
  return selection;
}

/**
 * The kernels to compute with: what `request` says, else what STEEPEST_BACKEND (native,
 * typescript), STEEPEST_ISA (avx512, avx2, neon, portable) say, else the best native ones, else
 * TypeScript with a warning on stderr.
 *
 * @throws SteepestError `ERR_BACKEND` for unknown words and for what this machine does not have
 */
export function selectKernels(request: KernelRequest = {}): KernelSet {
  return cachedSelection(request).kernels;
}

/** Which kernels run on this machine if nothing else is asked for, and why. */
export function backend(): Backend {
  const { kernels, target, reason } = cachedSelection({});
  return { kind: kernels.kind, isa: kernels.isa, target, reason };
}

/**
 * Float32 multiply-adds per second that one core can do with an instruction set, in FLOP/s: the
 * best of some short runs.
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
 * The add-on as a source of facts about memory, and of remedies; none where it is not wanted or
 * does not load.
 */
export function memoryAddon(): Addon | undefined {
  if (process.env.STEEPEST_BACKEND === 'typescript') return undefined;
  load ??= loadAddon();
  // A checkout may have a build of its own that is older than its TypeScript.
  return load.addon?.account === undefined ? undefined : load.addon;
}

/**
 * The instruction sets that native kernels can run with here, best first; none without the add-on.
 */
export function availableIsas(): readonly string[] {
  load ??= loadAddon();
  return load.addon?.isas() ?? [];
}

/** What came of every binary that there could be. */
export function tryBinaries(): readonly Trial[] {
  return tryAll();
}

/** The binaries that may be loaded on this machine, in the order in which they are tried. */
export function candidateBinaries(): { target: string; path: string }[] {
  return candidatePaths();
}
