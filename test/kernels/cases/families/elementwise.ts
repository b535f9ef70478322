import type { OpKind } from '#steepest/kernels/contract.js';
import type { CaseBuilder } from '../case.js';
import { activationOf, type Generate } from '../draws.js';

function elementwise(c: CaseBuilder): void {
  c.batch('x');
  c.outputMaybeOver('y', 'x');
}

/** Activations, dropout and softmax. */
export const elementwiseCases = {
  activation(c) {
    elementwise(c);
    c.scalar({ ...activationOf(c) });
  },
  activationBackward(c) {
    c.batch('dy');
    c.batch('s');
    c.outputMaybeOver('dx', 'dy');
    c.scalar({ ...activationOf(c) });
  },
  scaleShift(c) {
    elementwise(c);
    c.scalar({ scale: 0.7, offset: -0.1 });
  },
  dropout(c) {
    elementwise(c);
    c.scalar({
      threshold: c.random.pick([0, 2 ** 30, 2 ** 31, 2 ** 32 - 1]),
      keepScale: 4 / 3,
      seed: c.random.word(),
      stream: c.random.word(),
    });
  },
  softmax: elementwise,
  softmaxBackward(c) {
    c.batch('dy');
    c.batch('y', c.cols, c.probability);
    c.outputMaybeOver('dx', 'dy');
  },
} satisfies Partial<Record<OpKind, Generate>>;
