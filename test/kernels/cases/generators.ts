import {
  ACTIVATIONS,
  BORDERS,
  CONSTRAINED,
  CONSTRAINTS,
  GEMM_BATCH,
  GEMM_EPILOGUE,
  GEMM_INIT,
  LOG_LINK_FAMILIES,
  LOSS_FORMULAS,
  type OpKind,
  PHASES,
  TALLY_RULES,
} from '#steepest/kernels/contract.js';
import { type CaseBuilder, columnsOf, type Sides } from './case.js';

/** Draws the operands and scalars of one op. */
type Generate = (c: CaseBuilder) => void;

/** Rows of a weight matrix that slices begin at multiples of. */
const SLICE_ROWS = 16;

/**
 * Slopes: none, one that makes every product a subnormal or
 * 0, an ordinary one, one above the identity's.
 */
const ALPHAS = [0, 2 ** -149, 0.3, 3] as const;
const activations = Object.values(ACTIVATIONS);

/** An activation with its parameter. celu divides by it, so its parameter is not near 0. */
function activationOf(c: CaseBuilder): { activation: number; alpha: number } {
  const activation = c.random.pick(activations);
  return { activation, alpha: c.random.pick(activation === ACTIVATIONS.celu ? [0.3, 3] : ALPHAS) };
}

function elementwise(c: CaseBuilder): void {
  c.batch('x');
  c.outputMaybeOver('y', 'x');
}

/** Rows of a table, some of them through an index, once in a while one that is not there. */
function index(c: CaseBuilder, tableRows: number): void {
  const given = c.random.chance(0.7);
  const length = given ? c.capacity + 5 : tableRows;
  if (given) {
    const broken = c.random.chance(0.05) ? tableRows : -1;
    c.vector('index', length, (j) => (j === 3 && broken >= 0 ? broken : c.random.below(tableRows)), 'u32');
  }
  c.batchStart = c.random.below(length - c.rows + 1);
}

function gemm(c: CaseBuilder): void {
  const [m, n, k] = [c.rows, c.cols, c.inner];
  const byBatch = c.random.pick(Object.values(GEMM_BATCH));
  const kRoom = byBatch === GEMM_BATCH.k ? m + 2 : k;
  // The rows register is always c.rows: as the k of a merge
  // it cuts the inner dimension, as m the outer one.
  const mRows = byBatch === GEMM_BATCH.m ? c.capacity : byBatch === GEMM_BATCH.k ? k : m;
  if (c.random.chance(0.4)) c.transposed('a', mRows, kRoom, c.float);
  else c.matrix('a', mRows, kRoom, c.float);
  if (c.random.chance(0.2)) c.transposed('b', kRoom, n, c.float);
  else c.matrix('b', kRoom, n, c.float);
  const init = c.random.pick(Object.values(GEMM_INIT));
  const epilogue = c.random.pick(Object.values(GEMM_EPILOGUE));
  if (init === GEMM_INIT.bias) c.vector('bias', n, c.float);
  if (init === GEMM_INIT.c) {
    c.matrix('c', mRows, n, c.float);
    c.inPlace('c', 'rows');
  } else {
    c.output('c', mRows, n);
  }
  if (epilogue === GEMM_EPILOGUE.derivative) c.matrix('d', mRows, n, c.float);
  c.scalar({
    init,
    epilogue,
    ...activationOf(c),
    batch: byBatch,
  });
  if (byBatch !== GEMM_BATCH.m) c.slice(mRows, 1 + c.random.below(SLICE_ROWS));
}

/** Values with which fast and exact kernels are compared. */
const isTame = (c: CaseBuilder): boolean => c.values === 'ordinary' || c.values === 'integers';

/** Operands and scalars that all updates share. `variants` are arrays that may be absent. */
function update(
  c: CaseBuilder,
  states: Record<string, () => number>,
  variants: Record<string, () => number> = {},
): void {
  const { rows, cols } = c;
  c.matrix('w', rows, cols, c.float);
  c.inPlace('w', 'rows');
  c.matrix('g', rows, cols, c.float);
  const state = (name: string, draw: () => number): void => {
    c.matrix(name, rows, cols, draw);
    c.inPlace(name, 'rows');
  };
  for (const [name, draw] of Object.entries(states)) state(name, draw);
  for (const [name, draw] of Object.entries(variants)) c.maybe(() => state(name, draw));
  c.maybe(() => c.output('wT', cols, rows, 'cols'));
  c.scalar({
    l1: c.random.pick([0, 0.01]),
    l2x2: c.random.pick([0, 0.002]),
    rateScale: c.random.pick([1, 1, 0.1, 3]),
    weightDecay: c.random.pick([0, 0.05]),
  });
  c.slice(rows, SLICE_ROWS);
}

/** Below 1 the derivative has no bound, and float32 no digits of it. */
const GAMMAS = [0, 1, 1.5, 2, 5];

function loss(scores: string, gradient: string): Generate {
  return (c) => {
    const probabilities = scores === 'p';
    c.batch(scores, c.cols, probabilities ? c.probability : c.float);
    c.batch('target', c.cols, scores === 'y' ? c.float : c.probability);
    c.maybe(() => c.output(gradient));
    c.output('rowLoss', c.capacity, 1);
  };
}

/** Images through windows, as rows or as images; once in a while through one that is not there. */
function windowGather(c: CaseBuilder): void {
  const { channels, height, width } = imageSizes(c);
  const { height: outHeight, width: outWidth } = imageSizes(c);
  const tableRows = c.capacity + c.inner + 1;
  const elements = channels * height * width;
  if (c.random.chance(0.5)) c.matrix('src', tableRows, elements, () => c.random.below(256), 'u8');
  else c.matrix('src', tableRows, elements, c.float);
  index(c, tableRows);
  const broken = c.random.chance(0.05);
  const windows = (_: number, j: number): number => {
    if (broken && c.random.chance(0.1)) return c.random.below(2 ** 31);
    return c.random.below(1 + (j < outHeight ? height : width)) - 1;
  };
  c.matrix('windows', c.capacity, outHeight + outWidth, windows, 'i32');
  if (c.kind === 'gatherWindows') c.output('dst', c.capacity, channels * outHeight * outWidth);
  else c.imagesOutput('dst', [channels, outHeight, outWidth]);
  c.scalar({
    channels,
    height,
    width,
    outHeight,
    outWidth,
    scaled: c.random.below(2),
    scale: 1 / 255,
    offset: c.random.pick([0, -0.5]),
    fill: c.random.pick([0, -1.5, 0.1]),
  });
}

/** How to draw a case of every kind of op. */
export const GENERATORS: Record<OpKind, Generate> = {
  gatherRows(c) {
    const tableRows = c.capacity + c.inner + 1;
    if (c.random.chance(0.5)) c.matrix('src', tableRows, c.cols, () => c.random.below(256), 'u8');
    else c.matrix('src', tableRows, c.cols, c.float);
    index(c, tableRows);
    c.output('dst');
    c.scalar({ scaled: c.random.below(2), scale: 1 / 255, offset: c.random.pick([0, -0.5]) });
  },
  gatherLabels(c) {
    const tableRows = c.capacity + c.inner + 1;
    c.vector('src', tableRows, () => c.random.below(1000) - 500, 'i32');
    index(c, tableRows);
    c.vector('dst', c.capacity, () => 777, 'i32');
    c.inPlace('dst', 'cols');
  },
  gemm,
  biasGradient(c) {
    c.batch('dz');
    c.output('db', 1, c.cols, 'cols');
    c.slice(c.cols, 1 + c.random.below(SLICE_ROWS));
  },
  activation(c) {
    elementwise(c);
    c.scalar({ ...activationOf(c) });
  },
  activationBackward(c) {
    c.batch('dy');
    c.batch('s');
    c.outputMaybeOver('dx', 'dy');
    c.scalar({ ...activationOf(c) });
  },
  scaleShift(c) {
    elementwise(c);
    c.scalar({ scale: 0.7, offset: -0.1 });
  },
  dropout(c) {
    elementwise(c);
    c.scalar({
      threshold: c.random.pick([0, 2 ** 30, 2 ** 31, 2 ** 32 - 1]),
      keepScale: 4 / 3,
      seed: c.random.word(),
      stream: c.random.word(),
    });
  },
  softmax: elementwise,
  softmaxBackward(c) {
    c.batch('dy');
    c.batch('y', c.cols, c.probability);
    c.outputMaybeOver('dx', 'dy');
  },
  softmaxCrossEntropy(c) {
    c.batch('z');
    c.labelsOrTarget(c.probability);
    c.maybe(() => c.outputMaybeOver('p', 'z'));
    c.maybe(() => c.outputMaybeOver('dz', 'z'));
    c.output('rowLoss', c.capacity, 1);
  },
  sigmoidCrossEntropy(c) {
    c.batch('z');
    c.batch('target', c.cols, c.probability);
    c.maybe(() => c.outputMaybeOver('p', 'z'));
    c.maybe(() => c.outputMaybeOver('dz', 'z'));
    c.output('rowLoss', c.capacity, 1);
  },
  categoricalCrossEntropy(c) {
    c.batch('p', c.cols, c.probability);
    c.labelsOrTarget(c.probability);
    c.maybe(() => c.output('dp'));
    c.output('rowLoss', c.capacity, 1);
  },
  binaryCrossEntropy: loss('p', 'dp'),
  meanSquaredError: loss('y', 'dy'),
  meanAbsoluteError: loss('y', 'dy'),
  huber(c) {
    loss('y', 'dy')(c);
    c.scalar({ delta: c.random.pick([0.3, 1, 2 ** -126, 3.4e38]) });
  },
  elementLoss(c) {
    const formula = c.random.pick(Object.values(LOSS_FORMULAS));
    c.batch('y', c.cols, c.random.pick([c.float, c.probability]));
    const bySign = (): number => c.random.below(3) - 1;
    c.batch('target', c.cols, c.random.pick([c.float, c.probability, bySign]));
    c.maybe(() => c.output('dy'));
    c.output('rowLoss', c.capacity, 1);
    c.scalar({ formula, parameter: c.random.pick([0.3, 0.5, 2 ** -126, -1]) });
  },
  binaryFocal(c) {
    const onLogits = c.random.below(2);
    c.batch('x', c.cols, onLogits === 1 ? c.float : c.probability);
    c.batch('target', c.cols, c.random.pick([c.probability, () => c.random.below(2)]));
    c.maybe(() => c.output('dx'));
    // Probabilities are written for logits alone.
    if (onLogits === 1) c.maybe(() => c.output('p'));
    c.output('rowLoss', c.capacity, 1);
    const [positiveWeight, negativeWeight] = c.random.pick([
      [1, 1],
      [0.3, 0.7],
    ]) as [number, number];
    c.scalar({ onLogits, gamma: c.random.pick(GAMMAS), positiveWeight, negativeWeight });
  },
  categoricalFocal(c) {
    const onLogits = c.random.below(2);
    c.batch('x', c.cols, onLogits === 1 ? c.float : c.probability);
    c.batch('target', c.cols, c.random.pick([c.probability, () => c.random.below(2)]));
    c.maybe(() => c.output('dx'));
    if (onLogits === 1 || c.random.chance(0.5)) c.output('p');
    c.output('rowLoss', c.capacity, 1);
    c.scalar({ onLogits, gamma: c.random.pick(GAMMAS), alpha: c.random.pick([0.25, 1]) });
  },
  categoricalHinge(c) {
    c.batch('y');
    c.batch('target', c.cols, c.random.pick([c.probability, () => c.random.below(2)]));
    c.maybe(() => c.output('dy'));
    c.output('rowLoss', c.capacity, 1);
  },
  cosineSimilarity: loss('y', 'dy'),
  oneHot(c) {
    c.labels();
    c.output('y');
    c.scalar({ on: 0.9, off: c.random.pick([0, 0.025]) });
  },
  argmaxAccuracy(c) {
    c.batch('p');
    c.labelsOrTarget(c.float);
    c.output('out', c.capacity, 1);
  },
  topK(c) {
    c.batch('p');
    c.labelsOrTarget(c.float);
    c.output('out', c.capacity, 1);
    c.scalar({ k: 1 + c.random.below(c.cols) });
  },
  weighColumns(c) {
    c.matrix('weights', c.capacity, 1, c.positive);
    c.matrix('values', c.capacity, c.cols, c.float);
    c.inPlace('values', 'rows');
  },
  tally(c) {
    c.batch('p', c.cols, c.random.pick([c.probability, c.float, () => c.random.below(9) / 8]));
    c.labelsOrTarget(c.probability);
    c.maybe(() => c.matrix('weights', c.capacity, 1, c.positive));
    const rule = c.random.pick(Object.values(TALLY_RULES));
    const bins = rule === TALLY_RULES.spaced ? 1 + c.random.below(9) : 2;
    const [firstColumn, perColumn] = [c.random.below(c.cols), c.random.below(2)];
    const columns = 1 + c.random.below(c.cols - firstColumn);
    c.scalar({ rule, threshold: 0.4, bins, perColumn, firstColumn, columns });
    c.vector('sums', 2 * bins * (perColumn === 1 ? columns : 1), () => c.random.unit(), 'f64');
    c.inPlace('sums', 'all');
    c.whole(PHASES.merge);
  },
  thresholdAccuracy(c) {
    c.batch('p', c.cols, c.probability);
    c.batch('target', c.cols, c.probability);
    c.output('out', c.capacity, 1);
    c.scalar({ threshold: 0.4 });
  },
  weightRows(c) {
    c.matrix('weights', c.capacity, 1, c.positive);
    c.maybe(() => {
      c.batch('dz');
      c.inPlace('dz', 'rows');
    });
    c.matrix('rowLoss', c.capacity, 1, c.float);
    c.inPlace('rowLoss', 'rows');
  },
  r2Terms(c) {
    c.batch('y');
    c.batch('target');
    c.vector('shift', c.cols, c.float);
    c.output('out', c.capacity, 3 * c.cols);
  },
  rowSums(c) {
    const stats = Math.min(c.cols, 4);
    c.batch('stats', stats);
    c.maybe(() => c.vector('penalty', c.inner, c.float));
    c.matrix('totals', 1, stats, () => 0.1, 'f64');
    c.inPlace('totals', 'all');
    c.whole(PHASES.merge);
  },
  penalty(c) {
    const blocks = Math.ceil(c.rows / SLICE_ROWS);
    c.matrix('w', c.rows, c.cols, c.float);
    c.output('partial', 1, blocks, 'cols');
    c.scalar({ l1: c.random.pick([0, 0.01]), l2: c.random.pick([0, 0.001]) });
    c.slice(blocks, 1);
  },
  constrain(c) {
    const over = c.random.pick(Object.values(CONSTRAINED));
    c.matrix('w', c.rows, c.cols, c.float);
    c.inPlace('w', 'all');
    c.maybe(() => c.output('wT', c.cols, c.rows, 'all'));
    c.scalar({
      constraint: c.random.pick(Object.values(CONSTRAINTS)),
      over,
      limit: c.random.pick([0, 0.5, 2, 1e30]),
    });
    const extents = [Math.ceil(c.cols / 16), c.rows, 1];
    c.slice(extents[over]!, 1);
  },
  average(c) {
    c.matrix('w', c.rows, c.cols, c.float);
    c.matrix('e', c.rows, c.cols, c.float);
    c.inPlace('e', 'rows');
    c.slice(c.rows, 1);
  },
  accumulateGradient(c) {
    c.matrix('g', c.rows, c.cols, c.float);
    c.matrix('total', c.rows, c.cols, c.float);
    c.inPlace('total', 'rows');
    c.slice(c.rows, 1);
  },
  finishGradient(c) {
    c.matrix('w', c.rows, c.cols, c.float);
    c.matrix('g', c.rows, c.cols, c.float);
    c.inPlace('g', 'rows');
    c.maybe(() => c.matrix('total', c.rows, c.cols, c.float));
    c.maybe(() => c.output('squares', 1, c.rows, 'cols', 0, 'f64'));
    c.scalar({
      l1: c.random.pick([0, 0.01]),
      l2x2: c.random.pick([0, 0.002]),
      clipValue: c.random.pick([0, 0.5, 2 ** -126]),
    });
    c.slice(c.rows, 1);
  },
  clipFactor(c) {
    c.vector('squares', c.rows * c.cols, c.positive, 'f64');
    c.output('factor', 1, 1, 'all', 0, 'f64');
    c.scalar({ limit: c.random.pick([0.5, 1, 2 ** -126, 1e30]) });
    c.whole(PHASES.merge);
  },
  scaleGradient(c) {
    c.matrix('g', c.rows, c.cols, c.float);
    c.inPlace('g', 'rows');
    c.vector('factor', 1, () => c.random.pick([0.25, 0.1, 1, 1e-40]), 'f64');
    c.slice(c.rows, 1);
  },
  sgd(c) {
    update(c, {});
  },
  momentum(c) {
    update(c, { v: c.float });
    c.scalar({ momentum: 0.9, nesterov: c.random.below(2) });
  },
  lion(c) {
    // The sign of a rounding depends on the kernel set: the mean outweighs any gradient.
    update(c, { m: isTame(c) ? () => (c.random.chance(0.5) ? 1 : -1) * (2 + c.positive()) : c.float });
    c.scalar({ beta1: 0.9, oneMinusBeta1: 0.1, beta2: 0.99, oneMinusBeta2: 0.01 });
  },
  rmsprop(c) {
    // With any mean, v − m² may be below 0 or a rounding above it. The root of a rounding depends on
    // the kernel set, so fast and exact kernels are compared with smaller means.
    const tame = isTame(c);
    const mean = tame ? () => Math.max(-0.5, Math.min(0.5, c.float())) : c.float;
    update(c, { v: () => c.positive() + (tame ? 1 : 0) }, { m: mean, b: c.float });
    c.scalar({ rho: 0.9, oneMinusRho: 0.1, epsilon: 1e-7, momentum: 0.8 });
  },
  adadelta(c) {
    update(c, { v: c.positive, d: c.positive });
    c.scalar({ rho: 0.95, oneMinusRho: 0.05, epsilon: c.random.pick([1e-7, 0.1]) });
  },
  adam(c) {
    update(c, { m: c.float, v: c.positive }, { vMax: c.positive });
    c.scalar({
      beta1: 0.9,
      oneMinusBeta1: 0.1,
      beta2: 0.999,
      oneMinusBeta2: 0.001,
      epsilon: 1e-8,
      nesterov: c.random.below(2),
    });
  },
  adamax(c) {
    update(c, { m: c.float, u: c.positive });
    c.scalar({ beta1: 0.9, oneMinusBeta1: 0.1, beta2: 0.999, epsilon: c.random.pick([1e-7, 0.1]) });
  },
  copyRows(c) {
    c.batch('src');
    c.batchStart = c.random.below(4);
    c.output('dst', c.capacity + 4, c.cols, 'rows', c.batchStart);
  },
  shuffle(c) {
    c.vector('index', c.rows * c.inner, () => 99, 'u32');
    c.inPlace('index', 'all');
    c.scalar({ seed: c.random.word(), stream: c.random.word() });
    c.whole(PHASES.epochStart);
  },
  linearScores(c) {
    const outputs = Math.min(c.inner, 12);
    linearTable(c);
    c.matrix('w', outputs, c.cols, c.float, 'f64');
    c.vector('bias', outputs, c.float, 'f64');
    c.output('z', outputs, c.capacity, 'cols', 0, 'f64');
  },
  logisticLoss(c) {
    const scores = c.random.chance(0.4) ? 1 : 2 + c.random.below(11);
    const rows = c.capacity + 3;
    c.matrix('z', scores, c.capacity, c.float, 'f64');
    c.vector('labels', rows, () => c.random.below(Math.max(scores, 2)), 'i32');
    c.maybe(() => c.vector('weights', rows, c.positive, 'f64'));
    c.batchStart = c.random.below(rows - c.rows + 1);
    c.maybe(() => c.output('curvature', scores, rows, 'all', 0, 'f64'));
    c.outputMaybeOver('dz', 'z', () => c.output('dz', scores, c.capacity, 'all', 0, 'f64'), 'all');
    c.matrix('totals', 1, 1, () => 0.1, 'f64');
    c.inPlace('totals', 'all');
    c.whole(PHASES.rows);
  },
  logLinkLoss(c) {
    const rows = c.capacity + 3;
    c.vector('z', c.capacity, c.float, 'f64');
    c.vector('y', rows, c.positive, 'f64');
    c.maybe(() => c.vector('offset', rows, c.float, 'f64'));
    c.maybe(() => c.vector('weights', rows, c.positive, 'f64'));
    c.batchStart = c.random.below(rows - c.rows + 1);
    c.maybe(() => c.output('curvature', 1, rows, 'all', 0, 'f64'));
    c.outputMaybeOver('dz', 'z', () => c.output('dz', 1, c.capacity, 'all', 0, 'f64'), 'all');
    c.matrix('totals', 1, 1, () => 0.1, 'f64');
    c.inPlace('totals', 'all');
    c.scalar({ family: c.random.pick(Object.values(LOG_LINK_FAMILIES)) });
    c.whole(PHASES.rows);
  },
  linearGradient(c) {
    const outputs = Math.min(c.inner, 12);
    linearTable(c);
    c.matrix('dz', outputs, c.capacity, c.float, 'f64');
    c.matrix('dw', outputs, c.cols, c.float, 'f64');
    c.inPlace('dw', 'rows');
    c.vector('db', outputs, c.float, 'f64');
    c.inPlace('db', 'cols');
    c.slice(outputs, 1 + c.random.below(6), PHASES.rows);
  },
  curvatureProduct(c) {
    const scores = c.random.chance(0.4) ? 1 : 2 + c.random.below(11);
    const rows = c.capacity + 3;
    c.matrix('t', scores, c.capacity, c.float, 'f64');
    c.matrix('curvature', scores, rows, c.probability, 'f64');
    c.maybe(() => c.vector('weights', rows, c.positive, 'f64'));
    c.outputMaybeOver('dz', 't', () => c.output('dz', scores, c.capacity, 'cols', 0, 'f64'), 'cols');
    c.batchStart = c.random.below(rows - c.rows + 1);
  },
  curvatureFactors(c) {
    const scores = 1 + c.random.below(11);
    const rows = c.capacity + 3;
    c.matrix('curvature', scores, rows, c.probability, 'f64');
    c.maybe(() => c.vector('weights', rows, c.positive, 'f64'));
    c.batchStart = c.random.below(rows - c.rows + 1);
    c.output('h', 1, rows, 'cols', c.batchStart, 'f64');
    c.scalar({ k: c.random.below(scores), l: c.random.below(scores) });
  },
  gram(c) {
    const n = 8 * (1 + c.random.below(6));
    c.matrix('a', c.capacity, n, c.float, 'f64');
    c.matrix('out', n, n, c.float, 'f64');
    c.inPlace('out', 'all');
    c.whole(PHASES.rows);
  },
  gatherDesign(c) {
    const tableRows = c.capacity + c.inner + 1;
    const targets = 1 + c.random.below(3);
    const dtype = c.random.pick(['u8', 'f32', 'f64'] as const);
    c.matrix('x', tableRows, c.cols, dtype === 'u8' ? () => c.random.below(256) : c.float, dtype);
    const hasY = c.random.chance(0.8);
    if (hasY) c.matrix('y', tableRows, targets, c.float, 'f64');
    c.maybe(() => c.vector('weight', tableRows, c.positive, 'f64'));
    c.batchStart = c.random.below(tableRows - c.rows + 1);
    c.output('dst', c.capacity, 1 + c.cols + targets + c.random.below(8), 'rows', 0, 'f64');
    const used = c.cols + (hasY ? targets : 0);
    c.maybe(() => c.matrix('frame', 2, 1 + used, c.positive, 'f64'));
    c.scalar({ intercept: c.random.below(2) });
  },
  qrFold(c) {
    const n = qrColumns(c);
    const isTriangular = c.random.chance(0.3);
    const triangle = (i: number, j: number): number => (i <= j ? c.float() : 0);
    c.matrix('a', c.capacity, n, isTriangular ? triangle : c.float, 'f64');
    c.matrix('r', n, n, c.random.chance(0.3) ? () => 0 : triangle, 'f64');
    c.inPlace('a', 'all');
    c.inPlace('r', 'all');
    c.scalar({ triangular: Number(isTriangular) });
    c.whole(PHASES.rows);
  },
  normalFold(c) {
    const n = qrColumns(c);
    const targets = 1 + c.random.below(Math.min(3, n - 1));
    const parameters = 1 + c.random.below(n - targets);
    // Blocks that are refused for their condition are those with a column that nearly repeats the one before.
    const isNear = c.random.chance(0.2);
    const isEmpty = c.random.chance(0.2);
    let before = 0;
    const value = (_row: number, j: number): number => {
      if (j >= parameters + targets || (isEmpty && j === 1)) return 0;
      const own = c.float();
      before = isNear && j === 2 ? before + own / 512 : own;
      return before;
    };
    c.matrix('a', c.capacity, n, value, 'f64');
    c.matrix('r', n, n, c.random.chance(0.3) ? () => 0 : (i, j) => (i <= j ? c.float() : 0), 'f64');
    c.output('work', 2 * n + 5, n, 'all', 0, 'f64');
    c.inPlace('a', 'all');
    c.inPlace('r', 'all');
    c.scalar({ parameters, targets });
    c.whole(PHASES.rows);
  },
  triangularSolve(c) {
    const n = c.inner;
    c.matrix('r', n, n, c.float, 'f64');
    c.matrix('b', n, c.cols, c.float, 'f64');
    c.inPlace('b', 'cols');
    c.scalar({ transposed: c.random.below(2) });
    c.slice(c.cols, 1 + c.random.below(SLICE_ROWS));
  },
  jacobiRows(c) {
    const rows = Math.min(c.rows, 17);
    c.matrix('a', rows, c.cols, c.float, 'f64');
    c.inPlace('a', 'all');
    c.maybe(() => {
      c.matrix('b', rows, c.inner, c.float, 'f64');
      c.inPlace('b', 'all');
    });
    c.matrix('sweeps', 1, 1, () => 99, 'f64');
    c.inPlace('sweeps', 'all');
    c.scalar({ tolerance: 1e-15, maxSweeps: 12 });
    c.whole(PHASES.rows);
  },
  normalResidual(c) {
    const rows = linearTable(c);
    const targets = 1 + c.random.below(3);
    c.matrix('y', rows, targets, c.float, 'f64');
    c.maybe(() => c.vector('weight', rows, c.positive, 'f64'));
    c.matrix('coef', targets, c.cols, c.float, 'f64');
    c.vector('intercept', targets, c.float, 'f64');
    c.matrix('moments', 2 * targets, 1 + c.cols, c.float, 'f64');
    c.inPlace('moments', 'all');
    c.whole(PHASES.rows);
  },
  gatherImages(c) {
    const { channels, height, width } = imageSizes(c);
    const elements = channels * height * width;
    const tableRows = c.capacity + c.inner + 1;
    if (c.random.chance(0.5)) c.matrix('src', tableRows, elements, () => c.random.below(256), 'u8');
    else c.matrix('src', tableRows, elements, c.float);
    index(c, tableRows);
    c.imagesOutput('dst', [channels, height, width]);
    c.scalar({
      channels,
      height,
      width,
      scaled: c.random.below(2),
      scale: 1 / 255,
      offset: c.random.pick([0, -0.5]),
    });
    c.byGroups();
  },
  drawWindows(c) {
    const { height, width } = imageSizes(c);
    const { height: outHeight, width: outWidth } = imageSizes(c);
    c.maybe(() => c.matrix('before', c.capacity, height + width, () => c.random.below(40) - 1, 'i32'));
    c.output('windows', c.capacity, outHeight + outWidth, 'rows', 0, 'i32');
    c.scalar({
      height,
      width,
      outHeight,
      outWidth,
      topLeast: c.random.below(9) - 5,
      topCount: 1 + c.random.below(20),
      leftLeast: c.random.below(90) - 45,
      leftCount: 1 + c.random.below(9),
      border: c.random.pick(Object.values(BORDERS)),
      flipRows: c.random.below(2),
      flipCols: c.random.below(2),
      seed: c.random.below(2 ** 32),
      stream: c.random.below(9),
    });
  },
  gatherWindows(c) {
    windowGather(c);
  },
  gatherImageWindows(c) {
    windowGather(c);
    c.byGroups();
  },
  padImages(c) {
    const { sizes, channels, height, width, outHeight, outWidth } = frame(c);
    c.images('x', [channels, height, width]);
    c.imagesOutput('y', [channels, outHeight, outWidth]);
    c.scalar(sizes);
    c.byGroups();
  },
  conv2d(c) {
    const { scalars, x, y, rows } = convolution(c);
    c.images('x', x);
    c.matrix('w', rows, y[0], c.float);
    c.maybe(() => c.vector('bias', y[0], c.float));
    c.imagesOutput('y', y);
    c.scalar({ ...scalars, ...activationOf(c) });
    c.byGroups();
  },
  conv2dInput(c) {
    const { scalars, x, y, rows } = convolution(c);
    c.images('dz', y);
    c.matrix('w', rows, y[0], c.float);
    c.maybe(() => c.images('s', x));
    c.imagesOutput('dx', x);
    c.scalar({ ...scalars, ...activationOf(c) });
    c.byGroups();
  },
  conv2dWeights(c) {
    const { scalars, x, y, rows } = convolution(c);
    c.images('x', x);
    c.images('dz', y);
    c.output('dw', rows, y[0]);
    c.scalar(scalars);
    c.slice(rows, 1 + c.random.below(6));
  },
  padRows(c) {
    const { sizes, channels, height, width, outHeight, outWidth } = frame(c);
    c.batch('x', channels * height * width);
    c.output('y', c.capacity, channels * outHeight * outWidth);
    c.scalar(sizes);
  },
  conv2dRows(c) {
    // Enough outputs for more than one vector, and, half the time, one channel for each of them.
    const isDepthwise = c.random.chance(0.3);
    const { scalars, x, y, rows } = isDepthwise
      ? convolution(c, 1, [1, 1], 1 + c.random.below(40))
      : convolution(c, 1, [1 + c.random.below(4), 1 + c.random.below(40)]);
    c.batch('x', product(x));
    c.matrix('w', rows, y[0], c.float);
    c.maybe(() => c.vector('bias', y[0], c.float));
    c.output('y', c.capacity, product(y));
    c.scalar({ ...scalars, ...activationOf(c) });
  },
  maxPool2dRows(c) {
    const { inside, outside } = pooling(c, 'rows');
    c.batch('x', product(inside));
    c.output('y', c.capacity, product(outside));
    c.scalar({ ...activationOf(c) });
  },
  averagePool2dRows(c) {
    const { inside, outside } = pooling(c, 'rows');
    c.batch('x', product(inside));
    c.output('y', c.capacity, product(outside));
  },
  conv2dMaxPool(c) {
    const { scalars, x, y, rows } = convolution(c, 2);
    const pooled = halved(y);
    c.images('x', x);
    c.matrix('w', rows, y[0], c.float);
    c.maybe(() => c.vector('bias', y[0], c.float));
    c.imagesOutput('y', pooled);
    c.maybe(() => c.packedIndexOutput('index', product(pooled)));
    c.scalar({ ...scalars, ...activationOf(c) });
    c.byGroups();
  },
  conv2dWinograd(c) {
    const { scalars, x, y, rows } = winograd(c);
    c.images('x', x);
    c.matrix('w', rows, y[0], c.float);
    c.maybe(() => c.vector('bias', y[0], c.float));
    c.imagesOutput('y', y);
    c.scalar({ ...scalars, ...activationOf(c), pairs: 1 + c.random.below(2) });
    c.byGroups();
  },
  conv2dMaxPoolWinograd(c) {
    const { scalars, x, y, rows } = winograd(c, 2);
    const pooled = halved(y);
    c.images('x', x);
    c.matrix('w', rows, y[0], c.float);
    c.maybe(() => c.vector('bias', y[0], c.float));
    c.imagesOutput('y', pooled);
    c.maybe(() => c.packedIndexOutput('index', product(pooled)));
    c.scalar({ ...scalars, ...activationOf(c), pairs: 1 + c.random.below(2) });
    c.byGroups();
  },
  conv2dInputWinograd(c) {
    const { scalars, x, y, rows } = winograd(c);
    c.images('dz', y);
    c.matrix('w', rows, y[0], c.float);
    c.maybe(() => c.images('s', x));
    c.imagesOutput('dx', x);
    c.scalar({ ...scalars, ...activationOf(c), pairs: 1 + c.random.below(2) });
    c.byGroups();
  },
  conv2dWeightsWinograd(c) {
    const { scalars, x, y } = winograd(c);
    c.images('x', x);
    c.images('dz', y);
    c.output('du', 16 * x[0], y[0]);
    c.scalar(scalars);
    c.slice(16 * x[0], 1 + c.random.below(20));
  },
  winogradGradient(c) {
    const [channels, outputs] = [1 + c.random.below(5), 1 + c.random.below(40)];
    c.matrix('du', 16 * channels, outputs, c.float);
    c.output('dw', 9 * channels, outputs);
    c.scalar({});
    c.slice(9 * channels, 1 + c.random.below(6));
  },
  conv2dMaxPoolWeights(c) {
    const [channels, filters] = [1 + c.random.below(3), 1 + c.random.below(7)];
    const [kernelH, kernelW] = [1 + c.random.below(6), 1 + c.random.below(5)];
    const [outHeight, outWidth] = [2 + c.random.below(4), 2 + c.random.below(8)];
    const [height, width] = [
      outHeight + kernelH - 1 + c.random.below(2),
      outWidth + kernelW - 1 + c.random.below(2),
    ];
    const pooled = halved([filters, outHeight, outWidth]);
    const rows = kernelH * kernelW * channels;
    c.images('x', [channels, height, width]);
    c.images('dy', pooled);
    c.matrix('index', c.groups, product(pooled) * 4, () => c.random.below(256), 'u8');
    c.output('dw', rows, filters);
    const steps = { strideH: 1, strideW: 1, dilationH: 1, dilationW: 1, top: 0, left: 0, groups: 1 };
    c.scalar({ channels, height, width, outHeight, outWidth, kernelH, kernelW, ...steps });
    c.slice(rows, 1 + c.random.below(6));
  },
  maxPool2x2Backward(c) {
    const [channels, height, width] = [1 + c.random.below(4), 2 + c.random.below(4), 2 + c.random.below(9)];
    const pooled = halved([channels, height, width]);
    c.images('dy', pooled);
    c.matrix('index', c.groups, product(pooled) * 4, () => c.random.below(256), 'u8');
    c.maybe(() => c.images('s', pooled));
    c.imagesOutput('dz', [channels, height, width]);
    c.scalar({
      channels,
      height,
      width,
      ...activationOf(c),
    });
    c.byGroups();
  },
  channelSums(c) {
    const channels = 1 + c.random.below(6);
    const [height, width] = [1 + c.random.below(4), 1 + c.random.below(9)];
    c.images('dz', [channels, height, width]);
    c.scalar({ height, width });
    c.output('db', 1, channels, 'cols');
    c.slice(channels, 1 + c.random.below(3));
  },
  maxPool2d(c) {
    const { inside, outside } = pooling(c);
    c.images('x', inside);
    c.imagesOutput('y', outside);
    c.maybe(() => c.imagesOutput('index', outside, 'u8'));
  },
  maxPool2dBackward(c) {
    const { inside, outside, window } = pooling(c);
    c.images('dy', outside);
    c.matrix('index', c.groups, columnsOf(outside), () => c.random.below(window), 'u8');
    c.maybe(() => c.images('s', outside));
    c.imagesOutput('dx', inside);
    c.scalar({ ...activationOf(c) });
  },
  averagePool2d(c) {
    const { inside, outside } = pooling(c);
    c.images('x', inside);
    c.imagesOutput('y', outside);
  },
  averagePool2dBackward(c) {
    const { inside, outside } = pooling(c);
    c.images('dy', outside);
    c.imagesOutput('dx', inside);
  },
  imagesToRows(c) {
    const { channels, height, width } = imageSizes(c);
    c.images('x', [channels, height, width]);
    c.output('y', c.capacity, channels * height * width, 'all');
    c.scalar({ channels, height, width });
    c.byGroups();
  },
  rowsToImages(c) {
    const { channels, height, width } = imageSizes(c);
    const elements = channels * height * width;
    c.batch('x', elements);
    c.maybe(() => c.images('s', [channels, height, width]));
    c.imagesOutput('y', [channels, height, width]);
    c.scalar({
      channels,
      height,
      width,
      ...activationOf(c),
    });
    c.byGroups();
  },
  groupMoments(c) {
    const samples = normalised(c);
    samples.input('x');
    c.maybe(() => samples.input('dy'));
    samples.sumsOutput();
  },
  mergeMoments(c) {
    const channels = channelCount(c);
    groupSums(c, channels);
    c.output('stats', 1, 2 * channels, 'all');
    c.scalar({ pixels: 1 + c.random.below(9), epsilon: 1e-3 });
    c.slice(channels, channels);
  },
  movingMoments(c) {
    const channels = channelCount(c);
    groupSums(c, channels);
    for (const name of ['mean', 'variance']) {
      c.vector(name, channels, c.float);
      c.inPlace(name, 'cols');
    }
    c.scalar({ pixels: 1 + c.random.below(9), momentum: c.random.pick([0, 0.9, 0.99]) });
    c.slice(channels, 1 + c.random.below(8));
  },
  frozenMoments(c) {
    const channels = channelCount(c);
    c.vector('mean', channels, c.float);
    c.vector('variance', channels, c.positive);
    c.output('stats', 1, 2 * channels, 'all');
    c.scalar({ epsilon: 1e-3 });
    c.slice(channels, channels);
  },
  normalize(c) {
    const samples = normalised(c);
    samples.input('x');
    c.vector('stats', 2 * samples.channels, c.float);
    c.maybe(() => c.vector('gamma', samples.channels, c.float));
    c.maybe(() => c.vector('beta', samples.channels, c.float));
    samples.output('y');
    c.scalar({ ...activationOf(c) });
  },
  mergeGradientMeans(c) {
    const channels = channelCount(c);
    groupSums(c, channels);
    c.vector('stats', 2 * channels, c.float);
    c.output('means', 1, 2 * channels, 'all');
    c.scalar({ pixels: 1 + c.random.below(9) });
    c.slice(channels, channels);
  },
  normalizeBackward(c) {
    const samples = normalised(c);
    samples.input('x');
    samples.input('dy');
    c.vector('stats', 2 * samples.channels, c.float);
    c.maybe(() => c.vector('means', 2 * samples.channels, c.float));
    c.maybe(() => c.vector('gamma', samples.channels, c.float));
    samples.outputMaybeOver('dx', 'dy');
  },
  normGradients(c) {
    const channels = channelCount(c);
    groupSums(c, channels);
    c.maybe(() => c.vector('stats', 2 * channels, c.float));
    c.maybe(() => c.output('dGamma', 1, channels, 'cols'));
    c.maybe(() => c.output('dBeta', 1, channels, 'cols'));
    c.slice(channels, 1 + c.random.below(8));
  },
  foldNorm(c) {
    const { rows, cols } = c;
    c.matrix('w', rows, cols, c.float);
    c.maybe(() => c.vector('bias', cols, c.float));
    c.vector('mean', cols, c.float);
    c.vector('variance', cols, c.positive);
    c.maybe(() => c.vector('gamma', cols, c.float));
    c.maybe(() => c.vector('beta', cols, c.float));
    c.output('y', rows, cols);
    c.output('yBias', 1, cols, 'all');
    c.scalar({ epsilon: 1e-3 });
    c.slice(rows, SLICE_ROWS);
  },
  layerNorm(c) {
    const samples = normalised(c);
    samples.input('x');
    c.maybe(() => c.vector('gamma', samples.channels, c.float));
    c.maybe(() => c.vector('beta', samples.channels, c.float));
    samples.output('y');
    c.maybe(() => samples.statsOutput());
    c.scalar({ channels: samples.channels, epsilon: 1e-3 });
  },
  prelu(c) {
    const samples = normalised(c);
    samples.input('g');
    samples.input('x');
    c.vector('alpha', samples.channels, c.float);
    samples.outputMaybeOver('y', 'g');
    c.maybe(() => samples.output('low'));
  },
  layerNormBackward(c) {
    const samples = normalised(c);
    samples.input('x');
    samples.input('dy');
    samples.stats();
    c.maybe(() => c.vector('gamma', samples.channels, c.float));
    c.maybe(() => samples.outputMaybeOver('dx', 'dy'));
    c.maybe(() => samples.sumsOutput());
    c.scalar({ channels: samples.channels });
  },
};

const channelCount = (c: CaseBuilder): number => Math.max(1, Math.min(c.cols, 70));

/** Float64 sums of groups, two for each channel. */
function groupSums(c: CaseBuilder, channels: number): void {
  c.matrix('sums', c.groups, 2 * channels, c.float, 'f64');
}

/** Samples to normalise: images of a few channels, or rows. */
function normalised(c: CaseBuilder) {
  const isImages = c.random.chance(0.5);
  const channels = isImages ? 1 + c.random.below(6) : Math.max(1, c.cols);
  const pixels = isImages ? c.random.pick([1, 2, 7, 15, 16, 17, 32, 35]) : 0;
  const sides = [channels, 1, pixels] as const;
  c.scalar({ pixels });
  c.byGroups();
  const reach = isImages ? 'rows' : 'all';
  const output = (name: string) =>
    isImages ? c.imagesOutput(name, sides) : c.output(name, c.capacity, channels, reach);
  return {
    channels,
    input(name: string) {
      if (isImages) c.images(name, sides);
      else c.batch(name, channels);
    },
    output,
    outputMaybeOver(name: string, input: string) {
      c.outputMaybeOver(name, input, () => output(name), reach);
    },
    sumsOutput: () => c.output('sums', c.groups, 2 * channels, 'rows', 0, 'f64'),
    stats() {
      if (isImages) c.images('stats', [2, 1, pixels]);
      else c.batch('stats', 2);
    },
    statsOutput() {
      if (isImages) c.imagesOutput('stats', [2, 1, pixels]);
      else c.output('stats', c.capacity, 2, reach);
    },
  };
}

/** Rows of a table of any element type, with more rows than the mini-batch. */
function linearTable(c: CaseBuilder): number {
  const rows = c.capacity + 3;
  const dtype = c.random.pick(['f64', 'f32', 'u8'] as const);
  c.matrix('x', rows, c.cols, dtype === 'u8' ? () => c.random.below(256) : c.float, dtype);
  c.batchStart = c.random.below(rows - c.rows + 1);
  return rows;
}

/**
 * Columns of a QR factorisation: whole panels of 8, and no more than exact kernels do in a moment.
 */
const qrColumns = (c: CaseBuilder): number => 8 * Math.ceil(Math.min(Math.max(c.cols, 1), 264) / 8);

/** Sizes of small images. */
function imageSizes(c: CaseBuilder) {
  const channels = 1 + c.random.below(5);
  const height = 1 + c.random.below(7);
  const width = 1 + c.random.below(11);
  return { channels, height, width };
}

/** An image and the frame that it comes into. */
function frame(c: CaseBuilder) {
  const { channels, height, width } = imageSizes(c);
  const [top, left] = [c.random.below(3), c.random.below(3)];
  const outHeight = top + height + c.random.below(3);
  const outWidth = left + width + c.random.below(3);
  const sizes = { channels, height, width, top, left, outHeight, outWidth };
  return { sizes, channels, height, width, outHeight, outWidth };
}

const product = ([channels, height, width]: Sides): number => channels * height * width;
const halved = ([channels, height, width]: Sides): Sides => [
  channels,
  Math.floor(height / 2),
  Math.floor(width / 2),
];

/**
 * A convolution whose kernels begin on the image or its
 * padding, often with more than one group of channels.
 */
function convolution(
  c: CaseBuilder,
  leastOut = 1,
  [groupIn, groupOut] = [1 + c.random.below(4), 1 + c.random.below(8)],
  groups = c.random.pick([1, 1, 2, 3]),
) {
  const side = (room: number) => {
    const [kernel, dilation, stride] = [1 + c.random.below(3), 1 + c.random.below(2), 1 + c.random.below(2)];
    const reach = (kernel - 1) * dilation;
    const before = c.random.pick([0, c.random.below(reach + 1)]);
    const inside = Math.max(1, (leastOut - 1) * stride - before + 1) + c.random.below(room);
    // As many positions as begin within the image, or fewer.
    const most = Math.ceil((inside + before) / stride);
    return { kernel, dilation, stride, before, inside, out: leastOut + c.random.below(most - leastOut + 1) };
  };
  const [rows, columns] = [side(5), side(12)];
  const scalars = {
    channels: groups * groupIn,
    height: rows.inside,
    width: columns.inside,
    outHeight: rows.out,
    outWidth: columns.out,
    kernelH: rows.kernel,
    kernelW: columns.kernel,
    strideH: rows.stride,
    strideW: columns.stride,
    dilationH: rows.dilation,
    dilationW: columns.dilation,
    top: rows.before,
    left: columns.before,
    groups,
  };
  return {
    scalars,
    x: [groups * groupIn, rows.inside, columns.inside] as const,
    y: [groups * groupOut, rows.out, columns.out] as const,
    rows: rows.kernel * columns.kernel * groupIn,
  };
}

/**
 * A convolution for Winograd's tiles: 3 × 3, one step at a
 * time; more outputs than registers, or cells, at times.
 */
function winograd(c: CaseBuilder, leastOut = 1) {
  const [channels, filters] = [1 + c.random.below(9), 1 + c.random.below(20)];
  const side = (room: number) => {
    const before = c.random.below(3);
    const inside = Math.max(1, leastOut - before) + c.random.below(room);
    return { before, inside, out: leastOut + c.random.below(inside + before - leastOut + 1) };
  };
  const [rows, columns] = [side(6), side(14)];
  const steps = { kernelH: 3, kernelW: 3, strideH: 1, strideW: 1, dilationH: 1, dilationW: 1, groups: 1 };
  const input = { channels, height: rows.inside, width: columns.inside };
  const output = { outHeight: rows.out, outWidth: columns.out, top: rows.before, left: columns.before };
  return {
    scalars: { ...input, ...output, ...steps },
    x: [channels, rows.inside, columns.inside] as const,
    y: [filters, rows.out, columns.out] as const,
    rows: 9 * channels,
  };
}

/** Pooling windows that meet their image. */
function pooling(c: CaseBuilder, layout: 'images' | 'rows' = 'images') {
  const sizes = imageSizes(c);
  const [poolH, poolW] = [1 + c.random.below(3), 1 + c.random.below(3)];
  const [strideH, strideW] = [1 + c.random.below(3), 1 + c.random.below(3)];
  const [top, left] = [c.random.below(poolH), c.random.below(poolW)];
  const most = (size: number, stride: number, before: number): number => Math.ceil((size + before) / stride);
  const outHeight = 1 + c.random.below(most(sizes.height, strideH, top));
  const outWidth = 1 + c.random.below(most(sizes.width, strideW, left));
  c.scalar({ ...sizes, poolH, poolW, strideH, strideW, top, left, outHeight, outWidth });
  if (layout === 'images') c.byGroups();
  const { channels, height, width } = sizes;
  return {
    inside: [channels, height, width] as const,
    outside: [channels, outHeight, outWidth] as const,
    window: poolH * poolW,
  };
}

/** Kinds that need a column, since they choose among classes or hold a loss in column 0. */
export const NEEDS_COLUMN: ReadonlySet<OpKind> = new Set([
  'softmaxCrossEntropy',
  'categoricalCrossEntropy',
  'categoricalFocal',
  'categoricalHinge',
  'oneHot',
  'argmaxAccuracy',
  'topK',
  'tally',
  'weighColumns',
  'rowSums',
]);
