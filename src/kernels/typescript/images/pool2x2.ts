import { GROUP_IMAGES, PACKED_INDEX_BYTES } from '../../contract.js';
import { activateBackward } from '../exact/activation.js';
import { fround } from '../exact/fma.js';
import type { PrepareOp, U8 } from '../kernel.js';
import { type ImageShape, imageShape, planeOf } from './geometry.js';

/** Sizes after windows of 2 × 2, side by side; a last odd row or column is left out. */
export function pooledShape({ channels, height, width }: ImageShape): ImageShape {
  return { channels, height: Math.floor(height / 2), width: Math.floor(width / 2) };
}

/** Writes which element of its window each image took: bits 0 in two bytes, bits 1 in the two after them. */
export function packIndex(places: Uint8Array, to: U8, at: number): void {
  to.fill(0, at, at + PACKED_INDEX_BYTES);
  for (let l = 0; l < GROUP_IMAGES; l++) {
    const byte = at + (l >> 3);
    to[byte] = to[byte]! | ((places[l]! & 1) << (l & 7));
    to[byte + 2] = to[byte + 2]! | ((places[l]! >> 1) << (l & 7));
  }
}

/** What packIndex wrote for image l. */
export function placeOf(from: U8, at: number, l: number): number {
  const byte = at + (l >> 3);
  return ((from[byte]! >> (l & 7)) & 1) | (((from[byte + 2]! >> (l & 7)) & 1) << 1);
}

export const maxPool2x2Backward: PrepareOp = (op) => {
  const dy = op.f32('dy');
  const dz = op.f32('dz');
  const index = op.u8('index');
  const s = op.optional('f32', 's');
  const shape = imageShape(op);
  const pooled = pooledShape(shape);
  const elements = pooled.height * pooled.width;
  const isOdd = shape.height % 2 !== 0 || shape.width % 2 !== 0;
  const alpha = fround(op.scalar('alpha'));
  const derive = activateBackward[op.scalar('activation')]!;
  return (begin, end) => {
    for (let g = begin; g < end; g++) {
      if (isOdd) dz.data.fill(0, g * dz.rowStride, g * dz.rowStride + dz.cols);
      for (let e = 0; e < pooled.channels * elements; e++) {
        const c = Math.floor(e / elements);
        const plane = g * dz.rowStride + c * planeOf(shape);
        const from = c * planeOf(pooled) + (e % elements) * GROUP_IMAGES;
        const [p, q] = [2 * Math.floor((e % elements) / pooled.width), 2 * (e % pooled.width)];
        for (let l = 0; l < GROUP_IMAGES; l++) {
          const gradient = dy.data[g * dy.rowStride + from + l]!;
          const taken = placeOf(index.data, g * index.rowStride + e * PACKED_INDEX_BYTES, l);
          for (let place = 0; place < 4; place++) {
            const pixel = (p + (place >> 1)) * shape.width + q + (place & 1);
            const own =
              s === undefined ? gradient : derive(gradient, s.data[g * s.rowStride + from + l]!, alpha);
            dz.data[plane + pixel * GROUP_IMAGES + l] = place === taken ? own : 0;
          }
        }
      }
    }
    return 0;
  };
};
