// Runs suites and writes bench/results/<processor>/<suite>.json.
//   npm run bench         suites that need nothing else
//   npm run bench:peers   suites against other libraries, which it installs into bench/peers; then
//                         draws bench/report.html
// Both take [-- --quick] [--only a,b] [--rounds N] [--workers N] [--data DIR (MNIST's four IDX files)]
// [--isa avx2 (kernels only)];
// bench:peers also [--write-docs], which puts the figures into README.md and docs/benchmarks.md.
import { statSync } from 'node:fs';
import os from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { backend, shutdown } from 'steepest';
import { MNIST_HINT } from './lib/data.mjs';
import { machine, machineLines } from './lib/machine.mjs';
import { Peers } from './lib/peers.mjs';
import { printHead, printRow } from './lib/print.mjs';
import { saveResult } from './lib/results.mjs';
import { isUnsteady } from './lib/stats.mjs';
import { report } from './report/report.mjs';
import { SUITES } from './suites/index.mjs';

const { values } = parseArgs({
  options: {
    peers: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    rounds: { type: 'string' },
    workers: { type: 'string' },
    data: { type: 'string' },
    isa: { type: 'string' },
    'write-docs': { type: 'boolean', default: false },
  },
});
const writeDocs = values['write-docs'];
if (writeDocs && !values.peers) throw new Error('--write-docs goes with npm run bench:peers');
// They would tear tables apart: a suite may end solvers before they have converged.
process.removeAllListeners('warning');

function count(name, fallback) {
  if (values[name] === undefined) return fallback;
  const number = Number(values[name]);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`--${name} takes a whole number above 0, not ${values[name]}`);
}

/** Whole, because peers run in folders of their own. */
function mnistFolder() {
  if (values.data === undefined) return undefined;
  if (statSync(values.data, { throwIfNoEntry: false })?.isDirectory()) return resolve(values.data);
  throw new Error(`there is no folder ${values.data}; for MNIST, ${MNIST_HINT}`);
}

function chosen() {
  const mine = SUITES.filter((suite) => suite.peers === values.peers);
  if (values.only === undefined) return mine;
  return values.only.split(',').map((name) => {
    const suite = mine.find((candidate) => candidate.name === name);
    if (suite) return suite;
    throw new Error(`no suite ${name}; there are ${mine.map((candidate) => candidate.name).join(', ')}`);
  });
}

const suites = chosen();
const workers = count('workers', os.availableParallelism());
const options = {
  quick: values.quick,
  rounds: count('rounds'),
  workers,
  isa: values.isa,
  folder: mnistFolder(),
};
const peers = values.peers ? new Peers(backend().isa, workers) : undefined;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    peers?.close();
    process.exit(1);
  });
}
const about = machine({ workers, versions: peers ? await peers.versions() : {} });
console.log(`${machineLines(about).join('\n')}\n`);
const command = `npm run ${values.peers ? 'bench:peers' : 'bench'}${values.quick ? ' -- --quick' : ''}`;
const skipped = [];
const unsteady = new Set();
for (const { name, load } of suites) {
  const suite = await load();
  console.log(`── ${suite.title} ${'─'.repeat(Math.max(3, 76 - suite.title.length))}`);
  const start = performance.now();
  try {
    const rows = await suite.run({ ...options, peers });
    if (rows.some((row) => row.peers.length > 0)) printHead();
    rows.forEach(printRow);
    for (const { name: row, ours, peers: rivals } of rows)
      if ([ours, ...rivals].some((entry) => entry.absent === undefined && isUnsteady(entry)))
        unsteady.add(row);
    const took = Math.round((performance.now() - start) / 1000);
    const result = { suite: name, title: suite.title, about: suite.about, command, quick: values.quick };
    saveResult({ ...result, seconds: took, machine: { ...about, date: new Date().toISOString() }, rows });
    console.log(`\n${took} s on ${about.processor.name}\n`);
  } catch (error) {
    skipped.push(name);
    console.log(`${name} gave no result: ${error.message}\n`);
  } finally {
    peers?.endProcesses();
  }
}
peers?.close();
await shutdown();
if (values.peers) for (const file of report({ writeDocs })) console.log(`wrote ${file}`);
if (unsteady.size > 0)
  console.log(`rounds differ by more than 2 ×, the machine was busy: ${[...unsteady].join('; ')}`);
if (skipped.length > 0) {
  console.error(`no result: ${skipped.join(', ')}`);
  process.exitCode = 1;
}
