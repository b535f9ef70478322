import { REGISTERS } from '../../contract.js';
import type { F64, PreparedOp, PrepareOp } from '../kernel.js';
import { treeSum } from '../norm/sums.js';

const LANES = 16;

/** g ← g + other. */
export const addGradient: PrepareOp = (op) => {
  const g = op.f32('g');
  const other = op.f32('other');
  return (begin, end) => {
    for (let i = begin; i < end; i++) {
      const to = i * g.rowStride;
      const from = i * other.rowStride;
      for (let j = 0; j < g.cols; j++) g.data[to + j] = g.data[to + j]! + other.data[from + j]!;
    }
    return 0;
  };
};

/** sum ← sum + g, or g for the first mini-batch (ops/gradients.ts). */
export const accumulateGradient: PrepareOp = (op) => {
  const g = op.f32('g');
  const sum = op.f32('total');
  return (begin, end, registers) => {
    const isFirst = registers[REGISTERS.accumulated] === 0;
    for (let i = begin; i < end; i++) {
      const from = i * g.rowStride;
      const to = i * sum.rowStride;
      for (let j = 0; j < g.cols; j++) {
        const value = g.data[from + j]!;
        sum.data[to + j] = isFirst ? value : sum.data[to + j]! + value;
      }
    }
    return 0;
  };
};

/**
 * The walk of `finishGradient` (ops/gradients.ts).
 * @param penalties gives g₂ from w and g₀
 */
export function finishGradientWith(
  penalties: (op: PreparedOp) => (w: number, g: number) => number,
): PrepareOp {
  return (op) => {
    const w = op.f32('w');
    const g = op.f32('g');
    const sum = op.optional('f32', 'total');
    const squares = op.optional('f64', 'squares');
    const limit = Math.fround(op.scalar('clipValue'));
    const penalised = penalties(op);
    const lanes = new Float64Array(LANES);
    return (begin, end, registers) => {
      const count = Math.fround(registers[REGISTERS.accumulated] as number);
      for (let i = begin; i < end; i++) {
        const at = i * g.rowStride;
        lanes.fill(0);
        for (let j = 0; j < w.cols; j++) {
          const mean = sum ? Math.fround(sum.data[i * sum.rowStride + j]! / count) : g.data[at + j]!;
          const full = penalised(w.data[i * w.rowStride + j]!, mean);
          // Math.min and Math.max keep NaN.
          const value = Math.fround(limit === 0 ? full : Math.max(-limit, Math.min(limit, full)));
          g.data[at + j] = value;
          lanes[j % LANES] = lanes[j % LANES]! + value * value;
        }
        if (squares !== undefined) squares.data[i] = treeSum(lanes);
      }
      return 0;
    };
  };
}

/** Lane sum of numbers. */
function laneSum(values: F64, count: number): number {
  const lanes = new Float64Array(LANES);
  for (let i = 0; i < count; i++) lanes[i % LANES] = lanes[i % LANES]! + values[i]!;
  return treeSum(lanes);
}

/** The factor that limits a norm (ops/gradients.ts). */
export const clipFactor: PrepareOp = (op) => {
  const squares = op.f64('squares');
  const factor = op.f64('factor');
  const limit = op.scalar('limit');
  return () => {
    const norm = Math.sqrt(laneSum(squares.data, squares.cols));
    factor.data[0] = norm > limit ? limit / norm : 1;
    return 0;
  };
};

/** g ← factor·g. */
export const scaleGradient: PrepareOp = (op) => {
  const g = op.f32('g');
  const factor = op.f64('factor');
  return (begin, end) => {
    const by = factor.data[0]!;
    if (by === 1) return 0;
    for (let i = begin; i < end; i++) {
      const row = i * g.rowStride;
      for (let j = row; j < row + g.cols; j++) g.data[j] = by * g.data[j]!;
    }
    return 0;
  };
};
