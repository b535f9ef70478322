import { GROUP_IMAGES, PACKED_INDEX_BYTES, REGISTERS } from '../../contract.js';
import { convShape, planeOf } from '../images/geometry.js';
import { packIndex, pooledShape } from '../images/pool2x2.js';
import {
  backwardShape,
  cellsOf,
  forwardShape,
  gradientRow,
  readTile,
  WeightTiles,
  type WinogradShape,
} from '../images/winograd.js';
import type { F32, Matrix, PreparedOp, PrepareOp } from '../kernel.js';
import { activate, activateBackward } from './activation.js';
import { fma, fround } from './fma.js';
import { type WinogradFilter, winogradFilter } from './winogradFilters.js';

/** U[point][channel read][channel made]; backward, kernels are turned. */
function kernelsOf(filter: WinogradFilter, w: Matrix<F32>, isBackward: boolean): Float64Array {
  const channels = w.rows / 9;
  const all = filter.side ** 2;
  const to = new Float64Array(all * channels * w.cols);
  const kernel = new Float64Array(9);
  const points = new Float64Array(all);
  for (let c = 0; c < channels; c++) {
    for (let o = 0; o < w.cols; o++) {
      for (let tap = 0; tap < 9; tap++) {
        const element = isBackward ? 8 - tap : tap;
        kernel[tap] = w.data[(element * channels + c) * w.rowStride + o]!;
      }
      filter.kernel(kernel, points);
      const at = isBackward ? o * channels + c : c * w.cols + o;
      for (let point = 0; point < all; point++) to[point * channels * w.cols + at] = points[point]!;
    }
  }
  return to;
}

/** A convolution and the filter that computes it. */
interface Filtered extends WinogradShape {
  filter: WinogradFilter;
}

/** z of each cell, image and output: `work(o, p, q, l, z)`. */
function eachCell(
  shape: Filtered,
  kernels: Float64Array,
  bias: F32 | undefined,
  x: F32,
  xAt: number,
  work: (o: number, p: number, q: number, l: number, z: Float64Array) => void,
): void {
  const { from, to, filter } = shape;
  const { cell, side, biasPoint } = filter;
  const all = side ** 2;
  const tiles = Array.from({ length: from.channels }, () => new Float64Array(all));
  const products = new Float64Array(all);
  const z = new Float64Array(cell ** 2);
  for (let p = 0; p < cellsOf(to.height, cell); p++) {
    for (let q = 0; q < cellsOf(to.width, cell); q++) {
      const corner = [cell * p - shape.top, cell * q - shape.left] as const;
      for (let l = 0; l < GROUP_IMAGES; l++) {
        tiles.forEach((tile, c) => {
          readTile(x, xAt + c * planeOf(from) + l, from, corner, side, tile);
          filter.tile(tile);
        });
        for (let o = 0; o < to.channels; o++) {
          const start = bias?.[o] ?? 0;
          for (let point = 0; point < all; point++) {
            let acc = point === biasPoint ? start : 0;
            for (let c = 0; c < from.channels; c++) {
              acc = fma(tiles[c]![point]!, kernels[(point * from.channels + c) * to.channels + o]!, acc);
            }
            products[point] = acc;
          }
          filter.products(products, start, z);
          work(o, p, q, l, z);
        }
      }
    }
  }
}

/** Plain outputs: `finish` makes what is stored of an element of z and its place in the image. */
function storeCells(shape: Filtered, y: F32, yAt: number, finish: (z: number, at: number) => number) {
  const { to, filter } = shape;
  const { cell } = filter;
  return (o: number, p: number, q: number, l: number, z: Float64Array): void => {
    for (let k = 0; k < z.length; k++) {
      const [row, column] = [cell * p + Math.floor(k / cell), cell * q + (k % cell)];
      if (row >= to.height || column >= to.width) continue;
      const at = o * planeOf(to) + (row * to.width + column) * GROUP_IMAGES + l;
      y[yAt + at] = finish(z[k]!, at);
    }
  };
}

/** The place of the largest element of the window that begins at `at`, and the element. */
function largestOf(z: Float64Array, at: number, cell: number): { place: number; value: number } {
  const elements = [at, at + 1, at + cell, at + cell + 1].map((k) => z[k]!);
  let place = 0;
  for (let k = 1; k < 4; k++) if (elements[k]! > elements[place]!) place = k;
  return { place, value: elements[place]! };
}

const filterOf = (op: PreparedOp): WinogradFilter => winogradFilter(op.scalar('pairs'));
const biasOf = (op: PreparedOp): F32 | undefined => op.optional('f32', 'bias')?.data;

export const conv2dWinograd: PrepareOp = (op) => {
  const [x, w, y] = [op.f32('x'), op.f32('w'), op.f32('y')];
  const shape = { ...forwardShape(convShape(op, w.cols)), filter: filterOf(op) };
  const alpha = fround(op.scalar('alpha'));
  const f = activate[op.scalar('activation')]!;
  return (begin, end) => {
    const kernels = kernelsOf(shape.filter, w, false);
    for (let g = begin; g < end; g++) {
      const store = storeCells(shape, y.data, g * y.rowStride, (z) => f(z, alpha));
      eachCell(shape, kernels, biasOf(op), x.data, g * x.rowStride, store);
    }
    return 0;
  };
};

export const conv2dInputWinograd: PrepareOp = (op) => {
  const [dz, w, dx] = [op.f32('dz'), op.f32('w'), op.f32('dx')];
  const s = op.optional('f32', 's');
  const shape = { ...backwardShape(convShape(op, w.cols)), filter: filterOf(op) };
  const alpha = fround(op.scalar('alpha'));
  const derive = activateBackward[op.scalar('activation')]!;
  return (begin, end) => {
    const kernels = kernelsOf(shape.filter, w, true);
    for (let g = begin; g < end; g++) {
      const store = storeCells(shape, dx.data, g * dx.rowStride, (z, at) =>
        s === undefined ? z : derive(z, s.data[g * s.rowStride + at]!, alpha),
      );
      eachCell(shape, kernels, undefined, dz.data, g * dz.rowStride, store);
    }
    return 0;
  };
};

export const conv2dMaxPoolWinograd: PrepareOp = (op) => {
  const [x, w, y] = [op.f32('x'), op.f32('w'), op.f32('y')];
  const index = op.optional('u8', 'index');
  const shape = { ...forwardShape(convShape(op, w.cols)), filter: filterOf(op) };
  const pooled = pooledShape(shape.to);
  const { cell } = shape.filter;
  /** Windows along a side of a cell. */
  const half = cell / 2;
  const elements = pooled.height * pooled.width;
  const alpha = fround(op.scalar('alpha'));
  const f = activate[op.scalar('activation')]!;
  const places = new Uint8Array(elements * pooled.channels * GROUP_IMAGES);
  return (begin, end) => {
    const kernels = kernelsOf(shape.filter, w, false);
    for (let g = begin; g < end; g++) {
      eachCell(shape, kernels, biasOf(op), x.data, g * x.rowStride, (o, p, q, l, z) => {
        for (let k = 0; k < half ** 2; k++) {
          const [i, j] = [Math.floor(k / half), k % half];
          const [row, column] = [half * p + i, half * q + j];
          if (row >= pooled.height || column >= pooled.width) continue;
          const { place, value } = largestOf(z, 2 * (cell * i + j), cell);
          const element = row * pooled.width + column;
          y.data[g * y.rowStride + o * planeOf(pooled) + element * GROUP_IMAGES + l] = f(value, alpha);
          places[(o * elements + element) * GROUP_IMAGES + l] = place;
        }
      });
      if (index === undefined) continue;
      for (let e = 0; e < elements * pooled.channels; e++) {
        const own = places.subarray(e * GROUP_IMAGES, (e + 1) * GROUP_IMAGES);
        packIndex(own, index.data, g * index.rowStride + e * PACKED_INDEX_BYTES);
      }
    }
    return 0;
  };
};

export const conv2dWeightsWinograd: PrepareOp = (op) => {
  const [x, dz, du] = [op.f32('x'), op.f32('dz'), op.f32('du')];
  const shape = convShape(op, du.cols);
  const tiles = new WeightTiles(shape, fround);
  const { V, Z, length } = tiles;
  return (begin, end, registers) => {
    const groups = Math.ceil(registers[REGISTERS.rows]! / GROUP_IMAGES);
    for (let row = begin; row < end; row++) du.data.fill(0, row * du.rowStride, row * du.rowStride + du.cols);
    for (let g = 0; g < groups; g++) {
      for (let p = 0; p < cellsOf(shape.out.height); p++) {
        tiles.read(x.data, g * x.rowStride, dz.data, g * dz.rowStride, p);
        for (let row = begin; row < end; row++) {
          const point = Math.floor(row / shape.in.channels);
          for (let o = 0; o < du.cols; o++) {
            let acc = du.data[row * du.rowStride + o]!;
            const gradientsAt = (point * du.cols + o) * length;
            for (let k = 0; k < length; k++) acc = fma(V[row * length + k]!, Z[gradientsAt + k]!, acc);
            du.data[row * du.rowStride + o] = acc;
          }
        }
      }
    }
    return 0;
  };
};

export const winogradGradient: PrepareOp = (op) => {
  const [du, dw] = [op.f32('du'), op.f32('dw')];
  return (begin, end) => {
    for (let row = begin; row < end; row++) gradientRow(du, dw, row, fround);
    return 0;
  };
};
