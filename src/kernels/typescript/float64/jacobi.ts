import type { F64, Matrix, PrepareOp } from '../kernel.js';

const LANES = 16;
const lanes = new Float64Array(LANES);

/** Lane sum of the products of two rows that start at p and q. */
function laneProduct(data: F64, p: number, q: number, cols: number): number {
  lanes.fill(0);
  for (let j = 0; j < cols; j++) lanes[j % LANES]! += data[p + j]! * data[q + j]!;
  for (let half = LANES / 2; half >= 1; half /= 2) {
    for (let i = 0; i < half; i++) lanes[i]! += lanes[i + half]!;
  }
  return lanes[0]!;
}

function rotateRows(
  { data, rowStride, cols }: Matrix<F64>,
  p: number,
  q: number,
  c: number,
  s: number,
): void {
  for (let j = 0; j < cols; j++) {
    const x = data[p * rowStride + j]!;
    const y = data[q * rowStride + j]!;
    data[p * rowStride + j] = c * x - s * y;
    data[q * rowStride + j] = s * x + c * y;
  }
}

/** One rotation, if rows p and q are not orthogonal yet. @returns whether there was one */
function rotate(
  a: Matrix<F64>,
  b: Matrix<F64> | undefined,
  p: number,
  q: number,
  tolerance: number,
): boolean {
  const { data, rowStride, cols } = a;
  const pp = laneProduct(data, p * rowStride, p * rowStride, cols);
  const qq = laneProduct(data, q * rowStride, q * rowStride, cols);
  const pq = laneProduct(data, p * rowStride, q * rowStride, cols);
  if (!(Math.abs(pq) > tolerance * (Math.sqrt(pp) * Math.sqrt(qq)))) return false;
  const zeta = (qq - pp) / (2 * pq);
  const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
  const c = 1 / Math.sqrt(1 + t * t);
  const s = c * t;
  rotateRows(a, p, q, c, s);
  if (b !== undefined) rotateRows(b, p, q, c, s);
  return true;
}

/** One-sided Jacobi on rows; ops/leastSquares.ts has the order, which both kernel sets follow. Runs whole. */
export const jacobiRows: PrepareOp = (op) => {
  const a = op.f64('a');
  const b = op.optional('f64', 'b');
  const sweeps = op.f64('sweeps').data;
  const tolerance = op.scalar('tolerance');
  const most = op.scalar('maxSweeps');
  return () => {
    sweeps[0] = -1;
    for (let sweep = 1; sweep <= most; sweep++) {
      let rotated = false;
      for (let p = 0; p + 1 < a.rows; p++) {
        for (let q = p + 1; q < a.rows; q++) rotated = rotate(a, b, p, q, tolerance) || rotated;
      }
      if (rotated) continue;
      sweeps[0] = sweep;
      break;
    }
    return 0;
  };
};
