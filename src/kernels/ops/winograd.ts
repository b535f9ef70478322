/** Convolutions of 3 × 3 by Winograd's F(2 × 2, 3 × 3) and F(4 × 4, 3 × 3). */
import { WINOGRAD_POINTS } from '../constants.js';
import { CONVOLUTION, forward, inputGradient, outputSides, placed, pooled, taps } from './convolution.js';
import { ACTIVATION } from './elementwise.js';
import { cols, perElement, plus, quotient, rows, scalar, times } from './expression.js';
import { exactly, imageSides, images, shape } from './rules.js';
import { f32, op, output, whole } from './schema.js';

const three = whole(3, 3);
const one = whole(1, 1);
/** The requirements of the tiles. */
const THREE_BY_THREE = {
  ...CONVOLUTION,
  kernelH: three,
  kernelW: three,
  strideH: one,
  strideW: one,
  dilationH: one,
  dilationW: one,
  groups: one,
};
/** `pairs` of outputs along a side of a cell: 1 for F(2 × 2, 3 × 3), 2 for F(4 × 4, 3 × 3). */
const scalars = { ...THREE_BY_THREE, ...ACTIVATION, pairs: whole(1, 2) };

/** The share of products that remains: 16 of the 36 for four outputs, 36 of the 144 for sixteen. */
const SHARE = plus(23 / 36, times(-7 / 36, scalar('pairs')));
/** One point of du for each cell of four outputs. */
const CELL = 1 / 4;

/** The number of elements of a kernel. */
const TAPS = 9;
const channels = quotient(rows('dw'), TAPS);

export const winogradOps = {
  /**
   * conv2d with a kernel of 3 × 3, strides, dilations and groups of 1, by minimal filtering (Lavin &
   * Gray 2015, §4). For each cell (p, q) of n × n outputs, n = 2·pairs, d[c] are the (n + 2)² elements
   * of x from (n·p − top, n·q − left) on, 0 outside the image. Transforms go down the columns first,
   * then along the rows, each operation rounded in the order written. M[ξ] = one chain acc =
   * fma(V[ξ][c], U[ξ][c][o], acc) over the channels c ascending, from 0. y = f(z); elements of z past
   * y are dropped.
   *
   * n = 2: V = Bᵀ d B by (d0 − d2, d1 + d2, d2 − d1, d3 − d1);
   * U = G w Gᵀ by (w0, ((w0 + w2) + w1)·½, ((w0 + w2) − w1)·½, w2);
   * M at the point ξ = (1, 1) starts from bias[0][o]; z = Aᵀ M A by ((m0 + m1) + m2, (m1 − m2) + m3).
   *
   * n = 4, with the points 0, ±a, ±b and ∞ for a = 5/8, b = 3/2, where the products of a and b are
   * exact: V by e = fma(−b², d2, d4), o = fma(−b², d1, d3), e′ = fma(−a², d2, d4), o′ = fma(−a², d1,
   * d3): (fma(a²b², d0, fma(−(a² + b²), d2, d4)), fma(a, o, e), fma(−a, o, e), fma(b, o′, e′),
   * fma(−b, o′, e′), fma(a²b², d1, fma(−(a² + b²), d3, d5)));
   * U, with g = 2(a² − b²) and factors rounded once to float32, by e = fma(1/g, w2, w0/(a²g)), e′ =
   * fma(−1/g, w2, −w0/(b²g)): (w0/(a²b²), fma(1/(ag), w1, e), fma(−1/(ag), w1, e), fma(−1/(bg), w1,
   * e′), fma(1/(bg), w1, e′), w2);
   * z by s = m1 + m2, t = m1 − m2, s′ = m3 + m4, t′ = m3 − m4: down ((m0 + s) + s′, fma(b, t′, a·t),
   * fma(b², s′, a²·s), fma(b³, t′, fma(a³, t, m5))), then along the rows (((β + m0) + s) + s′,
   * fma(b, t′, fma(a, t, β)), fma(b², s′, fma(a², s, β)), fma(b³, t′, fma(a³, t, β + m5))), with β =
   * bias[0][o] or 0.
   */
  conv2dWinograd: op(() => ({ ...forward(), scalars, flops: taps('w', 'y', SHARE) })),
  /** conv2dMaxPool with z computed as in conv2dWinograd. */
  conv2dMaxPoolWinograd: op(() => ({ ...pooled(), scalars, flops: taps('w', 'y', SHARE) })),
  /**
   * The input gradient of conv2dWinograd. The computation is the same, with dz for x, w[2 − i][2 −
   * j][c][o] for w[i][j], chains over o, 2 − top for top and 2 − left for left.
   * Then, if `s` is given, derivative(z as g, s as s).
   */
  conv2dInputWinograd: op(() => ({ ...inputGradient(), scalars, flops: taps('w', 'dz', SHARE) })),
  /**
   * Sums of the weight gradient of conv2dWinograd: du[ξ·C + c][o] = one chain fma(V[ξ][c],
   * Z[ξ][o], acc) over groups of images, then the cells p, then q, then the 16 lanes, all
   * ascending, from 0. Z = A dz Aᵀ by (a, a + b, a − b, b) of each cell's 2 × 2 elements of dz, 0
   * outside. Range: rows of du.
   */
  conv2dWeightsWinograd: op(() => ({
    operands: { x: f32, dz: f32, du: output(f32) },
    scalars: THREE_BY_THREE,
    range: rows('du'),
    rules: () => [
      placed(),
      exactly(rows('du'), times(WINOGRAD_POINTS, scalar('channels')), '16 × channels'),
      images(imageSides, 'x'),
      images(outputSides('du'), 'dz'),
    ],
    flops: taps('du', 'dz', CELL),
  })),
  /**
   * dw = Gᵀ du G for each channel and output, down first, by (u0 + (u1 + u2)·½, (u1 − u2)·½, (u1 +
   * u2)·½ + u3). Range: rows of dw, in the order of conv2d's w.
   */
  winogradGradient: op(() => ({
    operands: { du: f32, dw: output(f32) },
    range: rows('dw'),
    rules: () => [
      exactly(rows('dw'), times(TAPS, channels), '9 × channels'),
      shape('du', [times(WINOGRAD_POINTS, channels), cols('dw')], '16 × channels, and columns of dw'),
    ],
    flops: perElement('du', 1),
  })),
};
