/** Linear models in float64 over all rows of a table. */
import { LOG_LINK_FAMILIES } from '../constants.js';
import {
  cols,
  elementBytes,
  elements,
  given,
  least,
  perElement,
  plus,
  remainder,
  rows,
  scalar,
  select,
  times,
} from './expression.js';
import { atLeast, batch, batchVector, exactly, shape, transposedBatch, vector, vectorOf } from './rules.js';
import { anyTable, choice, f64, i32, op, optional, output, UNLIMITED, updated, word } from './schema.js';

/** Columns of a Gram matrix whose elements begin together. */
const GRAM_PANEL = 8;

const curvatureGiven = select(given('curvature'), cols('curvature'), UNLIMITED);
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
   * `curvature` is for all rows of the table: one row: curvature[0][batchStart + r] = (p·q)·w;
   * more: curvature[k][batchStart + r] = p_k.
   * totals[0][0] += lane sum of loss, row r in lane r mod 16. Runs whole.
   * dz and z may be the same memory. ("The Elements of Statistical Learning", Hastie et al.,
   * §4.4.1)
   */
  logisticLoss: op(() => ({
    operands: {
      z: f64,
      labels: i32,
      weights: optional(f64),
      curvature: optional(output(f64)),
      dz: output(f64),
      totals: updated(f64),
    },
    splits: 'none',
    inPlace: [['dz', 'z']],
    tableRows: least(cols('labels'), weightsGiven, curvatureGiven),
    rules: () => [
      transposedBatch('z', 'dz'),
      exactly(rows('curvature'), rows('z'), 'as many as z'),
      atLeast(rows('z'), 1, 'one score, or one per class'),
      vector('labels', 'weights', 'totals'),
      atLeast(cols('totals'), 1, 'room for the loss'),
    ],
    flops: perElement('z', 50),
  })),
  /**
   * Losses of generalised linear models with a logarithmic link, up to a term that depends on y
   * alone; y, w and o are those of row batchStart + r (w = 1, o = 0 if absent).
   * s = z + o; e = exp(−|s|) of native/kernels/math_f64.inl; d = 1/e; m = s < 0 ? e : d, and v the
   * other of the two: the mean and its inverse.
   * `poisson`: loss = (m − y·s)·w; dz = (m − y)·w; h = m·w.
   * `gamma`: q = y·v; loss = (s + q)·w; dz = (1 − q)·w; h = q·w.
   * curvature[0][batchStart + r] = h. totals[0][0] += lane sum of loss, row r in lane r mod 16.
   * Runs whole. dz and z may be the same memory. (McCullagh & Nelder, "Generalized Linear Models",
   * §2.2 and §8.3)
   */
  logLinkLoss: op(() => ({
    operands: {
      z: f64,
      y: f64,
      offset: optional(f64),
      weights: optional(f64),
      curvature: optional(output(f64)),
      dz: output(f64),
      totals: updated(f64),
    },
    scalars: { family: choice(LOG_LINK_FAMILIES) },
    splits: 'none',
    inPlace: [['dz', 'z']],
    tableRows: least(
      cols('y'),
      weightsGiven,
      curvatureGiven,
      select(given('offset'), cols('offset'), UNLIMITED),
    ),
    rules: () => [
      batchVector('z'),
      batchVector('dz'),
      vector('y', 'offset', 'weights', 'curvature', 'totals'),
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
   * What the second derivatives of the softmax loss add to the gradient for a change t of the
   * scores; p_k = curvature[k][batchStart + r], w = weights[batchStart + r] or 1.
   * One row: dz = curvature·t. More: s = the chain 0 + p_0·t_0 + p_1·t_1 …;
   * dz_k = (p_k·(t_k − s))·w. Range: rows r. dz and t may be the same memory.
   */
  curvatureProduct: op(() => ({
    operands: { t: f64, curvature: f64, weights: optional(f64), dz: output(f64) },
    inPlace: [['dz', 't']],
    tableRows: least(cols('curvature'), weightsGiven),
    rules: () => [
      transposedBatch('t', 'dz'),
      exactly(rows('curvature'), rows('t'), 'as many as t'),
      vector('weights'),
    ],
    flops: perElement('t', 5),
  })),
  /**
   * Factors of rows for the second derivatives of the softmax loss, without their sign;
   * p_k = curvature[k][batchStart + r], w = weights[batchStart + r] or 1.
   * `l` > `k`: h = (p_k·p_l)·w. `l` = `k`: h = (p_k·(1 − p_k))·w. `l` < `k`: h = (1 − s)·w with s =
   * the chain 0 + p_0·p_0 + p_1·p_1 …, the sum of the second over all k.
   * h[0][batchStart + r] = h. Range: rows r.
   */
  curvatureFactors: op(() => ({
    operands: { curvature: f64, weights: optional(f64), h: output(f64) },
    scalars: { k: word, l: word },
    tableRows: least(cols('curvature'), weightsGiven, cols('h')),
    rules: () => [
      vector('weights', 'h'),
      atLeast(rows('curvature'), plus(scalar('k'), 1), 'more than k'),
      atLeast(rows('curvature'), plus(scalar('l'), 1), 'more than l'),
    ],
    flops: perElement('h', 3),
  })),
  /**
   * out[i][j] += a[0][i]·a[0][j], then a[1][i]·a[1][j], … over the first R rows of a (the
   * register), for j ≥ 8·⌊i/8⌋: the upper triangle of AᵀA, in whole blocks of 8 columns. Two
   * roundings each. Runs whole.
   */
  gram: op(() => ({
    operands: { a: f64, out: updated(f64) },
    splits: 'none',
    rules: () => [
      batch('a'),
      exactly(remainder(cols('a'), GRAM_PANEL), 0, 'columns in whole panels of 8'),
      shape('out', [cols('a'), cols('a')], 'columns of a'),
    ],
    flops: perElement('a', cols('a')),
  })),
};
