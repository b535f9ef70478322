/** The machine that a figure belongs to. */
import os from 'node:os';
import { version } from '../../core/packageInfo.cjs';
import { backend } from '../../kernels/backend.js';
import { type Processor, processor } from './processor.js';

export interface Machine {
  /** As the system names it. */
  cpu: string;
  processor: Processor & { caches: Record<string, string> };
  /** Cores that this process may use. */
  cores: number;
  memoryGiB: number;
  os: string;
  /** Kind and instruction set of the kernels, and why these. */
  kernels: string;
  node: string;
  steepest: string;
  /** ISO 8601. */
  date: string;
}

/** Processor, instruction set, Node.js, versions and date. */
export function machine(): Machine {
  const { kind, isa, reason } = backend();
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    processor: processor(),
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    os: `${os.type()} ${os.release()} ${os.arch()}`,
    kernels: `${kind}, ${isa}${reason ? ` (${reason})` : ''}`,
    node: process.version,
    steepest: version,
    date: new Date().toISOString(),
  };
}

/** '2048K' as '2 MB'. */
function cacheText(size: string): string {
  const kilobytes = Number.parseInt(size, 10);
  return kilobytes < 1024 ? `${kilobytes} KB` : `${kilobytes / 1024} MB`;
}

/** The processor with its cores and caches, in one line. */
export function processorText({ processor: cpu, cores }: Pick<Machine, 'processor' | 'cores'>): string {
  const sizes = Object.entries(cpu.caches ?? {}).map(([level, size]) => `${level} ${cacheText(size)}`);
  return [`${cpu.name}, ${cores} ${cores === 1 ? 'core' : 'cores'}`, ...sizes].join(', ');
}
