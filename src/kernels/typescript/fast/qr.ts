import { QR_LEAST, REGISTERS } from '../../contract.js';
import { type FoldRows, normalFoldWith } from '../float64/normalFold.js';
import type { F64, Matrix, PrepareOp } from '../kernel.js';

/** Inner products of column j of A (its first `rows` rows) with columns j … n−1, into `dots`. */
function dotColumns(
  { data, rowStride, cols }: Matrix<F64>,
  rows: number,
  j: number,
  dots: Float64Array,
): void {
  dots.fill(0, j, cols);
  for (let row = 0; row < rows; row++) {
    const at = row * rowStride;
    const v = data[at + j]!;
    for (let c = j; c < cols; c++) dots[c]! += v * data[at + c]!;
  }
}

/** A[r][c] += A[r][j]·k[c] for c > j. */
function updateColumns(
  { data, rowStride, cols }: Matrix<F64>,
  rows: number,
  j: number,
  k: Float64Array,
): void {
  for (let row = 0; row < rows; row++) {
    const at = row * rowStride;
    const v = data[at + j]!;
    for (let c = j + 1; c < cols; c++) data[at + c]! += v * k[c]!;
  }
}

/** QR of [R; A], reflector by reflector: the values of ops/leastSquares.ts in another order. */
const foldRows: FoldRows = (a, r, all, isTriangular) => {
  const n = r.cols;
  const dots = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    const rows = isTriangular ? Math.min(all, j + 1) : all;
    dotColumns(a, rows, j, dots);
    const sigma = dots[j]!;
    if (sigma < QR_LEAST) continue;
    const top = j * r.rowStride;
    const alpha = r.data[top + j]!;
    const norm = Math.sqrt(alpha * alpha + sigma);
    const beta = alpha >= 0 ? -norm : norm;
    const s = alpha - beta;
    const inverse = 1 / (s * -beta);
    r.data[top + j] = beta;
    for (let c = j + 1; c < n; c++) {
      const k = (s * r.data[top + c]! + dots[c]!) * -inverse;
      r.data[top + c]! += s * k;
      dots[c] = k;
    }
    updateColumns(a, rows, j, dots);
  }
};

export const qrFold: PrepareOp = (op) => {
  const a = op.f64('a');
  const r = op.f64('r');
  const isTriangular = op.scalar('triangular') !== 0;
  return (_begin, _end, registers) => {
    foldRows(a, r, registers[REGISTERS.rows] as number, isTriangular);
    return 0;
  };
};

export const normalFold = normalFoldWith((x, y, sum) => x * y + sum, foldRows);
