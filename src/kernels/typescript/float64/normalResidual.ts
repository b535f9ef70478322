import { REGISTERS } from '../../contract.js';
import type { F64, Matrix, PrepareOp } from '../kernel.js';
import { samples } from './design.js';

const LANES = 8;
/** Veltkamp's constant: splits 53 bits into 26 and 26 (with sign). */
const SPLITTER = 2 ** 27 + 1;

const high = new Float64Array(LANES);
const low = new Float64Array(LANES);

/** What a·b loses when it is rounded, exactly (Dekker 1971). */
function errorOfProduct(a: number, b: number, product: number): number {
  const aBig = a * SPLITTER;
  const bBig = b * SPLITTER;
  const aHigh = aBig - (aBig - a);
  const bHigh = bBig - (bBig - b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

function errorOfSum(a: number, b: number, sum: number): number {
  const part = sum - a;
  return a - (sum - part) + (b - part);
}

/** Element `i` of the pair (highs, lows) += a·b + extra. */
function addProduct(highs: F64, lows: F64, i: number, a: number, b: number, extra: number): void {
  const product = a * b;
  const error = errorOfProduct(a, b, product) + extra;
  const sum = highs[i]! + product;
  lows[i]! += errorOfSum(highs[i]!, product, sum) + error;
  highs[i] = sum;
}

/** Leaves Σ_j x_j·coef_j in lane 0. */
function dot(x: ArrayLike<number>, at: number, coef: F64, from: number, cols: number): void {
  high.fill(0);
  low.fill(0);
  for (let j = 0; j < cols; j++) addProduct(high, low, j % LANES, x[at + j]!, coef[from + j]!, 0);
  for (let half = LANES / 2; half >= 1; half /= 2) {
    for (let i = 0; i < half; i++) {
      const sum = high[i]! + high[i + half]!;
      low[i] = low[i]! + low[i + half]! + errorOfSum(high[i]!, high[i + half]!, sum);
      high[i] = sum;
    }
  }
}

/** Leaves w·(y − intercept − the sum in lane 0) there. */
function residual(y: number, intercept: number, weight: number | undefined): void {
  const start = y - intercept;
  const difference = start - high[0]!;
  const lost = errorOfSum(y, -intercept, start) + errorOfSum(start, -high[0]!, difference) - low[0]!;
  renormalise(difference, lost);
  if (weight === undefined) return;
  const product = weight * high[0]!;
  renormalise(product, errorOfProduct(weight, high[0]!, product) + weight * low[0]!);
}

function renormalise(big: number, small: number): void {
  const sum = big + small;
  high[0] = sum;
  low[0] = small - (sum - big);
}

/** moments += Σ_r w_r·e_r·[1 | x_r]; ops/leastSquares.ts has the order, which both kernel sets follow. Runs whole. */
export const normalResidual: PrepareOp = (op) => {
  const x = samples(op);
  const y = op.f64('y');
  const weight = op.optional('f64', 'weight')?.data;
  const coef = op.f64('coef');
  const intercept = op.f64('intercept').data;
  const moments: Matrix<F64> = op.f64('moments');
  const rowOf = (i: number): F64 =>
    moments.data.subarray(i * moments.rowStride, i * moments.rowStride + moments.cols);
  const highs = Array.from({ length: y.cols }, (_, k) => rowOf(2 * k));
  const lows = Array.from({ length: y.cols }, (_, k) => rowOf(2 * k + 1));
  return (_begin, _end, registers) => {
    const rows = registers[REGISTERS.rows] as number;
    const start = registers[REGISTERS.batchStart] as number;
    for (let row = start; row < start + rows; row++) {
      const at = row * x.rowStride;
      for (let k = 0; k < y.cols; k++) {
        dot(x.data, at, coef.data, k * coef.rowStride, x.cols);
        residual(y.data[row * y.rowStride + k]!, intercept[k]!, weight?.[row]);
        const [sums, rests] = [highs[k]!, lows[k]!];
        const [big, small] = [high[0]!, low[0]!];
        const sum = sums[0]! + big;
        rests[0]! += errorOfSum(sums[0]!, big, sum) + small;
        sums[0] = sum;
        for (let j = 0; j < x.cols; j++) {
          const value = x.data[at + j]!;
          addProduct(sums, rests, j + 1, value, big, value * small);
        }
      }
    }
    return 0;
  };
};
