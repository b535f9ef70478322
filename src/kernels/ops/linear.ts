/** Linear models in float64 over all rows of a table. */
import {
  cols,
  elementBytes,
  elements,
  given,
  least,
  perElement,
  plus,
  rows,
  select,
  times,
} from './expression.js';
import { atLeast, batchVector, exactly, transposedBatch, vector, vectorOf } from './rules.js';
import { anyTable, f64, i32, op, optional, output, UNLIMITED, updated } from './schema.js';

const weightsGiven = select(given('weights'), cols('weights'), UNLIMITED);

/** A product of rows of x with weights. The mini-batch is the columns of the scores z. */
const product = (z: string, w: string) => ({
  flops: times(2, rows(z), cols(z), cols(w)),
  bytes: plus(times(cols(z), cols(w), elementBytes('x')), times(elements(z), 8)),
});

export const linearOps = {
  /**
   * Linear models in float64, over rows `batchStart + r` of a table `x` (N×P);
   * z, dz and p are transposed, one row of B per output.
   * Each product and sum is rounded separately (no fma). JavaScript then gives the same bits at
   * full speed, so the fast TypeScript kernels follow the contract here too.
   * z[k][r] = (lane sum over j of x_j·w[k][j]) + bias[0][k]. Range: rows r.
   */
  linearScores: op(() => ({
    operands: { x: anyTable, w: f64, bias: f64, z: output(f64) },
    tableRows: rows('x'),
    rules: () => [
      transposedBatch('z'),
      exactly(rows('w'), rows('z'), 'as many as z'),
      exactly(cols('x'), cols('w'), 'as many as w'),
      vectorOf('bias', rows('w'), 'one for each row of w'),
    ],
    ...product('z', 'w'),
  })),
  /**
   * Logistic (one row of z) or softmax loss (more), its gradient, and its sum;
   * l = labels[batchStart + r], w = weights[batchStart + r] or 1;
   * exp and log of native/kernels/math_f64.inl.
   * One row: t = exp(−|z|); p = z < 0 ? t/(1+t) : 1/(1+t), and q the other of the two;
   * dz = (l = 1 ? −q : p)·w; loss = (max(l = 1 ? −z : z, 0) + log1p(t))·w.
   * More: m = max z; e_k = exp(z_k − m); s = e_0 + e_1 + …; p_k = e_k / s;
   * dz_k = (p_k − (k = l))·w; loss = (log(s) − (z_l − m))·w.
   * totals[0][0] += lane sum of loss, row r in lane r mod 16. Runs whole.
   * dz and z may be the same memory. ("The Elements of Statistical Learning", Hastie et al.,
   * §4.4.1)
   */
  logisticLoss: op(() => ({
    operands: {
      z: f64,
      labels: i32,
      weights: optional(f64),
      p: optional(output(f64)),
      dz: output(f64),
      totals: updated(f64),
    },
    splits: 'none',
    inPlace: [['dz', 'z']],
    tableRows: least(cols('labels'), weightsGiven),
    rules: () => [
      transposedBatch('z', 'p', 'dz'),
      atLeast(rows('z'), 1, 'one score, or one per class'),
      vector('labels', 'weights', 'totals'),
      atLeast(cols('totals'), 1, 'room for the loss'),
    ],
    flops: perElement('z', 50),
  })),
  /**
   * dw[k][j] += dz[k][0]·x_0j, then dz[k][1]·x_1j, …; db[0][k] += dz[k][0], then dz[k][1], ….
   * Range: rows k of dw.
   */
  linearGradient: op(() => ({
    operands: { x: anyTable, dz: f64, dw: updated(f64), db: updated(f64) },
    range: rows('dw'),
    tableRows: rows('x'),
    rules: () => [
      transposedBatch('dz'),
      exactly(rows('dw'), rows('dz'), 'as many as dz'),
      exactly(cols('x'), cols('dw'), 'as many as dw'),
      vectorOf('db', rows('dw'), 'one for each row of dw'),
    ],
    ...product('dz', 'dw'),
  })),
  /**
   * Rows for the second derivative of the losses above: h = pl given ? −(pk·pl) : pk·(1 − pk),
   * times weights[batchStart + r] if given; out[j][r] = h·x_j for the P columns, out[P][r] = h.
   * linearGradient of `out` as dz is then one block of the Hessian. Range: rows r.
   */
  curvatureRows: op(() => ({
    operands: { x: anyTable, pk: f64, pl: optional(f64), weights: optional(f64), out: output(f64) },
    tableRows: least(rows('x'), weightsGiven),
    rules: () => [
      transposedBatch('out'),
      exactly(rows('out'), plus(cols('x'), 1), 'one more than x has columns'),
      batchVector('pk'),
      batchVector('pl'),
      vector('weights'),
    ],
    flops: perElement('out', 1),
  })),
};
