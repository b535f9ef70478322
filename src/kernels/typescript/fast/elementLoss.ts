import { LOSS_FORMULAS, type LossFormula } from '../../contract.js';
import type { PrepareOp } from '../kernel.js';
import { scaleOver } from '../rows/scaleOver.js';

/** An element's loss; its derivative goes to `derivative[0]`. */
type Formula = (y: number, t: number, a: number) => number;

/** Keras's backend epsilon, in float32, so that the same elements are clipped as by the other kernels. */
export const EPSILON = Math.fround(1e-7);
/** Up to here log cosh d comes from cosh d − 1 = 2·sinh²(d/2). */
const LOG_COSH_SPLIT = 1.25;

const derivative = new Float64Array(1);

const clip = (p: number): number => Math.max(Math.min(p, 1), EPSILON);
const signTarget = (t: number): number => (t === 0 ? -1 : t);

const FORMULAS: Readonly<Record<LossFormula, Formula>> = {
  logCosh(y, t) {
    const d = y - t;
    const size = Math.abs(d);
    derivative[0] = Math.tanh(d);
    if (size >= LOG_COSH_SPLIT) return size - Math.LN2 + Math.log1p(Math.exp(-2 * size));
    const half = Math.sinh(size / 2);
    return Math.log1p(2 * half * half);
  },
  quantile(y, t, a) {
    const d = y - t;
    derivative[0] = d > 0 ? 1 - a : d < 0 ? -a : d;
    return d > 0 ? (1 - a) * d : -a * d;
  },
  poisson(y, t) {
    derivative[0] = 1 - t / (y + EPSILON);
    return y - t * Math.log(y + EPSILON);
  },
  squaredLogarithmic(y, t) {
    const q = Math.max(y, EPSILON);
    const s = Math.max(t, EPSILON);
    const size = Math.log1p(Math.abs(q - s) / (Math.min(q, s) + 1));
    derivative[0] = y > EPSILON ? (2 * (q < s ? -size : size)) / (q + 1) : 0;
    return size * size;
  },
  absolutePercentage(y, t) {
    const d = y - t;
    const k = 100 / Math.max(Math.abs(t), EPSILON);
    derivative[0] = d > 0 ? k : d < 0 ? -k : d;
    return Math.abs(d) * k;
  },
  hinge(y, t) {
    const s = signTarget(t);
    const margin = 1 - s * y;
    derivative[0] = margin > 0 ? -s : 0;
    return Math.max(margin, 0);
  },
  squaredHinge(y, t) {
    const s = signTarget(t);
    const margin = Math.max(1 - s * y, 0);
    derivative[0] = -2 * s * margin;
    return margin * margin;
  },
  klDivergence(y, t) {
    const q = clip(y);
    const s = clip(t);
    derivative[0] = q === y ? -s / q : 0;
    return s * Math.log(s / q);
  },
};
const NAMES = Object.keys(LOSS_FORMULAS) as LossFormula[];

/** A loss of each element on its own, with its gradient. */
export const elementLoss: PrepareOp = (op) => {
  const y = op.f32('y');
  const target = op.f32('target');
  const dy = op.optional('f32', 'dy');
  const rowLoss = op.f32('rowLoss');
  const name = NAMES.find((each) => LOSS_FORMULAS[each] === op.scalar('formula')) as LossFormula;
  const formula = FORMULAS[name];
  const a = op.scalar('parameter');
  const { cols } = y;
  const terms = name === 'klDivergence' ? 1 : cols;
  return (begin, end, registers) => {
    const scale = scaleOver(1, registers, terms);
    for (let r = begin; r < end; r++) {
      const from = r * y.rowStride;
      const at = r * target.rowStride;
      let loss = 0;
      for (let j = 0; j < cols; j++) {
        loss += formula(y.data[from + j]!, target.data[at + j]!, a);
        if (dy !== undefined) dy.data[r * dy.rowStride + j] = derivative[0]! * scale;
      }
      rowLoss.data[r * rowLoss.rowStride] = loss / terms;
    }
    return 0;
  };
};
