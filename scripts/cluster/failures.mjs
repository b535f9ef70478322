// Ends jobs in every way in which a rank can fail, under each launcher of this machine, and looks
// whether each ends soon, with an error on stderr, an exit code other than 0, and no process left.
//   node scripts/cluster/failures.mjs --times 20 [--ranks 4] [--only killed,sleeps] [--launcher mpich]
// Build first. Linux only: processes are found by a variable in their environment (/proc).
import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const PROGRAM = fileURLToPath(new URL('failing.mjs', import.meta.url));

/** How long ranks wait for each other in most cases: a job must not need that long to end. */
const LONG_MS = 300_000;
/** Within this a job is over if a rank has failed. Starting four ranks on a busy core takes most of it. */
const PROMPT_MS = 60_000;
/** The time limit of ranks whose peer sleeps. */
const SLEEP_MS = 5000;
/** A process that was killed may take a moment to go. */
const GONE_MS = 5000;

const LAUNCHERS = [
  { name: 'openmpi', command: 'mpirun.openmpi', args: ['--allow-run-as-root', '--oversubscribe'] },
  { name: 'mpich', command: 'mpirun.mpich', args: [] },
].filter(({ command }) => spawnSync(command, ['--version']).status === 0);

/** A file name of each launcher's library. */
const LIBRARIES = { openmpi: 'libmpi.so.40', mpich: 'libmpich.so.12' };

/** What happens, how it is started, and what stderr has to say. */
const CASES = [
  // A process that is killed says nothing. The launcher does, MPICH's on stdout.
  { name: 'killed', onStdout: true, says: /signal 9|KILLED BY|Killed|EXIT CODE: 9/ },
  { name: 'throws', says: /steepest: rank 1 of \d+: Error: a fault of rank 1/ },
  { name: 'rejects', says: /steepest: rank 1 of \d+: Error: a rejection of rank 1/ },
  { name: 'exit0', says: /steepest: rank 1 of \d+: process\.exit\(0\) before close\(\)/ },
  { name: 'exit3', says: /steepest: rank 1 of \d+: process\.exit\(3\) before close\(\)/ },
  { name: 'sleeps', timeoutMs: SLEEP_MS, says: /ERR_CLUSTER: expected all ranks to take part in gather\(\)/ },
  { name: 'wrong launcher', fault: 'nothing', foreign: true, says: /for which it is rank 0 of 1/ },
  { name: 'singleton', fault: 'nothing', alone: true, says: /ERR_CLUSTER[\s\S]*mpirun -n 4/ },
];

/** Numbers of the processes that have the marker in their environment. */
function marked(marker) {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'latin1').includes(marker);
    } catch {
      return false;
    }
  });
}

async function left(marker) {
  const end = Date.now() + GONE_MS;
  while (marked(marker).length > 0 && Date.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 50));
  return marked(marker);
}

/** @returns {Promise<{ code: number | null, stderr: string, stdout: string, ms: number }>} */
function run(command, args, env) {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      timeout: PROMPT_MS,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (text) => {
      stdout += text;
    });
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr, ms: performance.now() - start }));
  });
}

/** Runs a case once; returns what is wrong with its end, if anything. */
async function trial(
  launcher,
  ranks,
  { name, fault = name, timeoutMs = LONG_MS, foreign, alone, onStdout, says },
) {
  const marker = `STEEPEST_FAILURES=${randomUUID()}`;
  const env = { STEEPEST_FAILURES: marker.split('=')[1] };
  if (foreign) {
    const other = LAUNCHERS.find((each) => each !== launcher);
    env.STEEPEST_MPI_LIBRARY = LIBRARIES[other.name];
  }
  const program = [PROGRAM, fault, String(timeoutMs)];
  const job = [...launcher.args, '-n', String(ranks), process.execPath, ...program];
  const { code, stdout, stderr, ms } = alone
    ? await run(process.execPath, program, env)
    : await run(launcher.command, job, env);
  const problems = [];
  if (code === 0) problems.push('exit code 0');
  if (code === null) problems.push(`not over after ${PROMPT_MS / 1000} s`);
  if (!says.test(onStdout ? stderr + stdout : stderr)) problems.push(`stderr: ${stderr.slice(0, 2000)}`);
  if (stdout.includes('ended well')) problems.push('a rank that ended well');
  const pids = await left(marker);
  for (const pid of pids) process.kill(Number(pid), 'SIGKILL');
  if (pids.length > 0) problems.push(`${pids.length} processes left`);
  return { ms, problems };
}

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '20' },
    ranks: { type: 'string', default: '4' },
    only: { type: 'string' },
    launcher: { type: 'string' },
  },
});
const launchers = LAUNCHERS.filter(({ name }) => (values.launcher ?? name) === name);
if (launchers.length === 0) {
  console.error('No launcher here. Debian: apt-get install openmpi-bin mpich');
  process.exit(1);
}
const wanted = values.only?.split(',');
let failed = 0;
for (const launcher of launchers) {
  const cases = CASES.filter(({ name }) => wanted?.includes(name) ?? true);
  for (const each of cases.filter(({ foreign }) => !foreign || LAUNCHERS.length > 1)) {
    let most = 0;
    let bad = 0;
    for (let time = 0; time < Number(values.times); time++) {
      const { ms, problems } = await trial(launcher, Number(values.ranks), each);
      most = Math.max(most, ms);
      if (problems.length === 0) continue;
      bad++;
      console.log(`  ${launcher.name}, ${each.name}: ${problems.join('; ')}`);
    }
    failed += bad;
    const good = Number(values.times) - bad;
    console.log(
      `${launcher.name.padEnd(8)} ${each.name.padEnd(15)} ${good} of ${values.times}, longest ${(most / 1000).toFixed(1)} s`,
    );
  }
}
process.exitCode = failed === 0 ? 0 : 1;
