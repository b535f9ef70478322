// The machine that a figure belongs to.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { backend } from 'steepest';
import { processor } from './processor.mjs';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

function commit() {
  try {
    const options = {
      cwd: new URL('.', import.meta.url),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    };
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], options).trim();
  } catch {
    return undefined;
  }
}

/** CPU, instruction set, Node, versions and date. `workers` and the versions of peers are the caller's to add. */
export function machine(more = {}) {
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
    commit: commit(),
    date: new Date().toISOString(),
    ...more,
  };
}

/** '2048K' as '2 MB'. */
function cacheText(size) {
  const kilobytes = Number.parseInt(size, 10);
  return kilobytes < 1024 ? `${kilobytes} KB` : `${kilobytes / 1024} MB`;
}

export function machineLines({
  processor: cpu,
  cores,
  os: system,
  kernels,
  node,
  workers,
  steepest,
  commit,
  versions,
}) {
  const sizes = Object.entries(cpu.caches ?? {}).map(([level, size]) => `${level} ${cacheText(size)}`);
  const at = commit ? ` at ${commit}` : '';
  return [
    [`${cpu.name}, ${cores} cores`, ...sizes].join(', '),
    `${system}; Node ${node}; kernels: ${kernels}`,
    `steepest ${steepest}${at}${workers === undefined ? '' : `, ${workers} workers`}`,
    ...(versions && Object.keys(versions).length > 0
      ? [
          Object.entries(versions)
            .map(([name, version]) => `${name} ${version}`)
            .join(', '),
        ]
      : []),
  ];
}
