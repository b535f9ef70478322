import { GROUP_IMAGES, imagePlane } from '../../contract.js';
import { fround } from '../exact/fma.js';
import type { PrepareOp } from '../kernel.js';
import { samplesOf } from './sums.js';

/** y = x > 0 ? g : alpha·g, and low = min(x, 0), with a slope alpha per channel. */
export const prelu: PrepareOp = (op) => {
  const g = op.f32('g');
  const x = op.f32('x');
  const y = op.f32('y');
  const low = op.optional('f32', 'low');
  const { data: slopes, cols: channels } = op.f32('alpha');
  const pixels = op.scalar('pixels');
  const plane = imagePlane(1, pixels);

  /** `count` numbers of a row, from column `at` on; their slopes are `step` apart. */
  const run = (row: number, at: number, count: number, channel: number, step: number): void => {
    for (let i = 0; i < count; i++) {
      const value = x.data[row * x.rowStride + at + i]!;
      const from = g.data[row * g.rowStride + at + i]!;
      const isPositive = value > 0;
      y.data[row * y.rowStride + at + i] = isPositive ? from : fround(slopes[channel + i * step]! * from);
      if (low) low.data[row * low.rowStride + at + i] = isPositive ? 0 : value;
    }
  };

  return (begin, end, registers) => {
    for (let group = begin; group < end; group++) {
      if (pixels > 0) {
        for (let c = 0; c < channels; c++) run(group, c * plane, pixels * GROUP_IMAGES, c, 0);
        continue;
      }
      const first = group * GROUP_IMAGES;
      for (let r = first; r < first + samplesOf(registers, group); r++) run(r, 0, channels, 0, 1);
    }
    return 0;
  };
};
