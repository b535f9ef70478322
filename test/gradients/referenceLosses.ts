/**
 * Every loss in float64, as plainly as Keras's formulas: the loss of one row's output against its
 * target row. Derivatives come from central differences.
 */
import type { LossName } from 'steepest';

/** A loss and its hyperparameters; what is left out has the default. */
export interface ReferenceLoss {
  name: LossName;
  fromLogits?: boolean;
  labelSmoothing?: number;
  delta?: number;
  quantile?: number;
  gamma?: number;
  alpha?: number;
  applyClassBalancing?: boolean;
}

type RowLoss = (y: readonly number[], t: readonly number[], h: ReferenceLoss) => number;

/** What float32 kernels add and clip at. */
const EPSILON = Math.fround(1e-7);
const clip = (p: number, most = 1 - EPSILON): number => Math.min(Math.max(p, EPSILON), most);
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

function softmax(row: readonly number[]): number[] {
  const powers = row.map((z) => Math.exp(z));
  return powers.map((e) => e / sum(powers));
}

/** A loss of each element on its own. */
const elementwise =
  (of: (y: number, t: number, h: ReferenceLoss) => number): RowLoss =>
  (y, t, h) =>
    mean(y.map((value, j) => of(value, t[j]!, h)));

/** A loss of yes-no questions with probabilities p. */
const binary =
  (of: (p: number, t: number, h: ReferenceLoss) => number): RowLoss =>
  (y, t, h) => {
    const { fromLogits = false, labelSmoothing: s = 0 } = h;
    return elementwise(of)(
      fromLogits ? y.map(sigmoid) : y,
      t.map((v) => v * (1 - s) + s / 2),
      h,
    );
  };

/** A loss of a distribution: the sum over classes. */
const categorical =
  (of: (q: number, t: number, h: ReferenceLoss) => number): RowLoss =>
  (y, t, h) => {
    const { fromLogits = false, labelSmoothing: s = 0 } = h;
    const p = fromLogits ? softmax(y) : y.map((v) => v / sum(y));
    return sum(p.map((v, k) => of(clip(v), t[k]! * (1 - s) + s / t.length, h)));
  };

const binaryCrossentropy = (p: number, t: number): number =>
  -(t * Math.log(clip(p)) + (1 - t) * Math.log(1 - clip(p)));
const margin = (y: number, t: number): number => Math.max(1 - (t === 0 ? -1 : t) * y, 0);
const norm = (row: readonly number[]): number => Math.max(Math.sqrt(sum(row.map((v) => v * v))), EPSILON);
const log1pClipped = (v: number): number => Math.log1p(Math.max(v, EPSILON));

export const REFERENCE_LOSSES: Readonly<Record<LossName, RowLoss>> = {
  meanSquaredError: elementwise((y, t) => (y - t) ** 2),
  meanAbsoluteError: elementwise((y, t) => Math.abs(y - t)),
  meanAbsolutePercentageError: elementwise(
    (y, t) => (100 * Math.abs(y - t)) / Math.max(Math.abs(t), EPSILON),
  ),
  meanSquaredLogarithmicError: elementwise((y, t) => (log1pClipped(y) - log1pClipped(t)) ** 2),
  huber: elementwise((y, t, { delta = 1 }) => {
    const d = Math.abs(y - t);
    return d <= delta ? 0.5 * d ** 2 : delta * (d - 0.5 * delta);
  }),
  logCosh: elementwise((y, t) => Math.log(Math.cosh(y - t))),
  quantile: elementwise((y, t, { quantile: q = 0.5 }) => Math.max(q * (t - y), (q - 1) * (t - y))),
  poisson: elementwise((y, t) => y - t * Math.log(y + EPSILON)),
  cosineSimilarity: (y, t) => -sum(y.map((v, j) => (v / norm(y)) * (t[j]! / norm(t)))),
  binaryCrossentropy: binary(binaryCrossentropy),
  categoricalCrossentropy: categorical((q, t) => -t * Math.log(q)),
  sparseCategoricalCrossentropy: categorical((q, t) => -t * Math.log(q)),
  binaryFocalCrossentropy: binary((p, t, { gamma = 2, alpha = 0.25, applyClassBalancing = false }) => {
    const weight = applyClassBalancing ? t * alpha + (1 - t) * (1 - alpha) : 1;
    return weight * (1 - (t * p + (1 - t) * (1 - p))) ** gamma * binaryCrossentropy(p, t);
  }),
  categoricalFocalCrossentropy: categorical(
    (q, t, { gamma = 2, alpha = 0.25 }) => alpha * (1 - q) ** gamma * -t * Math.log(q),
  ),
  klDivergence: (y, t) => sum(y.map((v, j) => clip(t[j]!, 1) * Math.log(clip(t[j]!, 1) / clip(v, 1)))),
  hinge: elementwise(margin),
  squaredHinge: elementwise((y, t) => margin(y, t) ** 2),
  categoricalHinge: (y, t) => {
    const right = sum(y.map((v, j) => v * t[j]!));
    return Math.max(Math.max(...y.map((v, j) => (1 - t[j]!) * v)) - right + 1, 0);
  },
};
