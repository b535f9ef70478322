import type { OpKind } from '#steepest/kernels/contract.js';
import type { CaseBuilder } from '../case.js';
import { activationOf, type Generate, halved, product } from '../draws.js';

/**
 * A convolution whose kernels begin on the image or its
 * padding, often with more than one group of channels.
 */
function convolution(
  c: CaseBuilder,
  leastOut = 1,
  [groupIn, groupOut] = [1 + c.random.below(4), 1 + c.random.below(8)],
  groups = c.random.pick([1, 1, 2, 3]),
) {
  const side = (room: number) => {
    const [kernel, dilation, stride] = [1 + c.random.below(3), 1 + c.random.below(2), 1 + c.random.below(2)];
    const reach = (kernel - 1) * dilation;
    const before = c.random.pick([0, c.random.below(reach + 1)]);
    const inside = Math.max(1, (leastOut - 1) * stride - before + 1) + c.random.below(room);
    // As many positions as begin within the image, or fewer.
    const most = Math.ceil((inside + before) / stride);
    return { kernel, dilation, stride, before, inside, out: leastOut + c.random.below(most - leastOut + 1) };
  };
  const [rows, columns] = [side(5), side(12)];
  const scalars = {
    channels: groups * groupIn,
    height: rows.inside,
    width: columns.inside,
    outHeight: rows.out,
    outWidth: columns.out,
    kernelH: rows.kernel,
    kernelW: columns.kernel,
    strideH: rows.stride,
    strideW: columns.stride,
    dilationH: rows.dilation,
    dilationW: columns.dilation,
    top: rows.before,
    left: columns.before,
    groups,
  };
  return {
    scalars,
    x: [groups * groupIn, rows.inside, columns.inside] as const,
    y: [groups * groupOut, rows.out, columns.out] as const,
    rows: rows.kernel * columns.kernel * groupIn,
  };
}

/** Convolutions. */
export const convolutionCases = {
  conv2d(c) {
    const { scalars, x, y, rows } = convolution(c);
    c.images('x', x);
    c.matrix('w', rows, y[0], c.float);
    c.maybe(() => c.vector('bias', y[0], c.float));
    c.imagesOutput('y', y);
    c.scalar({ ...scalars, ...activationOf(c) });
    c.byGroups();
  },
  conv2dInput(c) {
    const { scalars, x, y, rows } = convolution(c);
    c.images('dz', y);
    c.matrix('w', rows, y[0], c.float);
    c.maybe(() => c.images('s', x));
    c.imagesOutput('dx', x);
    c.scalar({ ...scalars, ...activationOf(c) });
    c.byGroups();
  },
  conv2dWeights(c) {
    const { scalars, x, y, rows } = convolution(c);
    c.images('x', x);
    c.images('dz', y);
    c.output('dw', rows, y[0]);
    c.scalar(scalars);
    c.slice(rows, 1 + c.random.below(6));
  },
  conv2dRows(c) {
    // Enough outputs for more than one vector, and, half the time, one channel for each of them.
    const isDepthwise = c.random.chance(0.3);
    const { scalars, x, y, rows } = isDepthwise
      ? convolution(c, 1, [1, 1], 1 + c.random.below(40))
      : convolution(c, 1, [1 + c.random.below(4), 1 + c.random.below(40)]);
    c.batch('x', product(x));
    c.matrix('w', rows, y[0], c.float);
    c.maybe(() => c.vector('bias', y[0], c.float));
    c.output('y', c.capacity, product(y));
    c.scalar({ ...scalars, ...activationOf(c) });
  },
  conv2dMaxPool(c) {
    const { scalars, x, y, rows } = convolution(c, 2);
    const pooled = halved(y);
    c.images('x', x);
    c.matrix('w', rows, y[0], c.float);
    c.maybe(() => c.vector('bias', y[0], c.float));
    c.imagesOutput('y', pooled);
    c.maybe(() => c.packedIndexOutput('index', product(pooled)));
    c.scalar({ ...scalars, ...activationOf(c) });
    c.byGroups();
  },
  conv2dMaxPoolWeights(c) {
    const [channels, filters] = [1 + c.random.below(3), 1 + c.random.below(7)];
    const [kernelH, kernelW] = [1 + c.random.below(6), 1 + c.random.below(5)];
    const [outHeight, outWidth] = [2 + c.random.below(4), 2 + c.random.below(8)];
    const [height, width] = [
      outHeight + kernelH - 1 + c.random.below(2),
      outWidth + kernelW - 1 + c.random.below(2),
    ];
    const pooled = halved([filters, outHeight, outWidth]);
    const rows = kernelH * kernelW * channels;
    c.images('x', [channels, height, width]);
    c.images('dy', pooled);
    c.matrix('index', c.groups, product(pooled) * 4, () => c.random.below(256), 'u8');
    c.output('dw', rows, filters);
    const steps = { strideH: 1, strideW: 1, dilationH: 1, dilationW: 1, top: 0, left: 0, groups: 1 };
    c.scalar({ channels, height, width, outHeight, outWidth, kernelH, kernelW, ...steps });
    c.slice(rows, 1 + c.random.below(6));
  },
  maxPool2x2Backward(c) {
    const [channels, height, width] = [1 + c.random.below(4), 2 + c.random.below(4), 2 + c.random.below(9)];
    const pooled = halved([channels, height, width]);
    c.images('dy', pooled);
    c.matrix('index', c.groups, product(pooled) * 4, () => c.random.below(256), 'u8');
    c.maybe(() => c.images('s', pooled));
    c.imagesOutput('dz', [channels, height, width]);
    c.scalar({
      channels,
      height,
      width,
      ...activationOf(c),
    });
    c.byGroups();
  },
} satisfies Partial<Record<OpKind, Generate>>;
