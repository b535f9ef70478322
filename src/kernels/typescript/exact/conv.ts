import { GROUP_IMAGES, PACKED_INDEX_BYTES, REGISTERS } from '../../contract.js';
import { channelOf, convShape, forwardTaps, planeOf, weightOfRow } from '../images/geometry.js';
import { backwardPass, forwardPass, type Pass } from '../images/passes.js';
import { packIndex, placeOf, pooledShape } from '../images/pool2x2.js';
import type { PrepareOp } from '../kernel.js';
import { activate, activateBackward } from './activation.js';
import { fma, fround } from './fma.js';
import { Lanes } from './lanes.js';

/** One chain of the contract, from `start`. */
function chain(pass: Pass, start: number, group: number, o: number, p: number, q: number, l: number): number {
  const { from, w, source, taps } = pass;
  const { first, count } = pass.channels(o);
  let acc = start;
  for (let c = 0; c < count; c++) {
    const plane = group * from.rowStride + (first + c) * planeOf(source) + l;
    for (const { element: i, at: h } of taps.rows[p]!) {
      for (const { element: j, at } of taps.columns[q]!) {
        acc = fma(
          from.data[plane + (h * source.width + at) * GROUP_IMAGES]!,
          w.data[pass.weight(o, c, i, j)]!,
          acc,
        );
      }
    }
  }
  return acc;
}

export const conv2d: PrepareOp = (op) => {
  const y = op.f32('y');
  const bias = op.optional('f32', 'bias')?.data;
  const shape = convShape(op, op.f32('w').cols);
  const { out } = shape;
  const pass = forwardPass(op, shape);
  const alpha = fround(op.scalar('alpha'));
  const f = activate[op.scalar('activation')]!;
  return (begin, end) => {
    for (let g = begin; g < end; g++) {
      for (let o = 0; o < out.channels; o++) {
        for (let at = 0; at < channelOf(out); at++) {
          const pixel = Math.floor(at / GROUP_IMAGES);
          const [p, q] = [Math.floor(pixel / out.width), pixel % out.width];
          const z = chain(pass, bias === undefined ? 0 : bias[o]!, g, o, p, q, at % GROUP_IMAGES);
          y.data[g * y.rowStride + o * planeOf(out) + at] = f(z, alpha);
        }
      }
    }
    return 0;
  };
};

export const conv2dInput: PrepareOp = (op) => {
  const dx = op.f32('dx');
  const s = op.optional('f32', 's');
  const shape = convShape(op, op.f32('w').cols);
  const pass = backwardPass(op, shape);
  const alpha = fround(op.scalar('alpha'));
  const derive = activateBackward[op.scalar('activation')]!;
  const plane = planeOf(shape.in);
  return (begin, end) => {
    for (let g = begin; g < end; g++) {
      for (let c = 0; c < shape.in.channels; c++) {
        for (let at = 0; at < channelOf(shape.in); at++) {
          const pixel = Math.floor(at / GROUP_IMAGES);
          const [h, v] = [Math.floor(pixel / shape.in.width), pixel % shape.in.width];
          const gradient = chain(pass, 0, g, c, h, v, at % GROUP_IMAGES);
          const to = c * plane + at;
          dx.data[g * dx.rowStride + to] =
            s === undefined ? gradient : derive(gradient, s.data[g * s.rowStride + to]!, alpha);
        }
      }
    }
    return 0;
  };
};

export const conv2dWeights: PrepareOp = (op) => {
  const x = op.f32('x');
  const dz = op.f32('dz');
  const dw = op.f32('dw');
  const shape = convShape(op, dw.cols);
  const [planeIn, planeOut] = [planeOf(shape.in), planeOf(shape.out)];
  const taps = { rows: forwardTaps(shape.rows), columns: forwardTaps(shape.columns) };
  const lanes = new Lanes();
  return (begin, end, registers) => {
    const groups = Math.ceil(registers[REGISTERS.rows]! / GROUP_IMAGES);
    for (let row = begin; row < end; row++) {
      const { i, j, c } = weightOfRow(shape, row);
      for (let o = 0; o < dw.cols; o++) {
        const channel = Math.floor(o / shape.groupOut) * shape.groupIn + c;
        lanes.clear();
        for (let g = 0; g < groups; g++) {
          for (let at = 0; at < channelOf(shape.out); at++) {
            const pixel = Math.floor(at / GROUP_IMAGES);
            const h = taps.rows[Math.floor(pixel / shape.out.width)]!.find(
              ({ element }) => element === i,
            )?.at;
            const v = taps.columns[pixel % shape.out.width]!.find(({ element }) => element === j)?.at;
            if (h === undefined || v === undefined) continue;
            const l = at % GROUP_IMAGES;
            const from = g * x.rowStride + channel * planeIn + (h * shape.in.width + v) * GROUP_IMAGES + l;
            lanes.set(l, fma(x.data[from]!, dz.data[g * dz.rowStride + o * planeOut + at]!, lanes.get(l)));
          }
        }
        dw.data[row * dw.rowStride + o] = lanes.sum();
      }
    }
    return 0;
  };
};

export const conv2dMaxPool: PrepareOp = (op) => {
  const y = op.f32('y');
  const index = op.optional('u8', 'index');
  const bias = op.optional('f32', 'bias')?.data;
  const shape = convShape(op, op.f32('w').cols);
  const pass = forwardPass(op, shape);
  const pooled = pooledShape(shape.out);
  const elements = pooled.height * pooled.width;
  const alpha = fround(op.scalar('alpha'));
  const f = activate[op.scalar('activation')]!;
  return (begin, end) => {
    for (let g = begin; g < end; g++) {
      for (let o = 0; o < pooled.channels; o++) {
        for (let pixel = 0; pixel < elements; pixel++) {
          const [p, q] = [2 * Math.floor(pixel / pooled.width), 2 * (pixel % pooled.width)];
          const at = o * planeOf(pooled) + pixel * GROUP_IMAGES;
          const places = new Uint8Array(GROUP_IMAGES);
          for (let l = 0; l < GROUP_IMAGES; l++) {
            const start = bias === undefined ? 0 : bias[o]!;
            let best = chain(pass, start, g, o, p, q, l);
            for (let place = 1; place < 4; place++) {
              const z = chain(pass, start, g, o, p + (place >> 1), q + (place & 1), l);
              if (z > best) {
                best = z;
                places[l] = place;
              }
            }
            y.data[g * y.rowStride + at + l] = f(best, alpha);
          }
          const place = g * (index?.rowStride ?? 0) + (o * elements + pixel) * PACKED_INDEX_BYTES;
          if (index !== undefined) packIndex(places, index.data, place);
        }
      }
    }
    return 0;
  };
};

export const conv2dMaxPoolWeights: PrepareOp = (op) => {
  const [x, dy, dw] = [op.f32('x'), op.f32('dy'), op.f32('dw')];
  const index = op.u8('index');
  const shape = convShape(op, dw.cols);
  const pooled = pooledShape(shape.out);
  const elements = pooled.height * pooled.width;
  const lanes = new Lanes();
  return (begin, end, registers) => {
    const groups = Math.ceil(registers[REGISTERS.rows]! / GROUP_IMAGES);
    for (let row = begin; row < end; row++) {
      const { i, j, c } = weightOfRow(shape, row);
      for (let o = 0; o < dw.cols; o++) {
        lanes.clear();
        for (let at = 0; at < groups * elements * GROUP_IMAGES; at++) {
          const [g, l] = [Math.floor(at / GROUP_IMAGES / elements), at % GROUP_IMAGES];
          const e = Math.floor(at / GROUP_IMAGES) % elements;
          const place = placeOf(index.data, g * index.rowStride + (o * elements + e) * PACKED_INDEX_BYTES, l);
          const h = 2 * Math.floor(e / pooled.width) + (place >> 1) + i;
          const v = 2 * (e % pooled.width) + (place & 1) + j;
          const from = g * x.rowStride + c * planeOf(shape.in) + (h * shape.in.width + v) * GROUP_IMAGES + l;
          const gradient = dy.data[g * dy.rowStride + o * planeOf(pooled) + e * GROUP_IMAGES + l]!;
          lanes.set(l, fma(x.data[from]!, gradient, lanes.get(l)));
        }
        dw.data[row * dw.rowStride + o] = lanes.sum();
      }
    }
    return 0;
  };
};

export const channelSums: PrepareOp = (op) => {
  const dz = op.f32('dz');
  const db = op.f32('db');
  const shape = { channels: db.cols, height: op.scalar('height'), width: op.scalar('width') };
  const lanes = new Lanes();
  return (begin, end, registers) => {
    const groups = Math.ceil(registers[REGISTERS.rows]! / GROUP_IMAGES);
    for (let o = begin; o < end; o++) {
      lanes.clear();
      for (let g = 0; g < groups; g++) {
        for (let i = 0; i < channelOf(shape); i++) {
          lanes.add(i % GROUP_IMAGES, dz.data[g * dz.rowStride + o * planeOf(shape) + i]!);
        }
      }
      db.data[o] = lanes.sum();
    }
    return 0;
  };
};
