import type { OpKind } from '#steepest/kernels/contract.js';
import type { CaseBuilder } from '../case.js';
import { activationOf, type Generate, halved, product } from '../draws.js';

/**
 * A convolution for Winograd's tiles: 3 × 3, one step at a
 * time; more outputs than registers, or cells, at times.
 */
function winograd(c: CaseBuilder, leastOut = 1) {
  const [channels, filters] = [1 + c.random.below(9), 1 + c.random.below(20)];
  const side = (room: number) => {
    const before = c.random.below(3);
    const inside = Math.max(1, leastOut - before) + c.random.below(room);
    return { before, inside, out: leastOut + c.random.below(inside + before - leastOut + 1) };
  };
  const [rows, columns] = [side(6), side(14)];
  const steps = { kernelH: 3, kernelW: 3, strideH: 1, strideW: 1, dilationH: 1, dilationW: 1, groups: 1 };
  const input = { channels, height: rows.inside, width: columns.inside };
  const output = { outHeight: rows.out, outWidth: columns.out, top: rows.before, left: columns.before };
  return {
    scalars: { ...input, ...output, ...steps },
    x: [channels, rows.inside, columns.inside] as const,
    y: [filters, rows.out, columns.out] as const,
    rows: 9 * channels,
  };
}

/** Convolutions by Winograd's tiles. */
export const winogradCases = {
  conv2dWinograd(c) {
    const { scalars, x, y, rows } = winograd(c);
    c.images('x', x);
    c.matrix('w', rows, y[0], c.float);
    c.maybe(() => c.vector('bias', y[0], c.float));
    c.imagesOutput('y', y);
    c.scalar({ ...scalars, ...activationOf(c), pairs: 1 + c.random.below(2) });
    c.byGroups();
  },
  conv2dMaxPoolWinograd(c) {
    const { scalars, x, y, rows } = winograd(c, 2);
    const pooled = halved(y);
    c.images('x', x);
    c.matrix('w', rows, y[0], c.float);
    c.maybe(() => c.vector('bias', y[0], c.float));
    c.imagesOutput('y', pooled);
    c.maybe(() => c.packedIndexOutput('index', product(pooled)));
    c.scalar({ ...scalars, ...activationOf(c), pairs: 1 + c.random.below(2) });
    c.byGroups();
  },
  conv2dInputWinograd(c) {
    const { scalars, x, y, rows } = winograd(c);
    c.images('dz', y);
    c.matrix('w', rows, y[0], c.float);
    c.maybe(() => c.images('s', x));
    c.imagesOutput('dx', x);
    c.scalar({ ...scalars, ...activationOf(c), pairs: 1 + c.random.below(2) });
    c.byGroups();
  },
  conv2dWeightsWinograd(c) {
    const { scalars, x, y } = winograd(c);
    c.images('x', x);
    c.images('dz', y);
    c.output('du', 16 * x[0], y[0]);
    c.scalar(scalars);
    c.slice(16 * x[0], 1 + c.random.below(20));
  },
  winogradGradient(c) {
    const [channels, outputs] = [1 + c.random.below(5), 1 + c.random.below(40)];
    c.matrix('du', 16 * channels, outputs, c.float);
    c.output('dw', 9 * channels, outputs);
    c.scalar({});
    c.slice(9 * channels, 1 + c.random.below(6));
  },
} satisfies Partial<Record<OpKind, Generate>>;
