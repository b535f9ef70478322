import type { F32, PrepareOp } from '../kernel.js';
import { flushTiny } from '../updates/flushDenormal.js';
import { fma, fround } from './fma.js';
import { Lanes } from './lanes.js';
import { exp } from './math.js';

/** The largest of cols elements from `at` on; NaN is never larger. */
export function maxOfRow(x: F32, at: number, cols: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < cols; j++) {
    const value = x[at + j] as number;
    if (value > largest) largest = value;
  }
  return largest;
}

/** e_j = exp(x_j − m) into `e`; returns their lane sum. */
export function expOfRow(x: F32, at: number, e: F32, largest: number, lanes: Lanes): number {
  lanes.clear();
  for (let j = 0; j < e.length; j++) {
    e[j] = exp(fround((x[at + j] as number) - largest));
    lanes.add(j, e[j] as number);
  }
  return lanes.sum();
}

export const softmax: PrepareOp = (op) => {
  const x = op.f32('x');
  const y = op.f32('y');
  const e = new Float32Array(x.cols);
  const lanes = new Lanes();
  return (begin, end) => {
    for (let r = begin; r < end; r++) {
      const at = r * x.rowStride;
      const s = expOfRow(x.data, at, e, maxOfRow(x.data, at, x.cols), lanes);
      for (let j = 0; j < x.cols; j++) y.data[r * y.rowStride + j] = (e[j] as number) / s;
    }
    return 0;
  };
};

export const softmaxBackward: PrepareOp = (op) => {
  const dy = op.f32('dy');
  const y = op.f32('y');
  const dx = op.f32('dx');
  const lanes = new Lanes();
  return (begin, end) => {
    for (let r = begin; r < end; r++) {
      const dyAt = r * dy.rowStride;
      const yAt = r * y.rowStride;
      lanes.clear();
      for (let j = 0; j < dx.cols; j++) {
        lanes.set(j, fma(dy.data[dyAt + j] as number, y.data[yAt + j] as number, lanes.get(j)));
      }
      const t = lanes.sum();
      for (let j = 0; j < dx.cols; j++) {
        const difference = fround((dy.data[dyAt + j] as number) - t);
        dx.data[r * dx.rowStride + j] = flushTiny(fround(difference * (y.data[yAt + j] as number)));
      }
    }
    return 0;
  };
};
