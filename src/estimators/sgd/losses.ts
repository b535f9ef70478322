/**
 * Losses of a score p and a target y, with their derivatives by p. Classes are −1 and 1.
 * (Zhang 2004, "Solving large scale linear prediction problems using stochastic gradient descent
 * algorithms")
 */
export interface SgdLoss {
  value(y: number, p: number): number;
  derivative(y: number, p: number): number;
}

/** max(0, threshold − y·p): support vector machines with 1, the perceptron with 0. */
const hinge = (threshold: number): SgdLoss => ({
  value: (y, p) => Math.max(0, threshold - y * p),
  derivative: (y, p) => (y * p <= threshold ? -y : 0),
});

export const CLASSIFICATION_LOSSES = {
  hinge: hinge(1),
  squaredHinge: {
    value: (y, p) => Math.max(0, 1 - y * p) ** 2,
    derivative: (y, p) => -2 * y * Math.max(0, 1 - y * p),
  },
  logLoss: {
    // ln(1 + e^−z) without overflow.
    value: (y, p) => Math.max(0, -y * p) + Math.log1p(Math.exp(-Math.abs(p))),
    derivative(y, p) {
      const z = y * p;
      const small = Math.exp(-Math.abs(z));
      return (-y * (z > 0 ? small : 1)) / (1 + small);
    },
  },
  modifiedHuber: {
    value(y, p) {
      const z = y * p;
      return z >= 1 ? 0 : z >= -1 ? (1 - z) ** 2 : -4 * z;
    },
    derivative(y, p) {
      const z = y * p;
      return z >= 1 ? 0 : z >= -1 ? -2 * y * (1 - z) : -4 * y;
    },
  },
  perceptron: hinge(0),
} satisfies Record<string, SgdLoss>;

export type ClassificationLoss = keyof typeof CLASSIFICATION_LOSSES;

/** Losses of numbers, by the width of the band in which residuals count less, or not. */
export const REGRESSION_LOSSES = {
  squaredError: (): SgdLoss => ({
    value: (y, p) => (p - y) ** 2 / 2,
    derivative: (y, p) => p - y,
  }),
  huber: (epsilon: number): SgdLoss => ({
    value(y, p) {
      const size = Math.abs(p - y);
      return size <= epsilon ? size ** 2 / 2 : epsilon * (size - epsilon / 2);
    },
    derivative: (y, p) => Math.max(-epsilon, Math.min(epsilon, p - y)),
  }),
  epsilonInsensitive: (epsilon: number): SgdLoss => ({
    value: (y, p) => Math.max(0, Math.abs(p - y) - epsilon),
    derivative: (y, p) => (Math.abs(p - y) > epsilon ? Math.sign(p - y) : 0),
  }),
  squaredEpsilonInsensitive: (epsilon: number): SgdLoss => ({
    value: (y, p) => Math.max(0, Math.abs(p - y) - epsilon) ** 2,
    derivative: (y, p) => 2 * Math.sign(p - y) * Math.max(0, Math.abs(p - y) - epsilon),
  }),
} satisfies Record<string, (epsilon: number) => SgdLoss>;

export type RegressionLoss = keyof typeof REGRESSION_LOSSES;
