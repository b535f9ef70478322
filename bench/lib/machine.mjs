// The machine that a figure belongs to.
import { execFileSync } from 'node:child_process';
import { machine as facts, processorText } from '#steepest/cli/bench/machine.js';

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

/**
 * Processor, instruction set, Node.js, versions and date. `workers` and the versions of peers are the
 * caller's to add.
 */
export const machine = (more = {}) => ({ ...facts(), commit: commit(), ...more });

export function machineLines({
  processor,
  cores,
  os: system,
  kernels,
  node,
  workers,
  steepest,
  commit,
  versions,
}) {
  const at = commit ? ` at ${commit}` : '';
  return [
    processorText({ processor, cores }),
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
