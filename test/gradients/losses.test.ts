import { type ActivationName, activationNames, type Loss, type LossName, lossNames } from 'steepest';
import { describe, it } from 'vitest';
import { randomNumbers, randomRows } from '../support/random.js';
import { checkGradients, type GradientCase } from './check.js';

const ROWS = 7;
const CLASSES = 3;
const next = randomNumbers(5);
const x = randomRows(ROWS, 4, next);

/** Targets of each loss; one line per loss, so that a new one without targets does not compile. */
const TARGETS: Record<LossName, number[][] | number[]> = {
  meanSquaredError: randomRows(ROWS, CLASSES, next),
  meanAbsoluteError: randomRows(ROWS, CLASSES, next),
  huber: randomRows(ROWS, CLASSES, next),
  binaryCrossentropy: randomRows(ROWS, CLASSES, () => (next() + 1) / 2),
  categoricalCrossentropy: randomRows(ROWS, CLASSES, next).map((row) => {
    const positive = row.map(Math.abs);
    const sum = positive.reduce((a, b) => a + b, 0);
    return positive.map((v) => v / sum);
  }),
  sparseCategoricalCrossentropy: Array.from({ length: ROWS }, (_, r) => r % CLASSES),
};

/** Hyperparameters to try, besides `fromLogits`; a delta that some differences exceed, and the default. */
const VARIANTS: Partial<Record<LossName, readonly object[]>> = { huber: [{ delta: 0.3 }, {}] };

const isCrossEntropy = (loss: LossName): boolean => loss.endsWith('Crossentropy');

/** Whether a loss can be made of such outputs: classes need scores that are not negative. */
function suits(loss: LossName, activation: ActivationName, fromLogits: boolean): boolean {
  if (fromLogits) return isCrossEntropy(loss) && activation !== 'softmax' && activation !== 'sigmoid';
  return !loss.includes('ategorical') || ['relu', 'sigmoid', 'softplus', 'softmax'].includes(activation);
}

/**
 * A bias that puts outputs near 0.5: probabilities outside [1e-7, 1 − 1e-7] are clipped and have no gradient, and those
 * near 1 leave float32 little of 1 − p.
 */
const biasOfAHalf = (activation: ActivationName): number => (activation === 'softplus' ? -0.4 : 0.5);

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
    loss: { name, ...own, ...(fromLogits ? { fromLogits } : {}) } as Exclude<Loss, string>,
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
