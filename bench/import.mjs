// What importing the package costs above bare Node.js: time and memory, each import in a process
// of its own, taken in turns.
//   npm run bench:import
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median, printMachine } from './lib/print.mjs';

const ROUNDS = 21;
const TIME_BAR_MS = 25;
const MEMORY_BAR_MB = 15;

const root = fileURLToPath(new URL('..', import.meta.url));
// Each runs in a new process and prints milliseconds and bytes.
const measured = (load) => `
  const memory = process.memoryUsage.rss(), start = process.hrtime.bigint();
  const done = () => console.log(Number(process.hrtime.bigint() - start) / 1e6, process.memoryUsage.rss() - memory);
  ${load}`;
const WAYS = {
  bareImport: measured("import('node:path').then(done)"),
  import: measured("import('steepest').then(done)"),
  importKernels: measured("import('steepest/kernels').then(done)"),
  bareRequire: measured("require('node:path'); done()"),
  require: measured("require('steepest'); done()"),
};

const results = Object.fromEntries(Object.keys(WAYS).map((way) => [way, { ms: [], bytes: [] }]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [way, code] of Object.entries(WAYS)) {
    const output = execFileSync(process.execPath, ['-e', code], { cwd: root, encoding: 'utf8' });
    const [ms, bytes] = output.split(' ').map(Number);
    results[way].ms.push(ms);
    results[way].bytes.push(bytes);
  }
}

const printFigure = (name, value, bar) =>
  console.log(`${name.padEnd(22)}${value.padStart(20)}  (bar: ${bar})`);

printMachine();
console.log(`Above bare Node.js, ${ROUNDS} processes each: least and median time, median memory.\n`);
for (const [way, bare] of [
  ['import', 'bareImport'],
  ['importKernels', 'bareImport'],
  ['require', 'bareRequire'],
]) {
  const above = (of, key) => of(results[way][key]) - of(results[bare][key]);
  const least = above((values) => Math.min(...values), 'ms');
  const time = `${least.toFixed(1)} · ${above(median, 'ms').toFixed(1)} ms`;
  printFigure(`${way}: time`, time, `${TIME_BAR_MS} ms`);
  printFigure(`${way}: memory`, `${(above(median, 'bytes') / 1e6).toFixed(1)} MB`, `${MEMORY_BAR_MB} MB`);
}
