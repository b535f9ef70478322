import { GROUP_IMAGES, imagePlane, REGISTERS } from '../../contract.js';
import type { F32, F64, Matrix, PrepareOp } from '../kernel.js';

/** Samples of a group that the mini-batch has. */
export const samplesOf = (registers: F64, group: number): number =>
  Math.min(GROUP_IMAGES, registers[REGISTERS.rows]! - group * GROUP_IMAGES);

/** Sum of 16 lanes from `at` on: halves are added, 8-4-2-1. Overwrites them. */
export function treeSum(lanes: F64, at = 0): number {
  for (let half = GROUP_IMAGES / 2; half >= 1; half /= 2) {
    for (let i = 0; i < half; i++) lanes[at + i] = lanes[at + i]! + lanes[at + i + half]!;
  }
  return lanes[at]!;
}

/** Σ a and Σ a·x of one channel of a group of images, of which the first `images` count. */
function planeMoments(
  a: F32,
  aFrom: number,
  x: F32,
  xFrom: number,
  length: number,
  images: number,
  lanes: F64,
): void {
  lanes.fill(0);
  for (let i = 0; i < length; i += GROUP_IMAGES) {
    for (let l = 0; l < images; l++) {
      const value = a[aFrom + i + l]!;
      lanes[l] = lanes[l]! + value;
      lanes[GROUP_IMAGES + l] = lanes[GROUP_IMAGES + l]! + value * x[xFrom + i + l]!;
    }
  }
}

/** sums = Σ a and Σ a·x of each group (ops/normalisation.ts). */
export const groupMoments: PrepareOp = (op) => {
  const x = op.f32('x');
  const a = op.optional('f32', 'dy') ?? x;
  const sums = op.f64('sums');
  const channels = sums.cols / 2;
  const pixels = op.scalar('pixels');
  const plane = imagePlane(1, pixels);
  const lanes = new Float64Array(2 * GROUP_IMAGES);
  return (begin, end, registers) => {
    for (let g = begin; g < end; g++) {
      const to = g * sums.rowStride;
      const count = samplesOf(registers, g);
      if (pixels > 0) {
        const length = pixels * GROUP_IMAGES;
        for (let c = 0; c < channels; c++) {
          const at = c * plane;
          planeMoments(a.data, g * a.rowStride + at, x.data, g * x.rowStride + at, length, count, lanes);
          sums.data[to + c] = treeSum(lanes);
          sums.data[to + channels + c] = treeSum(lanes, GROUP_IMAGES);
        }
        continue;
      }
      sums.data.fill(0, to, to + 2 * channels);
      for (let r = g * GROUP_IMAGES; r < g * GROUP_IMAGES + count; r++) {
        const aRow = r * a.rowStride;
        const xRow = r * x.rowStride;
        for (let c = 0; c < channels; c++) {
          const value = a.data[aRow + c]!;
          sums.data[to + c] = sums.data[to + c]! + value;
          sums.data[to + channels + c] = sums.data[to + channels + c]! + value * x.data[xRow + c]!;
        }
      }
    }
    return 0;
  };
};

/** S and T of channel c over all groups. */
export function totalOf({ data, cols, rowStride }: Matrix<F64>, rows: number, c: number): [number, number] {
  let sum = 0;
  let product = 0;
  const groups = Math.ceil(rows / GROUP_IMAGES);
  for (let g = 0; g < groups; g++) {
    sum += data[g * rowStride + c]!;
    product += data[g * rowStride + cols / 2 + c]!;
  }
  return [sum, product];
}

/** Mean and variance of `count` numbers with these sums of them and of their squares. */
export function momentsOf([sum, product]: readonly [number, number], count: number): [number, number] {
  const mean = sum / count;
  const variance = (product - sum * mean) / count;
  // biome-ignore lint/complexity/useMathMinMax: Math.max would turn −0 into 0.
  return [mean, variance < 0 ? 0 : variance];
}

export const inverseDeviation = (variance: number, epsilon: number): number =>
  1 / Math.sqrt(variance + epsilon);
