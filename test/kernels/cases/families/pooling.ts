import type { OpKind } from '#steepest/kernels/contract.js';
import { type CaseBuilder, columnsOf } from '../case.js';
import { activationOf, type Generate, imageSizes, product } from '../draws.js';

/** Pooling windows that meet their image. */
function pooling(c: CaseBuilder, layout: 'images' | 'rows' = 'images') {
  const sizes = imageSizes(c);
  const [poolH, poolW] = [1 + c.random.below(3), 1 + c.random.below(3)];
  const [strideH, strideW] = [1 + c.random.below(3), 1 + c.random.below(3)];
  const [top, left] = [c.random.below(poolH), c.random.below(poolW)];
  const most = (size: number, stride: number, before: number): number => Math.ceil((size + before) / stride);
  const outHeight = 1 + c.random.below(most(sizes.height, strideH, top));
  const outWidth = 1 + c.random.below(most(sizes.width, strideW, left));
  c.scalar({ ...sizes, poolH, poolW, strideH, strideW, top, left, outHeight, outWidth });
  if (layout === 'images') c.byGroups();
  const { channels, height, width } = sizes;
  return {
    inside: [channels, height, width] as const,
    outside: [channels, outHeight, outWidth] as const,
    window: poolH * poolW,
  };
}

/** Pooling. */
export const poolingCases = {
  maxPool2dRows(c) {
    const { inside, outside } = pooling(c, 'rows');
    c.batch('x', product(inside));
    c.output('y', c.capacity, product(outside));
    c.scalar({ ...activationOf(c) });
  },
  averagePool2dRows(c) {
    const { inside, outside } = pooling(c, 'rows');
    c.batch('x', product(inside));
    c.output('y', c.capacity, product(outside));
  },
  maxPool2d(c) {
    const { inside, outside } = pooling(c);
    c.images('x', inside);
    c.imagesOutput('y', outside);
    c.maybe(() => c.imagesOutput('index', outside, 'u8'));
  },
  maxPool2dBackward(c) {
    const { inside, outside, window } = pooling(c);
    c.images('dy', outside);
    c.matrix('index', c.groups, columnsOf(outside), () => c.random.below(window), 'u8');
    c.maybe(() => c.images('s', outside));
    c.imagesOutput('dx', inside);
    c.scalar({ ...activationOf(c) });
  },
  averagePool2d(c) {
    const { inside, outside } = pooling(c);
    c.images('x', inside);
    c.imagesOutput('y', outside);
  },
  averagePool2dBackward(c) {
    const { inside, outside } = pooling(c);
    c.images('dy', outside);
    c.imagesOutput('dx', inside);
  },
} satisfies Partial<Record<OpKind, Generate>>;
