import { LOSS_FORMULAS, type LossFormula } from '../../contract.js';
import type { PrepareOp } from '../kernel.js';
import { scaleOver } from '../rows/scaleOver.js';
import { fma, fround } from './fma.js';
import { Lanes } from './lanes.js';
import { expm1, log, log1p, tanh } from './math.js';

/** An element's loss and derivative, from prediction, target and parameter. */
type Formula = (y: number, t: number, a: number) => readonly [loss: number, derivative: number];

/** Keras's backend epsilon. */
export const EPSILON = fround(1e-7);
const LN_2 = fround(0.693147182);
/** Up to here log cosh d comes from cosh d − 1, which is at most 1. */
const LOG_COSH_SPLIT = 1.25;

/** x, but not below a `least` above 0; NaN stays. */
export const atLeast = (x: number, least: number): number => Math.max(x, least);
/** max(x, 0); Math.max would turn −0 into +0. */
export function positivePart(x: number): number {
  if (x < 0) return 0;
  return x;
}
/** x above 0, y below, and d itself where it is ±0 or NaN. */
const bySign = (d: number, above: number, below: number): number => (d > 0 ? above : d < 0 ? below : d);
const clip = (p: number): number => atLeast(Math.min(p, 1), EPSILON);
/** −1 for a target of 0. */
const signTarget = (t: number): number => (t === 0 ? -1 : t);

const FORMULAS: Readonly<Record<LossFormula, Formula>> = {
  logCosh(y, t) {
    const d = fround(y - t);
    const size = Math.abs(d);
    const m = -expm1(-size);
    const v = fround(1 - m);
    const isSmall = size < LOG_COSH_SPLIT;
    const rest = log1p(isSmall ? fround(fround(m * m) / fround(v + v)) : fround(v * v));
    return [isSmall ? rest : fround(fround(size - LN_2) + rest), tanh(d)];
  },
  quantile(y, t, a) {
    const d = fround(y - t);
    const rest = fround(1 - a);
    return [d > 0 ? fround(rest * d) : -fround(a * d), bySign(d, rest, -a)];
  },
  poisson(y, t) {
    const v = fround(y + EPSILON);
    return [fma(-t, log(v), y), fround(1 - fround(t / v))];
  },
  squaredLogarithmic(y, t) {
    const q = atLeast(y, EPSILON);
    const s = atLeast(t, EPSILON);
    const h = fround(q - s);
    const x = fround(Math.abs(h) / fround((h < 0 ? q : s) + 1));
    const w = fround(x + 1);
    const l = fround(log(w) + fround(fround(x - fround(w - 1)) / w));
    const derivative = fround(fround(2 * (h < 0 ? -l : l)) / fround(q + 1));
    return [fround(l * l), y > EPSILON ? derivative : 0];
  },
  absolutePercentage(y, t) {
    const d = fround(y - t);
    const k = fround(100 / atLeast(Math.abs(t), EPSILON));
    return [fround(Math.abs(d) * k), bySign(d, k, -k)];
  },
  hinge(y, t) {
    const s = -signTarget(t);
    const m = fma(s, y, 1);
    return [positivePart(m), m > 0 ? s : 0];
  },
  squaredHinge(y, t) {
    const s = signTarget(t);
    const h = positivePart(fma(-s, y, 1));
    return [fround(h * h), fround(fround(-2 * h) * s)];
  },
  klDivergence(y, t) {
    const q = clip(y);
    const s = clip(t);
    const x = fround(s / q);
    return [fround(s * log(x)), q === y ? -x : 0];
  },
};
const NAMES = Object.keys(LOSS_FORMULAS) as LossFormula[];

export const elementLoss: PrepareOp = (op) => {
  const y = op.f32('y');
  const target = op.f32('target');
  const dy = op.optional('f32', 'dy');
  const rowLoss = op.f32('rowLoss');
  const name = NAMES.find((each) => LOSS_FORMULAS[each] === op.scalar('formula')) as LossFormula;
  const formula = FORMULAS[name];
  const a = fround(op.scalar('parameter'));
  const terms = name === 'klDivergence' ? 1 : y.cols;
  const lanes = new Lanes();
  return (begin, end, registers) => {
    const scale = scaleOver(1, registers, terms);
    for (let r = begin; r < end; r++) {
      lanes.clear();
      for (let j = 0; j < y.cols; j++) {
        const t = target.data[r * target.rowStride + j] as number;
        const [loss, derivative] = formula(y.data[r * y.rowStride + j] as number, t, a);
        lanes.add(j, loss);
        if (dy !== undefined) dy.data[r * dy.rowStride + j] = derivative * scale;
      }
      rowLoss.data[r * rowLoss.rowStride] = lanes.sum() / terms;
    }
    return 0;
  };
};
