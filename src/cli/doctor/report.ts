import os from 'node:os';
import { type ClusterReport, examineCluster } from '../../cluster/examine.js';
import { version } from '../../core/packageInfo.cjs';
import { messageOf } from '../../core/show.js';
import { availableIsas, type Backend, backend, tryBinaries } from '../../kernels/backend.js';
import { type Checksum, checkChecksums, checksumProblems } from './checksums.js';
import { type BitsResult, checkBits, measureSpeed, type Speed, trainOnce } from './selfTest.js';

/** The findings of `steepest doctor`. */
export interface Report {
  steepest: string;
  system: {
    platform: string;
    arch: string;
    release: string;
    /** Null outside Linux. */
    libc: string | null;
    cpu: string;
    /** The cores and memory that this process may use. */
    cores: number;
    memoryGB: number;
  };
  /** The runtime (Node.js or a substitute) and its versions. */
  runtime: { name: string; version: string; nodeApi: string; v8: string; executable: string };
  /** The STEEPEST_* variables that are set. */
  environment: Record<string, string>;
  backend: Backend | { error: string };
  isas: readonly string[];
  /** The launcher of MPI that has started this process, and the MPI libraries that load. */
  cluster: ClusterReport;
  binaries: ReturnType<typeof tryBinaries>;
  /** Checksums of the existing binaries for this machine, in the order in which they are tried. */
  checksums: Checksum[];
  /**
   * Milliseconds for a small fit that must first start its threads, and for the same fit
   * afterwards.
   */
  workers: { count: number; firstFitMs: number; secondFitMs: number };
  /** The speed is absent if no kernels could be chosen. */
  selfTest: { bits: BitsResult[]; speed: Speed | null };
  /** One sentence per problem. Empty if all is well. */
  problems: string[];
}

function examineSystem(): Report['system'] {
  return {
    platform: process.platform,
    arch: process.arch,
    release: os.release(),
    libc: libcWithVersion(),
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGB: Math.round(os.totalmem() / 1e8) / 10,
  };
}

/**
 * What @types/node does not say: the switch is newer than Node.js 20.0; other runtimes may lack the
 * report.
 */
interface ProcessReport {
  excludeNetwork?: boolean;
  getReport?: () => { header?: { glibcVersionRuntime?: string } };
}

/**
 * The C library of this process. A report names glibc's version; on Linux without one it is musl.
 */
function libcWithVersion(): string | null {
  const report = process.report as unknown as ProcessReport | undefined;
  if (process.platform !== 'linux' || typeof report?.getReport !== 'function') return null;
  const before = report.excludeNetwork;
  // Otherwise the report would look up the names of open connections.
  report.excludeNetwork = true;
  try {
    const version = report.getReport().header?.glibcVersionRuntime;
    return version === undefined ? 'musl' : `glibc ${version}`;
  } finally {
    report.excludeNetwork = before;
  }
}

function examineRuntime(): Report['runtime'] {
  const { versions } = process;
  const other = (['electron', 'bun', 'deno'] as const).find((name) => versions[name] !== undefined);
  return {
    name: other ?? 'node',
    version: (other && versions[other]) ?? versions.node,
    nodeApi: versions.modules === undefined ? 'unknown' : (versions.napi ?? 'unknown'),
    v8: versions.v8 ?? 'none',
    executable: process.execPath,
  };
}

function chosenBackend(): Report['backend'] {
  try {
    return backend();
  } catch (error) {
    return { error: messageOf(error) };
  }
}

/** The binary for this platform exists but does not load. */
function backendProblems(report: Pick<Report, 'backend' | 'binaries' | 'environment'>): string[] {
  if ('error' in report.backend) return [report.backend.error];
  if (report.backend.kind === 'native' || report.environment.STEEPEST_BACKEND === 'typescript') return [];
  return [`TypeScript kernels compute, slower than native ones would: ${report.backend.reason}`];
}

function bitsProblems(bits: readonly BitsResult[]): string[] {
  return bits
    .filter(({ same }) => !same)
    .map(({ isa, workers }) => `The self-test gives other bits than it must: ${isa}, ${workers} workers`);
}

/** Runs all checks. Takes about five seconds. Never throws for a problem of this machine. */
export async function examine(checksums: Checksum[] = checkChecksums()): Promise<Report> {
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => name.startsWith('STEEPEST_')),
  ) as Record<string, string>;
  const chosen = chosenBackend();
  const native = 'kind' in chosen && chosen.kind === 'native';
  const kernels = native ? {} : ({ backend: 'typescript', numerics: 'exact' } as const);
  const count = Math.max(2, os.availableParallelism());
  const first = await trainOnce(count, kernels);
  const second = await trainOnce(count, kernels);
  const bits = await checkBits(native, [1, 2, count].slice(0, count > 2 ? 3 : 2));
  const binaries = tryBinaries();
  return {
    steepest: version,
    system: examineSystem(),
    runtime: examineRuntime(),
    environment,
    backend: chosen,
    isas: availableIsas(),
    cluster: examineCluster(),
    binaries,
    checksums,
    workers: { count, firstFitMs: first.ms, secondFitMs: second.ms },
    selfTest: { bits, speed: 'error' in chosen ? null : measureSpeed(native ? chosen.isa : undefined) },
    problems: [
      ...checksumProblems(checksums),
      ...backendProblems({ backend: chosen, binaries, environment }),
      ...bitsProblems(bits),
    ],
  };
}
