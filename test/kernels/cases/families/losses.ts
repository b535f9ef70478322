import { LOSS_FORMULAS, type OpKind } from '#steepest/kernels/contract.js';
import type { Generate } from '../draws.js';

/** Below 1 the derivative has no bound, and float32 no digits of it. */
const GAMMAS = [0, 1, 1.5, 2, 5];

function loss(scores: string, gradient: string): Generate {
  return (c) => {
    const probabilities = scores === 'p';
    c.batch(scores, c.cols, probabilities ? c.probability : c.float);
    c.batch('target', c.cols, scores === 'y' ? c.float : c.probability);
    c.maybe(() => c.output(gradient));
    c.output('rowLoss', c.capacity, 1);
  };
}

/** Losses and their derivatives. */
export const lossCases = {
  softmaxCrossEntropy(c) {
    c.batch('z');
    c.labelsOrTarget(c.probability);
    c.maybe(() => c.outputMaybeOver('p', 'z'));
    c.maybe(() => c.outputMaybeOver('dz', 'z'));
    c.output('rowLoss', c.capacity, 1);
  },
  sigmoidCrossEntropy(c) {
    c.batch('z');
    c.batch('target', c.cols, c.probability);
    c.maybe(() => c.outputMaybeOver('p', 'z'));
    c.maybe(() => c.outputMaybeOver('dz', 'z'));
    c.output('rowLoss', c.capacity, 1);
  },
  categoricalCrossEntropy(c) {
    c.batch('p', c.cols, c.probability);
    c.labelsOrTarget(c.probability);
    c.maybe(() => c.output('dp'));
    c.output('rowLoss', c.capacity, 1);
  },
  binaryCrossEntropy: loss('p', 'dp'),
  meanSquaredError: loss('y', 'dy'),
  meanAbsoluteError: loss('y', 'dy'),
  huber(c) {
    loss('y', 'dy')(c);
    c.scalar({ delta: c.random.pick([0.3, 1, 2 ** -126, 3.4e38]) });
  },
  elementLoss(c) {
    const formula = c.random.pick(Object.values(LOSS_FORMULAS));
    c.batch('y', c.cols, c.random.pick([c.float, c.probability]));
    const bySign = (): number => c.random.below(3) - 1;
    c.batch('target', c.cols, c.random.pick([c.float, c.probability, bySign]));
    c.maybe(() => c.output('dy'));
    c.output('rowLoss', c.capacity, 1);
    c.scalar({ formula, parameter: c.random.pick([0.3, 0.5, 2 ** -126, -1]) });
  },
  binaryFocal(c) {
    const onLogits = c.random.below(2);
    c.batch('x', c.cols, onLogits === 1 ? c.float : c.probability);
    c.batch('target', c.cols, c.random.pick([c.probability, () => c.random.below(2)]));
    c.maybe(() => c.output('dx'));
    // Probabilities are written for logits alone.
    if (onLogits === 1) c.maybe(() => c.output('p'));
    c.output('rowLoss', c.capacity, 1);
    const [positiveWeight, negativeWeight] = c.random.pick([
      [1, 1],
      [0.3, 0.7],
    ]) as [number, number];
    c.scalar({ onLogits, gamma: c.random.pick(GAMMAS), positiveWeight, negativeWeight });
  },
  categoricalFocal(c) {
    const onLogits = c.random.below(2);
    c.batch('x', c.cols, onLogits === 1 ? c.float : c.probability);
    c.batch('target', c.cols, c.random.pick([c.probability, () => c.random.below(2)]));
    c.maybe(() => c.output('dx'));
    if (onLogits === 1 || c.random.chance(0.5)) c.output('p');
    c.output('rowLoss', c.capacity, 1);
    c.scalar({ onLogits, gamma: c.random.pick(GAMMAS), alpha: c.random.pick([0.25, 1]) });
  },
  categoricalHinge(c) {
    c.batch('y');
    c.batch('target', c.cols, c.random.pick([c.probability, () => c.random.below(2)]));
    c.maybe(() => c.output('dy'));
    c.output('rowLoss', c.capacity, 1);
  },
  cosineSimilarity: loss('y', 'dy'),
  oneHot(c) {
    c.labels();
    c.output('y');
    c.scalar({ on: 0.9, off: c.random.pick([0, 0.025]) });
  },
  weightRows(c) {
    c.matrix('weights', c.capacity, 1, c.positive);
    c.maybe(() => {
      c.batch('dz');
      c.inPlace('dz', 'rows');
    });
    c.matrix('rowLoss', c.capacity, 1, c.float);
    c.inPlace('rowLoss', 'rows');
  },
} satisfies Partial<Record<OpKind, Generate>>;
