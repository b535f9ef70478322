import { REGISTERS } from '../../contract.js';
import type { F64, Matrix, PrepareOp } from '../kernel.js';
import { designRows, samples } from './design.js';
import { sumLanes } from './linear.js';

/** a·b + c: with one rounding in the exact kernels, with two in the fast ones. */
export type MultiplyAdd = (a: number, b: number, c: number) => number;
/** R of [R; A] by reflections, for the first rows of A. */
export type FoldRows = (a: Matrix<F64>, r: Matrix<F64>, rows: number, isTriangular: boolean) => void;

/** See ops/leastSquares.ts, normalFold. */
const PIECE = 128;
const REFUSED_ROWS = 256;
const BLOCK = 8;
const EXCESS = 2 ** 12;
const LEAST_SQUARES = 2 ** -800;
const MOST_SQUARES = 2 ** 800;
const LANES = 16;

const lanes = new Float64Array(LANES);

/** One block of rows: what the contract says, in its order. */
class Normal {
  private readonly n: number;
  /** p + targets. */
  private readonly q: number;
  private readonly g: F64;
  private readonly stride: number;
  /** Where V begins in `g`. */
  private readonly v: number;
  private readonly squares: Float64Array;

  constructor(
    private readonly a: Matrix<F64>,
    work: Matrix<F64>,
    private readonly rows: number,
    private readonly p: number,
    targets: number,
    private readonly fma: MultiplyAdd,
  ) {
    this.n = a.cols;
    this.q = p + targets;
    this.g = work.data;
    this.stride = work.rowStride;
    this.v = this.n * work.rowStride;
    this.squares = new Float64Array(this.n);
  }

  /** Whether G now is the triangle of the block. */
  run(): boolean {
    this.gram();
    if (!this.takeSquares() || !this.factor()) return false;
    this.invert();
    if (!this.isWellConditioned()) return false;
    for (let i = 0; i < this.n; i++) {
      this.g.fill(0, i * this.stride, i * this.stride + (i < this.p ? i : this.n));
    }
    for (let k = this.p; k < this.q; k++) this.finishTarget(k);
    return true;
  }

  private gram(): void {
    const { a, g, stride, n, q, rows, fma } = this;
    const piece = new Float64Array(n * n);
    for (let i = 0; i < n; i++) g.fill(0, i * stride, i * stride + n);
    for (let first = 0; first < rows; first += PIECE) {
      piece.fill(0);
      const last = Math.min(rows, first + PIECE);
      for (let row = first; row < last; row++) {
        const at = row * a.rowStride;
        for (let i = 0; i < q; i++) {
          const x = a.data[at + i]!;
          const to = i * n;
          for (let j = i; j < q; j++) piece[to + j] = fma(x, a.data[at + j]!, piece[to + j]!);
        }
      }
      for (let i = 0; i < q; i++) {
        for (let j = i; j < q; j++) g[i * stride + j]! += piece[i * n + j]!;
      }
    }
  }

  private takeSquares(): boolean {
    const { g, stride, q, squares } = this;
    for (let k = 0; k < q; k++) {
      const square = g[k * stride + k]!;
      squares[k] = square;
      if (square >= LEAST_SQUARES && square <= MOST_SQUARES) continue;
      if (square !== 0) return false;
      for (let i = 0; i < q; i++) if (g[Math.min(i, k) * stride + Math.max(i, k)] !== 0) return false;
    }
    return true;
  }

  private factor(): boolean {
    const { g, stride, p, q, squares, fma } = this;
    for (let i = 0; i < p; i++) {
      const row = i * stride;
      for (let l = 0; l < i; l++) {
        const factor = -g[l * stride + i]!;
        for (let j = i; j < q; j++) g[row + j] = fma(factor, g[l * stride + j]!, g[row + j]!);
      }
      if (squares[i] === 0) continue;
      const pivot = g[row + i]!;
      if (!(pivot * EXCESS >= squares[i]!)) return false;
      const root = Math.sqrt(pivot);
      const inverse = 1 / root;
      for (let j = i + 1; j < q; j++) g[row + j]! *= inverse;
      g[row + i] = root;
    }
    return true;
  }

  private invert(): void {
    const { g, v, stride, n, p } = this;
    for (let i = 0; i < n; i++) g.fill(0, v + i * stride, v + i * stride + n);
    for (let k = p - 1; k >= 0; k--) {
      const end = Math.min(p, k - (k % BLOCK) + BLOCK);
      for (let l = end; l < p; l++) this.addRow(k, l);
      for (let l = end - 1; l > k; l--) this.addRow(k, l);
      const diagonal = g[k * stride + k]!;
      const inverse = diagonal === 0 ? 0 : 1 / diagonal;
      for (let j = k + 1; j < p; j++) g[v + k * stride + j]! *= -inverse;
      g[v + k * stride + k] = inverse;
    }
  }

  /** V_k += G_kl·V_l. */
  private addRow(k: number, l: number): void {
    const { g, v, stride, p, fma } = this;
    const factor = g[k * stride + l]!;
    const [to, from] = [v + k * stride, v + l * stride];
    for (let j = l; j < p; j++) g[to + j] = fma(factor, g[from + j]!, g[to + j]!);
  }

  private isWellConditioned(): boolean {
    const { g, v, stride, p, squares, fma } = this;
    let sum = 0;
    for (let k = 0; k < p; k++) {
      const row = v + k * stride;
      sum = fma(squares[k]!, this.dot(g, row, g, row), sum);
    }
    return sum <= EXCESS + p;
  }

  private dot(x: F64, xAt: number, y: F64, yAt: number): number {
    const { n, fma } = this;
    lanes.fill(0);
    for (let j = 0; j < n; j++) lanes[j % LANES] = fma(x[xAt + j]!, y[yAt + j]!, lanes[j % LANES]!);
    return sumLanes(lanes);
  }

  private finishTarget(column: number): void {
    const { a, g, v, stride, n, p, rows, fma } = this;
    const side = new Float64Array(n);
    const fit = new Float64Array(n);
    const moments = new Float64Array(n);
    for (let i = 0; i < p; i++) side[i] = g[i * stride + column]!;
    for (let i = 0; i < p; i++) fit[i] = -this.dot(g, v + i * stride, side, 0);
    fit[column] = 1;
    let squares = 0;
    for (let row = 0; row < rows; row++) {
      const at = row * a.rowStride;
      const e = this.dot(a.data, at, fit, 0);
      squares = fma(e, e, squares);
      for (let j = 0; j < p; j++) moments[j] = fma(a.data[at + j]!, e, moments[j]!);
    }
    for (let j = 0; j < p; j++) {
      let correction = 0;
      for (let i = 0; i <= j; i++) correction = fma(g[v + i * stride + j]!, moments[i]!, correction);
      g[j * stride + column] = side[j]! + correction;
    }
    g[column * stride + column] = Math.sqrt(squares);
  }
}

/** A matrix without its first rows. */
const rowsFrom = (a: Matrix<F64>, first: number): Matrix<F64> => ({
  ...a,
  data: a.data.subarray(first * a.rowStride),
  rows: a.rows - first,
});

/** The kernel `normalFold` with a set's multiply-add and QR. */
export function normalFoldWith(fma: MultiplyAdd, fold: FoldRows): PrepareOp {
  return (op) => {
    const a = op.f64('a');
    const r = op.f64('r');
    const work = op.f64('work');
    const p = Number(op.scalar('intercept') !== 0) + samples(op).cols;
    const targets = op.f64('y').cols;
    const gather = designRows(op, a);
    return (_begin, _end, registers) => {
      const rows = registers[REGISTERS.rows] as number;
      gather(0, rows, registers[REGISTERS.batchStart] as number);
      if (rows >= 2 * p) {
        const isTaken = new Normal(a, work, rows, p, targets, fma).run();
        if (isTaken) fold(work, r, r.cols, true);
        for (let i = 0; i < work.rows; i++) {
          work.data.fill(0, i * work.rowStride, i * work.rowStride + work.cols);
        }
        if (isTaken) return 0;
      }
      for (let first = 0; first < rows; first += REFUSED_ROWS) {
        fold(rowsFrom(a, first), r, Math.min(REFUSED_ROWS, rows - first), false);
      }
      return 0;
    };
  };
}
