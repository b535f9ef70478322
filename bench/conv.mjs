// The convolutions of a training step on one core, as a share of the FMA peak measured in the same
// run. Winograd's count the operations of the convolutions that they replace, of which F(2 × 2)
// does 4/9 and F(4 × 4) a quarter: they can reach 225 and 400 %; weight gradients over the maxima
// of 2 × 2 windows do a quarter.
//   npm run bench:conv [-- --isa avx2 --shape '32 → 64']
import { parseArgs } from 'node:util';
import { float32At } from '#steepest/core/arena.js';
import { availableIsas, measurePeak, selectKernels } from '#steepest/kernels/backend.js';
import {
  ACTIVATIONS,
  GROUP_IMAGES,
  imagePlane,
  PACKED_INDEX_BYTES,
  PHASES,
  REGISTER_COUNT,
  REGISTERS,
} from '#steepest/kernels/contract.js';
import { allocateArena } from '#steepest/program/allocate.js';
import { MemoryPlan } from '#steepest/program/memory.js';
import { median, printMachine } from './lib/print.mjs';

const { values } = parseArgs({
  options: { isa: { type: 'string' }, shape: { type: 'string', default: '' } },
});
const isa = values.isa ?? availableIsas()[0];
const kernels = selectKernels({ isa });

/** Name, images, channels, filters, side of the kernel, side of the image, padding around it, bar in percent. */
const SHAPES = [
  ['LeNet conv1', 128, 1, 6, 5, 32, 0, 80],
  ['LeNet conv2', 128, 6, 16, 5, 14, 0, 80],
  ['3 → 32, 32²', 64, 3, 32, 3, 34, 0, 80],
  ['32 → 32, 32²', 64, 32, 32, 3, 32, 1, 85],
  ['32 → 64, 16²', 64, 32, 64, 3, 16, 1, 85],
  ['64 → 64, 16²', 64, 64, 64, 3, 16, 1, 85],
  ['64 → 64, 8²', 64, 64, 64, 3, 8, 1, 85],
  ['64 → 128, 8²', 64, 64, 128, 3, 8, 1, 85],
];
const ROUNDS = 9;
const FLOPS_PER_ROUND = 3e9;

/** Forward, forward with pooling, input gradient and weight gradient, bound. */
function bindShape(images, channels, filters, kernel, side, padding) {
  const memory = new MemoryPlan();
  const groups = Math.ceil(images / GROUP_IMAGES);
  const plane = (size) => imagePlane(size, size);
  const matrix = (name, rows, cols, dtype) => memory.matrix(name, 'activation', rows, cols, dtype);
  const out = side + 2 * padding - kernel + 1;
  const x = matrix('x', groups, channels * plane(side));
  const y = matrix('y', groups, filters * plane(out));
  const pooled = matrix('pooled', groups, filters * plane(out / 2));
  const index = matrix('index', groups, filters * (out / 2) ** 2 * PACKED_INDEX_BYTES, 'u8');
  const dz = matrix('dz', groups, filters * plane(out));
  const dx = matrix('dx', groups, channels * plane(side));
  const w = matrix('w', kernel * kernel * channels, filters);
  const dw = matrix('dw', kernel * kernel * channels, filters);
  const du = matrix('du', 16 * channels, filters);
  const bias = memory.vector('bias', 'parameter', filters);
  const arena = allocateArena(memory);
  const floats = float32At(arena, 0, arena.byteLength / 4);
  for (let i = 0; i < floats.length; i++) floats[i] = Math.sin(i);
  const registers = new Float64Array(new SharedArrayBuffer(8 * REGISTER_COUNT));
  registers[REGISTERS.rows] = images;
  const sizes = {
    channels,
    height: side,
    width: side,
    outHeight: out,
    outWidth: out,
    kernelH: kernel,
    kernelW: kernel,
    strideH: 1,
    strideW: 1,
    dilationH: 1,
    dilationW: 1,
    top: padding,
    left: padding,
    groups: 1,
  };
  const bind = (kind, operands, scalars) => {
    const rows = (operands.dw ?? operands.du)?.rows;
    const place =
      rows === undefined ? { split: 'groups', begin: 0, end: 0 } : { split: 'slice', begin: 0, end: rows };
    const op = { kind, phase: PHASES.merge, ...place, operands, scalars };
    const program = { ops: [op], rank: 0, workers: 1, maxRows: images, rowChunk: images };
    return kernels.bind(program, [arena], registers);
  };
  const linear = { ...sizes, activation: ACTIVATIONS.linear, alpha: 0 };
  const relu = { ...linear, activation: ACTIVATIONS.relu };
  const direct = [
    bind('conv2d', { x, w, bias, y }, relu),
    bind('conv2dMaxPool', { x, w, bias, y: pooled, index }, relu),
    bind('conv2dInput', { dz, w, s: x, dx }, relu),
    bind('conv2dWeights', { x, dz, dw }, sizes),
  ];
  if (padding === 0) {
    const operands = { x, dy: pooled, index, dw };
    return { direct, maxima: [bind('conv2dMaxPoolWeights', operands, sizes)] };
  }
  if (kernel !== 3 || channels < 8) return { direct };
  const winograd = (pairs) => [
    bind('conv2dWinograd', { x, w, bias, y }, { ...relu, pairs }),
    bind('conv2dMaxPoolWinograd', { x, w, bias, y: pooled, index }, { ...relu, pairs }),
    bind('conv2dInputWinograd', { dz, w, s: x, dx }, { ...relu, pairs }),
    pairs === 1 && bind('conv2dWeightsWinograd', { x, dz, du }, sizes),
  ];
  return { direct, winograd: [winograd(1), winograd(2)] };
}

/** Kernel elements that meet the image along one side, from all positions together: padding costs nothing. */
function tapsOfSide(kernel, side, padding) {
  let taps = 0;
  for (let p = -padding; p + kernel <= side + padding; p++) {
    for (let i = 0; i < kernel; i++) taps += p + i >= 0 && p + i < side ? 1 : 0;
  }
  return taps;
}

/** Median and best share of the peak of each program, every round beside a peak of its own; false where there is no program. */
function measure(programs, flops) {
  const repeats = Math.max(1, Math.round(FLOPS_PER_ROUND / 4 / flops));
  const shares = programs.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    const peak = measurePeak(isa);
    programs.forEach((program, i) => {
      if (!program) return;
      const start = process.hrtime.bigint();
      for (let r = 0; r < repeats; r++) program.run(PHASES.merge);
      const seconds = Number(process.hrtime.bigint() - start) * 1e-9;
      shares[i].push((100 * flops * repeats) / seconds / peak);
    });
  }
  return shares.map((list) => list.length > 0 && { median: median(list), best: Math.max(...list) });
}

printMachine();
console.log(
  `${isa}, one core: share of the FMA peak, median and best of ${ROUNDS} rounds (bar in brackets)\n`,
);
console.log(
  `${'shape'.padEnd(16)}${'forward, bias, ReLU'.padStart(24)}${'and pooling'.padStart(24)}${'input gradient'.padStart(24)}${'weight gradient'.padStart(24)}`,
);
for (const [name, images, channels, filters, kernel, side, padding, bar] of SHAPES) {
  if (!name.includes(values.shape)) continue;
  const flops = 2 * images * channels * filters * tapsOfSide(kernel, side, padding) ** 2;
  const { direct, winograd, maxima } = bindShape(images, channels, filters, kernel, side, padding);
  const row = (title, programs, note) => {
    const cells = measure(programs, flops).map((share) =>
      (share ? `${share.median.toFixed(0)} ${share.best.toFixed(0)} %${note}` : '').padStart(24),
    );
    console.log(title.padEnd(16) + cells.join(''));
  };
  row(name, direct, ` (${bar})`);
  if (maxima) row('    over maxima', [undefined, undefined, undefined, ...maxima], '     ');
  winograd?.forEach((programs, i) => {
    row(`    F(${2 * i + 2} × ${2 * i + 2})`, programs, '     ');
  });
}
