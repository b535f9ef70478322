// The three convolutions of a training step on one core, as a share of the FMA peak measured in the same run, each with the copy
// that pads its input where it needs one left out.
//   npm run bench:conv [-- --isa avx2]
import { parseArgs } from 'node:util';
import { availableIsas, measurePeak, selectKernels } from '#steepest/kernels/backend.js';
import {
  ACTIVATIONS,
  GEMM_EPILOGUE,
  GROUP_IMAGES,
  PHASES,
  REGISTER_COUNT,
  REGISTERS,
} from '#steepest/kernels/contract.js';
import { MemoryPlan } from '#steepest/program/memory.js';
import { median, printMachine } from './lib/print.mjs';

const { values } = parseArgs({ options: { isa: { type: 'string' } } });
const isa = values.isa ?? availableIsas()[0];
const kernels = selectKernels({ isa });

/** Name, images, channels, filters, side of the kernel, side of the output, bar in percent. */
const SHAPES = [
  ['LeNet conv1', 128, 1, 6, 5, 24, 80],
  ['LeNet conv2', 128, 6, 16, 5, 8, 80],
  ['3 → 32, 32²', 64, 3, 32, 3, 32, 80],
  ['32 → 32, 32²', 64, 32, 32, 3, 32, 85],
  ['32 → 64, 16²', 64, 32, 64, 3, 16, 85],
  ['64 → 64, 16²', 64, 64, 64, 3, 16, 85],
  ['64 → 64, 8²', 64, 64, 64, 3, 8, 85],
  ['64 → 128, 8²', 64, 64, 128, 3, 8, 85],
];
const ROUNDS = 9;
const FLOPS_PER_ROUND = 3e8;

/** Forward, gradient by the input (on δ as padded) and by the weights, bound. */
function bindShape(images, channels, filters, kernel, side) {
  const memory = new MemoryPlan();
  const groups = Math.ceil(images / GROUP_IMAGES);
  const plane = (size) => size * size * GROUP_IMAGES;
  const matrix = (name, rows, cols) => memory.matrix(name, 'activation', rows, cols);
  const inner = side + kernel - 1;
  const x = matrix('x', groups, channels * plane(inner));
  const y = matrix('y', groups, filters * plane(side));
  const dz = matrix('dz', groups, filters * plane(side));
  const padded = matrix('padded', groups, filters * plane(inner));
  const dx = matrix('dx', groups, channels * plane(side));
  const w = matrix('w', kernel * kernel * channels, filters);
  const dw = matrix('dw', kernel * kernel * channels, filters);
  const bias = memory.vector('bias', 'parameter', filters);
  const arena = new SharedArrayBuffer(memory.byteLength);
  const floats = new Float32Array(arena);
  for (let i = 0; i < floats.length; i++) floats[i] = Math.sin(i);
  const registers = new Float64Array(new SharedArrayBuffer(8 * REGISTER_COUNT));
  registers[REGISTERS.rows] = images;
  const sizes = (channelCount) => ({
    channels: channelCount,
    height: inner,
    width: inner,
    kernelH: kernel,
    kernelW: kernel,
    strideH: 1,
    strideW: 1,
    dilationH: 1,
    dilationW: 1,
    groups: 1,
  });
  const bind = (kind, operands, scalars) => {
    const place =
      kind === 'conv2d' ? { split: 'groups', begin: 0, end: 0 } : { split: 'slice', begin: 0, end: dw.rows };
    const op = { kind, phase: PHASES.merge, ...place, operands, scalars };
    const program = { ops: [op], rank: 0, workers: 1, maxRows: images, rowChunk: images };
    return kernels.bind(program, [new Uint8Array(arena)], registers);
  };
  const plain = { transposed: 0, epilogue: GEMM_EPILOGUE.none, activation: ACTIVATIONS.linear, alpha: 0 };
  const relu = { ...plain, epilogue: GEMM_EPILOGUE.activation, activation: ACTIVATIONS.relu };
  return [
    bind('conv2d', { x, w, bias, y }, { ...sizes(channels), ...relu }),
    bind('conv2d', { x: padded, w, y: dx }, { ...sizes(filters), ...plain, transposed: 1 }),
    bind('conv2dWeights', { x, dz, dw }, sizes(channels)),
  ];
}

/** Median share of the peak of each program, every round beside a peak of its own. */
function measure(programs, flops) {
  const repeats = Math.max(1, Math.round(FLOPS_PER_ROUND / programs.length / flops));
  const shares = programs.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    const peak = measurePeak(isa);
    programs.forEach((program, i) => {
      const start = process.hrtime.bigint();
      for (let r = 0; r < repeats; r++) program.run(PHASES.merge);
      const seconds = Number(process.hrtime.bigint() - start) * 1e-9;
      shares[i].push((100 * flops * repeats) / seconds / peak);
    });
  }
  return shares.map((list) => ({ median: median(list), best: Math.max(...list) }));
}

printMachine();
console.log(
  `${isa}, one core: share of the FMA peak, median and best of ${ROUNDS} rounds (bar in brackets)\n`,
);
console.log(
  `${'shape'.padEnd(16)}${'forward, bias, ReLU'.padStart(24)}${'by the input'.padStart(24)}${'by the weights'.padStart(24)}`,
);
for (const [name, images, channels, filters, kernel, side, bar] of SHAPES) {
  const flops = 2 * images * channels * filters * kernel * kernel * side * side;
  const cells = measure(bindShape(images, channels, filters, kernel, side), flops).map((share) =>
    `${share.median.toFixed(0)} ${share.best.toFixed(0)} % (${bar})`.padStart(24),
  );
  console.log(name.padEnd(16) + cells.join(''));
}
