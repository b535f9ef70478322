// The convolutions of a training step on one core, as a share of the FMA peak measured in the same
// run. Winograd's count the operations of the convolutions that they replace, of which F(2 × 2)
// does 4/9 and F(4 × 4) a quarter: they can reach 225 and 400 %; weight gradients over the maxima
// of 2 × 2 windows do a quarter.
//   npm run bench:conv [-- --isa avx2 --shape '32 → 64']
import { parseArgs } from 'node:util';
import { convolutionFlops, convolutions } from '#steepest/cli/bench/kernels/convolutions.js';
import { availableIsas, measurePeak, selectKernels } from '#steepest/kernels/backend.js';
import { PHASES } from '#steepest/kernels/contract.js';
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
  const convolution = { images, channels, filters, kernel, side, padding };
  const flops = convolutionFlops(convolution);
  const { direct, winograd, maxima } = convolutions(kernels, convolution);
  const row = (title, programs, note) => {
    const cells = measure(programs, flops).map((share) =>
      (share ? `${share.median.toFixed(0)} ${share.best.toFixed(0)} %${note}` : '').padStart(24),
    );
    console.log(title.padEnd(16) + cells.join(''));
  };
  row(name, direct, ` (${bar})`);
  if (maxima) row('    over maxima', [undefined, undefined, undefined, maxima], '     ');
  winograd?.forEach((programs, i) => {
    row(`    F(${2 * i + 2} × ${2 * i + 2})`, programs, '     ');
  });
}
