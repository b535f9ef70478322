import { notNegative, positive } from '../../core/definition.js';
import { integerPower } from '../../core/integerPower.js';
import type { LearningRate } from '../schedules/index.js';
import { power } from '../schedules/power.js';
import { BETAS, betaScalars } from './adam.js';
import type { OptimizerDefinition } from './definition.js';

/** Hyperparameters of Nadam. */
export type NadamHyperparameters = {
  learningRate: LearningRate;
  beta1: number;
  beta2: number;
  epsilon: number;
  /**
   * How fast the momentum of step t, β₁·(1 − ½·0.96^(t·momentumDecay)), approaches β₁. 1 as in
   * Keras; PyTorch has 0.004.
   */
  momentumDecay: number;
};

/** Base of the schedule of momenta (Dozat 2016). */
const BASE = 0.96;

/** Π (1 − ½qⁱ) over i = 1 … step, and q^step. */
interface Momenta {
  q: number;
  step: number;
  power: number;
  product: number;
}

/**
 * Where the last call ended: the next step usually follows it. A product of float64 factors in
 * ascending order, so its bits are those of a product that starts anew.
 */
let last: Momenta = { q: 1, step: 0, power: 1, product: 1 };

function momentaAt(q: number, step: number): Momenta {
  const start = last.q === q && last.step <= step ? last : { step: 0, power: 1, product: 1 };
  let { power: qToI, product } = start;
  for (let i = start.step; i < step; i++) {
    qToI *= q;
    product *= 1 - 0.5 * qToI;
    // All later factors are 1.
    if (1 - 0.5 * qToI === 1) break;
  }
  last = { q, step, power: qToI, product };
  return last;
}

/**
 * Adam that looks ahead as Nesterov's momentum does: m and v as in Adam, μₜ = β₁·(1 − ½·0.96^(t·d))
 * and w ← w − lr·(μₜ₊₁·m / (1 − Π₁ᵗ⁺¹ μ) + (1 − μₜ)·g / (1 − Π₁ᵗ μ)) / (√v̂ + ε) (Dozat 2016, in the
 * form that Keras and PyTorch use).
 */
export const nadam: OptimizerDefinition<NadamHyperparameters> = {
  name: 'nadam',
  defaults: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, momentumDecay: 1 },
  ranges: { ...BETAS, epsilon: positive, momentumDecay: notNegative },
  kind: () => 'adam',
  slots: () => ['m', 'v'],
  scalars: (h) => ({ ...betaScalars(h), epsilon: Math.fround(h.epsilon), nesterov: 1 }),
  registers(h, step, rate) {
    const q = power(BASE, h.momentumDecay);
    const { power: qToStep, product } = momentaAt(q, step);
    const now = h.beta1 * (1 - 0.5 * qToStep);
    const next = h.beta1 * (1 - 0.5 * (qToStep * q));
    const all = integerPower(h.beta1, step) * product;
    return {
      learningRate: rate,
      stepSize: (rate * next) / (1 - all * next),
      gradientStep: (rate * (1 - now)) / (1 - all),
      inverseSqrtBias2: 1 / Math.sqrt(1 - integerPower(h.beta2, step)),
    };
  },
};
