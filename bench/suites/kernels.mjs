// Matrix kernels on one core as a share of the FMA peak measured in the same run, for the shapes that training uses, and
// the time of one predictSync.
import { Bench } from 'tinybench';
import { DENSE_PRODUCTS, denseProducts } from '#steepest/cli/bench/kernels/dense.js';
import { availableIsas, measurePeak, selectKernels } from '#steepest/kernels/backend.js';
import { PHASES } from '#steepest/kernels/contract.js';
import { mnistModel } from '../lib/models.mjs';
import { rowOf } from '../lib/turns.mjs';

export const title = 'Kernels: share of the FMA peak of one core';
export const about =
  'The three matrix products of a dense layer, in the layout that training uses; best of the rounds, as a share of the peak measured in between.';

/** batch, inputs, outputs. */
const SHAPES = [
  [512, 512, 512],
  [1024, 1024, 1024],
  [2048, 2048, 2048],
  [128, 784, 128],
  [128, 256, 256],
  [128, 512, 256],
  [32, 784, 128],
  [32, 128, 64],
  [128, 120, 84],
  [100, 333, 77],
  [128, 128, 10],
];
const ROUNDS = 25;
const FLOPS_PER_ROUND = 4e8;

/** Shares of the peak of each program, round by round, in turn with the peak, so that all see the same clock. */
function measure(programs, flops, isa, rounds) {
  const repeats = Math.max(1, Math.round(FLOPS_PER_ROUND / programs.length / flops));
  const rates = programs.map(() => []);
  let peak = 0;
  for (let round = 0; round < rounds; round++) {
    programs.forEach((program, i) => {
      const start = process.hrtime.bigint();
      for (let r = 0; r < repeats; r++) program.run(PHASES.merge);
      rates[i].push((flops * repeats) / (Number(process.hrtime.bigint() - start) * 1e-9));
    });
    if (round % 8 === 0) peak = Math.max(peak, measurePeak(isa));
  }
  return { best: rates.map((list) => Math.max(...list)), peak };
}

async function predictSyncRow(quick) {
  const model = mnistModel();
  const row = Float32Array.from({ length: 784 }, (_, i) => i % 256);
  const bench = new Bench({ time: quick ? 200 : 1000, warmupTime: 300 });
  bench.add('predictSync', () => {
    model.predictSync(row);
  });
  await bench.run();
  const microseconds = bench.tasks[0].result.latency.p50 * 1000;
  const results = { steepest: { values: [microseconds], note: 'median of the calls' } };
  return rowOf(results, { name: 'predictSync, one row, 784-128-10', unit: 'µs', better: 'lower' });
}

export async function run({ quick, isa = availableIsas()[0] }) {
  const kernels = selectKernels({ isa });
  const rows = [];
  for (const [batch, inputs, outputs] of SHAPES) {
    const flops = 2 * batch * inputs * outputs;
    const rounds = quick ? 3 : flops > 5e9 ? 4 : ROUNDS;
    const { best, peak } = measure(denseProducts(kernels, batch, inputs, outputs), flops, isa, rounds);
    best.forEach((rate, i) => {
      const note = `${isa}, best of ${rounds}, peak ${(peak / 1e9).toFixed(1)} GFLOP/s`;
      const results = { steepest: { values: [(100 * rate) / peak], note } };
      const name = `${DENSE_PRODUCTS[i]}; batch ${batch}, ${inputs} in, ${outputs} out`;
      const row = rowOf(results, { name, unit: '% of peak', better: 'higher' });
      const ours = { ...row.ours, share: rate / peak, cores: 1 };
      rows.push({ ...row, roofline: { flops, peakOfCore: peak }, ours });
    });
  }
  rows.push(await predictSyncRow(quick));
  return rows;
}
