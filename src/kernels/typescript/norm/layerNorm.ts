import { GROUP_IMAGES, imagePlane } from '../../contract.js';
import { fround } from '../exact/fma.js';
import type { F32, F64, Matrix, PreparedOp, PrepareOp } from '../kernel.js';
import { inverseDeviation, momentsOf, samplesOf, treeSum } from './sums.js';

/** Where the numbers that are normalised together lie: element (place, channel) at place·placeStep + channel·channelStep. */
interface Layout {
  isImages: boolean;
  channels: number;
  /** Places of a group or of a row: pixels times lanes, or one. */
  places: number;
  channelStep: number;
}

function layoutOf(op: PreparedOp): Layout {
  const channels = op.scalar('channels');
  const pixels = op.scalar('pixels');
  if (pixels === 0) return { isImages: false, channels, places: 1, channelStep: 1 };
  return { isImages: true, channels, places: pixels * GROUP_IMAGES, channelStep: imagePlane(1, pixels) };
}

/** Calls `visit` for every row that holds places, one per group of images or one per sample. */
function eachRow(
  { isImages }: Layout,
  begin: number,
  end: number,
  registers: F64,
  visit: (row: number, group: number, count: number) => void,
): void {
  for (let g = begin; g < end; g++) {
    const count = samplesOf(registers, g);
    if (isImages) visit(g, g, count);
    else for (let r = g * GROUP_IMAGES; r < g * GROUP_IMAGES + count; r++) visit(r, g, count);
  }
}

/** Sums over channels in the contract's order: one chain for images, 16 lanes and the tree for rows. */
class ChannelSums {
  private readonly sums = new Float64Array(GROUP_IMAGES);
  private readonly products = new Float64Array(GROUP_IMAGES);

  constructor(private readonly isImages: boolean) {}

  clear(): void {
    this.sums.fill(0);
    this.products.fill(0);
  }

  add(c: number, value: number, product: number): void {
    const lane = this.isImages ? 0 : c % GROUP_IMAGES;
    this.sums[lane] = this.sums[lane]! + value;
    this.products[lane] = this.products[lane]! + product;
  }

  /** Both sums; clear before adding on. */
  totals(): [number, number] {
    if (this.isImages) return [this.sums[0]!, this.products[0]!];
    return [treeSum(this.sums), treeSum(this.products)];
  }
}

/** Where the mean of a place is in a row of stats; the inverse deviation is `channelStep` behind. */
const statAt = (stats: Matrix<F32>, row: number, place: number): number => row * stats.rowStride + place;

/** y = x̂·gamma + beta over the channels of each place. */
export const layerNorm: PrepareOp = (op) => {
  const x = op.f32('x');
  const y = op.f32('y');
  const gamma = op.optional('f32', 'gamma')?.data;
  const beta = op.optional('f32', 'beta')?.data;
  const stats = op.optional('f32', 'stats');
  const epsilon = op.scalar('epsilon');
  const layout = layoutOf(op);
  const { channels, places, channelStep } = layout;
  const sums = new ChannelSums(layout.isImages);
  const place = (row: number, i: number): void => {
    const from = row * x.rowStride + i;
    sums.clear();
    for (let c = 0; c < channels; c++) {
      const value = x.data[from + c * channelStep]!;
      sums.add(c, value, value * value);
    }
    const [m, v] = momentsOf(sums.totals(), channels);
    const mean = fround(m);
    const inverse = fround(inverseDeviation(v, epsilon));
    if (stats !== undefined) {
      stats.data[statAt(stats, row, i)] = mean;
      stats.data[statAt(stats, row, i) + channelStep] = inverse;
    }
    for (let c = 0; c < channels; c++) {
      let z = fround(fround(x.data[from + c * channelStep]! - mean) * inverse);
      if (gamma !== undefined) z = fround(z * gamma[c]!);
      if (beta !== undefined) z = fround(z + beta[c]!);
      y.data[row * y.rowStride + i + c * channelStep] = z;
    }
  };
  return (begin, end, registers) => {
    eachRow(layout, begin, end, registers, (row) => {
      for (let i = 0; i < places; i++) place(row, i);
    });
    return 0;
  };
};

/** The operands of layerNormBackward. */
interface Gradients {
  dy: Matrix<F32>;
  x: Matrix<F32>;
  stats: Matrix<F32>;
  gamma: F32 | undefined;
  layout: Layout;
}

/** Adds Σ dy and Σ dy·x̂ of a row to the sums of its group: lanes for images, one chain for rows. */
function addToGroup(
  { dy, x, stats, layout }: Gradients,
  sums: Matrix<F64>,
): (row: number, group: number, count: number) => void {
  const { isImages, channels, places, channelStep } = layout;
  const lanes = new Float64Array(2 * GROUP_IMAGES);
  const centered = (row: number, at: number, place: number): number => {
    const stat = statAt(stats, row, place);
    return (x.data[row * x.rowStride + at]! - stats.data[stat]!) * stats.data[stat + channelStep]!;
  };
  return (row, group, count) => {
    const to = group * sums.rowStride;
    for (let c = 0; c < channels; c++) {
      if (!isImages) {
        const gradient = dy.data[row * dy.rowStride + c]!;
        sums.data[to + c] = sums.data[to + c]! + gradient;
        sums.data[to + channels + c] = sums.data[to + channels + c]! + gradient * centered(row, c, 0);
        continue;
      }
      lanes.fill(0);
      for (let i = 0; i < places; i++) {
        const lane = i % GROUP_IMAGES;
        if (lane >= count) continue;
        const gradient = dy.data[row * dy.rowStride + c * channelStep + i]!;
        lanes[lane] = lanes[lane]! + gradient;
        lanes[GROUP_IMAGES + lane] =
          lanes[GROUP_IMAGES + lane]! + gradient * centered(row, c * channelStep + i, i);
      }
      sums.data[to + c] = treeSum(lanes);
      sums.data[to + channels + c] = treeSum(lanes, GROUP_IMAGES);
    }
  };
}

/** dx of one place. */
function placeBackward(
  { dy, x, stats, gamma, layout }: Gradients,
  dx: Matrix<F32>,
): (row: number, i: number) => void {
  const { channels, channelStep } = layout;
  const sums = new ChannelSums(layout.isImages);
  return (row, i) => {
    const mean = stats.data[statAt(stats, row, i)]!;
    const inverse = stats.data[statAt(stats, row, i) + channelStep]!;
    const gradientAt = (c: number): number =>
      dy.data[row * dy.rowStride + i + c * channelStep]! * (gamma?.[c] ?? 1);
    sums.clear();
    for (let c = 0; c < channels; c++) {
      const value = x.data[row * x.rowStride + i + c * channelStep]!;
      sums.add(c, gradientAt(c), gradientAt(c) * ((value - mean) * inverse));
    }
    const [sum, product] = sums.totals();
    const a = fround(sum / channels);
    const b = fround(product / channels);
    for (let c = 0; c < channels; c++) {
      const value = x.data[row * x.rowStride + i + c * channelStep]!;
      const centered = fround(fround(value - mean) * inverse);
      const gradient = fround(fround(fround(gradientAt(c)) - a) - fround(centered * b));
      dx.data[row * dx.rowStride + i + c * channelStep] = fround(gradient * inverse);
    }
  };
}

/** dx, and sums for the gradients of gamma and beta. */
export const layerNormBackward: PrepareOp = (op) => {
  const x = op.f32('x');
  const layout = layoutOf(op);
  const gamma = op.optional('f32', 'gamma')?.data;
  const gradients: Gradients = { dy: op.f32('dy'), x, stats: op.f32('stats'), gamma, layout };
  const sums = op.optional('f64', 'sums');
  const dx = op.optional('f32', 'dx');
  const add = sums && addToGroup(gradients, sums);
  const place = dx && placeBackward(gradients, dx);
  const { isImages, channels, places, channelStep } = layout;
  return (begin, end, registers) => {
    for (let g = begin; g < end && sums !== undefined; g++) {
      sums.data.fill(0, g * sums.rowStride, g * sums.rowStride + sums.cols);
    }
    eachRow(layout, begin, end, registers, (row, group, count) => {
      // Sums first: dx may be written over dy.
      add?.(row, group, count);
      if (dx === undefined || place === undefined) return;
      for (let i = 0; i < places; i++) {
        if (!isImages || i % GROUP_IMAGES < count) place(row, i);
        else for (let c = 0; c < channels; c++) dx.data[row * dx.rowStride + i + c * channelStep] = 0;
      }
    });
    return 0;
  };
};
