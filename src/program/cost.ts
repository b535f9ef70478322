import { BYTES_PER_ELEMENT, GROUP_IMAGES, type Op, type OpKind } from '../kernels/contract.js';

/** Floating-point operations and bytes that an op needs for a full mini-batch. */
export interface OpCost {
  flops: number;
  bytes: number;
}

/**
 * Ops that multiply each pixel of their outputs (outHeight × outWidth) by a kernel: those images, the kernel, and the share of these
 * products that is left (Winograd's 16 for the 36 of four outputs, a point of du for each cell of
 * four, and one product for each window of four).
 */
const CONVOLUTIONS = {
  conv2d: ['y', 'w', 1],
  conv2dMaxPool: ['y', 'w', 1],
  conv2dInput: ['dz', 'w', 1],
  conv2dWeights: ['dz', 'dw', 1],
  conv2dRows: ['y', 'w', 1],
  conv2dWinograd: ['y', 'w', 4 / 9],
  conv2dMaxPoolWinograd: ['y', 'w', 4 / 9],
  conv2dInputWinograd: ['dz', 'w', 4 / 9],
  conv2dWeightsWinograd: ['dz', 'du', 1 / 4],
  conv2dMaxPoolWeights: ['dy', 'dw', 1 / 4],
} as const satisfies Partial<Record<OpKind, readonly [images: string, kernel: string, share: number]>>;

/**
 * Operations per element of the op's main operand, or how to work them out, counted from the formulas in
 * kernels/contract.ts; exp, log and
 * their kin count 20, a division or a root 1. Images count by whole groups of 16, taps in the padding included.
 */
const FLOPS_PER_ELEMENT: Record<
  Exclude<OpKind, 'linearScores' | 'linearGradient' | keyof typeof CONVOLUTIONS>,
  readonly [operand: string, flops: number | ((op: Op) => number)]
> = {
  gemm: ['c', ({ operands }) => 2 * operands.a!.cols],
  gatherRows: ['dst', 2],
  gatherLabels: ['dst', 0],
  biasGradient: ['dz', 1],
  activation: ['x', 20],
  activationBackward: ['dy', 3],
  scaleShift: ['x', 2],
  dropout: ['x', 1],
  softmax: ['x', 24],
  softmaxBackward: ['dy', 4],
  softmaxCrossEntropy: ['z', 27],
  sigmoidCrossEntropy: ['z', 50],
  categoricalCrossEntropy: ['p', 30],
  binaryCrossEntropy: ['p', 50],
  meanSquaredError: ['y', 4],
  meanAbsoluteError: ['y', 3],
  argmaxAccuracy: ['p', 1],
  thresholdAccuracy: ['p', 2],
  r2Terms: ['y', 4],
  weightRows: ['weights', ({ operands }) => 1 + (operands.dz?.cols ?? 0)],
  rowSums: ['stats', 1],
  penalty: ['w', 3],
  sgd: ['w', 2],
  momentum: ['w', 4],
  rmsprop: ['w', 8],
  adam: ['w', 12],
  copyRows: ['src', 0],
  shuffle: ['index', 0],
  logisticLoss: ['z', 50],
  curvatureRows: ['out', 1],
  gatherDesign: ['dst', 1],
  qrFold: ['a', ({ operands }) => 2 * operands.r!.cols],
  triangularSolve: ['b', ({ operands }) => operands.r!.cols],
  // A sweep takes about 5 operations for each element and each other row, and six sweeps are usual.
  normalResidual: ['moments', 20],
  gatherImages: ['dst', 2],
  padImages: ['x', 0],
  maxPool2x2Backward: ['dz', 1],
  padRows: ['x', 0],
  maxPool2dRows: ['x', 1],
  averagePool2dRows: ['x', 1],
  channelSums: ['dz', 1],
  maxPool2d: ['x', 1],
  maxPool2dBackward: ['dx', 1],
  averagePool2d: ['x', 1],
  averagePool2dBackward: ['dx', 1],
  imagesToRows: ['y', 0],
  rowsToImages: ['x', 0],
  drawWindows: ['windows', 2],
  gatherWindows: ['dst', 2],
  gatherImageWindows: ['dst', 2],
  groupMoments: ['x', 3],
  mergeMoments: ['sums', 1],
  movingMoments: ['sums', 1],
  frozenMoments: ['stats', 1],
  normalize: ['x', 4],
  mergeSlopes: ['sums', 1],
  normalizeBackward: ['x', 6],
  normGradients: ['sums', 1],
  foldNorm: ['w', 1],
  layerNorm: ['x', 7],
  layerNormBackward: ['x', 17],
  winogradGradient: ['du', 1],
  jacobiRows: ['a', ({ operands }) => 30 * operands.a!.rows],
};

/** Ops that take rows of the mini-batch out of a table. */
const GATHERS: ReadonlySet<OpKind> = new Set([
  'gatherRows',
  'gatherLabels',
  'gatherImages',
  'gatherWindows',
  'gatherImageWindows',
]);

/** A multiplication and an addition for each number of the kernel, each image and each of its pixels. */
function convFlops(
  { kind, operands, scalars }: Op,
  [images, kernel, share]: readonly [string, string, number],
): number {
  const { rows, cols } = operands[kernel]!;
  const count = operands[images]!.rows * (kind === 'conv2dRows' ? 1 : GROUP_IMAGES);
  return share * 2 * rows * cols * count * scalars.outHeight! * scalars.outWidth!;
}

const isConvolution = (kind: OpKind): kind is keyof typeof CONVOLUTIONS => kind in CONVOLUTIONS;

/** The cost of one op over a full mini-batch, all ranks together. */
export function opCost(op: Op): OpCost {
  let bytes = 0;
  for (const { rows, cols, dtype } of Object.values(op.operands)) {
    bytes += rows * cols * BYTES_PER_ELEMENT[dtype];
  }
  if (op.kind === 'linearScores' || op.kind === 'linearGradient') {
    // The batch is the columns of z; the table x holds the whole data set.
    const { z, dz, w, dw, x } = op.operands;
    const scores = (z ?? dz)!;
    const weights = (w ?? dw)!;
    return {
      flops: 2 * scores.rows * scores.cols * weights.cols,
      bytes: scores.cols * weights.cols * BYTES_PER_ELEMENT[x!.dtype] + scores.rows * scores.cols * 8,
    };
  }
  if (GATHERS.has(op.kind) || op.kind === 'copyRows') {
    // The table is as large as the data set; a step reads or writes as many of its rows as the batch has.
    const batch = op.operands[op.kind === 'copyRows' ? 'src' : 'dst']!;
    const table = op.operands[op.kind === 'copyRows' ? 'dst' : 'src']!;
    const elements = batch.rows * batch.cols;
    bytes = elements * (BYTES_PER_ELEMENT[batch.dtype] + BYTES_PER_ELEMENT[table.dtype]);
  }
  if (isConvolution(op.kind)) return { flops: convFlops(op, CONVOLUTIONS[op.kind]), bytes };
  const [operand, flops] = FLOPS_PER_ELEMENT[op.kind];
  const { rows, cols } = op.operands[operand]!;
  return { flops: rows * cols * (typeof flops === 'number' ? flops : flops(op)), bytes };
}

/** Floating-point operations of a whole step. */
export function stepFlops(ops: readonly Op[]): number {
  return ops.reduce((sum, op) => sum + opCost(op).flops, 0);
}
