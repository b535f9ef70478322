// Figures of a whole training run: how two workers compare with one, what a step costs besides arithmetic, how long a
// fit takes to start, how much memory it takes, and how free the main thread stays.
//   npm run bench            all of it
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { shutdown } from 'steepest';
import { measureBarrier } from './lib/barrier.mjs';
import { mnistOrRandom } from './lib/data.mjs';
import { measureLateness } from './lib/lateness.mjs';
import { mnistModel } from './lib/models.mjs';
import { measureStepOverhead } from './lib/overhead.mjs';
import { median, printFigure, printMachine, seconds } from './lib/report.mjs';

const ROUNDS = 5;
const EPOCHS = 4;

async function scaling(set) {
  const steps = Math.ceil(set.train.y.data.length / 128) * EPOCHS;
  for (const optimizer of ['sgd', 'adam']) {
    const perStep = { 1: [], 2: [] };
    for (let round = 0; round < ROUNDS; round++) {
      for (const workers of [1, 2]) {
        const model = mnistModel(optimizer);
        const run = (epochs) => model.fit(set.train.x, set.train.y, { epochs, batchSize: 128, workers });
        await run(1);
        perStep[workers].push((await seconds(() => run(EPOCHS))) / steps);
      }
    }
    const ratios = perStep[1].map((one, i) => one / perStep[2][i]);
    const us = (values) => `${(median(values) * 1e6).toFixed(1)} µs`;
    printFigure(`784-128-10, batch 128, ${optimizer}: step with 1 worker`, us(perStep[1]));
    printFigure(`784-128-10, batch 128, ${optimizer}: step with 2 workers`, us(perStep[2]));
    printFigure('  2 workers against 1 (median of ratios)', `${median(ratios).toFixed(2)} ×`, '≥ 1.7 ×');
  }
}

async function starting(set) {
  await shutdown();
  const model = mnistModel();
  const one = { data: set.train.x.data.subarray(0, 784 * 128), shape: [128, 784] };
  const labels = { data: set.train.y.data.subarray(0, 128), shape: [128] };
  const run = () => model.fit(one, labels, { epochs: 1, batchSize: 128, workers: 2 });
  const cold = await seconds(run);
  const warm = [];
  for (let i = 0; i < 20; i++) warm.push(await seconds(run));
  printFigure('a fit of one step, threads to be started', `${(cold * 1e3).toFixed(1)} ms`, '≤ 80 ms');
  printFigure('a fit of one step, threads at hand (median)', `${(median(warm) * 1e3).toFixed(2)} ms`);
}

function memory() {
  const script = fileURLToPath(new URL('./lib/memory.mjs', import.meta.url));
  const result = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(result.stderr);
  const { peak, data, bare } = JSON.parse(result.stdout);
  const mb = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
  printFigure(
    `peak memory of a process that fits 60,000 × 784 uint8 (${mb(data)})`,
    mb(peak),
    `≤ ${mb(1.5 * data + 100e6)}`,
  );
  printFigure('  of which before any data was read', mb(bare));
}

printMachine();
const set = await mnistOrRandom();
console.log(`data: ${set.name}, ${set.train.y.data.length} rows\n`);
await starting(set);
await scaling(set);
printFigure(
  'two workers meeting, per step (two barriers)',
  `${(await measureBarrier(2)).toFixed(2)} µs`,
  '≤ 3 µs',
);
printFigure('TypeScript per step, kernels left out', `${measureStepOverhead().toFixed(2)} µs`, '≤ 5 µs');
memory();
const late = await measureLateness(mnistModel('adam'), set.train);
printFigure('5 ms timer during a fit: 99th percentile late by', `${late.p99.toFixed(2)} ms`, '≤ 20 ms');
printFigure('  worst of all', `${late.worst.toFixed(2)} ms`);
await shutdown();
