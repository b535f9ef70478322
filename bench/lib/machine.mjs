// The machine that a figure belongs to.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { backend } from 'steepest';

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

export function machineLines({ cpu, cores, os: system, kernels, node, workers, steepest, commit, versions }) {
  return [
    `CPU ${cpu}, ${cores} cores; ${system}; Node ${node}`,
    `kernels: ${kernels}${workers === undefined ? '' : `; ${workers} workers`}; steepest ${steepest}${commit ? ` at ${commit}` : ''}`,
    ...(versions && Object.keys(versions).length > 0
      ? [
          Object.entries(versions)
            .map(([k, v]) => `${k} ${v}`)
            .join(', '),
        ]
      : []),
  ];
}
