import { type ActivationName, activationNames, type LossName, lossNames } from 'steepest';
import { describe, it } from 'vitest';
import { randomNumbers, randomRows } from '../support/random.js';
import { checkGradients, type GradientCase } from './check.js';
import type { ReferenceLoss } from './referenceLosses.js';

const ROWS = 7;
const CLASSES = 3;
const next = randomNumbers(5);
const x = randomRows(ROWS, 4, next);

const anyValues = randomRows(ROWS, CLASSES, next);
const probabilities = randomRows(ROWS, CLASSES, () => (next() + 1) / 2);
const shares = randomRows(ROWS, CLASSES, next).map((row) => {
  const positive = row.map(Math.abs);
  const sum = positive.reduce((a, b) => a + b, 0);
  return positive.map((v) => v / sum);
});
const amounts = randomRows(ROWS, CLASSES, () => 3 * (next() + 1));
const signs = randomRows(ROWS, CLASSES, next).map((row) => row.map(Math.sign));
const oneHot = Array.from({ length: ROWS }, (_, r) =>
  Array.from({ length: CLASSES }, (_, j) => (j === r % CLASSES ? 1 : 0)),
);

/** Targets of each loss; one line per loss, so that a new one without targets does not compile. */
const TARGETS: Record<LossName, number[][] | number[]> = {
  meanSquaredError: anyValues,
  meanAbsoluteError: anyValues,
  meanAbsolutePercentageError: anyValues,
  meanSquaredLogarithmicError: amounts,
  huber: anyValues,
  logCosh: anyValues,
  quantile: anyValues,
  poisson: amounts.map((row) => row.map(Math.round)),
  cosineSimilarity: anyValues,
  binaryCrossentropy: probabilities,
  categoricalCrossentropy: shares,
  sparseCategoricalCrossentropy: Array.from({ length: ROWS }, (_, r) => r % CLASSES),
  binaryFocalCrossentropy: probabilities,
  categoricalFocalCrossentropy: shares,
  klDivergence: shares,
  hinge: signs,
  squaredHinge: signs.map((row) => row.map((v) => (v + 1) / 2)),
  categoricalHinge: oneHot,
};

/** Hyperparameters to try, besides `fromLogits`, so that both sides of every bound are met. */
const VARIANTS: Partial<Record<LossName, readonly Partial<ReferenceLoss>[]>> = {
  huber: [{ delta: 0.3 }, {}],
  quantile: [{ quantile: 0.9 }],
  binaryCrossentropy: [{}, { labelSmoothing: 0.2 }],
  categoricalCrossentropy: [{}, { labelSmoothing: 0.2 }],
  sparseCategoricalCrossentropy: [{}, { labelSmoothing: 0.2 }],
  binaryFocalCrossentropy: [{}, { gamma: 0.7, applyClassBalancing: true, labelSmoothing: 0.2 }],
  categoricalFocalCrossentropy: [{}, { gamma: 0.7, alpha: 0.6, labelSmoothing: 0.2 }],
};

const isCrossEntropy = (loss: LossName): boolean => loss.endsWith('rossentropy');
/** Losses of predictions that cannot be negative. */
const OF_AMOUNTS: readonly LossName[] = ['poisson', 'meanSquaredLogarithmicError', 'klDivergence'];
const NOT_NEGATIVE: readonly ActivationName[] = ['relu', 'sigmoid', 'softplus', 'softmax'];

/** Whether a loss can be made of such outputs: classes need scores that are not negative. */
function suits(loss: LossName, activation: ActivationName, fromLogits: boolean): boolean {
  if (fromLogits) return isCrossEntropy(loss) && activation !== 'softmax' && activation !== 'sigmoid';
  // Powers of 1 − p have no derivative for p above 1.
  if (loss === 'binaryFocalCrossentropy') return ['sigmoid', 'softmax'].includes(activation);
  if (OF_AMOUNTS.includes(loss)) return NOT_NEGATIVE.includes(activation) && activation !== 'relu';
  return !(isCrossEntropy(loss) && loss.includes('ategorical')) || NOT_NEGATIVE.includes(activation);
}

/**
 * A bias that puts outputs near 0.5: probabilities outside [1e-7, 1 − 1e-7] are clipped and have no gradient, and those
 * near 1 leave float32 little of 1 − p.
 */
const biasOfAHalf = (activation: ActivationName): number =>
  (({ softplus: -0.4, exponential: -0.7 }) as Partial<Record<ActivationName, number>>)[activation] ?? 0.5;

const cases = lossNames.flatMap((name) =>
  [false, true].flatMap((fromLogits) =>
    activationNames
      .filter((activation) => suits(name, activation, fromLogits))
      .flatMap((activation) =>
        (VARIANTS[name] ?? [{}]).map((own) => ({ name, fromLogits, activation, own })),
      ),
  ),
);

/** Any weights of at least 0, a row without any among them. */
const WEIGHTS = [0.5, 3, 0, 1, 0.25, 1.75, 10];

function caseOf({ name, fromLogits, activation, own }: (typeof cases)[number]): GradientCase {
  return {
    inputs: 4,
    layers: [
      { type: 'dense', units: 5, activation: 'tanh' },
      { type: 'dense', units: CLASSES, activation },
    ],
    loss: { name, ...own, ...(fromLogits ? { fromLogits } : {}) },
    x,
    y: TARGETS[name],
    weightScale: 0.2,
    lastBias: isCrossEntropy(name) && !fromLogits ? biasOfAHalf(activation) : 0.1,
  };
}

describe('gradients of every loss after every activation that suits it', () => {
  it.each(cases)('$name $own, fromLogits $fromLogits, after $activation', async (given) => {
    await checkGradients(caseOf(given));
  });
});

describe('gradients of every loss with a weight per row', () => {
  it.each(cases)('$name $own, fromLogits $fromLogits, after $activation', async (given) => {
    await checkGradients({ ...caseOf(given), sampleWeight: WEIGHTS });
  });
});
