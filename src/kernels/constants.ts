/** Numbers, names and limits that the whole kernel contract uses. */

/** Element types of operands. */
export const DTYPES = ['f32', 'f64', 'i32', 'u32', 'u8'] as const;
export type DType = (typeof DTYPES)[number];
export const BYTES_PER_ELEMENT: Record<DType, number> = { f32: 4, f64: 8, i32: 4, u32: 4, u8: 1 };

/**
 * How an op is shared among ranks.
 * - `rows`: rows of the current mini-batch, `[⌊rows·rank/workers⌋, ⌊rows·(rank+1)/workers⌋)`,
 *   decided at run time.
 * - `slice`: the fixed range `[begin, end)` that the partitioner wrote into this rank's copy of the
 *   op.
 * - `all`: every rank runs the whole op, each into its own memory.
 * - `first`: rank 0 runs the whole op.
 * - `groups`: groups of 16 rows of the mini-batch. The last group may be partial.
 *   In a program with such an op, the rows of every rank begin at a multiple of 16. This includes
 *   the rows of `rows` ops.
 */
export const SPLITS = ['rows', 'slice', 'all', 'first', 'groups'] as const;
export type Split = (typeof SPLITS)[number];

/** Images per group, which is the number of lanes in the image layout. */
export const GROUP_IMAGES = 16;
/** The lanes of one pixel take 2 KiB in this many groups. */
export const PLANE_PERIOD = 32;
/** Elements from one channel of a group of images to the next: see {@link imagePlane}. */
export const planeOf = (pixels: number): number =>
  (pixels % PLANE_PERIOD === 0 ? pixels + 1 : pixels) * GROUP_IMAGES;
/**
 * Elements from one channel of a group of images to the next: 16 per pixel. 16 more are added if
 * channels would otherwise lie multiples of 2 KiB apart and compete for a few cache sets. (Ops may
 * leave anything in the gap.)
 */
export const imagePlane = (height: number, width: number): number => planeOf(height * width);
/** Bytes that hold 2 bits for each image of a group. */
export const PACKED_INDEX_BYTES = 4;

/**
 * Phases of a program. Ranks meet at a barrier after each phase.
 * A step runs `rows`, then any further phases over the rows of the mini-batch, numbered from {@link
 * rowPhase}(1), then `merge`. If `merge` does not contain the update already, those of `finish`,
 * `update`, `constrain` and `average` that the program has follow, once for each group of mini-batches whose
 * gradients are accumulated.
 * `epochStart` runs once before the steps of an epoch, an evaluation or a prediction.
 */
export const PHASES = {
  epochStart: 0,
  rows: 1,
  merge: 2,
  finish: 3,
  update: 4,
  constrain: 5,
  average: 6,
} as const;
export type Phase = number;
/**
 * Upper limit for whole numbers such as sides and channels of images, sides of windows and strides.
 * The product of two of them fits into 32 bits.
 */
export const IMAGE_LIMIT = 2 ** 15;

/** Phase numbers are less than this. */
export const PHASE_LIMIT = 1028;

/** The n-th phase over the rows of the mini-batch, from 0. */
export const rowPhase = (n: number): Phase => (n === 0 ? PHASES.rows : PHASES.average + n);

/** Whether ops of this phase run chunk by chunk over the rows of the mini-batch. */
export const isRowPhase = (phase: Phase): boolean => phase === PHASES.rows || phase > PHASES.average;

/**
 * Run-time values, one Float64Array per bound program, written by TypeScript before each `run`.
 * Kernels round them to float32 when they enter float32 arithmetic.
 */
export const REGISTERS = {
  /** Rows in the current mini-batch, 0 … the capacity the program was compiled for. */
  rows: 0,
  /** Position of this mini-batch's first row in the epoch's order. */
  batchStart: 1,
  /**
   * Mini-batch, counted from 1: the counter of dropout and augmentation. It is the optimizer's step
   * too, unless gradients are accumulated.
   */
  step: 2,
  /** Epoch, counted from 0; the shuffle counter. */
  epoch: 3,
  learningRate: 4,
  /** Adam: learningRate / (1 − β₁ᵗ); the factor of the mean of gradients. */
  stepSize: 5,
  /** Adam: 1 / √(1 − β₂ᵗ). */
  inverseSqrtBias2: 6,
  /** Nadam: the factor of the gradient itself. */
  gradientStep: 7,
  /** Share of the old value in a moving average of a parameter; 0 for the first update. */
  averageDecay: 14,
  /** Mini-batches whose gradients are summed: those before this one, or in an update all of them. */
  accumulated: 15,
} as const;
export const REGISTER_COUNT = 16;

/** Bits of the return value of `run`. 0 means success. */
export const STATUS = {
  /** The batch loss is NaN or infinite; the ops after `rowSums` in the phase were not run. */
  lossNotFinite: 1,
  /** An update wrote a NaN or infinite parameter. */
  parameterNotFinite: 2,
  /** A row index or label lies outside its table. The phase was aborted. */
  indexOutOfRange: 4,
  /** A register holds a value that the program was not compiled for. Nothing was run. */
  badRegister: 8,
} as const;

/** Elementwise activations, by number. Softmax is a separate op, since it couples a row. */
export const ACTIVATIONS = {
  linear: 0,
  relu: 1,
  leakyRelu: 2,
  elu: 3,
  gelu: 4,
  sigmoid: 5,
  tanh: 6,
  softplus: 7,
  silu: 8,
  selu: 9,
  relu6: 10,
  hardSigmoid: 11,
  hardSwish: 12,
  mish: 13,
  softsign: 14,
  exponential: 15,
  celu: 16,
} as const;
export type ElementwiseActivation = keyof typeof ACTIVATIONS;

/** Losses of each element on its own, by number: the formulas of the op `elementLoss`. */
export const LOSS_FORMULAS = {
  logCosh: 0,
  quantile: 1,
  poisson: 2,
  squaredLogarithmic: 3,
  absolutePercentage: 4,
  hinge: 5,
  squaredHinge: 6,
  klDivergence: 7,
} as const;
export type LossFormula = keyof typeof LOSS_FORMULAS;

/** How the op `tally` chooses a bin for an output: see there. */
export const TALLY_RULES = { above: 0, largest: 1, spaced: 2 } as const;
export type TallyRule = keyof typeof TALLY_RULES;

/** The initial value of gemm's chain. */
export const GEMM_INIT = { zero: 0, bias: 1, c: 2 } as const;
/** What gemm applies to the finished chain before it stores the result. */
export const GEMM_EPILOGUE = { none: 0, activation: 1, derivative: 2 } as const;
/** Which dimension of gemm is the mini-batch. Its run-time size comes from the `rows` register. */
export const GEMM_BATCH = { none: 0, m: 1, k: 2 } as const;

/** Families of generalised linear models with a logarithmic link. */
export const LOG_LINK_FAMILIES = { poisson: 0, gamma: 1 } as const;
export type LogLinkFamily = keyof typeof LOG_LINK_FAMILIES;

/** Constraints on parameters. */
export const CONSTRAINTS = { maxNorm: 0, nonNeg: 1, unitNorm: 2 } as const;
/** What a constraint's norms are of: each column of a matrix, each row, or all of it. */
export const CONSTRAINED = { columns: 0, rows: 1, all: 2 } as const;

/** How drawWindows chooses a row or column outside the image. */
export const BORDERS = { constant: 0, nearest: 1, reflect: 2, wrap: 3 } as const;

/** Rows of a weight matrix per element of `partial` in the op `penalty`. */
export const PENALTY_ROWS = 16;
/** Columns that r2Terms writes for each column of y: squared residual, shifted target, its square. */
export const R2_TERMS = 3;
/** Columns per panel of a QR factorisation. */
export const QR_PANEL_COLS = 8;
/** Points of Winograd's F(2 × 2, 3 × 3): the products for one cell of 2 × 2 outputs. */
export const WINOGRAD_POINTS = 16;

/**
 * qrFold treats a column with a smaller sum of squares as zero, because the reciprocals in its
 * reflector might overflow.
 */
export const QR_LEAST = 2 ** -960;
