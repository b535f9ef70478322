import { GROUP_IMAGES, imagePlane, REGISTERS, STATUS } from '../../contract.js';
import { fround } from '../exact/fma.js';
import type { F32, Matrix, PreparedOp, PrepareOp } from '../kernel.js';
import { flushDenormal } from '../updates/flushDenormal.js';
import { inverseDeviation, momentsOf, samplesOf, totalOf } from './sums.js';

/** stats = mean and 1/√(variance + ε) over the mini-batch. Range: channels. */
export const mergeMoments: PrepareOp = (op) => {
  const sums = op.f64('sums');
  const stats = op.f32('stats').data;
  const channels = sums.cols / 2;
  const pixels = op.scalar('pixels');
  const epsilon = op.scalar('epsilon');
  return (begin, end, registers) => {
    const rows = registers[REGISTERS.rows]!;
    for (let c = begin; c < end; c++) {
      const [mean, variance] = momentsOf(totalOf(sums, rows, c), rows * pixels);
      stats[c] = mean;
      stats[channels + c] = inverseDeviation(variance, epsilon);
    }
    return 0;
  };
};

/** Moving mean and variance, one step on. Range: channels. */
export const movingMoments: PrepareOp = (op) => {
  const sums = op.f64('sums');
  const mean = op.f32('mean').data;
  const variance = op.f32('variance').data;
  const pixels = op.scalar('pixels');
  const keep = op.scalar('momentum');
  return (begin, end, registers) => {
    const rows = registers[REGISTERS.rows]!;
    let finite = true;
    for (let c = begin; c < end; c++) {
      const [now, spread] = momentsOf(totalOf(sums, rows, c), rows * pixels);
      mean[c] = flushDenormal(fround(keep * mean[c]! + (1 - keep) * now));
      variance[c] = flushDenormal(fround(keep * variance[c]! + (1 - keep) * spread));
      finite = finite && Number.isFinite(mean[c]) && Number.isFinite(variance[c]);
    }
    return finite ? 0 : STATUS.parameterNotFinite;
  };
};

/** The moments that predictions normalise by. Range: channels. */
export const frozenMoments: PrepareOp = (op) => {
  const mean = op.f32('mean').data;
  const variance = op.f32('variance').data;
  const stats = op.f32('stats').data;
  const epsilon = op.scalar('epsilon');
  return (begin, end) => {
    for (let c = begin; c < end; c++) {
      stats[c] = mean[c]!;
      stats[mean.length + c] = inverseDeviation(variance[c]!, epsilon);
    }
    return 0;
  };
};

/** Means of dy and dy·x̂ over the mini-batch. Range: channels. */
export const mergeGradientMeans: PrepareOp = (op) => {
  const sums = op.f64('sums');
  const stats = op.f32('stats').data;
  const means = op.f32('means').data;
  const channels = sums.cols / 2;
  const pixels = op.scalar('pixels');
  return (begin, end, registers) => {
    const rows = registers[REGISTERS.rows]!;
    for (let c = begin; c < end; c++) {
      const [sum, product] = totalOf(sums, rows, c);
      means[c] = sum / (rows * pixels);
      means[channels + c] = ((product - stats[c]! * sum) * stats[channels + c]!) / (rows * pixels);
    }
    return 0;
  };
};

/** Gradients of gamma and beta. Range: channels. */
export const normGradients: PrepareOp = (op) => {
  const sums = op.f64('sums');
  const stats = op.optional('f32', 'stats')?.data;
  const dGamma = op.optional('f32', 'dGamma')?.data;
  const dBeta = op.optional('f32', 'dBeta')?.data;
  const channels = sums.cols / 2;
  return (begin, end, registers) => {
    const rows = registers[REGISTERS.rows]!;
    for (let c = begin; c < end; c++) {
      const [sum, product] = totalOf(sums, rows, c);
      const centered = stats ? (product - stats[c]! * sum) * stats[channels + c]! : product;
      if (dGamma) dGamma[c] = centered;
      if (dBeta) dBeta[c] = sum;
    }
    return 0;
  };
};

/** y ← f(y) for `count` numbers from `from` on. */
export type ActivateInPlace = (y: F32, from: number, count: number) => void;

/** y = f(x̂·gamma + beta); kernel sets differ in f alone. */
export function normalizeWith(activation: (op: PreparedOp) => ActivateInPlace | undefined): PrepareOp {
  return (op) => {
    const x = op.f32('x');
    const y = op.f32('y');
    const stats = op.f32('stats').data;
    const gamma = op.optional('f32', 'gamma')?.data;
    const beta = op.optional('f32', 'beta')?.data;
    const channels = stats.length / 2;
    const pixels = op.scalar('pixels');
    const plane = imagePlane(1, pixels);
    const activate = activation(op);
    /** Numbers from `from` on, `count` of them, that belong to channel c, c + step, … */
    const run = (from: number, to: number, count: number, first: number, step: number): void => {
      let c = first;
      for (let i = 0; i < count; i++, c += step) {
        let z = fround(fround(x.data[from + i]! - stats[c]!) * stats[channels + c]!);
        if (gamma !== undefined) z = fround(z * gamma[c]!);
        if (beta !== undefined) z = fround(z + beta[c]!);
        y.data[to + i] = z;
      }
      activate?.(y.data, to, count);
    };
    return (begin, end, registers) => {
      for (let g = begin; g < end; g++) {
        if (pixels > 0) {
          for (let c = 0; c < channels; c++) {
            run(g * x.rowStride + c * plane, g * y.rowStride + c * plane, pixels * GROUP_IMAGES, c, 0);
          }
          continue;
        }
        const first = g * GROUP_IMAGES;
        for (let r = first; r < first + samplesOf(registers, g); r++) {
          run(r * x.rowStride, r * y.rowStride, channels, 0, 1);
        }
      }
      return 0;
    };
  };
}

/** dx = ((dy − a) − x̂·b)·k, or dy·k without means; 0 in lanes past the mini-batch. */
export const normalizeBackward: PrepareOp = (op) => {
  const dy = op.f32('dy');
  const x = op.f32('x');
  const dx = op.f32('dx');
  const stats = op.f32('stats').data;
  const means = op.optional('f32', 'means')?.data;
  const gamma = op.optional('f32', 'gamma')?.data;
  const channels = stats.length / 2;
  const pixels = op.scalar('pixels');
  const plane = imagePlane(1, pixels);
  const gradient = (d: number, value: number, c: number): number => {
    const inverse = stats[channels + c]!;
    const k = gamma === undefined ? inverse : fround(gamma[c]! * inverse);
    if (means === undefined) return fround(d * k);
    const centered = fround(fround(value - stats[c]!) * inverse);
    return fround(fround(fround(d - means[c]!) - fround(centered * means[channels + c]!)) * k);
  };
  const images = (g: number, count: number): void => {
    for (let c = 0; c < channels; c++) {
      for (let i = c * plane; i < c * plane + pixels * GROUP_IMAGES; i++) {
        const isAlive = (i & (GROUP_IMAGES - 1)) < count;
        const at = g * dx.rowStride + i;
        dx.data[at] = isAlive ? gradient(dy.data[g * dy.rowStride + i]!, x.data[g * x.rowStride + i]!, c) : 0;
      }
    }
  };
  const row = (r: number): void => {
    for (let c = 0; c < channels; c++) {
      dx.data[r * dx.rowStride + c] = gradient(
        dy.data[r * dy.rowStride + c]!,
        x.data[r * x.rowStride + c]!,
        c,
      );
    }
  };
  return (begin, end, registers) => {
    for (let g = begin; g < end; g++) {
      const count = samplesOf(registers, g);
      if (pixels > 0) images(g, count);
      else for (let r = g * GROUP_IMAGES; r < g * GROUP_IMAGES + count; r++) row(r);
    }
    return 0;
  };
};

/** w and bias with a frozen normalisation in them. Range: rows of w. */
export const foldNorm: PrepareOp = (op) => {
  const w = op.f32('w');
  const y: Matrix<F32> = op.f32('y');
  const yBias = op.f32('yBias').data;
  const mean = op.f32('mean').data;
  const variance = op.f32('variance').data;
  const [bias, gamma, beta] = [
    op.optional('f32', 'bias')?.data,
    op.optional('f32', 'gamma')?.data,
    op.optional('f32', 'beta')?.data,
  ];
  const epsilon = op.scalar('epsilon');
  return (begin, end) => {
    for (let j = 0; j < w.cols; j++) {
      const inverse = inverseDeviation(variance[j]!, epsilon);
      const s = gamma === undefined ? inverse : gamma[j]! * inverse;
      if (begin === 0) yBias[j] = ((bias?.[j] ?? 0) - mean[j]!) * s + (beta?.[j] ?? 0);
      const factor = fround(s);
      for (let i = begin; i < end; i++) y.data[i * y.rowStride + j] = w.data[i * w.rowStride + j]! * factor;
    }
    return 0;
  };
};
