import { describe, expect, it } from 'vitest';
import {
  ACTIVATIONS,
  type ElementwiseActivation,
  type Operand,
  type OpKind,
  PHASES,
} from '#steepest/kernels/contract.js';
import { bindTypeScript } from '#steepest/kernels/typescript/bind.js';
import { fastOps } from '#steepest/kernels/typescript/fast/index.js';
import { derivativeNeedsInput } from '#steepest/networks/nodes/activate.js';
import { Memory, noise, op, program, registersFor } from './programs.js';

const ROWS = 4;
const COLS = 5;
/** Values stored as float32 with a step of 2⁻⁸ leave differences good to about 2⁻²⁴ / 2⁻⁸ = 1.5e-5. */
const STEP = 2 ** -8;
/** Rounding of float32 results, and the third derivative times STEP²/6. */
const TOLERANCE = 2e-4;

function run(ops: ReturnType<typeof op>[], memory: Memory): void {
  expect(
    bindTypeScript(fastOps, program(ops, ROWS), [memory.buffer], registersFor(ROWS)).run(PHASES.rows),
  ).toBe(0);
}

/** Central differences of Σ loss over each element of `x`, whose values are `at`. */
function differences(memory: Memory, x: Operand, at: readonly number[], loss: () => number): number[] {
  return at.map((_, k) => {
    const shifted = (by: number): number => {
      memory.fill(x, (i, j) => at[i * x.cols + j]! + (i * x.cols + j === k ? by : 0));
      return loss();
    };
    return (shifted(STEP) - shifted(-STEP)) / (2 * STEP);
  });
}

function expectClose(given: readonly number[], expected: readonly number[]): void {
  const furthest = Math.max(...given.map((value, k) => Math.abs(value - expected[k]!)));
  expect(furthest).toBeLessThan(TOLERANCE);
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

describe('derivatives of activations', () => {
  it.each(Object.keys(ACTIVATIONS) as ElementwiseActivation[])('%s agrees with differences', (name) => {
    const memory = new Memory();
    const [x, y, dy, dx] = [0, 1, 2, 3].map(() => memory.matrix(ROWS, COLS)) as [
      Operand,
      Operand,
      Operand,
      Operand,
    ];
    const scalars = { activation: ACTIVATIONS[name], alpha: 0.75 };
    const random = noise(7);
    // Away from 0, where some have a kink.
    const at = Array.from({ length: ROWS * COLS }, () => Math.fround(3 * random())).map((v) =>
      Math.abs(v) < 0.05 ? 1 : v,
    );
    const forward = op('activation', { x, y }, scalars);
    const expected = differences(memory, x, at, () => {
      run([forward], memory);
      return total(memory.values(y));
    });
    memory.fill(x, (i, j) => at[i * COLS + j]!);
    memory.fill(dy, () => 1);
    const s = derivativeNeedsInput(name) ? x : y;
    run([forward, op('activationBackward', { dy, s, dx }, scalars)], memory);
    expectClose(memory.values(dx), expected);
  });

  it('softmax agrees with differences', () => {
    const memory = new Memory();
    const [x, y, dy, dx] = [0, 1, 2, 3].map(() => memory.matrix(ROWS, COLS)) as [
      Operand,
      Operand,
      Operand,
      Operand,
    ];
    const random = noise(8);
    const at = Array.from({ length: ROWS * COLS }, () => Math.fround(2 * random()));
    memory.fill(dy, random);
    const weights = memory.values(dy);
    const forward = op('softmax', { x, y });
    const expected = differences(memory, x, at, () => {
      run([forward], memory);
      return total(memory.values(y).map((value, k) => value * weights[k]!));
    });
    memory.fill(x, (i, j) => at[i * COLS + j]!);
    run([forward, op('softmaxBackward', { dy, y, dx })], memory);
    expectClose(memory.values(dx), expected);
  });
});

describe('gradients of losses', () => {
  const losses: [
    kind: OpKind,
    input: string,
    gradient: string,
    targets: 'labels' | 'target',
    positive: boolean,
    scalars?: Record<string, number>,
  ][] = [
    ['softmaxCrossEntropy', 'z', 'dz', 'labels', false],
    ['softmaxCrossEntropy', 'z', 'dz', 'target', false],
    ['sigmoidCrossEntropy', 'z', 'dz', 'target', false],
    ['categoricalCrossEntropy', 'p', 'dp', 'labels', true],
    ['categoricalCrossEntropy', 'p', 'dp', 'target', true],
    ['binaryCrossEntropy', 'p', 'dp', 'target', true],
    ['meanSquaredError', 'y', 'dy', 'target', false],
    ['meanAbsoluteError', 'y', 'dy', 'target', false],
    ['huber', 'y', 'dy', 'target', false, { delta: 0.4 }],
  ];
  it.each(losses)(
    '%s of %s: %s agrees with differences (%s)',
    (kind, input, gradient, targets, positive, scalars = {}) => {
      const memory = new Memory();
      const [x, dx, target] = [0, 1, 2].map(() => memory.matrix(ROWS, COLS)) as [Operand, Operand, Operand];
      const labels = memory.matrix(1, ROWS, 'i32');
      const rowLoss = memory.matrix(ROWS, 1);
      const random = noise(9);
      const at = Array.from({ length: ROWS * COLS }, () =>
        Math.fround(positive ? 0.5 + 0.3 * random() : random()),
      );
      memory.fill(target, (i, j) => ((i + 2 * j) % 5) / 4 + 1e-3);
      memory.fill(labels, (_i, j) => (3 * j) % COLS);
      const given: Record<string, Operand> = targets === 'labels' ? { labels } : { target };
      const loss = op(kind, { [input]: x, [gradient]: dx, rowLoss, ...given }, scalars);
      const expected = differences(memory, x, at, () => {
        run([loss], memory);
        return total(memory.values(rowLoss)) / ROWS;
      });
      memory.fill(x, (i, j) => at[i * COLS + j]!);
      run([loss], memory);
      expectClose(memory.values(dx), expected);
    },
  );
});
