import { type OpKind, PHASES } from '#steepest/kernels/contract.js';
import { type Generate, index } from '../draws.js';

/** Moves of rows. */
export const rowCases = {
  gatherRows(c) {
    const tableRows = c.capacity + c.inner + 1;
    if (c.random.chance(0.5)) c.matrix('src', tableRows, c.cols, () => c.random.below(256), 'u8');
    else c.matrix('src', tableRows, c.cols, c.float);
    index(c, tableRows);
    c.output('dst');
    c.scalar({ scaled: c.random.below(2), scale: 1 / 255, offset: c.random.pick([0, -0.5]) });
  },
  gatherLabels(c) {
    const tableRows = c.capacity + c.inner + 1;
    c.vector('src', tableRows, () => c.random.below(1000) - 500, 'i32');
    index(c, tableRows);
    c.vector('dst', c.capacity, () => 777, 'i32');
    c.inPlace('dst', 'cols');
  },
  copyRows(c) {
    c.batch('src');
    c.batchStart = c.random.below(4);
    c.output('dst', c.capacity + 4, c.cols, 'rows', c.batchStart);
  },
  shuffle(c) {
    c.vector('index', c.rows * c.inner, () => 99, 'u32');
    c.inPlace('index', 'all');
    c.scalar({ seed: c.random.word(), stream: c.random.word() });
    c.whole(PHASES.epochStart);
  },
} satisfies Partial<Record<OpKind, Generate>>;
