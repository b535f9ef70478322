/** Least squares in float64: design matrices, their QR factorisation and its solves. */

import { QR_PANEL_COLS } from '../constants.js';
import { cols, perElement, plus, remainder, rows, times } from './expression.js';
import { atLeast, batch, exactly, shape, vectorOf } from './rules.js';
import { anyTable, f64, finite, flag, op, optional, output, updated, whole } from './schema.js';

/** One-sided Jacobi needs about ten sweeps. With non-finite numbers it would never stop. */
const MOST_SWEEPS = 1023;
/** Rows of `work` after G and V. */
const WORK_VECTORS = 5;

const widthOfXAndY = plus(cols('x'), cols('y'));
/** Targets and weights of the rows of x. */
const besideX = [
  exactly(rows('y'), rows('x'), 'as many as x'),
  vectorOf('weight', rows('x'), 'one for each row of x'),
];
/** One column more, for the intercept, so that the rule is the same with and without one. */
const designWidth = (name: string) => atLeast(cols(name), plus(1, widthOfXAndY), '1 + columns of x and y');
const frameShape = shape(
  'frame',
  [2, plus(widthOfXAndY, 1)],
  'factors and offsets, for each column of x and y and for the weights',
);
const square = shape('r', [cols('r'), cols('r')], 'a square matrix');

export const leastSquaresOps = {
  /**
   * Rows of a design matrix, in float64: dst[r] = [1 | x[i] | y[i] | 0 …] with i = batchStart + r.
   * The 1 is present only if `intercept` = 1, and y only if it is given. Zeros fill the remaining
   * columns of dst.
   * With `weight` (a vector), √weight[i] replaces the 1, and each x and y is multiplied by it.
   * With `frame` (2 × (columns of x and y + 1)), element v of column j (the columns of x first)
   * becomes v·frame[0][j] − frame[1][j] beforehand, with two roundings. The weight is then
   * multiplied by the last element of frame[0].
   */
  gatherDesign: op(() => ({
    operands: {
      x: anyTable,
      y: optional(f64),
      weight: optional(f64),
      dst: output(f64),
      frame: optional(f64),
    },
    scalars: { intercept: flag },
    tableRows: rows('x'),
    rules: () => [batch('dst'), besideX, designWidth('dst'), frameShape],
    flops: perElement('dst', 1),
  })),
  /**
   * QR of [R; A] in float64 by Householder reflections, for R (n×n, upper triangle;
   * the elements below its diagonal are not read) and the first m = R (the register) rows of A;
   * n is a multiple of 8. R becomes the new triangle, and A is overwritten. Reflector j is [s;
   * v] with v = column j of A as it then stands and s in row j (Golub & Van Loan, "Matrix
   * Computations", §5.1; the structure of TSQR: Demmel, Grigori, Hoemmen, Langou 2012, §2).
   * fma has one rounding to float64.
   *
   * Blocks of 32 columns from the left (m′ = m rows, or with `triangular` = 1, A itself a triangle,
   * min(m, end of block)), each made of panels of 8. Within a panel, for t = 0 … 7, j its column t:
   *   d_c = Σ_r fma(A[r][j], A[r][c], ·) for all 8 columns c, in four chains from 0 (row r in chain r mod 4), summed
   *   (0 + 2) + (1 + 3). If d_j < 2⁻⁹⁶⁰: s = w = 0, β = R[j][j]. Else N = √fma(R[j][j], R[j][j], d_j), β = R[j][j] ≥ 0 ? −N : N,
   *   s = R[j][j] − β, w = 1 / (s·−β). g[l][j] = d_l for columns l < j of the panel. For the columns c > j of the panel
   *   k_c = fma(s, R[j][c], d_c)·−w, R[j][c] ← fma(s, k_c, R[j][c]); k_c = 0 for the others; R[j][j] ← β; but for t = 7,
   *   A[r][c] ← fma(A[r][j], k_c, A[r][c]) for all 8 columns and r < m′.
   * Then the panel's reflectors are applied to the other columns of the block right of it;
   * and after the last panel, those of the whole block to all columns right of it.
   * Applied to column c, reflectors i ascending, l < i among those applied:
   *   q_i = s_i·R[i][c], then the chain fma(A[r][i], A[r][c], q_i), r ascending below m′; then the chain fma(g[l][i], k_l, q_i),
   *   l ascending; k_i = q_i·−w_i; R[i][c] ← fma(s_i, k_i, R[i][c]); last A[r][c] ← the chain fma(A[r][i], k_i, A[r][c]) over i.
   * g[l][i] for l and i of different panels is the chain fma(A[r][l], A[r][i], ·) from 0, r
   * ascending below m′.
   */
  qrFold: op(() => ({
    operands: { a: updated(f64), r: updated(f64) },
    scalars: { triangular: flag },
    splits: 'none',
    rules: () => [
      batch('a'),
      exactly(remainder(cols('r'), QR_PANEL_COLS), 0, 'columns of r in whole panels of 8'),
      square,
      exactly(cols('a'), cols('r'), 'as many as r'),
    ],
    flops: perElement('a', times(2, cols('r'))),
  })),
  /**
   * First A ← the m = R (the register) rows of the design matrix [1 | x | y | 0 …] that
   * `gatherDesign` makes. p is the number of its first columns, 1 (if `intercept` = 1) and x; q = p
   * + columns of y.
   * Then R ← that of [R; A], as `qrFold` computes it for n = columns of r, but from AᵀA where its
   * condition allows. A may be overwritten.
   *
   * If m ≥ 2p: G_ij = Σ over pieces of 128 rows, in order from 0, of the chain fma(A[r][i],
   * A[r][j], ·) from 0 over the piece.
   * D_k = G_kk, k < q. Refused unless each D_k is from 2⁻⁸⁰⁰ to 2⁸⁰⁰, or 0 with all G_ik, i < q.
   * Factor, in blocks of 8 rows: G_ij ← the chain fma(−G_li, G_lj, ·), l ascending below i; then,
   *   where D_i > 0, refused unless G_ii·2¹² ≥ D_i; root = √G_ii, G_ij ← G_ij·(1 / root) for j > i,
   *   G_ii ← root. (Cholesky: Golub & Van Loan §4.2.)
   * V = G⁻¹ for the first p rows and columns, rows upwards, in the same blocks: the chain fma(G_il,
   *   V_lj, ·) from 0, over l from the end of i's block ascending below p, then from the block's
   *   end down to i + 1; times −1/G_ii. V_ii = 1/G_ii; 0 where G_ii is 0.
   * Refused unless the chain fma(D_k, dot(V_k, V_k), ·), k ascending, is at most 2¹² + p: it is the
   *   sum of the variance inflation factors. dot(x, y) = Σ over n columns in 16 lanes, fma, tree
   *   8-4-2-1.
   * For each target column k: f_i = −dot(V_i, G_·k), f_k = 1, else 0; e_r = dot(A_r, f); s = chain
   *   fma(e_r, e_r, ·); M_j = chain fma(A[r][j], e_r, ·); h_j = chain fma(V_ij, M_i, ·), i
   *   ascending; G_ik ← G_ik + h_i; G_kk ← √s.
   * R ← that of [R; G] by qrFold with `triangular`, G being 0 elsewhere.
   * Where refused, and if m < 2p: R ← that of qrFold, 256 rows of A at a time.
   * `work` holds G, V and five vectors, and is left filled with zeros if m ≥ 2p, unchanged
   * otherwise.
   */
  normalFold: op(() => ({
    operands: {
      x: anyTable,
      y: f64,
      weight: optional(f64),
      frame: optional(f64),
      a: output(f64),
      r: updated(f64),
      work: output(f64),
    },
    scalars: { intercept: flag },
    splits: 'none',
    tableRows: rows('x'),
    rules: () => [
      batch('a'),
      besideX,
      exactly(remainder(cols('r'), QR_PANEL_COLS), 0, 'columns of r in whole panels of 8'),
      square,
      exactly(cols('a'), cols('r'), 'as many as r'),
      designWidth('a'),
      frameShape,
      shape('work', [plus(times(2, cols('r')), WORK_VECTORS), cols('r')], '2 × columns of r + 5 vectors'),
    ],
    flops: perElement('a', cols('r')),
  })),
  /**
   * B ← the solution X of R·X = B (or Rᵀ·X = B with `transposed` = 1), R upper triangular, in
   * float64. From the last row up: acc = b[i][j]; acc ← acc − r[i][k]·x[k][j], k = i+1 … n−1, two
   * roundings each; x[i][j] = acc / r[i][i]. Transposed, from the first row down: r[k][i], k = 0 …
   * i−1. Range: columns of b.
   */
  triangularSolve: op(() => ({
    operands: { r: f64, b: updated(f64) },
    scalars: { transposed: flag },
    range: cols('b'),
    rules: () => [square, exactly(rows('b'), cols('r'), 'as many as r')],
    flops: perElement('b', cols('r')),
  })),
  /**
   * Makes the rows of a orthogonal by rotating pairs of rows, and the rows of b alike (one-sided
   * Jacobi: Hestenes 1958; Golub & Van Loan §8.6.3): a becomes Σ·Vᵀ and b becomes Uᵀ·b for the a =
   * U·Σ·Vᵀ given. Float64, two roundings for each product and sum, lane sums (16 lanes).
   * Sweeps over p < q, p ascending, then q: α = lane sum p·p, β = lane sum q·q, γ = lane sum p·q.
   * If |γ| > tolerance·(√α·√β): ζ = (β − α) / (2·γ), t = (ζ < 0 ? −1 : 1) / (|ζ| + √(1 + ζ·ζ)), c =
   * 1 / √(1 + t·t), s = c·t; p ← c·p − s·q, q ← s·p + c·q (the old p).
   * `sweeps` gets the number of the first sweep without a rotation, or −1 after maxSweeps.
   * Runs whole.
   */
  jacobiRows: op(() => ({
    operands: { a: updated(f64), b: optional(updated(f64)), sweeps: output(f64) },
    scalars: { tolerance: finite, maxSweeps: whole(0, MOST_SWEEPS) },
    splits: 'none',
    range: rows('a'),
    rules: () => [exactly(rows('b'), rows('a'), 'as many as a'), shape('sweeps', [1, 1], 'one number')],
    // A sweep takes about 5 operations per element and other row. Six sweeps are typical.
    flops: perElement('a', times(30, rows('a'))),
  })),
  /**
   * moments[2k] + moments[2k+1] += Σ_r e_r·[1 | x_r] with e_r = w_r·(y_rk − intercept_k − Σ_j
   * x_rj·coef_kj), rows i = batchStart + r, as if in twice float64's precision: numbers are pairs
   * (h, l), and err(·) is the exact error of the operation (Dekker 1971; Knuth;
   * Ogita, Rump, Oishi 2005), where neither overflows.
   * Per row and target: the product sum in 8 lanes, j in lane j mod 8 ascending, from (0, 0): p =
   * x·c; s = h + p; l ← l + (err(s) + (err(p) + 0)); h ← s;
   * lanes i and i+4, then +2, +1: s = h_i + h_i+4; l_i ← (l_i + l_i+4) + err(s); h_i ← s.
   * a = y − intercept; b = a − h; e = fast(b, (err(a) + err(b)) − l), fast(b, q) = (b + q, q −
   * ((b + q) − b)); with weight: p = w·e_h; e = fast(p, err(p) + w·e_l).
   * moments: column 0: s = h + e_h; l ← l + (err(s) + e_l). Column 1 + j: p = x_j·e_h; s = h + p;
   * l ← l + (err(s) + (err(p) + x_j·e_l)); h ← s. Runs whole.
   */
  normalResidual: op(() => ({
    operands: {
      x: anyTable,
      y: f64,
      weight: optional(f64),
      coef: f64,
      intercept: f64,
      moments: updated(f64),
    },
    splits: 'none',
    tableRows: rows('x'),
    rules: () => [
      besideX,
      shape('coef', [cols('y'), cols('x')], 'columns of y, and of x'),
      vectorOf('intercept', cols('y'), 'as many as y'),
      shape('moments', [times(2, cols('y')), plus(1, cols('x'))], '2 × columns of y, and 1 + columns of x'),
    ],
    flops: perElement('moments', 20),
  })),
};
