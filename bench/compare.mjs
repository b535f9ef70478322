// Whole training steps against PyTorch on the same machine, in the same run: ours and theirs in turn, several rounds, the
// median of the ratios. PyTorch counts with its best of 1 and 2 threads, as it is and with MKL's AVX-512 path forced.
//   STEEPEST_PYTHON=/path/to/python node bench/compare.mjs [--rounds 3] [--case TEXT]
// The Python needs bench/peers/requirements.txt.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { layers, sequential, shutdown } from 'steepest';
import { median, printMachine, seconds } from './lib/report.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    case: { type: 'string' },
    workers: { type: 'string', default: '2' },
  },
});
const python = process.env.STEEPEST_PYTHON ?? 'python3';
const workers = Number(values.workers);
const here = (file) => fileURLToPath(new URL(`peers/${file}`, import.meta.url));
const cases = JSON.parse(readFileSync(here('cases.json'), 'utf8')).filter(
  ({ name }) => values.case === undefined || name.includes(values.case),
);
const scratch = mkdtempSync(join(tmpdir(), 'steepest-bench-'));
const casesFile = join(scratch, 'cases.json');
writeFileSync(casesFile, JSON.stringify(cases));

/** The library that lets MKL take its AVX-512 path; undefined without a C compiler. */
function forcedMkl() {
  const file = join(scratch, 'mkl_force_avx512.so');
  const result = spawnSync('cc', ['-shared', '-fPIC', '-o', file, here('mkl_force_avx512.c')]);
  return result.status === 0 ? file : undefined;
}

function pytorch(threads, preload) {
  const env = preload ? { ...process.env, LD_PRELOAD: preload } : process.env;
  const result = spawnSync(python, [here('pytorch_steps.py'), String(threads), casesFile], {
    env,
    encoding: 'utf8',
  });
  if (result.status !== 0) throw new Error(`PyTorch did not run: ${result.stderr || result.error?.message}`);
  return JSON.parse(result.stdout);
}

function randomData({ sizes, batch }) {
  const rows = 64 * batch;
  const x = new Float32Array(new SharedArrayBuffer(rows * sizes[0] * 4)).map(() => Math.random());
  const y = new Int32Array(rows).map(() => Math.floor(Math.random() * sizes.at(-1)));
  return [
    { data: x, shape: [rows, sizes[0]] },
    { data: y, shape: [rows] },
  ];
}

/** Seconds per step of ours: the difference of a long and a short fit, so that starting one does not count. */
async function ours(test) {
  const { sizes, activation, optimizer } = test;
  const model = sequential({
    layers: sizes.slice(1).map((units, i) =>
      layers.dense({
        units,
        activation: i === sizes.length - 2 ? 'softmax' : activation,
        ...(i === 0 ? { inputShape: [sizes[0]] } : {}),
      }),
    ),
  }).compile({ optimizer: { name: optimizer, learningRate: 1e-3 }, loss: 'sparseCategoricalCrossentropy' });
  const [x, y] = randomData(test);
  const run = (epochs) => model.fit(x, y, { epochs, batchSize: test.batch, workers });
  await run(2);
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const short = await seconds(() => run(1));
    const long = await seconds(() => run(1 + Math.ceil(test.steps / 8)));
    best = Math.min(best, (long - short) / (64 * Math.ceil(test.steps / 8)));
  }
  return best;
}

printMachine();
const preload = forcedMkl();
const ratios = new Map(cases.map(({ name }) => [name, []]));
const last = new Map();
for (let round = 0; round < Number(values.rounds); round++) {
  const rivals = [];
  for (const threads of [1, 2]) {
    rivals.push([`${threads} thread${threads > 1 ? 's' : ''}`, pytorch(threads)]);
    if (preload)
      rivals.push([`${threads} thread${threads > 1 ? 's' : ''}, AVX-512 forced`, pytorch(threads, preload)]);
  }
  for (const test of cases) {
    const mine = await ours(test);
    const [how, best] = rivals.map(([how, times]) => [how, times[test.name]]).sort((a, b) => a[1] - b[1])[0];
    ratios.get(test.name).push(best / mine);
    last.set(test.name, { mine, best, how });
  }
}
const us = (s) => `${(s * 1e6).toFixed(1)} µs`.padStart(11);
console.log(
  `${'step'.padEnd(32)}${'ours'.padStart(11)}${'PyTorch'.padStart(11)}   ratio   bar   PyTorch's best with`,
);
for (const { name, bar } of cases) {
  const { mine, best, how } = last.get(name);
  const ratio = median(ratios.get(name)).toFixed(2).padStart(6);
  console.log(`${name.padEnd(32)}${us(mine)}${us(best)}  ${ratio}  ${String(bar).padStart(4)}   ${how}`);
}
console.log(`\n${workers} workers; times of the last round, ratios the median of ${values.rounds} rounds.`);
await shutdown();
