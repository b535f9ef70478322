import { GROUP_IMAGES, PACKED_INDEX_BYTES, REGISTERS, WINOGRAD_POINTS } from '../../contract.js';
import { convShape, planeOf } from '../images/geometry.js';
import { packIndex, pooledShape } from '../images/pool2x2.js';
import {
  BIAS_POINT,
  backwardShape,
  cellsOf,
  forwardShape,
  gradientRow,
  readTile,
  transformKernel,
  transformProducts,
  transformTile,
  WeightTiles,
  type WinogradShape,
} from '../images/winograd.js';
import type { F32, Matrix, PreparedOp, PrepareOp } from '../kernel.js';
import { activate, activateBackward } from './activation.js';
import { fma, fround } from './fma.js';

/** U[point][channel read][channel made]; backward, kernels are turned. */
function kernelsOf(w: Matrix<F32>, isBackward: boolean): Float64Array {
  const channels = w.rows / 9;
  const to = new Float64Array(WINOGRAD_POINTS * channels * w.cols);
  const kernel = new Float64Array(9);
  const points = new Float64Array(WINOGRAD_POINTS);
  for (let c = 0; c < channels; c++) {
    for (let o = 0; o < w.cols; o++) {
      for (let tap = 0; tap < 9; tap++) {
        const element = isBackward ? 8 - tap : tap;
        kernel[tap] = w.data[(element * channels + c) * w.rowStride + o]!;
      }
      transformKernel(kernel, points, fround);
      const at = isBackward ? o * channels + c : c * w.cols + o;
      for (let point = 0; point < WINOGRAD_POINTS; point++)
        to[point * channels * w.cols + at] = points[point]!;
    }
  }
  return to;
}

/** z of each cell, image and output: `work(o, p, q, l, z)`. */
function eachCell(
  shape: WinogradShape,
  kernels: Float64Array,
  bias: F32 | undefined,
  x: F32,
  xAt: number,
  work: (o: number, p: number, q: number, l: number, z: Float64Array) => void,
): void {
  const { from, to } = shape;
  const tiles = Array.from({ length: from.channels }, () => new Float64Array(WINOGRAD_POINTS));
  const products = new Float64Array(WINOGRAD_POINTS);
  const z = new Float64Array(4);
  for (let p = 0; p < cellsOf(to.height); p++) {
    for (let q = 0; q < cellsOf(to.width); q++) {
      for (let l = 0; l < GROUP_IMAGES; l++) {
        tiles.forEach((tile, c) => {
          readTile(x, xAt + c * planeOf(from) + l, from, [2 * p - shape.top, 2 * q - shape.left], 4, tile);
          transformTile(tile, fround);
        });
        for (let o = 0; o < to.channels; o++) {
          for (let point = 0; point < WINOGRAD_POINTS; point++) {
            let acc = point === BIAS_POINT && bias !== undefined ? bias[o]! : 0;
            for (let c = 0; c < from.channels; c++) {
              acc = fma(tiles[c]![point]!, kernels[(point * from.channels + c) * to.channels + o]!, acc);
            }
            products[point] = acc;
          }
          transformProducts(products, z, fround);
          work(o, p, q, l, z);
        }
      }
    }
  }
}

/** Plain outputs: `finish` makes what is stored of an element of z and its place in the image. */
function storeCells(shape: WinogradShape, y: F32, yAt: number, finish: (z: number, at: number) => number) {
  const { to } = shape;
  return (o: number, p: number, q: number, l: number, z: Float64Array): void => {
    for (let k = 0; k < 4; k++) {
      const [row, column] = [2 * p + (k >> 1), 2 * q + (k & 1)];
      if (row >= to.height || column >= to.width) continue;
      const at = o * planeOf(to) + (row * to.width + column) * GROUP_IMAGES + l;
      y[yAt + at] = finish(z[k]!, at);
    }
  };
}

const biasOf = (op: PreparedOp): F32 | undefined => op.optional('f32', 'bias')?.data;

export const conv2dWinograd: PrepareOp = (op) => {
  const [x, w, y] = [op.f32('x'), op.f32('w'), op.f32('y')];
  const shape = forwardShape(convShape(op, w.cols));
  const alpha = fround(op.scalar('alpha'));
  const f = activate[op.scalar('activation')]!;
  return (begin, end) => {
    const kernels = kernelsOf(w, false);
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
  const shape = backwardShape(convShape(op, w.cols));
  const alpha = fround(op.scalar('alpha'));
  const derive = activateBackward[op.scalar('activation')]!;
  return (begin, end) => {
    const kernels = kernelsOf(w, true);
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
  const shape = forwardShape(convShape(op, w.cols));
  const pooled = pooledShape(shape.to);
  const elements = pooled.height * pooled.width;
  const alpha = fround(op.scalar('alpha'));
  const f = activate[op.scalar('activation')]!;
  const places = new Uint8Array(elements * pooled.channels * GROUP_IMAGES);
  return (begin, end) => {
    const kernels = kernelsOf(w, false);
    for (let g = begin; g < end; g++) {
      eachCell(shape, kernels, biasOf(op), x.data, g * x.rowStride, (o, p, q, l, z) => {
        if (p >= pooled.height || q >= pooled.width) return;
        let place = 0;
        for (let k = 1; k < 4; k++) if (z[k]! > z[place]!) place = k;
        const element = p * pooled.width + q;
        y.data[g * y.rowStride + o * planeOf(pooled) + element * GROUP_IMAGES + l] = f(z[place]!, alpha);
        places[(o * elements + element) * GROUP_IMAGES + l] = place;
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
