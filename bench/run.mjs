// Runs suites and writes bench/results/<processor>/<suite>.json.
//   npm run bench         suites that need nothing else
//   npm run bench:peers   suites against other libraries, which it installs into bench/peers; then
//                         draws bench/report.html
// Both take [-- --quick] [--only a,b] [--rounds N] [--workers N] [--data DIR (MNIST's four IDX files)]
// [--isa avx2 (kernels only)];
// bench:peers also [--write-docs], which puts the figures into README.md and docs/benchmarks.md.
import { backend, shutdown } from 'steepest';
import { readArguments } from './lib/arguments.mjs';
import { machine, machineLines } from './lib/machine.mjs';
import { Peers } from './lib/peers.mjs';
import { printHead, printRow } from './lib/print.mjs';
import { saveResult } from './lib/results.mjs';
import { isUnsteady } from './lib/stats.mjs';
import { report } from './report/report.mjs';

const given = readArguments(process.argv.slice(2));
const { suites, options, writeDocs } = given;
const { workers, quick } = options;
// They would tear tables apart: a suite may end solvers before they have converged.
process.removeAllListeners('warning');
const peers = given.peers ? new Peers(backend().isa, workers) : undefined;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    peers?.close();
    process.exit(1);
  });
}
const about = machine({ workers, versions: peers ? await peers.versions() : {} });
console.log(`${machineLines(about).join('\n')}\n`);
const command = `npm run ${given.peers ? 'bench:peers' : 'bench'}${quick ? ' -- --quick' : ''}`;
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
    const result = { suite: name, title: suite.title, about: suite.about, command, quick };
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
if (given.peers) for (const file of report({ writeDocs })) console.log(`wrote ${file}`);
if (unsteady.size > 0)
  console.log(`rounds differ by more than 2 ×, the machine was busy: ${[...unsteady].join('; ')}`);
if (skipped.length > 0) {
  console.error(`no result: ${skipped.join(', ')}`);
  process.exitCode = 1;
}
