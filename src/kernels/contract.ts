/**
 * The kernel contract: every operation that a step program can hold, what its operands are, and the
 * exact order of arithmetic that gives **the same bits** on every instruction set.
 *
 * Four executors follow this page: C++ portable, AVX2, AVX-512 and NEON (one source, `native/`),
 * and the exact TypeScript twin (`src/kernels/typescript/exact/`).
 * The fast TypeScript kernels compute the same values in float64 and round on store;
 * they are close to, not bit-equal with, the others.
 * `scripts/generate-contract.mjs` writes `native/program/contract.h` from the tables below.
 *
 * Notation. `fl(x)` rounds to float32. `fma(a,b,c) = fl(a·b + c)` with one rounding.
 * Every + − × ÷ √ is one float32 operation in the order written. Nothing is reassociated.
 *
 * **Lane sum.** A true reduction over columns uses 16 virtual lanes: element j goes to lane j mod
 * 16, in ascending j, starting from 0; then halves are added: lane i += lane i+8, then +4, +2, +1.
 *
 * **NaN.** Where a result is NaN, every executor gives a NaN;
 * its sign and payload are not part of the contract. Negative zero is.
 *
 * **Rows and ranges.** An op works on the rows (or columns, or 16-row blocks) `[begin, end)` that
 * its {@link Split} gives to the calling rank, and touches nothing else of its outputs.
 */

/** Element types of operands. */
export const DTYPES = ['f32', 'f64', 'i32', 'u32', 'u8'] as const;
export type DType = (typeof DTYPES)[number];
export const BYTES_PER_ELEMENT: Record<DType, number> = { f32: 4, f64: 8, i32: 4, u32: 4, u8: 1 };

/**
 * A strided matrix inside one of the program's buffers. A vector is a matrix of one row.
 * Strides are in elements. Every operand except gemm's `a` and `b` has `colStride` 1.
 */
export interface Operand {
  /** Index into the buffers given to `bind`. */
  buffer: number;
  dtype: DType;
  /**
   * Offset of element [0, 0] from the start of the buffer, in bytes;
   * a multiple of the element size.
   */
  byteOffset: number;
  rows: number;
  cols: number;
  rowStride: number;
  colStride: number;
}

/**
 * How an op is shared among ranks.
 * - `rows`: rows of the current mini-batch, `[⌊rows·rank/workers⌋, ⌊rows·(rank+1)/workers⌋)`,
 *   decided at run time.
 * - `slice`: the fixed range `[begin, end)` that the partitioner wrote into this rank's copy of the
 *   op.
 * - `all`: every rank runs the whole op (into memory of its own).
 * - `first`: rank 0 runs the whole op.
 * - `groups`: groups of 16 rows of the mini-batch, the last of them perhaps not full.
 *   In a program that has such an op, every rank's rows begin at a multiple of 16, those of `rows`
 *   ops too.
 */
export const SPLITS = ['rows', 'slice', 'all', 'first', 'groups'] as const;
export type Split = (typeof SPLITS)[number];

/** Images of a group: the lanes of the layout of images. */
export const GROUP_IMAGES = 16;
/**
 * Numbers from one channel of a group of images to the next: 16 for each pixel, and 16 more where
 * channels would otherwise lie multiples of 2 KiB apart and crowd a few sets of the caches.
 * (Ops may leave anything in between.)
 */
export function imagePlane(height: number, width: number): number {
  const pixels = height * width;
  return (pixels % 32 === 0 ? pixels + 1 : pixels) * GROUP_IMAGES;
}
/** Bytes that hold 2 bits for each image of a group. */
export const PACKED_INDEX_BYTES = 4;

/**
 * The scalars of a convolution's ops: sizes of x and y, of the kernel and its steps, and the rows
 * and columns of padding before x.
 */
const CONVOLUTION = [
  'channels',
  'height',
  'width',
  'outHeight',
  'outWidth',
  'kernelH',
  'kernelW',
  'strideH',
  'strideW',
  'dilationH',
  'dilationW',
  'top',
  'left',
  'groups',
] as const;

/** Scalars of poolings. */
const POOLING = [
  'channels',
  'height',
  'width',
  'poolH',
  'poolW',
  'strideH',
  'strideW',
  'top',
  'left',
  'outHeight',
  'outWidth',
] as const;

/**
 * Phases of a program; ranks meet at a barrier after each.
 * A step runs `rows`, then the further phases over the rows of the mini-batch that a program may
 * have, numbered from {@link rowPhase}(1) on, then `merge`.
 * `epochStart` runs once before the steps of an epoch, or of an evaluation or a prediction.
 */
export const PHASES = { epochStart: 0, rows: 1, merge: 2 } as const;
export type Phase = number;
/**
 * Sides and channels of images, sides of windows, strides and the like are whole numbers up to
 * this, so that no product of two of them leaves 32 bits.
 */
export const IMAGE_LIMIT = 2 ** 15;

/** Phases have numbers below this. */
export const PHASE_LIMIT = 1024;

/** The n-th phase over the rows of the mini-batch, from 0. */
export const rowPhase = (n: number): Phase => (n === 0 ? PHASES.rows : PHASES.merge + n);

/** Whether ops of this phase run chunk by chunk over the rows of the mini-batch. */
export const isRowPhase = (phase: Phase): boolean => phase === PHASES.rows || phase > PHASES.merge;

/**
 * Run-time values, one Float64Array per bound program, written by TypeScript before each `run`.
 * Kernels round them to float32 where they enter float32 arithmetic.
 */
export const REGISTERS = {
  /** Rows in the current mini-batch, 0 … the capacity the program was compiled for. */
  rows: 0,
  /** Position in the epoch's order of the first row of this mini-batch. */
  batchStart: 1,
  /** Optimizer step, counted from 1; the dropout counter. */
  step: 2,
  /** Epoch, counted from 0; the shuffle counter. */
  epoch: 3,
  learningRate: 4,
  /** Adam: learningRate / (1 − β₁ᵗ). */
  stepSize: 5,
  /** Adam: 1 / √(1 − β₂ᵗ). */
  inverseSqrtBias2: 6,
} as const;
export const REGISTER_COUNT = 16;

/** Bits of the number that `run` returns. 0 means all went well. */
export const STATUS = {
  /** The batch loss is NaN or infinite; the ops after `rowSums` in the phase were not run. */
  lossNotFinite: 1,
  /** An update wrote a NaN or infinite parameter. */
  parameterNotFinite: 2,
  /** A row index or label lies outside its table; the phase was given up. */
  indexOutOfRange: 4,
  /** A register holds a value the program was not compiled for; nothing was run. */
  badRegister: 8,
} as const;

/** Elementwise activations, by number. Softmax is an op of its own, since it couples a row. */
export const ACTIVATIONS = {
  linear: 0,
  relu: 1,
  leakyRelu: 2,
  elu: 3,
  gelu: 4,
  sigmoid: 5,
  tanh: 6,
  softplus: 7,
} as const;
export type ElementwiseActivation = keyof typeof ACTIVATIONS;

/** What gemm's chain starts from. */
export const GEMM_INIT = { zero: 0, bias: 1, c: 2 } as const;
/** What gemm does to the finished chain before it stores it. */
export const GEMM_EPILOGUE = { none: 0, activation: 1, derivative: 2 } as const;
/**
 * Which of gemm's dimensions is the mini-batch (its run-time size comes from the `rows` register).
 */
export const GEMM_BATCH = { none: 0, m: 1, k: 2 } as const;

/** What drawWindows takes for a row or column outside the image. */
export const BORDERS = { constant: 0, nearest: 1, reflect: 2, wrap: 3 } as const;

/**
 * qrFold takes columns with a smaller sum of squares for zero: reciprocals in their reflectors
 * might overflow.
 */
export const QR_LEAST = 2 ** -960;

/** A kind of op: its operands (a trailing `?` marks an optional one) and its scalar parameters. */
export interface OpSchema {
  readonly operands: Readonly<Record<string, readonly DType[]>>;
  readonly scalars: readonly string[];
}

/**
 * Every kind of op. The order of kinds, operands and scalars is the binary encoding: append only.
 *
 * B = batch capacity, C = columns, R = rows register.
 * `scale1 = fl(1/R)` and `scaleC = fl(1/(R·C))`, `scale2C = fl(2/(R·C))`, the quotient taken in
 * float64 and then rounded once.
 *
 * The functions exp, log, log1p, erf, tanh, sigmoid and softplus are the project's own polynomials,
 * defined step by step in `native/kernels/math.inl` and mirrored in
 * `src/kernels/typescript/exact/math.ts`.
 *
 * Activations f(x) and their derivatives applied to an incoming gradient g, from s (s = output y,
 * but the pre-activation z for gelu and softplus):
 * | name | f | g ⊙ f′ |
 * |---|---|---|
 * | linear | x | g |
 * | relu | x < 0 ? 0 : x (NaN stays NaN, −0 stays −0) | s > 0 ? g : 0 |
 * | leakyRelu | x < 0 ? alpha·x : x | s > 0 ? g : alpha·g |
 * | elu | x < 0 ? alpha·expm1(x) : x | s > 0 ? g : g·(s + alpha) |
 * | gelu | x·Φ(x), Φ(x) = 0.5·(1 + erf(x·fl(1/√2))) | g·fma(x, φ(x), Φ(x)), φ(x) = fl(1/√(2π))·exp((−0.5·x)·x) |
 * | sigmoid | σ(x) | g·(s·(1 − s)) |
 * | tanh | tanh(x) | g·fma(−s, s, 1) |
 * | softplus | max(x,0) + log1p(exp(−|x|)) | g·σ(s) |
 * alpha ≥ 0, so that no output of a negative x is positive.
 * relu, leakyRelu and elu ask s > 0: f(x) of a negative x may round to −0, f(x) of a positive x is
 * x. At x = ±0 the slope is thus that of the left side, as in PyTorch.
 */
export const OPS = {
  /**
   * dst[r] = src[index[batchStart + r]] (or src[batchStart + r] without `index`), as float32.
   * With `scaled` = 1 each element becomes fma(x, scale, offset).
   */
  gatherRows: {
    operands: { src: ['f32', 'u8'], 'index?': ['u32'], dst: ['f32'] },
    scalars: ['scaled', 'scale', 'offset'],
  },
  /** dst[0][r] = src[0][index[batchStart + r]]; src and dst are vectors (one row). */
  gatherLabels: { operands: { src: ['i32'], 'index?': ['u32'], dst: ['i32'] }, scalars: [] },
  /**
   * C (m×n) from A (m×k, any two strides) and B (k×n, any two strides;
   * `b.colStride` 1 is the fast case). c[i][j] is one chain acc = fma(a[i][p], b[p][j], acc), p
   * ascending, from 0, bias[0][j] or c[i][j]; then the epilogue: f(acc), or derivative(acc as g,
   * d[i][j] as s). Range: rows i of C.
   * `batch` names the dimension whose size is the `rows` register.
   */
  gemm: {
    operands: { a: ['f32'], b: ['f32'], c: ['f32'], 'bias?': ['f32'], 'd?': ['f32'] },
    scalars: ['init', 'epilogue', 'activation', 'alpha', 'batch'],
  },
  /** db[0][j] = ((dz[0][j] + dz[1][j]) + dz[2][j]) + …, rows 0 … R−1. Range: columns j. */
  biasGradient: { operands: { dz: ['f32'], db: ['f32'] }, scalars: [] },
  /** y = f(x); x and y may be the same memory. */
  activation: { operands: { x: ['f32'], y: ['f32'] }, scalars: ['activation', 'alpha'] },
  /** dx = dy ⊙ f′, from s; dx and dy may be the same memory. */
  activationBackward: {
    operands: { dy: ['f32'], s: ['f32'], dx: ['f32'] },
    scalars: ['activation', 'alpha'],
  },
  /** y = fma(x, scale, offset); x and y may be the same memory. */
  scaleShift: { operands: { x: ['f32'], y: ['f32'] }, scalars: ['scale', 'offset'] },
  /**
   * y = word ≥ threshold ? x·keepScale : 0 with threshold = round(rate·2³²), keepScale = fl(1/(1 −
   * rate)). The word of element (r, j), q = ⌈C/32⌉: Threefry-2x32-20 with key (seed, stream) and
   * counter (step, (r·q + ⌊j/32⌋)·16 + j mod 16), all mod 2³², word number ⌊j/16⌋ mod 2.
   * The same op on dy is the backward pass. x and y may be the same memory.
   */
  dropout: { operands: { x: ['f32'], y: ['f32'] }, scalars: ['threshold', 'keepScale', 'seed', 'stream'] },
  /**
   * m = max of row; e_j = exp(x_j − m); s = lane sum of e; y_j = e_j / s.
   * x and y may be the same memory.
   */
  softmax: { operands: { x: ['f32'], y: ['f32'] }, scalars: [] },
  /**
   * t = lane sum of fma(dy_j, y_j, lane); dx_j = (dy_j − t)·y_j. dx and dy may be the same memory.
   */
  softmaxBackward: { operands: { dy: ['f32'], y: ['f32'], dx: ['f32'] }, scalars: [] },
  /**
   * Softmax, cross-entropy and gradient of a row of logits z, against a class number (`labels`,
   * 1×B) or a distribution (`target`, B×C): exactly one of the two is given.
   * m = max z; e_j = exp(z_j − m); s = lane sum e; L = log(s); p_j = e_j / s.
   * labels: loss = L − (z_l − m); dz_j = (j = l ? p_j − 1 : p_j)·scale1.
   * target: loss = lane sum fma(t_j, L − (z_j − m), lane); T = lane sum t_j;
   * dz_j = fma(p_j, T, −t_j)·scale1. rowLoss[r][0] = loss. p, dz and z may share memory.
   * ("Deep Learning", Goodfellow et al., §6.2.2.3)
   */
  softmaxCrossEntropy: {
    operands: {
      z: ['f32'],
      'labels?': ['i32'],
      'target?': ['f32'],
      'p?': ['f32'],
      'dz?': ['f32'],
      rowLoss: ['f32'],
    },
    scalars: [],
  },
  /**
   * u_j = (max(z_j, 0) − z_j·t_j) + log1p(exp(−|z_j|)), the product rounded on its own;
   * rowLoss = (lane sum u) / C; p_j = σ(z_j); dz_j = (p_j − t_j)·scaleC.
   * p, dz and z may share memory.
   */
  sigmoidCrossEntropy: {
    operands: { z: ['f32'], target: ['f32'], 'p?': ['f32'], 'dz?': ['f32'], rowLoss: ['f32'] },
    scalars: [],
  },
  /**
   * Cross-entropy of given probabilities p (any non-negative scores; rows are normalised).
   * s = lane sum p; r_j = p_j / s; q_j = r_j < ε ? ε : (r_j > 1−ε ? 1−ε : r_j), ε = fl(1e-7), 1−ε
   * in float32; in_j = (q_j = r_j). With labels, t_j = (j = l ? 1 : 0).
   * loss = lane sum fma(−t_j, log(q_j), lane); A = lane sum (in_j ? t_j : 0);
   * dp_j = ((A − (in_j ? t_j / q_j : 0)) / s)·scale1. (labels: loss = −log(q_l) by the same chain.)
   */
  categoricalCrossEntropy: {
    operands: {
      p: ['f32'],
      'labels?': ['i32'],
      'target?': ['f32'],
      'dp?': ['f32'],
      rowLoss: ['f32'],
    },
    scalars: [],
  },
  /**
   * q_j = p_j clipped to [ε, 1−ε] as above; in_j = (q_j = p_j); o_j = 1 − q_j.
   * u_j = fma(−t_j, log(q_j), −((1 − t_j)·log(o_j))); rowLoss = (lane sum u) / C;
   * dp_j = in_j ? ((q_j − t_j) / (q_j·o_j))·scaleC : 0.
   */
  binaryCrossEntropy: {
    operands: { p: ['f32'], target: ['f32'], 'dp?': ['f32'], rowLoss: ['f32'] },
    scalars: [],
  },
  /** d_j = y_j − t_j; rowLoss = (lane sum fma(d_j, d_j, lane)) / C; dy_j = d_j·scale2C. */
  meanSquaredError: {
    operands: { y: ['f32'], target: ['f32'], 'dy?': ['f32'], rowLoss: ['f32'] },
    scalars: [],
  },
  /**
   * d_j = y_j − t_j; rowLoss = (lane sum |d_j|) / C;
   * dy_j = d_j > 0 ? scaleC : (d_j < 0 ? −scaleC : d_j).
   */
  meanAbsoluteError: {
    operands: { y: ['f32'], target: ['f32'], 'dy?': ['f32'], rowLoss: ['f32'] },
    scalars: [],
  },
  /**
   * out[r][0] = 1 if the first largest column of p (strictly greater wins) is the label's, or the
   * target's first largest; else 0.
   */
  argmaxAccuracy: {
    operands: { p: ['f32'], 'labels?': ['i32'], 'target?': ['f32'], out: ['f32'] },
    scalars: [],
  },
  /** out[r][0] = fl(count of columns with (p_j > threshold) = (t_j > 0.5)) / C. */
  thresholdAccuracy: {
    operands: { p: ['f32'], target: ['f32'], out: ['f32'] },
    scalars: ['threshold'],
  },
  /**
   * For each column c: d = t − y, u = t − shift[0][c]; out[r][3c … 3c+2] = d·d, u, u·u.
   * (R² is made of their sums.)
   */
  r2Terms: {
    operands: { y: ['f32'], target: ['f32'], shift: ['f32'], out: ['f32'] },
    scalars: [],
  },
  /**
   * totals[0][j] (float64) += stats[0][j], then stats[1][j], … in ascending r, for j = 0 … J−1;
   * then, if `penalty` is given, totals[0][0] += R·P with P its elements added in ascending order
   * in float64 from 0. Sets `lossNotFinite`, and ends the phase, if any stats[r][0] (r < R) or P is
   * NaN or infinite.
   */
  rowSums: {
    operands: { stats: ['f32'], 'penalty?': ['f32'], totals: ['f64'] },
    scalars: [],
  },
  /**
   * For each block b of 16 rows of w (K×N), with the block's rows ascending and columns ascending:
   * S₂ = lane sum of fma(w, w, lane), S₁ = lane sum of |w| (lane = column mod 16, running on over
   * rows); partial[0][b] = fma(l2, S₂, l1·S₁). Range: blocks b.
   */
  penalty: { operands: { w: ['f32'], partial: ['f32'] }, scalars: ['l1', 'l2'] },
  /**
   * Updates. Each takes the gradient g, adds the penalty's own gradient,
   *   g₁ = fma(2·l2, w, g)              (2·l2 rounded to float32 by the compiler: scalar `l2x2`)
   *   g₂ = w > 0 ? g₁ + l1 : (w < 0 ? g₁ − l1 : g₁)   (each of the two only where its coefficient is not 0)
   * writes w, and wT (N×K) where given: wT[j][i] = w[i][j].
   * Sets `parameterNotFinite` where a new w is. Range: rows i of w. lr = fl(learningRate).
   * sgd: w ← fma(−lr, g₂, w).
   */
  sgd: { operands: { w: ['f32'], 'wT?': ['f32'], g: ['f32'] }, scalars: ['l1', 'l2x2'] },
  /**
   * v ← fma(momentum, v, g₂); w ← fma(−lr, nesterov ? fma(momentum, v, g₂) : v, w)
   * (the form of Sutskever et al. 2013 that PyTorch uses).
   */
  momentum: {
    operands: { w: ['f32'], 'wT?': ['f32'], g: ['f32'], v: ['f32'] },
    scalars: ['l1', 'l2x2', 'momentum', 'nesterov'],
  },
  /**
   * v ← fma(rho, v, (oneMinusRho·g₂)·g₂); w ← w − (lr·g₂) / (√v + epsilon). (Hinton, lecture 6e)
   */
  rmsprop: {
    operands: { w: ['f32'], 'wT?': ['f32'], g: ['f32'], v: ['f32'] },
    scalars: ['l1', 'l2x2', 'rho', 'oneMinusRho', 'epsilon'],
  },
  /**
   * w₁ = weightDecay ≠ 0 ? fma(−fl(lr·weightDecay), w, w) : w, the product lr·weightDecay in
   * float32; m ← fma(beta1, m, oneMinusBeta1·g₂); v ← fma(beta2, v, (oneMinusBeta2·g₂)·g₂);
   * w ← w₁ − (stepSize·m) / fma(√v, inverseSqrtBias2, epsilon).
   * (Kingma & Ba 2015; decoupled decay: Loshchilov & Hutter 2019. g₂ is made from the old w.)
   */
  adam: {
    operands: { w: ['f32'], 'wT?': ['f32'], g: ['f32'], m: ['f32'], v: ['f32'] },
    scalars: ['l1', 'l2x2', 'beta1', 'oneMinusBeta1', 'beta2', 'oneMinusBeta2', 'epsilon', 'weightDecay'],
  },
  /** dst[batchStart + r] = src[r]. */
  copyRows: { operands: { src: ['f32'], dst: ['f32'] }, scalars: [] },
  /**
   * index = 0 … n−1, then Fisher–Yates from i = n−1 down to 1: swap index[i] with index[j],
   * j = ⌊u·(i+1) / 2³²⌋, u = word 0 of Threefry-2x32-20, key (seed, stream), counter (epoch, i).
   */
  shuffle: { operands: { index: ['u32'] }, scalars: ['seed', 'stream'] },
  /**
   * Linear models in float64, over rows `batchStart + r` of a table `x` (N×P);
   * z, dz and p are transposed, one row of B per output.
   * Products and sums are rounded one by one (no fma): JavaScript then has the same bits at full
   * speed, so the fast TypeScript kernels follow the contract here too.
   * z[k][r] = (lane sum over j of x_j·w[k][j]) + bias[0][k]. Range: rows r.
   */
  linearScores: { operands: { x: ['f64', 'f32', 'u8'], w: ['f64'], bias: ['f64'], z: ['f64'] }, scalars: [] },
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
  logisticLoss: {
    operands: {
      z: ['f64'],
      labels: ['i32'],
      'weights?': ['f64'],
      'p?': ['f64'],
      dz: ['f64'],
      totals: ['f64'],
    },
    scalars: [],
  },
  /**
   * dw[k][j] += dz[k][0]·x_0j, then dz[k][1]·x_1j, …; db[0][k] += dz[k][0], then dz[k][1], ….
   * Range: rows k of dw.
   */
  linearGradient: {
    operands: { x: ['f64', 'f32', 'u8'], dz: ['f64'], dw: ['f64'], db: ['f64'] },
    scalars: [],
  },
  /**
   * Rows for the second derivative of the losses above: h = pl given ? −(pk·pl) : pk·(1 − pk),
   * times weights[batchStart + r] if given; out[j][r] = h·x_j for the P columns, out[P][r] = h.
   * linearGradient of `out` as dz is then one block of the Hessian. Range: rows r.
   */
  curvatureRows: {
    operands: { x: ['f64', 'f32', 'u8'], pk: ['f64'], 'pl?': ['f64'], 'weights?': ['f64'], out: ['f64'] },
    scalars: [],
  },
  /**
   * Rows of a design matrix, in float64: dst[r] = [1 | x[i] | y[i] | 0 …] with i = batchStart + r;
   * the 1 only where `intercept` = 1, zeros up to dst's columns.
   * With `weight` (a vector), √weight[i] takes the place of the 1 and each x and y is multiplied by
   * it. With `frame` (2 × (columns of x and y + 1)), element v of column j, x's first, becomes
   * v·frame[0][j] − frame[1][j] before that, two roundings, and the weight is multiplied by the
   * last of frame[0].
   */
  gatherDesign: {
    operands: { x: ['f32', 'f64', 'u8'], y: ['f64'], 'weight?': ['f64'], dst: ['f64'], 'frame?': ['f64'] },
    scalars: ['intercept'],
  },
  /**
   * QR of [R; A] in float64 by Householder reflections, for R (n×n, upper triangle;
   * what is below its diagonal is not read) and the first m = R (the register) rows of A;
   * n is a multiple of 8. R becomes the new triangle, A is used up. Reflector j is [s;
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
  qrFold: { operands: { a: ['f64'], r: ['f64'] }, scalars: ['triangular'] },
  /**
   * B ← the solution X of R·X = B (or Rᵀ·X = B with `transposed` = 1), R upper triangular, in
   * float64. From the last row up: acc = b[i][j]; acc ← acc − r[i][k]·x[k][j], k = i+1 … n−1, two
   * roundings each; x[i][j] = acc / r[i][i]. Transposed, from the first row down: r[k][i], k = 0 …
   * i−1. Range: columns of b.
   */
  triangularSolve: { operands: { r: ['f64'], b: ['f64'] }, scalars: ['transposed'] },
  /**
   * Makes the rows of a orthogonal by rotating pairs of them, and rows of b with them (one-sided
   * Jacobi: Hestenes 1958; Golub & Van Loan §8.6.3): a becomes Σ·Vᵀ and b becomes Uᵀ·b for the a =
   * U·Σ·Vᵀ given. Float64, two roundings for each product and sum, lane sums (16 lanes).
   * Sweeps over p < q, p ascending, then q: α = lane sum p·p, β = lane sum q·q, γ = lane sum p·q.
   * If |γ| > tolerance·(√α·√β): ζ = (β − α) / (2·γ), t = (ζ < 0 ? −1 : 1) / (|ζ| + √(1 + ζ·ζ)), c =
   * 1 / √(1 + t·t), s = c·t; p ← c·p − s·q, q ← s·p + c·q (the old p).
   * `sweeps` gets the number of the first sweep without a rotation, or −1 after maxSweeps.
   * Runs whole.
   */
  jacobiRows: {
    operands: { a: ['f64'], 'b?': ['f64'], sweeps: ['f64'] },
    scalars: ['tolerance', 'maxSweeps'],
  },
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
  normalResidual: {
    operands: {
      x: ['f32', 'f64', 'u8'],
      y: ['f64'],
      'weight?': ['f64'],
      coef: ['f64'],
      intercept: ['f64'],
      moments: ['f64'],
    },
    scalars: [],
  },
  /**
   * Weights of rows, on what a loss has left: rowLoss[r][0] ← rowLoss[r][0]·w and dz[r][j] ←
   * dz[r][j]·w, w = weights[r][0].
   */
  weightRows: { operands: { weights: ['f32'], 'dz?': ['f32'], rowLoss: ['f32'] }, scalars: [] },
  /**
   * **Images** lie in groups of 16: a matrix of one row per group, in which element c·imagePlane(H,
   * W) + (h·W + w)·16 + l is channel c of pixel (h, w) of image 16·group + l.
   * Ops on them are split by `groups`. Lanes past the R-th image hold zeros where images are
   * gathered and where gradients come from rows.
   *
   * dst = rows of `src` (channels last: column (h·W + w)·C + c), chosen as gatherRows does, as
   * images; scaled = 1: each becomes fma(x, scale, offset).
   */
  gatherImages: {
    operands: { src: ['f32', 'u8'], 'index?': ['u32'], dst: ['f32'] },
    scalars: ['channels', 'height', 'width', 'scaled', 'scale', 'offset'],
  },
  /** y[c][top + h][left + w] = x[c][h][w]; the rest of y (outHeight × outWidth) is 0. */
  padImages: {
    operands: { x: ['f32'], y: ['f32'] },
    scalars: ['channels', 'height', 'width', 'top', 'left', 'outHeight', 'outWidth'],
  },
  /**
   * Convolution ("Deep Learning", Goodfellow et al., eq.
   * 9.6) of images x (channels × height × width) with weights w (kernelH·kernelW·I × O, rows in the
   * order (i·kernelW + j)·I + c; I = channels of one of the `groups`).
   * Tap (i, j) of output pixel (p, q) meets pixel (p·strideH − top + i·dilationH, q·strideW −
   * left + j·dilationW) of x; **taps outside the image are left out of every chain**.
   * y is outHeight × outWidth.
   *
   * z[o][p][q] = one chain acc = fma(x[c][at the tap], w[i][j][c][o], acc), over the channels c of
   * o's group ascending, then i, then j, from 0 or bias[0][o]. y = f(z).
   */
  conv2d: {
    operands: { x: ['f32'], w: ['f32'], 'bias?': ['f32'], y: ['f32'] },
    scalars: [...CONVOLUTION, 'activation', 'alpha'],
  },
  /**
   * The gradient by the input of conv2d: dx[c][h][w] = one chain acc = fma(dz[o][p][q],
   * w[i][j][c][o], acc) over the outputs o of c's group ascending, then the taps (i, j) that meet
   * (h, w) from some (p, q) of dz, i ascending, then j, from 0.
   * Then, where `s` is given, derivative(acc as g, s as s).
   */
  conv2dInput: {
    operands: { dz: ['f32'], w: ['f32'], 's?': ['f32'], dx: ['f32'] },
    scalars: [...CONVOLUTION, 'activation', 'alpha'],
  },
  /**
   * The gradient by the weights of conv2d: dw[(i, j, c)][o] = tree of 16 lanes;
   * lane l is one chain fma(x[c][at the tap], dz[o][p][q], lane) over groups of images, then p,
   * then q, all ascending, from 0. (x[c]: channel c of o's group.) Range: rows of dw.
   */
  conv2dWeights: {
    operands: { x: ['f32'], dz: ['f32'], dw: ['f32'] },
    scalars: [...CONVOLUTION],
  },
  /**
   * db[0][o] = tree of 16 lanes; lane l is the sum of dz[o][p][q] over groups, p, q, ascending,
   * from 0. Range: channels o.
   */
  channelSums: { operands: { dz: ['f32'], db: ['f32'] }, scalars: ['height', 'width'] },
  /**
   * y[c][p][q] = the largest of x[c][p·strideH − top + i][q·strideW − left + j] over the window's
   * elements inside the image, i then j ascending: the first that none after it exceeds.
   * index = i·poolW + j of it.
   */
  maxPool2d: {
    operands: { x: ['f32'], y: ['f32'], 'index?': ['u8'] },
    scalars: [
      'channels',
      'height',
      'width',
      'poolH',
      'poolW',
      'strideH',
      'strideW',
      'top',
      'left',
      'outHeight',
      'outWidth',
    ],
  },
  /**
   * dx[c][h][w] = 0 + dy of each window, p then q ascending, whose index names this element;
   * where `s` (= y) is given, dy is first replaced by derivative(dy as g, s as s).
   */
  maxPool2dBackward: {
    operands: { dy: ['f32'], index: ['u8'], 's?': ['f32'], dx: ['f32'] },
    scalars: [
      'channels',
      'height',
      'width',
      'poolH',
      'poolW',
      'strideH',
      'strideW',
      'top',
      'left',
      'outHeight',
      'outWidth',
      'activation',
      'alpha',
    ],
  },
  /**
   * y = (sum over the window's elements inside the image, i then j ascending, from 0) / fl(their
   * number).
   */
  averagePool2d: {
    operands: { x: ['f32'], y: ['f32'] },
    scalars: [
      'channels',
      'height',
      'width',
      'poolH',
      'poolW',
      'strideH',
      'strideW',
      'top',
      'left',
      'outHeight',
      'outWidth',
    ],
  },
  /**
   * dx[c][h][w] = 0 + dy / fl(number) of each window that holds the element, p then q ascending.
   */
  averagePool2dBackward: {
    operands: { dy: ['f32'], dx: ['f32'] },
    scalars: [
      'channels',
      'height',
      'width',
      'poolH',
      'poolW',
      'strideH',
      'strideW',
      'top',
      'left',
      'outHeight',
      'outWidth',
    ],
  },
  /** y[r][(h·W + w)·C + c] = image r of x, for the R rows of the mini-batch. */
  imagesToRows: { operands: { x: ['f32'], y: ['f32'] }, scalars: ['channels', 'height', 'width'] },
  /** The inverse, 0 in lanes past R; with `s` (images), derivative(value as g, s as s). */
  rowsToImages: {
    operands: { x: ['f32'], 's?': ['f32'], y: ['f32'] },
    scalars: ['channels', 'height', 'width', 'activation', 'alpha'],
  },
  /**
   * **Windows** say which row and which column of an image (height × width) each row and column of
   * another one (outHeight × outWidth) is: windows[r] = outHeight row numbers, then outWidth column
   * numbers; −1 for none. Made anew for each row r of the mini-batch, from words of
   * Threefry-2x32-20 with key (seed, stream):
   * (u, v) of counter (step, 2r): top = ⌊u·topCount / 2³²⌋ + topLeast;
   * left = ⌊v·leftCount / 2³²⌋ + leftLeast; (u′, v′) of counter (step, 2r + 1): rows are mirrored
   * if flipRows = 1 and u′ ≥ 2³¹, columns if flipCols = 1 and v′ ≥ 2³¹.
   * Row p is row q = top + (mirrored ? outHeight − 1 − p : p);
   * outside the image, with n = height: −1 (constant); the nearest;
   * m = q mod 2n, m < n ? m : 2n − 1 − m (reflect: d c b a | a b c d | d c b a); q mod n (wrap).
   * Columns likewise. With `before`, the windows drawn before, it is row before[r][q] of the image
   * that those speak of, column before[r][height + q].
   */
  drawWindows: {
    operands: { 'before?': ['i32'], windows: ['i32'] },
    scalars: [
      'height',
      'width',
      'outHeight',
      'outWidth',
      'topLeast',
      'topCount',
      'leftLeast',
      'leftCount',
      'border',
      'flipRows',
      'flipCols',
      'seed',
      'stream',
    ],
  },
  /**
   * gatherRows through windows: dst[r][(p·outWidth + q)·C + c] = x[(windows[r][p]·width +
   * windows[r][outHeight + q])·C + c], x the row of `src` that gatherRows takes, scaled as there;
   * `fill`, not scaled, where either window is negative.
   * A window past the image is an index out of range.
   */
  gatherWindows: {
    operands: { src: ['f32', 'u8'], 'index?': ['u32'], windows: ['i32'], dst: ['f32'] },
    scalars: ['channels', 'height', 'width', 'outHeight', 'outWidth', 'scaled', 'scale', 'offset', 'fill'],
  },
  /** The same as images, as gatherImages has them: 0 in lanes past R. */
  gatherImageWindows: {
    operands: { src: ['f32', 'u8'], 'index?': ['u32'], windows: ['i32'], dst: ['f32'] },
    scalars: ['channels', 'height', 'width', 'outHeight', 'outWidth', 'scaled', 'scale', 'offset', 'fill'],
  },
  /**
   * conv2d followed by a max pooling of 2 × 2 elements, windows side by side, and f: y[o][p][q] =
   * f(m), m the largest of z[o][2p][2q], z[o][2p][2q+1], z[o][2p+1][2q], z[o][2p+1][2q+1] in this
   * order, as in maxPool2d; y is ⌊outHeight/2⌋ × ⌊outWidth/2⌋.
   * index holds which one it was (0 … 3) in 2 bits: bit l of the 16-bit words 2e and 2e + 1 are
   * bits 0 and 1 for image l of the group at element e = (o, p, q); words are little-endian.
   */
  conv2dMaxPool: {
    operands: { x: ['f32'], w: ['f32'], 'bias?': ['f32'], y: ['f32'], 'index?': ['u8'] },
    scalars: [...CONVOLUTION, 'activation', 'alpha'],
  },
  /**
   * The gradient by z of conv2dMaxPool, z of channels × height × width: dz = dy at the element that
   * index names, after derivative(dy as g, s as s) where `s` (= y) is given, and 0 at all others.
   */
  maxPool2x2Backward: {
    operands: { dy: ['f32'], index: ['u8'], 's?': ['f32'], dz: ['f32'] },
    scalars: ['channels', 'height', 'width', 'activation', 'alpha'],
  },
  /**
   * **Normalisation** (Ioffe & Szegedy 2015; Ba, Kiros & Hinton 2016).
   * x, y and dx are images of C channels and `pixels` pixels, or with `pixels` = 0 rows of C
   * columns, taken 16 at a time (split `groups`). Only the R rows of the mini-batch count: lanes
   * past them add nothing to sums, and dx is 0 there.
   * `sums`, and what is made of them, are float64: every product and sum is rounded on its own (no
   * fma), so JavaScript has the same bits. n = R·`pixels`, with 1 for rows, where sums are merged.
   * G = ⌈R/16⌉ groups.
   *
   * Sums over group g: sums[g][c] = Σ a, sums[g][C + c] = Σ a·x, a = dy or x itself without dy
   * (these products are exact). Images: lane l is a chain over pixels, from 0, then the tree of 16
   * lanes. Rows: one chain over the rows of the group, from 0.
   */
  groupMoments: { operands: { x: ['f32'], 'dy?': ['f32'], sums: ['f64'] }, scalars: ['pixels'] },
  /**
   * S = ((0 + sums[0][c]) + sums[1][c]) + … over the G groups, T of sums[·][C + c] likewise;
   * m = S/n; v = (T − S·m)/n, 0 where that is below;
   * stats[0][c] = fl(m), stats[0][C + c] = fl(1/√(v + epsilon)). Range: channels c.
   */
  mergeMoments: { operands: { sums: ['f64'], stats: ['f32'] }, scalars: ['pixels', 'epsilon'] },
  /**
   * With m and v as above: mean ← fl(momentum·mean + (1 − momentum)·m), variance ← the same of v.
   * Sets `parameterNotFinite`. Range: channels.
   */
  movingMoments: {
    operands: { sums: ['f64'], mean: ['f32'], variance: ['f32'] },
    scalars: ['pixels', 'momentum'],
  },
  /**
   * stats[0][c] = mean[0][c]; stats[0][C + c] = fl(1/√(variance[0][c] + epsilon)), in float64.
   * Range: channels.
   */
  frozenMoments: { operands: { mean: ['f32'], variance: ['f32'], stats: ['f32'] }, scalars: ['epsilon'] },
  /**
   * x̂ = (x − mean)·inv, with mean = stats[0][c] and inv = stats[0][C + c];
   * y = f(x̂·gamma + beta): four float32 operations, those with gamma and beta where they are
   * given. Range: groups.
   */
  normalize: {
    operands: { x: ['f32'], stats: ['f32'], 'gamma?': ['f32'], 'beta?': ['f32'], y: ['f32'] },
    scalars: ['pixels', 'activation', 'alpha'],
  },
  /**
   * Of sums by groupMoments with dy: A = Σ dy and B = Σ dy·x̂, as S and (T − mean·S)·inv with S and
   * T as in mergeMoments. means[0][c] = fl(A/n), means[0][C + c] = fl(B/n). Range: channels.
   */
  mergeSlopes: { operands: { sums: ['f64'], stats: ['f32'], means: ['f32'] }, scalars: ['pixels'] },
  /**
   * dx = ((dy − a) − x̂·b)·k in float32, a = means[0][c], b = means[0][C + c], k = gamma·inv, or
   * inv without gamma. dx and dy may be the same memory. Range: groups.
   */
  normalizeBackward: {
    operands: { dy: ['f32'], x: ['f32'], stats: ['f32'], means: ['f32'], 'gamma?': ['f32'], dx: ['f32'] },
    scalars: ['pixels'],
  },
  /**
   * dGamma[0][c] = fl(B) and dBeta[0][c] = fl(A), A and B as in mergeSlopes;
   * without stats, of sums by layerNormBackward, B = T. Range: channels.
   */
  normGradients: {
    operands: { sums: ['f64'], 'stats?': ['f32'], 'dGamma?': ['f32'], 'dBeta?': ['f32'] },
    scalars: [],
  },
  /**
   * A normalisation by frozenMoments, folded into the weights before it: inv = 1/√(variance +
   * epsilon), s = gamma·inv (inv without gamma), in float64; y[i][j] = w[i][j]·fl(s_j);
   * yBias[0][j] = fl(((bias_j − mean_j)·s_j) + beta_j), bias and beta 0 where absent.
   * Range: rows of w; the range that holds row 0 writes yBias.
   */
  foldNorm: {
    operands: {
      w: ['f32'],
      'bias?': ['f32'],
      mean: ['f32'],
      variance: ['f32'],
      'gamma?': ['f32'],
      'beta?': ['f32'],
      y: ['f32'],
      yBias: ['f32'],
    },
    scalars: ['epsilon'],
  },
  /**
   * The same over the C channels of each pixel of each image, or the C columns of each row: S = Σ
   * x, T = Σ x·x in float64, m = S/C, v = (T − S·m)/C, 0 where that is below;
   * mean = fl(m), inv = fl(1/√(v + epsilon)); y = (x − mean)·inv·gamma + beta as in normalize.
   * Images: chains over the channels, from 0. Rows: column j in lane j mod 16, ascending, from 0,
   * then the tree. stats: images of two channels, mean and inv of each pixel;
   * of row r in stats[r][0] and [1]. Range: groups.
   */
  layerNorm: {
    operands: { x: ['f32'], 'gamma?': ['f32'], 'beta?': ['f32'], y: ['f32'], 'stats?': ['f32'] },
    scalars: ['pixels', 'channels', 'epsilon'],
  },
  /**
   * In float64: x̂ = (x − mean)·inv, h = dy·gamma (dy without gamma);
   * A = Σ h, B = Σ h·x̂ over channels in layerNorm's order; a = fl(A/C), b = fl(B/C).
   * In float32: dx = ((dy·gamma − a) − ((x − mean)·inv)·b)·inv. dx and dy may be the same memory.
   * sums[g][c] = Σ dy, sums[g][C + c] = Σ dy·x̂ (float64) in the order of groupMoments.
   * Range: groups.
   */
  layerNormBackward: {
    operands: {
      dy: ['f32'],
      x: ['f32'],
      stats: ['f32'],
      'gamma?': ['f32'],
      'dx?': ['f32'],
      'sums?': ['f64'],
    },
    scalars: ['pixels', 'channels'],
  },
  /**
   * **Images as rows**: one row per image, element (h·W + w)·C + c.
   * In programs without gradients whose mini-batches would leave most of a group of 16 empty,
   * images stay as they come, and the ops below take the place of padImages, conv2d, maxPool2d and
   * averagePool2d. Their arithmetic is the same in the same order, so that an image has the same
   * bits in both layouts.
   *
   * padImages on rows.
   */
  padRows: {
    operands: { x: ['f32'], y: ['f32'] },
    scalars: ['channels', 'height', 'width', 'top', 'left', 'outHeight', 'outWidth'],
  },
  /** conv2d on rows: the same chains. */
  conv2dRows: {
    operands: { x: ['f32'], w: ['f32'], 'bias?': ['f32'], y: ['f32'] },
    scalars: [...CONVOLUTION, 'activation', 'alpha'],
  },
  /** maxPool2d on rows, then f: y = f(the largest), as conv2dMaxPool has it. */
  maxPool2dRows: {
    operands: { x: ['f32'], y: ['f32'] },
    scalars: [...POOLING, 'activation', 'alpha'],
  },
  /** averagePool2d on rows. */
  averagePool2dRows: { operands: { x: ['f32'], y: ['f32'] }, scalars: [...POOLING] },
  /**
   * conv2d with a kernel of 3 × 3, strides, dilations and groups of 1, by F(2 × 2, 3 × 3) (Lavin &
   * Gray 2015, §4.1). For each cell (p, q) of 2 × 2 outputs, d[c] are the 4 × 4 elements of x from
   * (2p − top, 2q − left) on, 0 outside the image.
   * Transforms go down the columns first, then along the rows, each sum in the order written:
   * V = Bᵀ d B by (d0 − d2, d1 + d2, d2 − d1, d3 − d1);
   * U = G w Gᵀ by (w0, ((w0 + w2) + w1)·½, ((w0 + w2) − w1)·½, w2);
   * M[ξ] = one chain acc = fma(V[ξ][c], U[ξ][c][o], acc) over the channels c ascending, from 0, at
   * the point ξ = (1, 1) from bias[0][o]; z = Aᵀ M A by ((m0 + m1) + m2, (m1 − m2) + m3). y = f(z);
   * elements of z past y are dropped.
   */
  conv2dWinograd: {
    operands: { x: ['f32'], w: ['f32'], 'bias?': ['f32'], y: ['f32'] },
    scalars: [...CONVOLUTION, 'activation', 'alpha'],
  },
  /** conv2dMaxPool with z computed as in conv2dWinograd. */
  conv2dMaxPoolWinograd: {
    operands: { x: ['f32'], w: ['f32'], 'bias?': ['f32'], y: ['f32'], 'index?': ['u8'] },
    scalars: [...CONVOLUTION, 'activation', 'alpha'],
  },
  /**
   * The gradient by the input of conv2dWinograd: as there, with dz for x, w[2 − i][2 − j][c][o] for
   * w[i][j], chains over o, 2 − top for top and 2 − left for left.
   * Then, where `s` is given, derivative(z as g, s as s).
   */
  conv2dInputWinograd: {
    operands: { dz: ['f32'], w: ['f32'], 's?': ['f32'], dx: ['f32'] },
    scalars: [...CONVOLUTION, 'activation', 'alpha'],
  },
  /**
   * Sums of the gradient by the weights of conv2dWinograd: du[ξ·C + c][o] = one chain fma(V[ξ][c],
   * Z[ξ][o], acc) over groups of images, then the cells p, then q, then the 16 lanes, all
   * ascending, from 0. Z = A dz Aᵀ by (a, a + b, a − b, b) of each cell's 2 × 2 elements of dz, 0
   * outside. Range: rows of du.
   */
  conv2dWeightsWinograd: {
    operands: { x: ['f32'], dz: ['f32'], du: ['f32'] },
    scalars: [...CONVOLUTION],
  },
  /**
   * dw = Gᵀ du G for each channel and output, down first, by (u0 + (u1 + u2)·½, (u1 − u2)·½, (u1 +
   * u2)·½ + u3). Range: rows of dw, in the order of conv2d's w.
   */
  winogradGradient: { operands: { du: ['f32'], dw: ['f32'] }, scalars: [] },
  /**
   * The gradient by the weights of conv2dMaxPool with strides, dilations and groups of 1, no
   * padding, and kernels 5 elements wide at most, from the gradient dy by its maxima m: dw[(i, j,
   * c)][o] = tree of 16 lanes; lane l is one chain fma(x[c][at the tap], dy[o][P][Q], lane) over
   * groups of images, then P, then Q, all ascending, from 0, the tap being that of the element of
   * the window (P, Q) that index names for image l. Range: rows of dw.
   */
  conv2dMaxPoolWeights: {
    operands: { x: ['f32'], dy: ['f32'], index: ['u8'], dw: ['f32'] },
    scalars: [...CONVOLUTION],
  },
} as const satisfies Record<string, OpSchema>;

export type OpKind = keyof typeof OPS;
export const OP_KINDS = Object.keys(OPS) as OpKind[];

/** One op of a program. Optional operands are absent; scalars are all present. */
export interface Op {
  kind: OpKind;
  phase: Phase;
  split: Split;
  /** For `slice`: the range of this rank. Ignored by the other splits. */
  begin: number;
  end: number;
  operands: Readonly<Record<string, Operand>>;
  scalars: Readonly<Record<string, number>>;
  /**
   * Operands of which each rank has a row of its own; the program of a rank holds that row.
   * Not part of the encoding.
   */
  own?: readonly string[];
  /** For people: which layer or parameter this op serves. Not part of the encoding. */
  label?: string;
}

/** What a kernel set binds: the ops for one rank. */
export interface BindableProgram {
  ops: readonly Op[];
  rank: number;
  workers: number;
  /** Largest value the `rows` register may take. */
  maxRows: number;
  /**
   * `rows` and `groups` ops of the row phases run over chunks of at most this many rows, all ops of
   * a chunk before the next, so that a chunk's activations stay in cache. Never changes a bit.
   */
  rowChunk: number;
}

/** The memory of a program: typed arrays over SharedArrayBuffers, indexed by `Operand.buffer`. */
export type ProgramBuffer =
  | Uint8Array<ArrayBufferLike>
  | Float32Array<ArrayBufferLike>
  | Int32Array<ArrayBufferLike>;

/** A program whose every operand has been checked against its buffer. */
export interface BoundProgram {
  /** Runs this rank's part of one phase, synchronously. Returns {@link STATUS} bits. */
  run(phase: Phase): number;
  /**
   * Lets go of its buffers now rather than when the garbage collector finds it, which on a thread
   * of the pool may be never: finalizers run in an event loop, and that of a thread at rest stands
   * still. It cannot run afterwards.
   */
  release(): void;
}

/** How numbers are computed: see "Numerics contract" in docs/architecture.md. */
export type Numerics = 'fma32' | 'float64';

/** A set of kernels that can execute any program. */
export interface KernelSet {
  readonly kind: 'native' | 'typescript';
  /** `avx512`, `avx2`, `neon`, `portable`; `exact` or `fast` for TypeScript. */
  readonly isa: string;
  readonly numerics: Numerics;
  /**
   * Checks every op against its schema and its buffers and prepares it.
   * @throws SteepestError `ERR_PROGRAM` for any operand that does not fit.
   */
  bind(
    program: BindableProgram,
    buffers: readonly ProgramBuffer[],
    registers: Float64Array<ArrayBufferLike>,
  ): BoundProgram;
  /**
   * Checks and runs ops (of phase `rows`, split `slice`) over any typed arrays, at once.
   * Arrays need not be shared, because nothing can happen to them while the call lasts.
   * @param rows the `rows` register
   * @throws SteepestError `ERR_PROGRAM`, with nothing written
   */
  runOnce(ops: readonly Op[], buffers: readonly ProgramBuffer[], rows: number): void;
}
