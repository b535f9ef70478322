// What a second rank on this machine is worth: a CNN's step and a grid search on one rank and on
// two, each pinned to a core of its own, in turns:
//   node bench/cluster/ranks.mjs [--mpi mpich] [--rounds 6]
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { digits, median, printMachine } from '../lib/print.mjs';

const LAUNCHERS = {
  openmpi: ['mpirun.openmpi', '--allow-run-as-root', '--bind-to', 'core', '-n', '2'],
  mpich: ['mpirun.mpich', '-bind-to', 'core', '-n', '2'],
};
const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const PROGRAMS = {
  'CNN on 32 × 32 × 3, batch 256: a step': [file('program.mjs'), 'cnn', '8'],
  'grid search, 40 fits': [file('search.mjs')],
};

const lastLine = (text) => JSON.parse(text.trim().split('\n').at(-1));
const run = ([command, ...args], program) =>
  lastLine(execFileSync(command, [...args, process.execPath, ...program], { encoding: 'utf8' }));

const { values } = parseArgs({
  options: { mpi: { type: 'string', default: 'openmpi' }, rounds: { type: 'string', default: '6' } },
});
printMachine();
for (const [title, program] of Object.entries(PROGRAMS)) {
  const [ones, twos] = [[], []];
  for (let round = 0; round < Number(values.rounds); round++) {
    // The cores of a virtual machine need not be equally fast, so one rank takes them in turns.
    const one = run(['taskset', '-c', `${round % 2}`], program);
    const two = run(LAUNCHERS[values.mpi], program);
    if (one.bits !== two.bits || two.ranks !== 2) throw new Error(`${title}: other results on two ranks`);
    ones.push(one.seconds);
    twos.push(two.seconds);
  }
  const [one, two] = [ones, twos].map(median);
  const [inOne, inTwo] = [one, two].map((seconds) => `${digits(1e3 * seconds)} ms`);
  console.log(`${title}: ${inOne} on one rank, ${inTwo} on two, ${digits(one / two)} ×`);
}
