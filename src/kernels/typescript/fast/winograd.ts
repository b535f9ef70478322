import { GROUP_IMAGES, REGISTERS } from '../../contract.js';
import { convShape } from '../images/geometry.js';
import { cellsOf, gradientRow, WeightTiles } from '../images/winograd.js';
import type { F64, PrepareOp } from '../kernel.js';

const unrounded = (x: number): number => x;

/** Sum of products, in four parts so that additions need not wait for each other. `length` is a multiple of 16. */
function product(a: F64, aAt: number, b: F64, bAt: number, length: number): number {
  let [s, t, u, v] = [0, 0, 0, 0];
  for (let k = 0; k < length; k += 4) {
    s += a[aAt + k]! * b[bAt + k]!;
    t += a[aAt + k + 1]! * b[bAt + k + 1]!;
    u += a[aAt + k + 2]! * b[bAt + k + 2]!;
    v += a[aAt + k + 3]! * b[bAt + k + 3]!;
  }
  return s + t + (u + v);
}

export const conv2dWeightsWinograd: PrepareOp = (op) => {
  const [x, dz, du] = [op.f32('x'), op.f32('dz'), op.f32('du')];
  const shape = convShape(op, du.cols);
  const tiles = new WeightTiles(shape, unrounded);
  const { V, Z, length } = tiles;
  return (begin, end, registers) => {
    const groups = Math.ceil(registers[REGISTERS.rows]! / GROUP_IMAGES);
    const sums = new Float64Array((end - begin) * du.cols);
    for (let g = 0; g < groups; g++) {
      for (let p = 0; p < cellsOf(shape.out.height); p++) {
        tiles.read(x.data, g * x.rowStride, dz.data, g * dz.rowStride, p);
        for (let row = begin, at = 0; row < end; row++) {
          const gradientsAt = Math.floor(row / shape.in.channels) * du.cols;
          for (let o = 0; o < du.cols; o++, at++) {
            sums[at] = sums[at]! + product(V, row * length, Z, (gradientsAt + o) * length, length);
          }
        }
      }
    }
    for (let row = begin; row < end; row++) {
      const first = (row - begin) * du.cols;
      du.data.set(sums.subarray(first, first + du.cols), row * du.rowStride);
    }
    return 0;
  };
};

export const winogradGradient: PrepareOp = (op) => {
  const [du, dw] = [op.f32('du'), op.f32('dw')];
  return (begin, end) => {
    for (let row = begin; row < end; row++) gradientRow(du, dw, row, unrounded);
    return 0;
  };
};
