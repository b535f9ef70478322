// Matrix kernels on one core as a share of the FMA peak measured in the same run, for the shapes that training uses, and
// the time of one predictSync.
//   npm run bench:kernels [-- --isa avx2]
import { parseArgs } from 'node:util';
import { Bench } from 'tinybench';
import { availableIsas, measurePeak, selectKernels } from '#steepest/kernels/backend.js';
import {
  ACTIVATIONS,
  GEMM_BATCH,
  GEMM_EPILOGUE,
  GEMM_INIT,
  PHASES,
  REGISTER_COUNT,
} from '#steepest/kernels/contract.js';
import { MemoryPlan, transposed } from '#steepest/program/memory.js';
import { mnistModel } from './lib/models.mjs';
import { printMachine } from './lib/report.mjs';

const { values } = parseArgs({ options: { isa: { type: 'string' } } });
const isa = values.isa ?? availableIsas()[0];
const kernels = selectKernels({ isa });

/** batch, inputs, outputs, and the bars for forward, dW and dX in percent of the AVX-512 peak. */
const SHAPES = [
  [512, 512, 512, 92, 92, 92],
  [1024, 1024, 1024, 92, 92, 92],
  [2048, 2048, 2048, 88, 88, 88],
  [128, 784, 128, 92, 92, 92],
  [128, 256, 256, 92, 92, 92],
  [128, 512, 256, 92, 92, 92],
  [32, 784, 128, 88, 86, 86],
  [32, 128, 64, 88, 86, 86],
  [128, 120, 84, 78, 78, 78],
  [100, 333, 77, 78, 78, 78],
  [128, 128, 10, 48, 46, 78],
];
/** AVX2 is held to four points less of its own peak. */
const AVX2_ALLOWANCE = 4;
const ROUNDS = 25;
const FLOPS_PER_ROUND = 4e8;

function gemmProgram(operands, scalars) {
  const op = {
    kind: 'gemm',
    phase: PHASES.merge,
    split: 'slice',
    begin: 0,
    end: operands.c.rows,
    operands,
    scalars: {
      init: GEMM_INIT.zero,
      epilogue: GEMM_EPILOGUE.none,
      activation: 0,
      alpha: 0,
      batch: GEMM_BATCH.none,
      ...scalars,
    },
  };
  return { ops: [op], rank: 0, workers: 1, maxRows: 0, rowChunk: 1 };
}

/** The three matrix products of a dense layer, bound. */
function bindShape(batch, inputs, outputs) {
  const memory = new MemoryPlan();
  const matrix = (name, rows, cols) => memory.matrix(name, 'activation', rows, cols);
  const [x, w, wT] = [
    matrix('x', batch, inputs),
    matrix('w', inputs, outputs),
    matrix('wT', outputs, inputs),
  ];
  const [y, dz, dx] = [
    matrix('y', batch, outputs),
    matrix('dz', batch, outputs),
    matrix('dx', batch, inputs),
  ];
  const [dw, bias] = [matrix('dw', inputs, outputs), memory.vector('bias', 'parameter', outputs)];
  const arena = new SharedArrayBuffer(memory.byteLength);
  new Float32Array(arena).forEach((_, i, all) => {
    all[i] = Math.sin(i);
  });
  const registers = new Float64Array(new SharedArrayBuffer(8 * REGISTER_COUNT));
  const bind = (program) => kernels.bind(program, [new Uint8Array(arena)], registers);
  const forward = { init: GEMM_INIT.bias, epilogue: GEMM_EPILOGUE.activation, activation: ACTIVATIONS.relu };
  return [
    bind(gemmProgram({ a: x, b: w, c: y, bias }, forward)),
    bind(gemmProgram({ a: transposed(x), b: dz, c: dw }, {})),
    bind(gemmProgram({ a: dz, b: wT, c: dx }, {})),
  ];
}

/** Best rate of each program, in turn with the peak, so that all see the same clock. */
function measure(programs, flops) {
  const repeats = Math.max(1, Math.round(FLOPS_PER_ROUND / programs.length / flops));
  const best = programs.map(() => 0);
  let peak = 0;
  for (let round = 0; round < (flops > 5e9 ? 4 : ROUNDS); round++) {
    programs.forEach((program, i) => {
      const start = process.hrtime.bigint();
      for (let r = 0; r < repeats; r++) program.run(PHASES.merge);
      best[i] = Math.max(best[i], (flops * repeats) / (Number(process.hrtime.bigint() - start) * 1e-9));
    });
    if (round % 8 === 0) peak = Math.max(peak, measurePeak(isa));
  }
  return { best, peak };
}

printMachine();
console.log(`${isa}, one core: share of the FMA peak (bar in brackets)\n`);
console.log(
  `${'batch, in, out'.padEnd(18)}${'forward, bias, ReLU'.padStart(22)}${'dW = Aᵀ·dZ'.padStart(18)}${'dX = dZ·Wᵀ'.padStart(18)}${'peak'.padStart(16)}`,
);
for (const [batch, inputs, outputs, ...bars] of SHAPES) {
  const { best, peak } = measure(bindShape(batch, inputs, outputs), 2 * batch * inputs * outputs);
  const cells = best.map((rate, i) => {
    const bar = bars[i] - (isa === 'avx512' ? 0 : AVX2_ALLOWANCE);
    return `${((100 * rate) / peak).toFixed(1)} % (${bar})`.padStart(i === 0 ? 22 : 18);
  });
  console.log(
    `${`${batch}, ${inputs}, ${outputs}`.padEnd(18)}${cells.join('')}${`${(peak / 1e9).toFixed(1)} GFLOP/s`.padStart(16)}`,
  );
}

const model = mnistModel();
const row = Float32Array.from({ length: 784 }, (_, i) => i % 256);
const bench = new Bench({ time: 1000, warmupTime: 300 });
bench.add('predictSync, one row, 784-128-10', () => {
  model.predictSync(row);
});
await bench.run();
const { latency } = bench.tasks[0].result;
console.log(`\npredictSync, one row, 784-128-10: median ${(latency.p50 * 1000).toFixed(2)} µs (bar: ≤ 8 µs)`);
