import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OP_KINDS, type Operand, type OpKind } from '#steepest/kernels/contract.js';
import { typescriptExact, typescriptFast } from '#steepest/kernels/typescript/index.js';
import { type OpCase, viewOf } from './cases/case.js';
import { dimsFor, drawCase, runCase } from './cases/run.js';

const RUNS = 60;

/**
 * The fast kernels sum in float64, the exact ones in float32: what is allowed is about 100
 * roundings of the result, and of a result of order 1 where terms cancel.
 */
const TOLERANCE = 1e-5;
/**
 * These sum up to 200 products of order 9, or up to 61·16 of order 1, whose partial sums reach 30:
 * ten times the roundings.
 */
const SUMS: ReadonlySet<OpKind> = new Set([
  'gemm',
  'conv2d',
  'conv2dRows',
  'conv2dInput',
  'conv2dMaxPool',
  'channelSums',
]);
/** These up to 3 groups · 36 pixels · 16 images of them, or elements of transformed tiles, which are several times as large. */
const LONG_SUMS: ReadonlySet<OpKind> = new Set([
  'conv2dWeights',
  'conv2dMaxPoolWeights',
  'conv2dWinograd',
  'conv2dMaxPoolWinograd',
  'conv2dInputWinograd',
  'conv2dWeightsWinograd',
]);
/** Cells of F(4 × 4) sum fractions of numbers that are ten times as large as the outputs. */
const LARGE_CELLS: ReadonlySet<OpKind> = new Set([
  'conv2dWinograd',
  'conv2dMaxPoolWinograd',
  'conv2dInputWinograd',
]);

/** Both decide by comparing whole words or numbers that neither has computed: nothing may differ. */
const EQUAL: ReadonlySet<OpKind> = new Set([
  'gatherLabels',
  'argmaxAccuracy',
  'copyRows',
  'shuffle',
  'gatherDesign',
  'triangularSolve',
  'jacobiRows',
  'normalResidual',
]);

/** RᵀR, which is the same for every R of one matrix, whatever roundings make of dependent columns. */
function gram(memory: SharedArrayBuffer, r: Operand): Float64Array {
  const view = viewOf(memory, r);
  const { cols: n, rowStride } = r;
  const product = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    for (let i = k; i < n; i++) {
      for (let j = k; j < n; j++) {
        product[i * n + j]! += (view[k * rowStride + i] as number) * (view[k * rowStride + j] as number);
      }
    }
  }
  return product;
}

/** The values of an output that both kernel sets must agree on. */
function comparable(op: OpCase['op'], name: string, memory: SharedArrayBuffer): ArrayLike<number> {
  const operand = op.operands[name] as Operand;
  if (op.kind !== 'qrFold' && op.kind !== 'normalFold') return viewOf(memory, operand);
  return name === 'r' ? gram(memory, operand) : [];
}

/** Largest |a − b| / max(1, |b|) over the outputs. */
function distance({ op, outputs }: OpCase, a: SharedArrayBuffer, b: SharedArrayBuffer): number {
  let most = 0;
  for (const name of Object.keys(outputs)) {
    const [given, expected] = [comparable(op, name, a), comparable(op, name, b)];
    for (let i = 0; i < expected.length; i++) {
      const [x, y] = [given[i] as number, expected[i] as number];
      if (Object.is(x, y)) continue;
      const error = Math.abs(x - y) / Math.max(1, Math.abs(y));
      most = Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(most, error);
    }
  }
  return most;
}

/**
 * F(4 × 4) rounds at fractions, which decides between equal elements of a window: whole numbers
 * often are.
 */
const valuesOf = (kind: OpKind): ('ordinary' | 'integers')[] =>
  kind === 'conv2dMaxPoolWinograd' ? ['ordinary'] : ['ordinary', 'integers'];

describe('the fast kernels agree with the exact ones', () => {
  it.each(OP_KINDS)('%s', (kind) => {
    fc.assert(
      fc.property(dimsFor(kind, valuesOf(kind)), (dims) => {
        const opCase = drawCase(kind, dims);
        const exact = runCase(typescriptExact, opCase, dims);
        const fast = runCase(typescriptFast, opCase, dims);
        expect(fast.status).toBe(exact.status);
        const roundings = LARGE_CELLS.has(kind) ? 500 : LONG_SUMS.has(kind) ? 100 : SUMS.has(kind) ? 10 : 1;
        const allowed = EQUAL.has(kind) ? 0 : roundings * TOLERANCE;
        expect(distance(opCase, fast.memory, exact.memory)).toBeLessThanOrEqual(allowed);
      }),
      { numRuns: RUNS },
    );
  });
});
