import {
  GEMM_BATCH,
  GROUP_IMAGES,
  IMAGE_LIMIT,
  imagePlane,
  type Op,
  type Operand,
  type OpKind,
  PACKED_INDEX_BYTES,
} from '../contract.js';

/** Rows of a weight matrix per block of the penalty op (contract.ts). */
const PENALTY_BLOCK_ROWS = 16;

/** Columns of a QR factorisation come in panels. */
const QR_PANEL_COLS = 8;

/** Columns that r2Terms writes for each column of y. */
const R2_TERMS = 3;

/** Pixels of an image, and columns of a row. */
const PIXEL_LIMIT = IMAGE_LIMIT ** 2;
const COLUMN_LIMIT = 2 ** 32;

/** Says that an operand does not fit; never returns. */
export type Refuse = (operand: string, expected: string, given: string) => never;

/**
 * The dimension that an op's split divides: `batch` for the rows of the mini-batch, whose number is
 * only known at run time, or a fixed number of rows, columns or blocks.
 */
export function rangeOf(op: Op): number | 'batch' {
  const { operands, scalars } = op;
  switch (op.kind) {
    case 'gemm':
      return scalars.batch === GEMM_BATCH.m ? 'batch' : operands.c!.rows;
    case 'biasGradient':
      return operands.db!.cols;
    case 'penalty':
      return operands.partial!.cols;
    case 'sgd':
    case 'momentum':
    case 'rmsprop':
    case 'adam':
      return operands.w!.rows;
    case 'shuffle':
      return operands.index!.cols;
    case 'conv2dWeights':
    case 'conv2dMaxPoolWeights':
    case 'winogradGradient':
      return operands.dw!.rows;
    case 'conv2dWeightsWinograd':
      return operands.du!.rows;
    case 'channelSums':
      return operands.db!.cols;
    case 'mergeMoments':
      return operands.stats!.cols / 2;
    case 'movingMoments':
    case 'frozenMoments':
      return operands.mean!.cols;
    case 'mergeSlopes':
    case 'normGradients':
      return operands.sums!.cols / 2;
    case 'foldNorm':
      return operands.w!.rows;
    case 'linearGradient':
      return operands.dw!.rows;
    case 'triangularSolve':
      return operands.b!.cols;
    case 'jacobiRows':
      return operands.a!.rows;
    default:
      return 'batch';
  }
}

/** Ops on images: their range is groups of them. */
const BY_GROUPS: ReadonlySet<OpKind> = new Set([
  'gatherImages',
  'padImages',
  'conv2d',
  'conv2dInput',
  'conv2dMaxPool',
  'conv2dWinograd',
  'conv2dInputWinograd',
  'conv2dMaxPoolWinograd',
  'maxPool2x2Backward',
  'maxPool2d',
  'maxPool2dBackward',
  'averagePool2d',
  'averagePool2dBackward',
  'imagesToRows',
  'rowsToImages',
  'gatherImageWindows',
  'groupMoments',
  'normalize',
  'normalizeBackward',
  'layerNorm',
  'layerNormBackward',
]);
/** Elementwise ops, which run over rows as well as over groups. */
const BY_EITHER: ReadonlySet<OpKind> = new Set(['activation', 'activationBackward', 'scaleShift', 'dropout']);

/** Whether an op may be split by groups of 16 rows, and whether it may be split in another way. */
export function groupSplits(kind: OpKind): { groups: boolean; others: boolean } {
  return { groups: BY_GROUPS.has(kind) || BY_EITHER.has(kind), others: !BY_GROUPS.has(kind) };
}

/** Compares the shapes of one op's operands, which have been checked one by one before. */
class Shapes {
  /** Rows that batch matrices need: groups for ops on images. */
  private readonly maxRows: number;
  private readonly maxGroups: number;
  /** Operands that a rule has looked at. */
  private readonly named = new Set<string>();

  constructor(
    readonly op: Op,
    private readonly allRows: number,
    private readonly refuse: Refuse,
  ) {
    this.maxGroups = Math.ceil(allRows / GROUP_IMAGES);
    this.maxRows = op.split === 'groups' ? this.maxGroups : allRows;
  }

  of(name: string): Operand {
    this.named.add(name);
    return this.op.operands[name] as Operand;
  }

  has(name: string): boolean {
    return this.op.operands[name] !== undefined;
  }

  /** The operand, if given, has exactly this many rows or columns. */
  exactly(name: string, side: 'rows' | 'cols', count: number, why: string): void {
    this.named.add(name);
    const operand = this.op.operands[name];
    if (operand === undefined || operand[side] === count) return;
    this.refuse(name, `${count} ${side} (${why})`, `${operand[side]}`);
  }

  atLeast(name: string, side: 'rows' | 'cols', count: number, why: string): void {
    this.named.add(name);
    const operand = this.op.operands[name];
    if (operand === undefined || operand[side] >= count) return;
    this.refuse(name, `at least ${count} ${side} (${why})`, `${operand[side]}`);
  }

  multiple(name: string, side: 'rows' | 'cols', unit: number, why: string): void {
    const count = this.of(name)[side];
    if (count % unit !== 0) this.refuse(name, `a multiple of ${unit} ${side} (${why})`, `${count}`);
  }

  /** Matrices of the mini-batch: room for maxRows rows, and the same number of columns. */
  batch(first: string, ...others: string[]): void {
    this.atLeast(first, 'rows', this.maxRows, 'maxRows of the program');
    for (const name of others) {
      this.atLeast(name, 'rows', this.maxRows, 'maxRows of the program');
      this.exactly(name, 'cols', this.of(first).cols, `as many as ${first}`);
    }
  }

  /** A column of the mini-batch, such as the loss of each row. */
  batchColumn(name: string): void {
    this.atLeast(name, 'rows', this.maxRows, 'maxRows of the program');
    this.atLeast(name, 'cols', 1, 'one value a row');
  }

  /** A vector with one element for each row of the mini-batch. */
  batchVector(name: string): void {
    this.vector(name);
    this.atLeast(name, 'cols', this.maxRows, 'maxRows of the program');
  }

  vector(name: string): void {
    this.exactly(name, 'rows', 1, 'a vector');
  }

  /** Images: room for all groups, and so many elements each. */
  images(name: string, channels: number, height: number, width: number): void {
    this.atLeast(name, 'rows', this.maxGroups, 'groups of the program');
    this.exactly(name, 'cols', channels * imagePlane(height, width), 'channels × planes of images');
  }

  /** Indices of 2 × 2 windows: 2 bits for each image and element. */
  packedIndex(name: string, channels: number, height: number, width: number): void {
    this.atLeast(name, 'rows', this.maxGroups, 'groups of the program');
    this.exactly(
      name,
      'cols',
      channels * height * width * PACKED_INDEX_BYTES,
      'channels × height × width × 4',
    );
  }

  /** Rows of the mini-batch, for an op on groups of them. */
  rowsOfImages(name: string, cols: number, why = 'channels × height × width'): void {
    this.atLeast(name, 'rows', this.allRows, 'maxRows of the program');
    this.exactly(name, 'cols', cols, why);
  }

  /** Images of so many channels and `pixels` pixels, or with no pixels rows of so many columns. */
  samples(channels: number, ...names: string[]): void {
    const pixels = this.whole('pixels', 0, PIXEL_LIMIT);
    for (const name of names) {
      if (!this.has(name)) continue;
      this.require(channels > 0, name, 'a channel or more');
      if (pixels > 0) this.images(name, channels, 1, pixels);
      else this.rowsOfImages(name, channels, 'one for each channel');
    }
  }

  /** Float64 sums of groups: two for each channel. */
  sums(channels: number): void {
    this.atLeast('sums', 'rows', this.maxGroups, 'groups of the program');
    this.exactly('sums', 'cols', 2 * channels, 'two for each channel');
  }

  /** Vectors with a number for each channel. */
  vectors(channels: number, ...names: string[]): void {
    for (const name of names) {
      this.vector(name);
      this.exactly(name, 'cols', channels, 'one for each channel');
    }
  }

  /** A scalar that is a whole number between two others. */
  whole(name: string, least: number, most: number): number {
    const value = this.op.scalars[name]!;
    if (!Number.isInteger(value) || value < least || value > most) {
      this.refuse(name, `a whole number from ${least} to ${most} as scalar`, `${value}`);
    }
    return value;
  }

  /** A condition of the op's own. */
  require(holds: boolean, operand: string, what: string): void {
    if (!holds) this.refuse(operand, what, 'something else');
  }

  /** Matrices with a column for each row of the mini-batch, and the same number of rows. */
  transposedBatch(first: string, ...others: string[]): void {
    this.atLeast(first, 'cols', this.maxRows, 'maxRows of the program');
    for (const name of others) {
      this.atLeast(name, 'cols', this.maxRows, 'maxRows of the program');
      this.exactly(name, 'rows', this.of(first).rows, `as many as ${first}`);
    }
  }

  /** Matrices of the very same shape. */
  same(first: string, ...others: string[]): void {
    const { rows, cols } = this.of(first);
    for (const name of others) {
      this.exactly(name, 'rows', rows, `as many as ${first}`);
      this.exactly(name, 'cols', cols, `as many as ${first}`);
    }
  }

  /** Exactly one of labels and target is there, and fits the scores. */
  classes(scores: string): void {
    if (this.has('labels') === this.has('target')) {
      this.refuse('labels', 'exactly one of labels and target', this.has('labels') ? 'both' : 'neither');
    }
    if (this.has('labels')) this.batchVector('labels');
    this.batch(scores, 'target');
    this.atLeast(scores, 'cols', 1, 'a class');
  }

  /**
   * Refuses an operand that no rule has named: a kernel would go by the sizes of the others. So an
   * op whose rules somebody forgot to write is never run.
   */
  everyOperandNamed(): void {
    for (const name of Object.keys(this.op.operands)) {
      if (!this.named.has(name)) this.refuse(name, 'a rule in shapes.ts', 'none');
    }
  }
}

function checkGemm(s: Shapes, maxRows: number): void {
  const { scalars } = s.op;
  const { rows, cols } = s.of('c');
  s.exactly('a', 'rows', rows, 'as many as c');
  s.exactly('b', 'cols', cols, 'as many as c');
  s.exactly('b', 'rows', s.of('a').cols, 'as many as a has columns');
  s.exactly('bias', 'cols', cols, 'as many as c');
  s.vector('bias');
  s.same('c', 'd');
  if (scalars.batch === GEMM_BATCH.m) s.atLeast('c', 'rows', maxRows, 'maxRows of the program');
  if (scalars.batch === GEMM_BATCH.k) s.atLeast('a', 'cols', maxRows, 'maxRows of the program');
}

function checkUpdate(s: Shapes): void {
  s.same('w', 'g', 'v', 'm');
  s.exactly('wT', 'rows', s.of('w').cols, 'as many as w has columns');
  s.exactly('wT', 'cols', s.of('w').rows, 'as many as w has rows');
}

function checkElementwise(from: string, to: string): (s: Shapes) => void {
  return (s) => s.batch(from, to);
}

/** Elements of a pooling window that a byte can number. */
const WINDOW_LIMIT = 256;

const size = (s: Shapes, name: string): number => s.whole(name, 1, IMAGE_LIMIT);

/** A convolution's sizes, checked. */
interface ConvSizes {
  /** Channels, height, width of x. */
  x: readonly [number, number, number];
  /** Outputs, height, width of y. */
  y: readonly [number, number, number];
}

/** Sizes of a convolution whose weights (or their gradient) are the operand `weights`. */
function convSizes(s: Shapes, weights: string): ConvSizes {
  const [channels, height, width] = [size(s, 'channels'), size(s, 'height'), size(s, 'width')];
  const [outHeight, outWidth] = [size(s, 'outHeight'), size(s, 'outWidth')];
  const [kernelH, kernelW] = [size(s, 'kernelH'), size(s, 'kernelW')];
  const reachH = (kernelH - 1) * size(s, 'dilationH');
  const reachW = (kernelW - 1) * size(s, 'dilationW');
  const top = s.whole('top', 0, reachH);
  const left = s.whole('left', 0, reachW);
  const groups = size(s, 'groups');
  s.require(
    (outHeight - 1) * size(s, 'strideH') - top < height && (outWidth - 1) * size(s, 'strideW') - left < width,
    weights,
    'kernels that begin within the image',
  );
  s.require(channels % groups === 0, weights, 'channels in equal groups');
  const outputs = s.of(weights).cols;
  s.require(outputs % groups === 0, weights, 'outputs in equal groups');
  s.exactly(weights, 'rows', kernelH * kernelW * (channels / groups), 'one for each tap');
  return { x: [channels, height, width], y: [outputs, outHeight, outWidth] };
}

function checkConv(s: Shapes): void {
  const { x, y } = convSizes(s, 'w');
  s.images('x', ...x);
  s.images('y', ...y);
  s.vector('bias');
  s.exactly('bias', 'cols', y[0], 'one for each output');
}

/** Images as rows, one after the other. */
function rowsOf(s: Shapes, name: string, [channels, height, width]: readonly [number, number, number]): void {
  s.rowsOfImages(name, channels * height * width);
}

function checkConvRows(s: Shapes): void {
  const { x, y } = convSizes(s, 'w');
  rowsOf(s, 'x', x);
  rowsOf(s, 'y', y);
  s.vector('bias');
  s.exactly('bias', 'cols', y[0], 'one for each output');
}

function checkConvInput(s: Shapes): void {
  const { x, y } = convSizes(s, 'w');
  s.images('dz', ...y);
  s.images('dx', ...x);
  if (s.has('s')) s.images('s', ...x);
}

function checkConvWeights(s: Shapes): void {
  const { x, y } = convSizes(s, 'dw');
  s.images('x', ...x);
  s.images('dz', ...y);
}

/** Half of a side, whole windows only. */
const halved = ([channels, height, width]: readonly [number, number, number]): [number, number, number] => [
  channels,
  Math.floor(height / 2),
  Math.floor(width / 2),
];

function checkConvMaxPool(s: Shapes): void {
  const { x, y } = convSizes(s, 'w');
  const pooled = halved(y);
  s.require(pooled[1] > 0 && pooled[2] > 0, 'y', 'at least one window');
  s.images('x', ...x);
  s.images('y', ...pooled);
  s.vector('bias');
  s.exactly('bias', 'cols', y[0], 'one for each output');
  if (s.has('index')) s.packedIndex('index', ...pooled);
}

/** What Winograd's tiles are made for. */
function threeByThree(check: (s: Shapes) => void): (s: Shapes) => void {
  return (s) => {
    for (const kernel of ['kernelH', 'kernelW']) s.whole(kernel, 3, 3);
    for (const one of ['strideH', 'strideW', 'dilationH', 'dilationW', 'groups']) s.whole(one, 1, 1);
    check(s);
  };
}

function checkWeightsWinograd(s: Shapes): void {
  const [channels, height, width] = [size(s, 'channels'), size(s, 'height'), size(s, 'width')];
  const [outHeight, outWidth] = [size(s, 'outHeight'), size(s, 'outWidth')];
  const inside =
    outHeight - 1 - s.whole('top', 0, 2) < height && outWidth - 1 - s.whole('left', 0, 2) < width;
  s.require(inside, 'dz', 'kernels that begin within the image');
  s.exactly('du', 'rows', 16 * channels, '16 × channels');
  s.images('x', channels, height, width);
  s.images('dz', s.of('du').cols, outHeight, outWidth);
}

function checkWinogradGradient(s: Shapes): void {
  const channels = Math.floor(s.of('dw').rows / 9);
  s.exactly('dw', 'rows', 9 * channels, '9 × channels');
  s.exactly('du', 'rows', 16 * channels, '16 × channels');
  s.exactly('du', 'cols', s.of('dw').cols, 'columns of dw');
}

/** What its tiles are made for: every tap inside the image, a step at a time. */
function checkMaxPoolWeights(s: Shapes): void {
  const { x, y } = convSizes(s, 'dw');
  for (const one of ['strideH', 'strideW', 'dilationH', 'dilationW', 'groups']) s.whole(one, 1, 1);
  for (const none of ['top', 'left']) s.whole(none, 0, 0);
  const [kernelH, kernelW] = [size(s, 'kernelH'), s.whole('kernelW', 1, 5)];
  s.require(y[1] + kernelH - 1 <= x[1] && y[2] + kernelW - 1 <= x[2], 'x', 'kernels within the image');
  const pooled = halved(y);
  s.require(pooled[1] > 0 && pooled[2] > 0, 'dy', 'at least one window');
  s.images('x', ...x);
  s.images('dy', ...pooled);
  s.packedIndex('index', ...pooled);
}

function checkMaxPool2x2Backward(s: Shapes): void {
  const sizes = [size(s, 'channels'), size(s, 'height'), size(s, 'width')] as const;
  const pooled = halved(sizes);
  s.require(pooled[1] > 0 && pooled[2] > 0, 'dy', 'at least one window');
  s.images('dz', ...sizes);
  s.images('dy', ...pooled);
  s.packedIndex('index', ...pooled);
  if (s.has('s')) s.images('s', ...pooled);
}

/** A pooling's sizes, checked: channels, height and width of the image and of the result. */
function poolSizes(
  s: Shapes,
  large: string,
  isCounted: boolean,
): Record<'x' | 'y', [number, number, number]> {
  const [channels, height, width] = [size(s, 'channels'), size(s, 'height'), size(s, 'width')];
  const [poolH, poolW] = [size(s, 'poolH'), size(s, 'poolW')];
  const top = s.whole('top', 0, poolH - 1);
  const left = s.whole('left', 0, poolW - 1);
  const [outHeight, outWidth] = [size(s, 'outHeight'), size(s, 'outWidth')];
  const meets =
    (outHeight - 1) * size(s, 'strideH') - top < height && (outWidth - 1) * size(s, 'strideW') - left < width;
  s.require(meets, large, 'windows that meet the image');
  s.require(!isCounted || poolH * poolW <= WINDOW_LIMIT, large, 'windows of at most 256 elements');
  return { x: [channels, height, width], y: [channels, outHeight, outWidth] };
}

/** Pooling: the first operands are as large as the image, the others as the result. */
function checkPool(large: string, ...small: string[]): Rule {
  return (s) => {
    const { x, y } = poolSizes(s, large, small.includes('index'));
    s.images(large, ...x);
    for (const name of small) if (s.has(name)) s.images(name, ...y);
  };
}

function checkPoolRows(s: Shapes): void {
  const { x, y } = poolSizes(s, 'x', false);
  rowsOf(s, 'x', x);
  rowsOf(s, 'y', y);
}

/** A frame around an image: sizes of both. */
function frameSizes(s: Shapes): Record<'x' | 'y', [number, number, number]> {
  const [channels, height, width] = [size(s, 'channels'), size(s, 'height'), size(s, 'width')];
  const [outHeight, outWidth] = [size(s, 'outHeight'), size(s, 'outWidth')];
  const bottom = s.whole('top', 0, IMAGE_LIMIT) + height;
  const right = s.whole('left', 0, IMAGE_LIMIT) + width;
  s.require(bottom <= outHeight && right <= outWidth, 'y', 'a padded image that holds the image');
  return { x: [channels, height, width], y: [channels, outHeight, outWidth] };
}

/** What both gathers through windows ask for; elements of an image that comes out. */
function checkWindows(s: Shapes): number {
  const [outHeight, outWidth] = [size(s, 'outHeight'), size(s, 'outWidth')];
  const channels = size(s, 'channels');
  s.exactly('src', 'cols', channels * size(s, 'height') * size(s, 'width'), 'channels × height × width');
  s.vector('index');
  s.rowsOfImages('windows', outHeight + outWidth, 'outHeight + outWidth');
  return channels * outHeight * outWidth;
}

type Rule = (s: Shapes, maxRows: number) => void;

const RULES: Readonly<Record<OpKind, Rule>> = {
  gatherRows(s) {
    s.batch('dst');
    s.exactly('src', 'cols', s.of('dst').cols, 'as many as dst');
    s.vector('index');
  },
  gatherLabels(s) {
    s.batchVector('dst');
    s.vector('src');
    s.vector('index');
  },
  gemm: checkGemm,
  biasGradient(s) {
    s.batch('dz');
    s.vector('db');
    s.exactly('db', 'cols', s.of('dz').cols, 'as many as dz');
  },
  activation: checkElementwise('x', 'y'),
  activationBackward: (s) => s.batch('dx', 'dy', 's'),
  scaleShift: checkElementwise('x', 'y'),
  dropout: checkElementwise('x', 'y'),
  softmax: checkElementwise('x', 'y'),
  softmaxBackward: (s) => s.batch('dx', 'dy', 'y'),
  softmaxCrossEntropy(s) {
    s.classes('z');
    s.batch('z', 'p', 'dz');
    s.batchColumn('rowLoss');
  },
  sigmoidCrossEntropy(s) {
    s.batch('z', 'target', 'p', 'dz');
    s.batchColumn('rowLoss');
  },
  categoricalCrossEntropy(s) {
    s.classes('p');
    s.batch('p', 'dp');
    s.batchColumn('rowLoss');
  },
  binaryCrossEntropy(s) {
    s.batch('p', 'target', 'dp');
    s.batchColumn('rowLoss');
  },
  meanSquaredError(s) {
    s.batch('y', 'target', 'dy');
    s.batchColumn('rowLoss');
  },
  meanAbsoluteError(s) {
    s.batch('y', 'target', 'dy');
    s.batchColumn('rowLoss');
  },
  weightRows(s) {
    s.batchColumn('weights');
    if (s.has('dz')) s.batch('dz');
    s.batchColumn('rowLoss');
  },
  argmaxAccuracy(s) {
    s.classes('p');
    s.batchColumn('out');
  },
  thresholdAccuracy(s) {
    s.batch('p', 'target');
    s.batchColumn('out');
  },
  r2Terms(s) {
    s.batch('y', 'target');
    s.vector('shift');
    s.exactly('shift', 'cols', s.of('y').cols, 'as many as y');
    s.batch('out');
    s.exactly('out', 'cols', R2_TERMS * s.of('y').cols, 'three for each column of y');
  },
  rowSums(s) {
    s.batchColumn('stats');
    s.vector('totals');
    s.exactly('totals', 'cols', s.of('stats').cols, 'as many as stats');
    s.vector('penalty');
  },
  penalty(s) {
    s.vector('partial');
    s.exactly('partial', 'cols', Math.ceil(s.of('w').rows / PENALTY_BLOCK_ROWS), 'one for 16 rows of w');
  },
  sgd: checkUpdate,
  momentum: checkUpdate,
  rmsprop: checkUpdate,
  adam: checkUpdate,
  copyRows(s) {
    s.batch('src');
    s.exactly('dst', 'cols', s.of('src').cols, 'as many as src');
  },
  shuffle: (s) => s.vector('index'),
  linearScores(s) {
    s.transposedBatch('z');
    s.exactly('w', 'rows', s.of('z').rows, 'as many as z');
    s.exactly('x', 'cols', s.of('w').cols, 'as many as w');
    s.vector('bias');
    s.exactly('bias', 'cols', s.of('w').rows, 'one for each row of w');
  },
  logisticLoss(s) {
    s.transposedBatch('z', 'p', 'dz');
    s.atLeast('z', 'rows', 1, 'one score or one for each class');
    s.vector('labels');
    s.vector('weights');
    s.vector('totals');
    s.atLeast('totals', 'cols', 1, 'the loss');
  },
  linearGradient(s) {
    s.transposedBatch('dz');
    s.exactly('dw', 'rows', s.of('dz').rows, 'as many as dz');
    s.exactly('x', 'cols', s.of('dw').cols, 'as many as dw');
    s.vector('db');
    s.exactly('db', 'cols', s.of('dw').rows, 'one for each row of dw');
  },
  curvatureRows(s) {
    s.transposedBatch('out');
    s.exactly('out', 'rows', s.of('x').cols + 1, 'one more than x has columns');
    s.batchVector('pk');
    if (s.has('pl')) s.batchVector('pl');
    s.vector('weights');
  },
  gatherDesign(s) {
    s.batch('dst');
    s.vector('weight');
    const { rows, cols } = s.of('x');
    s.exactly('y', 'rows', rows, 'as many as x');
    s.exactly('weight', 'cols', rows, 'one for each row of x');
    s.atLeast('dst', 'cols', 1 + cols + s.of('y').cols, 'one, x and y');
    s.exactly('frame', 'rows', 2, 'factors and what is subtracted');
    s.exactly('frame', 'cols', cols + s.of('y').cols + 1, 'x, y and weights');
  },
  qrFold(s) {
    s.batch('a');
    const { cols } = s.of('r');
    s.multiple('r', 'cols', QR_PANEL_COLS, 'whole panels');
    s.exactly('r', 'rows', cols, 'a square');
    s.exactly('a', 'cols', cols, 'as many as r');
  },
  triangularSolve(s) {
    const { cols } = s.of('r');
    s.exactly('r', 'rows', cols, 'a square');
    s.exactly('b', 'rows', cols, 'as many as r');
  },
  jacobiRows(s) {
    s.exactly('b', 'rows', s.of('a').rows, 'as many as a');
    s.vector('sweeps');
    s.exactly('sweeps', 'cols', 1, 'one number');
  },
  normalResidual(s) {
    const { rows, cols } = s.of('x');
    const targets = s.of('y').cols;
    s.exactly('y', 'rows', rows, 'as many as x');
    s.vector('weight');
    s.exactly('weight', 'cols', rows, 'one for each row of x');
    s.exactly('coef', 'rows', targets, 'one for each column of y');
    s.exactly('coef', 'cols', cols, 'as many as x');
    s.vector('intercept');
    s.exactly('intercept', 'cols', targets, 'as many as y');
    s.exactly('moments', 'rows', 2 * targets, 'two for each column of y');
    s.exactly('moments', 'cols', 1 + cols, 'one more than x');
  },
  gatherImages(s) {
    const sizes = [size(s, 'channels'), size(s, 'height'), size(s, 'width')] as const;
    s.images('dst', ...sizes);
    s.exactly('src', 'cols', sizes[0] * sizes[1] * sizes[2], 'channels × height × width');
    s.vector('index');
  },
  padImages(s) {
    const { x, y } = frameSizes(s);
    s.images('x', ...x);
    s.images('y', ...y);
  },
  padRows(s) {
    const { x, y } = frameSizes(s);
    rowsOf(s, 'x', x);
    rowsOf(s, 'y', y);
  },
  conv2dRows: checkConvRows,
  maxPool2dRows: checkPoolRows,
  averagePool2dRows: checkPoolRows,
  conv2d: checkConv,
  conv2dInput: checkConvInput,
  conv2dWeights: checkConvWeights,
  channelSums(s) {
    s.vector('db');
    s.images('dz', s.of('db').cols, size(s, 'height'), size(s, 'width'));
  },
  maxPool2d: checkPool('x', 'y', 'index'),
  maxPool2dBackward: checkPool('dx', 'dy', 'index', 's'),
  averagePool2d: checkPool('x', 'y'),
  averagePool2dBackward: checkPool('dx', 'dy'),
  conv2dMaxPool: checkConvMaxPool,
  maxPool2x2Backward: checkMaxPool2x2Backward,
  conv2dWinograd: threeByThree(checkConv),
  conv2dInputWinograd: threeByThree(checkConvInput),
  conv2dMaxPoolWinograd: threeByThree(checkConvMaxPool),
  conv2dWeightsWinograd: threeByThree(checkWeightsWinograd),
  winogradGradient: checkWinogradGradient,
  conv2dMaxPoolWeights: checkMaxPoolWeights,
  imagesToRows(s) {
    const sizes = [size(s, 'channels'), size(s, 'height'), size(s, 'width')] as const;
    s.images('x', ...sizes);
    s.rowsOfImages('y', sizes[0] * sizes[1] * sizes[2]);
  },
  rowsToImages(s) {
    const sizes = [size(s, 'channels'), size(s, 'height'), size(s, 'width')] as const;
    s.rowsOfImages('x', sizes[0] * sizes[1] * sizes[2]);
    if (s.has('s')) s.images('s', ...sizes);
    s.images('y', ...sizes);
  },
  drawWindows(s) {
    const [height, width] = [size(s, 'height'), size(s, 'width')];
    s.batch('windows');
    s.exactly('windows', 'cols', size(s, 'outHeight') + size(s, 'outWidth'), 'outHeight + outWidth');
    s.atLeast('before', 'rows', s.of('windows').rows, 'as many as windows');
    s.exactly('before', 'cols', height + width, 'height + width');
    for (const side of ['top', 'left']) {
      s.whole(`${side}Least`, -IMAGE_LIMIT, IMAGE_LIMIT);
      s.whole(`${side}Count`, 1, 2 * IMAGE_LIMIT);
    }
  },
  gatherWindows(s) {
    s.batch('dst');
    s.exactly('dst', 'cols', checkWindows(s), 'channels × outHeight × outWidth');
  },
  gatherImageWindows(s) {
    checkWindows(s);
    s.images('dst', size(s, 'channels'), size(s, 'outHeight'), size(s, 'outWidth'));
  },
  groupMoments(s) {
    const channels = Math.floor(s.of('sums').cols / 2);
    s.sums(channels);
    s.samples(channels, 'x', 'dy');
  },
  mergeMoments(s) {
    const channels = Math.floor(s.of('stats').cols / 2);
    s.whole('pixels', 1, PIXEL_LIMIT);
    s.sums(channels);
    s.vectors(2 * channels, 'stats');
  },
  movingMoments(s) {
    const channels = s.of('mean').cols;
    s.whole('pixels', 1, PIXEL_LIMIT);
    s.sums(channels);
    s.vectors(channels, 'mean', 'variance');
  },
  frozenMoments(s) {
    const channels = s.of('mean').cols;
    s.vectors(channels, 'mean', 'variance');
    s.vectors(2 * channels, 'stats');
  },
  normalize(s) {
    const channels = Math.floor(s.of('stats').cols / 2);
    s.vectors(2 * channels, 'stats');
    s.vectors(channels, 'gamma', 'beta');
    s.samples(channels, 'x', 'y');
  },
  mergeSlopes(s) {
    const channels = Math.floor(s.of('stats').cols / 2);
    s.whole('pixels', 1, PIXEL_LIMIT);
    s.sums(channels);
    s.vectors(2 * channels, 'stats', 'means');
  },
  normalizeBackward(s) {
    const channels = Math.floor(s.of('stats').cols / 2);
    s.vectors(2 * channels, 'stats', 'means');
    s.vectors(channels, 'gamma');
    s.samples(channels, 'x', 'dy', 'dx');
  },
  normGradients(s) {
    const channels = Math.floor(s.of('sums').cols / 2);
    s.sums(channels);
    s.vectors(2 * channels, 'stats');
    s.vectors(channels, 'dGamma', 'dBeta');
  },
  foldNorm(s) {
    s.same('w', 'y');
    s.vectors(s.of('w').cols, 'bias', 'mean', 'variance', 'gamma', 'beta', 'yBias');
  },
  layerNorm(s) {
    const channels = s.whole('channels', 1, COLUMN_LIMIT);
    s.samples(channels, 'x', 'y');
    s.samples(2, 'stats');
    s.vectors(channels, 'gamma', 'beta');
  },
  layerNormBackward(s) {
    const channels = s.whole('channels', 1, COLUMN_LIMIT);
    s.samples(channels, 'x', 'dy', 'dx');
    s.samples(2, 'stats');
    s.vectors(channels, 'gamma');
    if (s.has('sums')) s.sums(channels);
  },
};

/** Checks that the operands of one op agree with each other and have room for `maxRows` rows. */
export function checkShapes(op: Op, maxRows: number, refuse: Refuse): void {
  const shapes = new Shapes(op, maxRows, refuse);
  RULES[op.kind](shapes, maxRows);
  shapes.everyOperandNamed();
}
