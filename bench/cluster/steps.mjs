// Training steps over hosts that this machine plays (scripts/cluster), against the model's
// predictions, from the wires' rates and from what plain connections take for as many bytes:
//   node bench/cluster/steps.mjs [--mpi mpich] [--networks mnist,cnn] [--hosts 2,4] [--write]
// --write puts the figures into results.json and docs/cluster.md. It needs what
// scripts/cluster/README.md lists. The model knows two measurements of this machine: a step of one
// process, and steps of a tiny network over wires without latency, which are all hand-over.
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runOnHosts } from '../../scripts/cluster/hosts.mjs';
import { makeHosts } from '../../scripts/cluster/network.mjs';
import { measurePlainTcp } from '../../scripts/cluster/plainTcp.mjs';
import { machine } from '../lib/machine.mjs';
import { digits, printMachine } from '../lib/print.mjs';
import { ETHERNET_SHARE, epochEndSeconds, stepSeconds, traffic } from './model.mjs';
import { NETWORKS } from './networks.mjs';
import { writeResults, writeTables } from './table.mjs';

const PROGRAM = fileURLToPath(new URL('program.mjs', import.meta.url));
const SHARDS = 8;
const CORES = availableParallelism();
const ADAM_ARRAYS = 2;
/** A message that is hardly more than its latency. */
const LEAST_BYTES = 64;
/** Microseconds one way, Mbit/s. */
const WIRES = [
  [50, 1000],
  [500, 1000],
  [100, 200],
  // So slow that what it costs this machine to play hosts hardly counts.
  [200, 50],
];
/** As good as none. */
const FREE_WIRE = [0, 100_000];

const lastLine = (text) => JSON.parse(text.trim().split('\n').at(-1));

/** One process, on one core or on all. */
function alone(name, workers) {
  const cores = workers === 1 ? '0' : `0-${CORES - 1}`;
  const program = [process.execPath, PROGRAM, name, String(SHARDS), String(workers)];
  return lastLine(execFileSync('taskset', ['-c', cores, ...program], { encoding: 'utf8' }));
}

async function onHosts(name, hosts, [latencyUs, megabits], mpi) {
  const network = await makeHosts({ hosts, latencyUs, bitsPerSecond: megabits * 1e6 });
  try {
    const command = [process.execPath, PROGRAM, name, String(SHARDS)];
    const { code, stdout } = await runOnHosts(network, { mpi, command });
    if (code !== 0) throw new Error(`${name} on ${hosts} hosts ended with ${code}`);
    return lastLine(stdout);
  } finally {
    network.remove();
  }
}

/** Seconds of an exchange without a byte, of a network whose computation hardly counts. */
async function measureHandOver(hosts, mpi) {
  const one = alone('tiny', 1).seconds;
  const { seconds, library } = await onHosts('tiny', hosts, FREE_WIRE, mpi);
  return { handOver: (seconds - (one * Math.max(1, hosts / CORES)) / hosts) / 2, library };
}

/** Of one exchange after another, the messages of each rank to each other one. */
const messagesOf = (parameters, hosts) => [
  ...traffic({ parameters, ranks: hosts, shards: SHARDS }).map(({ message }) => message),
  (ADAM_ARRAYS * 4 * parameters) / hosts,
];

/** Seconds that plain connections take for the bytes of a message, by message. */
async function measurePlain(networks, hosts, [latencyUs, megabits]) {
  const messages = networks.flatMap(({ parameters }) => messagesOf(parameters, hosts));
  const sizes = [LEAST_BYTES, ...new Set(messages.map(Math.round))].sort((a, b) => a - b);
  const network = await makeHosts({ hosts, latencyUs, bitsPerSecond: megabits * 1e6 });
  try {
    const [least, ...seconds] = await measurePlainTcp(network, sizes);
    const plain = new Map(seconds.map((taken, i) => [sizes[i + 1], taken - least]));
    return (message) => plain.get(Math.round(message)) ?? 0;
  } finally {
    network.remove();
  }
}

async function compare(network, hosts, wire, { handOver, transfer }, mpi) {
  const { seconds: measured, bits } = await onHosts(network.name, hosts, wire, mpi);
  if (bits !== network.bits) throw new Error(`other bits on ${hosts} hosts: ${bits}, not ${network.bits}`);
  const [latencyUs, megabits] = wire;
  const bytesPerSecond = (megabits * 1e6 * ETHERNET_SHARE) / 8;
  const { coreSeconds: computation, parameters, title, batches } = network;
  const [predicted, byPlain] = [undefined, transfer].map((measuredTransfer) => {
    const given = {
      ...{ parameters, ranks: hosts },
      network: { latency: latencyUs * 1e-6, bytesPerSecond, transfer: measuredTransfer, handOver },
    };
    // An epoch of these is so short that its end counts.
    return (
      stepSeconds({ ...given, computation, shards: SHARDS, cores: CORES }) +
      epochEndSeconds({ ...given, arrays: ADAM_ARRAYS }) / batches
    );
  });
  const off = [predicted, byPlain].map((seconds) => `${Math.round(100 * (measured / seconds - 1))} %`);
  const [is, was, plain] = [measured, predicted, byPlain].map((seconds) => `${digits(1e3 * seconds)} ms`);
  console.log(`  ${title}: ${is}; by the rate ${was}, ${off[0]}; by plain TCP ${plain}, ${off[1]}`);
  return { title, hosts, latencyUs, megabits, measured, predicted, byPlain };
}

const { values } = parseArgs({
  options: {
    mpi: { type: 'string', default: 'openmpi' },
    networks: { type: 'string', default: 'mnist,lenet,wide,cnn' },
    hosts: { type: 'string', default: '2,4' },
    write: { type: 'boolean', default: false },
  },
});
printMachine();
const networks = values.networks.split(',').map((name) => {
  const { seconds: coreSeconds, parameters, bits } = alone(name, 1);
  const { seconds: hostSeconds } = alone(name, CORES);
  const { title, batches } = NETWORKS[name];
  console.log(
    `${title}, ${parameters} parameters: ${digits(1e3 * coreSeconds)} ms on one core, ` +
      `${digits(1e3 * hostSeconds)} ms on ${CORES}`,
  );
  return { name, title, batches, parameters, coreSeconds, hostSeconds, bits };
});
const rows = [];
const handOvers = {};
let library;
for (const hosts of values.hosts.split(',').map(Number)) {
  const tiny = await measureHandOver(hosts, values.mpi);
  ({ library } = tiny);
  handOvers[hosts] = tiny.handOver;
  console.log(`\n${hosts} hosts, ${library}: a hand-over takes ${digits(1e6 * tiny.handOver)} µs`);
  for (const wire of WIRES) {
    console.log(`${wire[0]} µs, ${wire[1]} Mbit/s`);
    const known = { handOver: tiny.handOver, transfer: await measurePlain(networks, hosts, wire) };
    for (const network of networks) rows.push(await compare(network, hosts, wire, known, values.mpi));
  }
}
if (values.write) {
  const { processor, cores } = machine();
  writeResults({ processor: processor.name, cores, library, shards: SHARDS, handOvers, networks, rows });
  writeTables();
}
