import { SteepestError } from '../core/errors.js';
import { isError } from '../core/realm.js';
import { type MpiAddon, mpiAddon } from '../kernels/backend.js';
import type { Launcher, MpiFamily } from './launcher.js';
import {
  type Exchange,
  type ExchangePlan,
  type Link,
  type LinkOptions,
  noAnswer,
  otherCall,
  otherSize,
} from './link.js';
import { librariesFor, libraryName } from './mpiLibraries.js';

/** Names the library to use, by path. */
const LIBRARY_VARIABLE = 'STEEPEST_MPI_LIBRARY';

/** The largest piece of a message. MPI counts in 32 bits. */
const PIECE_BYTES = 2 ** 30;
/**
 * The largest piece of a message that may leave the host. Before a larger one a library asks
 * whether the receiver is ready, and the answer waits behind what the receiver itself sends: steps
 * of small networks on hosts with TCP took up to 1.7 times as long. It is 4 KiB less than Open MPI's
 * limit over TCP, which counts its own header. Within a host large pieces take half the time.
 */
const UNASKED_BYTES = 60 * 1024;

const DEBIAN_PACKAGES: Readonly<Record<MpiFamily, string>> = { 'Open MPI': 'openmpi-bin', MPICH: 'mpich' };

/** An error from the add-on (native/mpi/failure.h). */
interface MpiError extends Error {
  code: 'ERR_CLUSTER';
  kind: string;
  expected: string;
  given: string;
  peers: number[];
  call: string;
  bytes: number;
  ownBytes: number;
}

const isMpiError = (error: unknown): error is MpiError =>
  isError(error) && (error as Partial<MpiError>).code === 'ERR_CLUSTER' && 'kind' in error;

const HINTS: Readonly<Record<string, string>> = {
  memory: 'End other programs, or exchange less at once.',
  mpi: 'See what MPI and the launcher have printed.',
  version: 'Install the same version of steepest on all hosts.',
};
const USUAL_HINT = 'This is a fault of steepest: please report it.';

/** An error of the add-on as one of ours. */
function clusterError(error: unknown): unknown {
  if (!isMpiError(error)) return error;
  const { kind, expected, given } = error;
  const hint = HINTS[kind] ?? USUAL_HINT;
  return new SteepestError('ERR_CLUSTER', { expected, given, hint }, { cause: error });
}

/** Calls the add-on. */
function native<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw clusterError(error);
  }
}

/** A plan as the add-on reads it. */
function wordsOf({ sends, receives }: ExchangePlan): Float64Array {
  return Float64Array.from(
    [...sends, ...receives].flatMap(({ peer, ranges }) => [peer, ranges.length / 2, ...ranges]),
  );
}

interface MpiLinkOptions extends LinkOptions {
  /** The largest piece of a message, for tests; 2³⁰ by default. */
  pieceBytes?: number;
}

/** The link over MPI. Every function is synchronous, on the thread that made it. */
class MpiLink implements Link {
  constructor(
    private readonly addon: MpiAddon,
    readonly library: string,
    readonly rank: number,
    readonly size: number,
    private readonly unaskedBytes: number,
    private readonly options: MpiLinkOptions,
  ) {}

  prepare(memory: Uint8Array, plan: ExchangePlan, label: string): Exchange {
    const { timeoutMs, pieceBytes = PIECE_BYTES } = this.options;
    const words = wordsOf(plan);
    const { sends, receives } = plan;
    const limits = [pieceBytes, this.unaskedBytes] as const;
    const run = native(() =>
      this.addon.mpiPrepare(memory, words, sends.length, receives.length, label, ...limits),
    );
    return {
      run: () => {
        try {
          run(timeoutMs);
        } catch (error) {
          throw this.exchangeError(error, label);
        }
      },
      release: () => native(() => run(-1)),
    };
  }

  private exchangeError(error: unknown, label: string): unknown {
    if (!isMpiError(error)) return error;
    const { kind, peers, call, bytes, ownBytes } = error;
    const peer = peers[0]!;
    if (kind === 'timeout') return noAnswer(label, peers, this.options.timeoutMs);
    if (kind === 'call') return otherCall(this.rank, label, peer, call);
    if (kind === 'size') {
      return otherSize(label, { rank: this.rank, bytes: ownBytes }, { rank: peer, bytes });
    }
    return clusterError(error);
  }

  abort(code: number): void {
    native(() => this.addon.mpiAbort(code));
  }

  /** A barrier with the time limit comes first: the end of MPI waits for all ranks without one. */
  close(): void {
    const { rank, size } = this;
    for (let distance = 1; distance < size; distance *= 2) {
      const sends = [{ peer: (rank + distance) % size, ranges: [] }];
      const receives = [{ peer: (rank - distance + size) % size, ranges: [] }];
      const exchange = this.prepare(new Uint8Array(0), { sends, receives }, 'close()');
      exchange.run();
      exchange.release();
    }
    native(() => this.addon.mpiFinalize());
  }
}

/** The error of a job without a library. */
function noLibrary({ name, families }: Launcher, tried: readonly string[], isNamed: boolean): SteepestError {
  const packages = families.map((family) => DEBIAN_PACKAGES[family]).join(' or ');
  return new SteepestError('ERR_CLUSTER', {
    expected: `an MPI library for a job of ${name}`,
    given: tried.join('; '),
    hint: isNamed
      ? `See whether ${LIBRARY_VARIABLE} names the library of this launcher.`
      : `Install it (Debian: apt-get install ${packages}), or name its file: ${LIBRARY_VARIABLE}=/path/to/libmpi.so.`,
  });
}

/** The error of a library that knows another job, mostly one of this process alone. */
function stranger({ name, rank, size }: Launcher, library: string, own: string): SteepestError {
  const place = `${rank === undefined ? 'one' : `rank ${rank}`} of ${size ?? 'several'} processes`;
  return new SteepestError('ERR_CLUSTER', {
    expected: `an MPI library for which this process is ${place}, as ${name} says`,
    given: `${library}, for which it is ${own}`,
    hint: `Use the launcher of this library, or name the launcher's library: ${LIBRARY_VARIABLE}=/path/to/libmpi.so.`,
  });
}

interface Opened {
  file: string;
  /** Its name and version. */
  library: string;
}

/** Opens the first library that fits. Only one can be started: they take each other's functions. */
function openLibrary(addon: MpiAddon, launcher: Launcher, platform: 'linux' | 'darwin'): Opened {
  const named = process.env[LIBRARY_VARIABLE] || undefined;
  const tried: string[] = [];
  for (const { file, fits } of librariesFor(launcher.families, platform, named)) {
    try {
      const { version } = addon.mpiLoad(file);
      const library = libraryName(version);
      if (fits(version)) return { file, library };
      tried.push(`${file}: ${library}`);
    } catch (error) {
      if (!isMpiError(error) || !['missing', 'foreign'].includes(error.kind)) throw clusterError(error);
      tried.push(error.given.startsWith(file) ? error.given : `${file}: ${error.given}`);
    }
  }
  throw noLibrary(launcher, tried, named !== undefined);
}

/**
 * The link of a job that an MPI launcher has started, over the library that knows this job. The
 * variable STEEPEST_MPI_LIBRARY names another one.
 * @throws SteepestError `ERR_CLUSTER` if no library fits, or MPI does not start; `ERR_BACKEND`
 *   without the add-on
 */
export function mpiLink(launcher: Launcher, options: MpiLinkOptions): Link {
  const { platform } = process;
  if (platform !== 'linux' && platform !== 'darwin') {
    throw new SteepestError('ERR_CLUSTER', {
      expected: 'Linux or macOS, where steepest can use MPI',
      given: platform,
      hint: 'Train on one machine, or use Linux (WSL 2 on Windows).',
    });
  }
  const addon = mpiAddon();
  const { file, library } = openLibrary(addon, launcher, platform);
  const { rank, size } = native(() => addon.mpiInit(options.abortWord));
  if (rank === (launcher.rank ?? rank) && size === (launcher.size ?? size)) {
    return new MpiLink(addon, library, rank, size, launcher.isOnOneHost ? 0 : UNASKED_BYTES, options);
  }
  // The end of MPI waits for nobody if this process is alone.
  if (size === 1) native(() => addon.mpiFinalize());
  throw stranger(launcher, `${file} (${library})`, `rank ${rank} of ${size}`);
}
