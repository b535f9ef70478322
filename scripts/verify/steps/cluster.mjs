// The installed package under the launchers of Open MPI and MPICH: the same bits for any number of
// ranks, and the end of a job in which one rank fails.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { Absent, check, checkEqual, program } from '../lib/check.mjs';
import { installedFolder } from '../lib/installed.mjs';

/** Ranks share the cores of this machine, and root runs CI. */
const LAUNCHERS = {
  openmpi: ['mpirun.openmpi', '--allow-run-as-root', '--oversubscribe', '--bind-to', 'none'],
  mpich: ['mpirun.mpich'],
};
const RANKS = [1, 2, 3, 4, 8];
const ROUNDS = 20;
const PATIENCE_MS = 120_000;
/** With the start of four processes, on a machine with other work; a job that hangs takes minutes. */
const PROMPT_MS = 60_000;
const FAULTS = {
  kill: /signal|KILL|Killed/i,
  throw: /rank 1 of 4: .*a fault on purpose/s,
  exit0: /rank 1 of 4: process\.exit\(0\)/,
  exit3: /rank 1 of 4: process\.exit\(3\)/,
  sleep: /ERR_CLUSTER: .*no answer of rank 1/s,
};

function start(folder, launcher, words) {
  const [command, ...args] = launcher;
  const started = performance.now();
  const { status, signal, stdout, stderr } = spawnSync(command, [...args, ...words], {
    cwd: folder,
    encoding: 'utf8',
    timeout: PATIENCE_MS,
    killSignal: 'SIGKILL',
    env: { ...process.env, STEEPEST_BACKEND: '', STEEPEST_ISA: '' },
  });
  return { status, signal, stdout, stderr, ms: performance.now() - started };
}

function train(folder, launcher, words) {
  const { status, signal, stdout, stderr } = start(folder, launcher, words);
  check(status === 0, `${[...launcher, ...words].join(' ')} ended with ${signal ?? status}:\n${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

/** Processes whose command line has a mark. */
function running(mark) {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(mark);
    } catch {
      return false;
    }
  });
}

function verifyBits(folder) {
  const node = process.execPath;
  const [expected] = train(folder, [node], ['cluster-bits.mjs']).all;
  for (const [name, launcher] of Object.entries(LAUNCHERS)) {
    for (const ranks of RANKS) {
      const { ranks: given, all } = train(folder, launcher, ['-n', String(ranks), node, 'cluster-bits.mjs']);
      checkEqual(given, ranks, `ranks of ${name}`);
      for (const found of all) checkEqual(found, expected, `bits of ${ranks} ranks of ${name}`);
    }
  }
}

function verifyFault(folder, name, fault, round) {
  const mark = `steepest-verify-${process.pid}-${name}-${fault}-${round}`;
  const words = ['-n', '4', process.execPath, 'cluster-fault.mjs', fault, mark];
  const { status, signal, stdout, stderr, ms } = start(folder, LAUNCHERS[name], words);
  const what = `${fault} under ${name}, round ${round}: ${signal ?? status}, ${Math.round(ms)} ms`;
  check(status !== 0 && signal === null, `${what}: a job without a rank must fail by itself`);
  check(ms < PROMPT_MS, `${what}: too late`);
  check(FAULTS[fault].test(stderr + stdout), `${what}: no such error in\n${stderr}${stdout}`);
  checkEqual(running(mark), [], `${what}: processes that are left`);
}

/** No launcher, and the variables of another. */
function verifyStarts(folder) {
  const node = process.execPath;
  const single = start(folder, [node], ['cluster-fault.mjs', 'none', 'single']);
  check(single.status !== 0 && /mpirun -n/.test(single.stderr), `without a launcher:\n${single.stderr}`);
  const crossed = ['env', 'OMPI_COMM_WORLD_SIZE=4', 'OMPI_COMM_WORLD_RANK=0'];
  for (const launcher of [crossed, [...LAUNCHERS.mpich, '-n', '2', ...crossed]]) {
    const { status, stderr } = start(folder, launcher, [node, 'cluster-fault.mjs', 'none', 'crossed']);
    check(status !== 0 && /ERR_CLUSTER/.test(stderr), `a library of another launcher:\n${stderr}`);
  }
}

export function verifyCluster() {
  if (process.platform !== 'linux') throw new Absent('launchers are tried on Linux');
  for (const [command] of Object.values(LAUNCHERS)) program(command);
  const folder = installedFolder();
  verifyBits(folder);
  verifyStarts(folder);
  for (const name of Object.keys(LAUNCHERS)) {
    for (const fault of Object.keys(FAULTS)) {
      for (let round = 0; round < ROUNDS; round++) verifyFault(folder, name, fault, round);
    }
  }
  const faults = Object.keys(FAULTS).length * ROUNDS;
  return `the same bits on ${RANKS.join(', ')} ranks; ${faults} failures end under each launcher`;
}
