import {
  BIAS_POINT,
  type Tile,
  transformKernel,
  transformProducts,
  transformTile,
} from '../images/winograd.js';
import { fma, fround } from './fma.js';

/** A minimal filtering F(cell × cell, 3 × 3) and its transforms, rounded as in the contract. */
export interface WinogradFilter {
  /** Outputs along a side of a cell. */
  readonly cell: number;
  /** Elements along a side of a tile. */
  readonly side: number;
  /** The point whose products start from the bias. */
  readonly biasPoint: number | undefined;
  /** Bᵀ d B, in place. */
  tile(d: Tile): void;
  /** G g Gᵀ of 3 × 3. */
  kernel(g: Tile, to: Tile): void;
  /** Aᵀ m A of one cell. */
  products(m: Tile, bias: number, to: Tile): void;
}

const two: WinogradFilter = {
  cell: 2,
  side: 4,
  biasPoint: BIAS_POINT,
  tile: (d) => transformTile(d, fround),
  kernel: (g, to) => transformKernel(g, to, fround),
  products: (m, _, to) => transformProducts(m, to, fround),
};

/** The points of F(4 × 4, 3 × 3) are 0, ±A, ±B and ∞. Their powers are exact in float32. */
const A = 5 / 8;
const B = 3 / 2;
const OUTER = A ** 2 * B ** 2;
const INNER = -(A ** 2 + B ** 2);
const APART = 2 * (A ** 2 - B ** 2);
/** Factors of the three elements of a kernel, at ±A and ±B. */
const AT_A = [1 / (A ** 2 * APART), 1 / (A * APART), 1 / APART].map(fround);
const AT_B = [-1 / (B ** 2 * APART), -1 / (B * APART), -1 / APART].map(fround);
const AT_ZERO = fround(1 / (A ** 2 * B ** 2));

type Six = [number, number, number, number, number, number];

function imageSix([d0, d1, d2, d3, d4, d5]: Six): Six {
  const near = [fma(-(B ** 2), d2, d4), fma(-(B ** 2), d1, d3)] as const;
  const far = [fma(-(A ** 2), d2, d4), fma(-(A ** 2), d1, d3)] as const;
  return [
    fma(OUTER, d0, fma(INNER, d2, d4)),
    fma(A, near[1], near[0]),
    fma(-A, near[1], near[0]),
    fma(B, far[1], far[0]),
    fma(-B, far[1], far[0]),
    fma(OUTER, d1, fma(INNER, d3, d5)),
  ];
}

function kernelSix(a: number, b: number, c: number): Six {
  const pair = (factors: readonly number[]): [number, number] => {
    const ends = fma(factors[2]!, c, fround(factors[0]! * a));
    return [fma(factors[1]!, b, ends), fma(-factors[1]!, b, ends)];
  };
  return [fround(AT_ZERO * a), ...pair(AT_A), ...pair(AT_B), c];
}

/** Down a column, or along a row if there is a bias to start from. */
function productsFour([m0, m1, m2, m3, m4, m5]: Six, bias?: number): [number, number, number, number] {
  const [near, nearGap] = [fround(m1 + m2), fround(m1 - m2)];
  const [far, farGap] = [fround(m3 + m4), fround(m3 - m4)];
  const start = (factor: number, x: number): number =>
    bias === undefined ? fround(factor * x) : fma(factor, x, bias);
  const plusBias = (x: number): number => (bias === undefined ? x : fround(bias + x));
  return [
    fround(fround(plusBias(m0) + near) + far),
    fma(B, farGap, start(A, nearGap)),
    fma(B ** 2, far, start(A ** 2, near)),
    fma(B ** 3, farGap, fma(A ** 3, nearGap, plusBias(m5))),
  ];
}

/** Six elements of a tile, from `at` on, `step` apart. */
const sixOf = (d: Tile, at: number, step: number): Six =>
  [0, 1, 2, 3, 4, 5].map((k) => d[at + k * step]!) as Six;

const four: WinogradFilter = {
  cell: 4,
  side: 6,
  biasPoint: undefined,
  tile(d) {
    for (let j = 0; j < 6; j++) {
      const down = imageSix(sixOf(d, j, 6));
      for (let i = 0; i < 6; i++) d[6 * i + j] = down[i]!;
    }
    for (let i = 0; i < 6; i++) d.set(imageSix(sixOf(d, 6 * i, 1)), 6 * i);
  },
  kernel(g, to) {
    const down = [0, 1, 2].map((j) => kernelSix(g[j]!, g[3 + j]!, g[6 + j]!));
    for (let i = 0; i < 6; i++) to.set(kernelSix(down[0]![i]!, down[1]![i]!, down[2]![i]!), 6 * i);
  },
  products(m, bias, to) {
    const down = [0, 1, 2, 3, 4, 5].map((j) => productsFour(sixOf(m, j, 6)));
    for (let i = 0; i < 4; i++) to.set(productsFour(down.map((column) => column[i]!) as Six, bias), 4 * i);
  },
};

/** The filter for cells of `pairs` pairs of outputs. */
export const winogradFilter = (pairs: number): WinogradFilter => (pairs === 1 ? two : four);
