// Figures of a whole training run: how several workers compare with one, what a step costs besides arithmetic, how long a
// fit takes to start, how much memory it takes, and how free the main thread stays.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { shutdown } from 'steepest';
import { measureBarrier } from '../lib/barrier.mjs';
import { mnistOrRandom } from '../lib/data.mjs';
import { measureLateness } from '../lib/lateness.mjs';
import { mnistModel } from '../lib/models.mjs';
import { measureStepOverhead } from '../lib/overhead.mjs';
import { seconds } from '../lib/print.mjs';
import { rowOf, takeTurns } from '../lib/turns.mjs';

export const title = 'A training run, 784-128-10, batch 128';
export const about =
  'Scaling, start-up, memory, and how late a 5 ms timer on the main thread is while a fit runs. The data are MNIST where it is there.';

const only = (name, unit, values, note) =>
  rowOf({ steepest: { values, note } }, { name, unit, better: 'lower' });

async function scaling(set, { quick, rounds, workers }) {
  const epochs = quick ? 1 : 4;
  const steps = Math.ceil(set.train.y.data.length / 128) * epochs;
  const rows = [];
  for (const optimizer of ['sgd', 'adam']) {
    const timed = (count) => {
      const model = mnistModel(optimizer);
      const fit = () => model.fit(set.train.x, set.train.y, { epochs, batchSize: 128, workers: count });
      return async () => (await seconds(fit)) / steps;
    };
    const contenders = { [`${workers} workers`]: timed(workers), '1 worker': timed(1) };
    const results = await takeTurns(contenders, { rounds: rounds ?? (quick ? 2 : 5) });
    const name = `a step, ${optimizer === 'sgd' ? 'SGD' : 'Adam'}: ${workers} workers against one`;
    rows.push(rowOf(results, { name, unit: 'µs', better: 'lower', scale: 1e6 }));
  }
  return rows;
}

async function starting(set, workers) {
  await shutdown();
  const model = mnistModel();
  const one = { data: set.train.x.data.subarray(0, 784 * 128), shape: [128, 784] };
  const labels = { data: set.train.y.data.subarray(0, 128), shape: [128] };
  const run = () => model.fit(one, labels, { epochs: 1, batchSize: 128, workers });
  const cold = await seconds(run);
  const warm = [];
  for (let i = 0; i < 20; i++) warm.push(1e3 * (await seconds(run)));
  return [
    only('a fit of one step, threads to be started', 'ms', [1e3 * cold]),
    only('a fit of one step, threads at hand', 'ms', warm),
  ];
}

function memory(folder) {
  const script = fileURLToPath(new URL('../lib/memory.mjs', import.meta.url));
  const result = spawnSync(process.execPath, [script, ...(folder === undefined ? [] : [folder])], {
    encoding: 'utf8',
  });
  if (result.status !== 0) throw new Error(result.stderr);
  const { peak, data, bare } = JSON.parse(result.stdout);
  const mb = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
  const note = `${mb(bare)} before any data was read; the data are ${mb(data)}`;
  return only('peak memory of a process that fits 60,000 × 784 uint8', 'MB', [peak / 1e6], note);
}

export async function run({ quick, rounds, workers, folder }) {
  const set = await mnistOrRandom(folder);
  const rows = [
    ...(await scaling(set, { quick, rounds, workers })),
    ...(await starting(set, workers)),
    only('two workers meeting, per step (two barriers)', 'µs', [await measureBarrier(2)]),
    only('TypeScript per step, kernels left out', 'µs', [measureStepOverhead()]),
    memory(folder),
  ];
  const late = await measureLateness(mnistModel('adam'), set.train, { epochs: quick ? 5 : 25, workers });
  const note = `worst ${late.worst.toFixed(1)} ms of ${late.samples} ticks; ${set.name}`;
  rows.push(only('5 ms timer during a fit, late by: 99th percentile', 'ms', [late.p99], note));
  return rows;
}
