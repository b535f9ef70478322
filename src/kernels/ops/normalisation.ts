/** Normalisation over the mini-batch, and over the channels of each sample. */

import { IMAGE_LIMIT } from '../constants.js';
import { ACTIVATION } from './elementwise.js';
import { cols, half, perElement, rows, scalar, times } from './expression.js';
import { channelVectors, groupSums, same, samples } from './rules.js';
import { f32, f64, finite, op, optional, output, updated, whole } from './schema.js';

const PIXEL_LIMIT = IMAGE_LIMIT ** 2;
/** Pixels of an image. 0 for rows. */
const pixels = whole(0, PIXEL_LIMIT);
/** Pixels of an image. 1 for rows in ops that merge sums. */
const counted = whole(1, PIXEL_LIMIT);
const COLUMN_LIMIT = 2 ** 32;

const inStats = half(cols('stats'));
const inSums = half(cols('sums'));
const twice = (channels: ReturnType<typeof half>) => times(2, channels);

export const batchNormOps = {
  /**
   * **Normalisation** (Ioffe & Szegedy 2015; Ba, Kiros & Hinton 2016).
   * x, y and dx are images with C channels and `pixels` pixels. If `pixels` = 0, they are rows of C
   * columns, taken 16 at a time (split `groups`). Only the R rows of the mini-batch count: later
   * lanes add nothing to sums, and their dx is 0.
   * `sums` and the values computed from them are float64. Every product and sum is rounded
   * separately (no fma), so JavaScript gives the same bits. n = R·`pixels`; for rows, ops that
   * merge sums have `pixels` = 1. G = ⌈R/16⌉ groups.
   *
   * Sums over group g: sums[g][c] = Σ a, sums[g][C + c] = Σ a·x, where a = dy, or a = x if dy is
   * absent (these products are exact). Images: lane l is a chain over pixels, from 0, then the tree
   * of 16 lanes. Rows: one chain over the rows of the group, from 0.
   */
  groupMoments: op(() => ({
    operands: { x: f32, dy: optional(f32), sums: output(f64) },
    scalars: { pixels },
    splits: 'groups',
    rules: () => [groupSums(inSums), samples(inSums, 'x', 'dy')],
    flops: perElement('x', 3),
  })),
  /**
   * S = ((0 + sums[0][c]) + sums[1][c]) + … over the G groups, T of sums[·][C + c] likewise;
   * m = S/n; v = (T − S·m)/n, or 0 if that is negative;
   * stats[0][c] = fl(m), stats[0][C + c] = fl(1/√(v + epsilon)). Range: channels c.
   */
  mergeMoments: op(() => ({
    operands: { sums: f64, stats: output(f32) },
    scalars: { pixels: counted, epsilon: finite },
    range: inStats,
    rules: () => [groupSums(inStats), channelVectors(twice(inStats), 'stats')],
    flops: perElement('sums', 1),
  })),
  /**
   * With m and v as above: mean ← fl(momentum·mean + (1 − momentum)·m), variance ← the same of v,
   * both flushed as updates are. Sets `parameterNotFinite`. Range: channels.
   */
  movingMoments: op(() => ({
    operands: { sums: f64, mean: updated(f32), variance: updated(f32) },
    scalars: { pixels: counted, momentum: finite },
    range: cols('mean'),
    rules: () => [groupSums(cols('mean')), channelVectors(cols('mean'), 'mean', 'variance')],
    flops: perElement('sums', 1),
  })),
  /**
   * stats[0][c] = mean[0][c]; stats[0][C + c] = fl(1/√(variance[0][c] + epsilon)), in float64.
   * Range: channels.
   */
  frozenMoments: op(() => ({
    operands: { mean: f32, variance: f32, stats: output(f32) },
    scalars: { epsilon: finite },
    range: cols('mean'),
    rules: () => [
      channelVectors(cols('mean'), 'mean', 'variance'),
      channelVectors(times(2, cols('mean')), 'stats'),
    ],
    flops: perElement('stats', 1),
  })),
  /**
   * x̂ = (x − mean)·inv, with mean = stats[0][c] and inv = stats[0][C + c];
   * y = f(x̂·gamma + beta). These are four float32 operations. Those with gamma and beta are done
   * only if gamma and beta are given. Range: groups.
   */
  normalize: op(() => ({
    operands: { x: f32, stats: f32, gamma: optional(f32), beta: optional(f32), y: output(f32) },
    scalars: { pixels, ...ACTIVATION },
    splits: 'groups',
    rules: () => [
      channelVectors(twice(inStats), 'stats'),
      channelVectors(inStats, 'gamma', 'beta'),
      samples(inStats, 'x', 'y'),
    ],
    flops: perElement('x', 4),
  })),
  /**
   * Of sums by groupMoments with dy: A = Σ dy and B = Σ dy·x̂, as S and (T − mean·S)·inv with S and
   * T as in mergeMoments. means[0][c] = fl(A/n), means[0][C + c] = fl(B/n). Range: channels.
   */
  mergeGradientMeans: op(() => ({
    operands: { sums: f64, stats: f32, means: output(f32) },
    scalars: { pixels: counted },
    range: inSums,
    rules: () => [groupSums(inStats), channelVectors(twice(inStats), 'stats', 'means')],
    flops: perElement('sums', 1),
  })),
  /**
   * dx = ((dy − a) − x̂·b)·k in float32, a = means[0][c], b = means[0][C + c], k = gamma·inv, or
   * inv without gamma. Without means, for moments that are not those of the mini-batch, dx = dy·k.
   * dx and dy may be the same memory. Range: groups.
   */
  normalizeBackward: op(() => ({
    operands: { dy: f32, x: f32, stats: f32, means: optional(f32), gamma: optional(f32), dx: output(f32) },
    scalars: { pixels },
    splits: 'groups',
    inPlace: [['dx', 'dy']],
    rules: () => [
      channelVectors(twice(inStats), 'stats', 'means'),
      channelVectors(inStats, 'gamma'),
      samples(inStats, 'x', 'dy', 'dx'),
    ],
    flops: perElement('x', 6),
  })),
  /**
   * dGamma[0][c] = fl(B) and dBeta[0][c] = fl(A), A and B as in mergeGradientMeans;
   * without stats, of sums by layerNormBackward, B = T. Range: channels.
   */
  normGradients: op(() => ({
    operands: {
      sums: f64,
      stats: optional(f32),
      dGamma: optional(output(f32)),
      dBeta: optional(output(f32)),
    },
    range: inSums,
    rules: () => [
      groupSums(inSums),
      channelVectors(twice(inSums), 'stats'),
      channelVectors(inSums, 'dGamma', 'dBeta'),
    ],
    flops: perElement('sums', 1),
  })),
  /**
   * A normalisation by frozenMoments, folded into the weights before it: inv = 1/√(variance +
   * epsilon), s = gamma·inv (inv without gamma), in float64; y[i][j] = w[i][j]·fl(s_j);
   * yBias[0][j] = fl(((bias_j − mean_j)·s_j) + beta_j), bias and beta 0 if absent.
   * Range: rows of w; the range that holds row 0 writes yBias.
   */
  foldNorm: op(() => ({
    operands: {
      w: f32,
      bias: optional(f32),
      mean: f32,
      variance: f32,
      gamma: optional(f32),
      beta: optional(f32),
      y: output(f32),
      yBias: output(f32),
    },
    scalars: { epsilon: finite },
    range: rows('w'),
    rules: () => [
      same('w', 'y'),
      channelVectors(cols('w'), 'bias', 'mean', 'variance', 'gamma', 'beta', 'yBias'),
    ],
    flops: perElement('w', 1),
  })),
};

const channels = whole(1, COLUMN_LIMIT);

export const layerNormOps = {
  /**
   * The same over the C channels of each pixel of each image, or the C columns of each row: S = Σ
   * x, T = Σ x·x in float64, m = S/C, v = (T − S·m)/C, or 0 if it is negative;
   * mean = fl(m), inv = fl(1/√(v + epsilon)); y = (x − mean)·inv·gamma + beta as in normalize.
   * Images: chains over the channels, from 0. Rows: column j in lane j mod 16, ascending, from 0,
   * then the tree. stats: images of two channels, mean and inv of each pixel;
   * of row r in stats[r][0] and [1]. Range: groups.
   */
  layerNorm: op(() => ({
    operands: {
      x: f32,
      gamma: optional(f32),
      beta: optional(f32),
      y: output(f32),
      stats: optional(output(f32)),
    },
    scalars: { pixels, channels, epsilon: finite },
    splits: 'groups',
    rules: () => [
      samples(scalar('channels'), 'x', 'y'),
      channelVectors(scalar('channels'), 'gamma', 'beta'),
      samples(2, 'stats'),
    ],
    flops: perElement('x', 7),
  })),
  /**
   * In float64: x̂ = (x − mean)·inv, h = dy·gamma (dy without gamma);
   * A = Σ h, B = Σ h·x̂ over channels in layerNorm's order; a = fl(A/C), b = fl(B/C).
   * In float32: dx = ((dy·gamma − a) − ((x − mean)·inv)·b)·inv. dx and dy may be the same memory.
   * sums[g][c] = Σ dy, sums[g][C + c] = Σ dy·x̂ (float64) in the order of groupMoments.
   * Range: groups.
   */
  layerNormBackward: op(() => ({
    operands: {
      dy: f32,
      x: f32,
      stats: f32,
      gamma: optional(f32),
      dx: optional(output(f32)),
      sums: optional(output(f64)),
    },
    scalars: { pixels, channels },
    splits: 'groups',
    inPlace: [['dx', 'dy']],
    rules: () => [
      samples(scalar('channels'), 'x', 'dy', 'dx'),
      channelVectors(scalar('channels'), 'gamma'),
      samples(2, 'stats'),
      groupSums(scalar('channels')),
    ],
    flops: perElement('x', 17),
  })),
  /**
   * PReLU (He et al. 2015), forward with g = x and backward with g = dy: y = x > 0 ? g : alpha·g in
   * float32, with the slope alpha[0][c] of the channel; low = x > 0 ? 0 : x, so that the gradient of
   * alpha is Σ dy·low. y and g may be the same memory. Layouts as above. Range: groups.
   */
  prelu: op(() => ({
    operands: { g: f32, x: f32, alpha: f32, y: output(f32), low: optional(output(f32)) },
    scalars: { pixels },
    splits: 'groups',
    inPlace: [['y', 'g']],
    rules: () => [channelVectors(cols('alpha'), 'alpha'), samples(cols('alpha'), 'g', 'x', 'y', 'low')],
    flops: perElement('x', 2),
  })),
};
