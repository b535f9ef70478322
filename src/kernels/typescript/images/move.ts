import { GROUP_IMAGES, imagePlane, REGISTERS, STATUS } from '../../contract.js';
import { activateBackward } from '../exact/activation.js';
import { fma, fround } from '../exact/fma.js';
import type { F32, PrepareOp, U8 } from '../kernel.js';
import { channelOf, type ImageShape, imageShape, planeOf } from './geometry.js';

/** One image, channels last, into one lane. */
function toLane(from: F32 | U8, at: number, to: F32, lane: number, shape: ImageShape): void {
  const { channels } = shape;
  const pixels = shape.height * shape.width;
  for (let c = 0; c < channels; c++) {
    const plane = lane + c * planeOf(shape);
    for (let i = 0; i < pixels; i++) to[plane + i * GROUP_IMAGES] = from[at + i * channels + c]!;
  }
}

export const gatherImages: PrepareOp = (op) => {
  const src = op.op.operands.src!.dtype === 'u8' ? op.u8('src') : op.f32('src');
  const index = op.optional('u32', 'index')?.data;
  const dst = op.f32('dst');
  const shape = imageShape(op);
  const scaled = op.scalar('scaled') !== 0;
  const scale = fround(op.scalar('scale'));
  const offset = fround(op.scalar('offset'));
  return (begin, end, registers) => {
    const rows = registers[REGISTERS.rows]!;
    const start = registers[REGISTERS.batchStart]!;
    for (let g = begin; g < end; g++) {
      const at = g * dst.rowStride;
      const images = Math.min(GROUP_IMAGES, rows - g * GROUP_IMAGES);
      const chosen: number[] = [];
      for (let l = 0; l < images; l++) {
        const position = start + g * GROUP_IMAGES + l;
        const row = index === undefined ? position : index[position]!;
        if (row >= src.rows) return STATUS.indexOutOfRange;
        chosen.push(row);
      }
      if (images < GROUP_IMAGES) dst.data.fill(0, at, at + dst.cols);
      chosen.forEach((row, l) => {
        toLane(src.data, row * src.rowStride, dst.data, at + l, shape);
        if (!scaled) return;
        for (let c = 0; c < shape.channels; c++) {
          const first = at + c * planeOf(shape) + l;
          for (let i = first; i < first + channelOf(shape); i += GROUP_IMAGES) {
            dst.data[i] = fma(dst.data[i]!, scale, offset);
          }
        }
      });
    }
    return 0;
  };
};

export const padImages: PrepareOp = (op) => {
  const x = op.f32('x');
  const y = op.f32('y');
  const { channels, height, width } = imageShape(op);
  const [top, left] = [op.scalar('top'), op.scalar('left')];
  const [outHeight, outWidth] = [op.scalar('outHeight'), op.scalar('outWidth')];
  return (begin, end) => {
    for (let g = begin; g < end; g++) {
      y.data.fill(0, g * y.rowStride, g * y.rowStride + y.cols);
      for (let c = 0; c < channels; c++) {
        for (let h = 0; h < height; h++) {
          const from = g * x.rowStride + c * imagePlane(height, width) + h * width * GROUP_IMAGES;
          const row = c * imagePlane(outHeight, outWidth) + ((top + h) * outWidth + left) * GROUP_IMAGES;
          const to = g * y.rowStride + row;
          y.data.set(x.data.subarray(from, from + width * GROUP_IMAGES), to);
        }
      }
    }
    return 0;
  };
};

export const imagesToRows: PrepareOp = (op) => {
  const x = op.f32('x');
  const y = op.f32('y');
  const shape = imageShape(op);
  const { channels } = shape;
  const pixels = shape.height * shape.width;
  return (begin, end, registers) => {
    const last = Math.min(registers[REGISTERS.rows]!, end * GROUP_IMAGES);
    for (let r = begin * GROUP_IMAGES; r < last; r++) {
      const from = Math.floor(r / GROUP_IMAGES) * x.rowStride + (r % GROUP_IMAGES);
      let to = r * y.rowStride;
      for (let i = 0; i < pixels; i++) {
        for (let c = 0; c < channels; c++)
          y.data[to++] = x.data[from + c * planeOf(shape) + i * GROUP_IMAGES]!;
      }
    }
    return 0;
  };
};

export const rowsToImages: PrepareOp = (op) => {
  const x = op.f32('x');
  const y = op.f32('y');
  const s = op.optional('f32', 's');
  const shape = imageShape(op);
  const alpha = fround(op.scalar('alpha'));
  const derive = activateBackward[op.scalar('activation')]!;
  const size = shape.channels * planeOf(shape);
  return (begin, end, registers) => {
    const rows = registers[REGISTERS.rows]!;
    for (let g = begin; g < end; g++) {
      const at = g * y.rowStride;
      const images = Math.min(GROUP_IMAGES, rows - g * GROUP_IMAGES);
      if (images < GROUP_IMAGES) y.data.fill(0, at, at + size);
      for (let l = 0; l < images; l++) {
        toLane(x.data, (g * GROUP_IMAGES + l) * x.rowStride, y.data, at + l, shape);
      }
      if (s === undefined) continue;
      for (let c = 0; c < shape.channels; c++) {
        const first = c * planeOf(shape);
        for (let i = first; i < first + channelOf(shape); i++) {
          y.data[at + i] = derive(y.data[at + i]!, s.data[g * s.rowStride + i]!, alpha);
        }
      }
    }
    return 0;
  };
};
