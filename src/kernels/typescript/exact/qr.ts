import { QR_LEAST, REGISTERS } from '../../contract.js';
import { type FoldRows, normalFoldWith } from '../float64/normalFold.js';
import type { F64, Matrix, PrepareOp } from '../kernel.js';
import { fma64 } from './fma64.js';

const BLOCK = 32;
const PANEL = 8;
/** Chains that a panel's sums run in. */
const CHAINS = 4;

/** Reflectors of columns `first` … of a block, by column. */
interface Reflectors {
  first: number;
  count: number;
  s: Float64Array;
  inverse: Float64Array;
  /** Inner product of columns l and i at `l·BLOCK + i`, l < i. */
  gram: Float64Array;
}

const reflectors = (first: number, count: number): Reflectors => ({
  first,
  count,
  s: new Float64Array(BLOCK),
  inverse: new Float64Array(BLOCK),
  gram: new Float64Array(BLOCK * BLOCK),
});

/** One factorisation: what ops/leastSquares.ts says, in its order. */
class Fold {
  constructor(
    private readonly a: Matrix<F64>,
    private readonly r: Matrix<F64>,
    /** Rows of A that have a part in the columns under way. */
    private rows: number,
  ) {}

  run(isTriangular: boolean): void {
    const n = this.r.cols;
    const all = this.rows;
    for (let first = 0; first < n; first += BLOCK) {
      const count = Math.min(BLOCK, n - first);
      if (isTriangular) this.rows = Math.min(all, first + count);
      const block = reflectors(first, count);
      for (let p = 0; p < count; p += PANEL) {
        const panel = this.panel(first + p);
        this.join(block, panel, p);
        this.apply(panel, first + p + PANEL, first + count);
      }
      this.apply(block, first + count, n);
    }
  }

  private at(row: number, column: number): number {
    return this.a.data[row * this.a.rowStride + column] as number;
  }

  /** Σ_r A[r][i]·A[r][c] in the four chains of a panel. */
  private dot(i: number, c: number): number {
    const chains = [0, 0, 0, 0] as [number, number, number, number];
    for (let row = 0; row < this.rows; row++) {
      const q = row % CHAINS;
      chains[q] = fma64(this.at(row, i), this.at(row, c), chains[q] as number);
    }
    return chains[0] + chains[2] + (chains[1] + chains[3]);
  }

  private panel(first: number): Reflectors {
    const h = reflectors(first, PANEL);
    const k = new Float64Array(PANEL);
    for (let t = 0; t < PANEL; t++) {
      const dots = Array.from(k, (_, c) => this.dot(first + t, first + c));
      this.reflect(h, t, dots, k);
      if (t < PANEL - 1) this.update(first, t, k);
    }
    return h;
  }

  /** Makes reflector t and applies it to its row of R; k gets its coefficients. */
  private reflect(h: Reflectors, t: number, dots: readonly number[], k: Float64Array): void {
    const { data, rowStride } = this.r;
    const row = (h.first + t) * rowStride + h.first;
    const alpha = data[row + t] as number;
    const sigma = dots[t] as number;
    let [s, inverse, beta] = [0, 0, alpha];
    if (!(sigma < QR_LEAST)) {
      const norm = Math.sqrt(fma64(alpha, alpha, sigma));
      beta = alpha >= 0 ? -norm : norm;
      s = alpha - beta;
      inverse = 1 / (s * -beta);
    }
    h.s[t] = s;
    h.inverse[t] = inverse;
    for (let l = 0; l < t; l++) h.gram[l * BLOCK + t] = dots[l] as number;
    k.fill(0, 0, t + 1);
    for (let c = t + 1; c < PANEL; c++) {
      k[c] = fma64(s, data[row + c] as number, dots[c] as number) * -inverse;
      data[row + c] = fma64(s, k[c] as number, data[row + c] as number);
    }
    data[row + t] = beta;
  }

  /** A[r][c] += A[r][t]·k[c] within a panel. */
  private update(first: number, t: number, k: Float64Array): void {
    const { data, rowStride } = this.a;
    for (let row = 0; row < this.rows; row++) {
      const v = this.at(row, first + t);
      for (let c = 0; c < PANEL; c++) {
        const at = row * rowStride + first + c;
        data[at] = fma64(v, k[c] as number, data[at] as number);
      }
    }
  }

  /** Takes a panel's reflectors into its block, with their products with those before. */
  private join(block: Reflectors, panel: Reflectors, p: number): void {
    for (let i = 0; i < PANEL; i++) {
      block.s[p + i] = panel.s[i] as number;
      block.inverse[p + i] = panel.inverse[i] as number;
      for (let l = 0; l < i; l++) {
        block.gram[(p + l) * BLOCK + p + i] = panel.gram[l * BLOCK + i] as number;
      }
      for (let l = 0; l < p; l++) {
        let sum = 0;
        for (let row = 0; row < this.rows; row++) {
          sum = fma64(this.at(row, block.first + l), this.at(row, block.first + p + i), sum);
        }
        block.gram[l * BLOCK + p + i] = sum;
      }
    }
  }

  /** Applies reflectors to columns [begin, end). */
  private apply(h: Reflectors, begin: number, end: number): void {
    const { a, r } = this;
    const k = new Float64Array(BLOCK);
    for (let c = begin; c < end; c++) {
      for (let i = 0; i < h.count; i++) {
        const top = (h.first + i) * r.rowStride + c;
        let q = (h.s[i] as number) * (r.data[top] as number);
        for (let row = 0; row < this.rows; row++) q = fma64(this.at(row, h.first + i), this.at(row, c), q);
        for (let l = 0; l < i; l++) q = fma64(h.gram[l * BLOCK + i] as number, k[l] as number, q);
        k[i] = q * -(h.inverse[i] as number);
      }
      for (let i = 0; i < h.count; i++) {
        const top = (h.first + i) * r.rowStride + c;
        r.data[top] = fma64(h.s[i] as number, k[i] as number, r.data[top] as number);
      }
      for (let row = 0; row < this.rows; row++) {
        let x = this.at(row, c);
        for (let i = 0; i < h.count; i++) x = fma64(this.at(row, h.first + i), k[i] as number, x);
        a.data[row * a.rowStride + c] = x;
      }
    }
  }
}

const foldRows: FoldRows = (a, r, rows, isTriangular) => new Fold(a, r, rows).run(isTriangular);

export const qrFold: PrepareOp = (op) => {
  const a = op.f64('a');
  const r = op.f64('r');
  const isTriangular = op.scalar('triangular') !== 0;
  return (_begin, _end, registers) => {
    foldRows(a, r, registers[REGISTERS.rows] as number, isTriangular);
    return 0;
  };
};

export const normalFold = normalFoldWith(fma64, foldRows);
