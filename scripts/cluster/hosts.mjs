// Runs a program with one rank on each of some hosts that this machine plays (network.mjs):
//   node scripts/cluster/hosts.mjs --hosts 2 --latency 100 --rate 1000 [--mpi mpich] -- node x.mjs
// Latency in microseconds one way, rate in Mbit/s. All traffic between ranks goes over the wires.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeHosts, SUBNET } from './network.mjs';

/** A shell on the host puts the words together again. */
const quote = (word) => `'${word.replaceAll("'", "'\\''")}'`;

const LAUNCHERS = {
  /** Open MPI 4: TCP alone, over the wires alone; the core is the host's, not one that it chooses. */
  openmpi: ({ names, agent, ranksPerHost }) => [
    ...['mpirun.openmpi', '--allow-run-as-root', '--bind-to', 'none', '--oversubscribe'],
    ...['--mca', 'plm', 'rsh', '--mca', 'plm_rsh_agent', agent],
    ...['--mca', 'pml', 'ob1', '--mca', 'btl', 'tcp,self'],
    ...['--mca', 'btl_tcp_if_include', SUBNET, '--mca', 'oob_tcp_if_include', SUBNET],
    ...['--host', names.map((name) => `${name}:${ranksPerHost}`).join(',')],
  ],
  /** MPICH over UCX, whose transports and devices are the same. */
  mpich: ({ names, agent, ranksPerHost }) => [
    ...['mpirun.mpich', '-launcher', 'ssh', '-launcher-exec', agent, '-iface', 'eth0'],
    ...['-genv', 'UCX_TLS', 'tcp,self', '-genv', 'UCX_NET_DEVICES', 'eth0'],
    ...['-hosts', names.join(','), '-ppn', String(ranksPerHost), '-n', String(names.length * ranksPerHost)],
  ],
};

export const launchers = Object.keys(LAUNCHERS);

/**
 * Runs a command on the hosts of makeHosts, one rank on each; the launcher runs on the first.
 * @param network what makeHosts returned
 * @param {{ mpi?: string, command: string[], env?: object, ranksPerHost?: number, stdio?: unknown }} options
 * @returns {Promise<{ code: number | null, stdout: string }>} what the ranks printed, unless stdio
 *   says otherwise
 */
export function runOnHosts(network, { mpi = 'openmpi', command, env = {}, ranksPerHost = 1, stdio }) {
  const launcher = LAUNCHERS[mpi]({ ...network, ranksPerHost });
  const words = [...launcher, ...command].map(quote);
  const child = spawn(network.agent, [network.names[0], ...words], {
    env: { ...process.env, ...network.env, ...env },
    stdio: stdio ?? ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => (stdout += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout }));
  });
}

async function main() {
  const { values, positionals } = parseArgs({
    options: {
      hosts: { type: 'string', default: '2' },
      latency: { type: 'string', default: '100' },
      rate: { type: 'string', default: '1000' },
      mpi: { type: 'string', default: 'openmpi' },
    },
    allowPositionals: true,
  });
  if (positionals.length === 0 || !launchers.includes(values.mpi)) {
    console.error(
      'usage: node scripts/cluster/hosts.mjs [--hosts 2] [--latency MICROSECONDS] ' +
        `[--rate MBIT_PER_SECOND] [--mpi ${launchers.join('|')}] -- COMMAND...`,
    );
    process.exit(2);
  }
  const network = await makeHosts({
    hosts: Number(values.hosts),
    latencyUs: Number(values.latency),
    bitsPerSecond: Number(values.rate) * 1e6,
  });
  try {
    const { code } = await runOnHosts(network, { mpi: values.mpi, command: positionals, stdio: 'inherit' });
    process.exitCode = code ?? 1;
  } finally {
    network.remove();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
