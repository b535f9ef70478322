import { describe, expect, it } from 'vitest';
import { availableIsas, selectKernels } from '#steepest/kernels/backend.js';
import {
  ACTIVATIONS,
  type ElementwiseActivation,
  type KernelSet,
  type OpKind,
  PHASES,
  REGISTERS,
} from '#steepest/kernels/contract.js';
import { typescriptExact, typescriptFast } from '#steepest/kernels/typescript/index.js';
import { Memory, op, program, registersFor } from './programs.js';

const ISAS = ['avx512', 'avx2', 'neon', 'portable'] as const;
const KERNELS: readonly KernelSet[] = [
  ...ISAS.filter((isa) => availableIsas().includes(isa)).map((isa) =>
    selectKernels({ backend: 'native', isa }),
  ),
  typescriptExact,
  typescriptFast,
];
const SMALLEST_NORMAL = 2 ** -126;
const ROWS = 2;
/** Whole vectors of every instruction set, and part of one. */
const COLS = 21;

/** Arrays that halve in each step without a gradient, and the scalars that make them do so. */
const HALVING: { kind: OpKind; halves: string[]; scalars: Record<string, number> }[] = [
  { kind: 'sgd', halves: ['w'], scalars: { weightDecay: 0.5 } },
  { kind: 'momentum', halves: ['v'], scalars: { momentum: 0.5 } },
  { kind: 'lion', halves: ['m'], scalars: { beta1: 0.5, beta2: 0.5 } },
  { kind: 'rmsprop', halves: ['v', 'm', 'b'], scalars: { rho: 0.5, momentum: 0.5 } },
  { kind: 'adadelta', halves: ['v', 'd'], scalars: { rho: 0.5 } },
  { kind: 'adam', halves: ['m', 'v'], scalars: { beta1: 0.5, beta2: 0.5 } },
  { kind: 'adam', halves: ['m', 'v'], scalars: { beta1: 0.5, beta2: 0.5, nesterov: 1 } },
  { kind: 'adamax', halves: ['m', 'u'], scalars: { beta1: 0.5, beta2: 0.5 } },
];

/** Runs one step on arrays of `start`, and returns those that it has written. */
function step(kernels: KernelSet, { kind, halves, scalars }: (typeof HALVING)[number], start: number) {
  const memory = new Memory();
  const names = [...new Set(['w', 'g', ...halves])];
  const operands = Object.fromEntries(names.map((name) => [name, memory.matrix(ROWS, COLS)]));
  if (halves.includes('w')) operands.wT = memory.matrix(COLS, ROWS);
  for (const name of halves) memory.fill(operands[name]!, () => start);
  const registers = registersFor(ROWS);
  for (const name of ['learningRate', 'stepSize', 'gradientStep', 'inverseSqrtBias2'] as const) {
    registers[REGISTERS[name]] = 1;
  }
  const epsilon: Record<string, number> = 'epsilon' in op(kind, {}).scalars ? { epsilon: 1 } : {};
  const place = { phase: PHASES.merge, split: 'all', begin: 0, end: ROWS } as const;
  const update = op(kind, operands, { rateScale: 1, ...epsilon, ...scalars }, place);
  expect(kernels.bind(program([update], ROWS), [memory.buffer], registers).run(PHASES.merge)).toBe(0);
  const written = 'wT' in operands ? [...halves, 'wT'] : halves;
  return written.flatMap((name) => memory.values(operands[name]!));
}

/**
 * Gradients of confident predictions: row 0 has one below 2⁻⁹⁵ and row 1 one above, of an
 * exponential of its own.
 */
const TAILS: Record<string, { kind: OpKind; z: string; dz: string; scalars?: Record<string, number> }> = {
  softmaxCrossEntropy: { kind: 'softmaxCrossEntropy', z: 'z', dz: 'dz' },
  sigmoidCrossEntropy: { kind: 'sigmoidCrossEntropy', z: 'z', dz: 'dz' },
  categoricalFocal: { kind: 'categoricalFocal', z: 'x', dz: 'dx', scalars: { onLogits: 1, alpha: 1 } },
  binaryFocal: {
    kind: 'binaryFocal',
    z: 'x',
    dz: 'dx',
    scalars: { onLogits: 1, positiveWeight: 1, negativeWeight: 1 },
  },
};

/**
 * s of two derivatives, one above 2⁻⁹⁵ and one below: outputs of sigmoid and exponential, inputs of
 * the others. `derivative` is its formula, for s far below 0.
 */
const SATURATED: Partial<Record<ElementwiseActivation, { s: number[]; derivative: (s: number) => number }>> =
  {
    sigmoid: { s: [2 ** -94, 2 ** -96], derivative: (s) => s },
    exponential: { s: [2 ** -94, 2 ** -96], derivative: (s) => s },
    softplus: { s: [-65, -67], derivative: Math.exp },
    silu: { s: [-69, -72], derivative: (s) => Math.exp(s) * (1 + s) },
    mish: { s: [-69, -72], derivative: (s) => Math.exp(s) * (1 + s) },
    gelu: { s: [-11, -12], derivative: (s) => (s * Math.exp((-s * s) / 2)) / Math.sqrt(2 * Math.PI) },
  };

/** Native kernels and the exact ones: the products of the fast kernels are float64. */
const ROUNDED = KERNELS.filter((kernels) => kernels !== typescriptFast);

describe.each(ROUNDED.map((kernels) => ({ kernels, title: kernels.isa })))(
  'products of an update that would be denormal numbers, $title',
  ({ kernels }) => {
    /** v, m and w after a step of Adam from w = 0 with means that halve. */
    const adam = (start: { v?: number; m?: number; g: number }) => {
      const memory = new Memory();
      const operands = Object.fromEntries(['w', 'g', 'm', 'v'].map((name) => [name, memory.matrix(1, COLS)]));
      for (const name of ['g', 'm', 'v'] as const) memory.fill(operands[name]!, () => start[name] ?? 0);
      const registers = registersFor(ROWS);
      for (const name of ['stepSize', 'inverseSqrtBias2'] as const) registers[REGISTERS[name]] = 1;
      const scalars = { beta1: 0.5, beta2: 0.5, oneMinusBeta2: 0.5, epsilon: 1, rateScale: 1, nesterov: 1 };
      const place = { phase: PHASES.merge, split: 'all', begin: 0, end: 1 } as const;
      const update = op('adam', operands, scalars, place);
      kernels.bind(program([update], ROWS), [memory.buffer], registers).run(PHASES.merge);
      const only = (name: string): number => {
        const [first, ...others] = memory.values(operands[name]!);
        expect(others.every((x) => Object.is(x, first))).toBe(true);
        return first!;
      };
      return { v: only('v'), m: only('m'), w: only('w') };
    };

    it('squares of gradients', () => {
      expect(adam({ v: 2 ** -120, g: 2 ** -62 }).v).toBe(2 ** -121 + 2 ** -125);
      expect(adam({ v: 2 ** -120, g: 2 ** -63 }).v).toBe(2 ** -121);
      expect(adam({ v: 2 ** -120, g: -(2 ** -63) }).v).toBe(2 ** -121);
      expect(adam({ g: Number.NaN }).v).toBeNaN();
    });

    it("nadam's step from a mean that decays", () => {
      expect(adam({ m: 2 ** -94, g: 0 })).toMatchObject({ m: 2 ** -95, w: -(2 ** -95) });
      expect(adam({ m: 2 ** -95, g: 0 })).toMatchObject({ m: 2 ** -96, w: 0 });
    });
  },
);

describe.each(KERNELS.map((kernels) => ({ kernels, title: kernels.isa })))(
  'numbers below 2^−126 become +0 where they would stay, $title',
  ({ kernels }) => {
    it.each(HALVING)('$kind $scalars', (row) => {
      const check = (start: number, expected: number): void => {
        const values = step(kernels, row, start);
        expect(values.filter((value) => !Object.is(value, expected))).toEqual([]);
      };
      check(2 ** -124, 2 ** -125);
      check(2 ** -125, SMALLEST_NORMAL);
      check(SMALLEST_NORMAL, 0);
      check(2 ** -149, 0);
      if (row.halves.every((name) => 'wmb'.includes(name))) {
        check(-(2 ** -125), -SMALLEST_NORMAL);
        check(-SMALLEST_NORMAL, 0);
      }
    });

    it('the largest second moment of adam, which does not decay', () => {
      const row = { kind: 'adam', halves: ['m', 'v', 'vMax'], scalars: { beta1: 0.5, beta2: 0.5 } } as const;
      const largest = (start: number): number =>
        step(kernels, { ...row, halves: [...row.halves] }, start).at(-1) as number;
      expect(largest(SMALLEST_NORMAL)).toBe(SMALLEST_NORMAL);
      expect(largest(2 ** -127)).toBe(0);
    });

    it.each(Object.values(TAILS))('$kind', ({ kind, z, dz, scalars }) => {
      const memory = new Memory();
      const operands = {
        [z]: memory.matrix(2, 2),
        target: memory.matrix(2, 2),
        p: memory.matrix(2, 2),
        [dz]: memory.matrix(2, 2),
        rowLoss: memory.matrix(2, 1),
      };
      // Column 1 has the target 0. Its gradient is about e⁻⁷⁰/2 ≈ 2⁻¹⁰² or e⁻⁶⁰/2 ≈ 2⁻⁸⁷·⁶, or half
      // of that.
      memory.fill(operands[z]!, (i, j) => (j === 0 ? 0 : i === 0 ? -70 : -60));
      memory.fill(operands.target!, (_, j) => (j === 0 ? 1 : 0));
      const loss = op(kind, operands, scalars);
      expect(kernels.bind(program([loss], 2), [memory.buffer], registersFor(2)).run(PHASES.rows)).toBe(0);
      const gradients = memory.values(operands[dz]!);
      expect(gradients[1]).toBe(0);
      expect(gradients[3]).toBeGreaterThan(Math.exp(-60) / 5);
      expect(gradients[3]).toBeLessThan(Math.exp(-60));
    });

    it('softmaxBackward', () => {
      const memory = new Memory();
      const operands = { dy: memory.matrix(1, 3), y: memory.matrix(1, 3), dx: memory.matrix(1, 3) };
      memory.fill(operands.dy, (_, j) => [0, 1, -1][j]!);
      memory.fill(operands.y, (_, j) => [1, 2 ** -94, 2 ** -96][j]!);
      const backward = op('softmaxBackward', operands);
      kernels.bind(program([backward], 1), [memory.buffer], registersFor(1)).run(PHASES.rows);
      expect(memory.values(operands.dx).slice(1)).toEqual([2 ** -94, 0]);
    });

    it.each(Object.entries(SATURATED))('activationBackward, %s', (name, { s, derivative }) => {
      const memory = new Memory();
      const operands = { dy: memory.matrix(1, COLS), s: memory.matrix(1, COLS), dx: memory.matrix(1, COLS) };
      memory.fill(operands.dy, () => 1);
      memory.fill(operands.s, (_, j) => s[j % 2]!);
      const activation = ACTIVATIONS[name as ElementwiseActivation];
      const backward = op('activationBackward', operands, { activation });
      kernels.bind(program([backward], 1), [memory.buffer], registersFor(1)).run(PHASES.rows);
      const [kept, below] = s.map(derivative);
      expect(Math.abs(below!)).toBeLessThan(2 ** -95);
      memory.values(operands.dx).forEach((gradient, j) => {
        if (j % 2 === 1) expect(gradient).toBe(0);
        else expect(Math.abs(gradient / kept! - 1)).toBeLessThan(0.02);
      });
    });

    it('average', () => {
      const memory = new Memory();
      const operands = { w: memory.matrix(ROWS, COLS), e: memory.matrix(ROWS, COLS) };
      memory.fill(operands.e, (i) => (i === 0 ? 2 ** -125 : -(2 ** -126)));
      const registers = registersFor(ROWS);
      registers[REGISTERS.averageDecay] = 0.5;
      const average = op('average', operands, {}, { split: 'all', begin: 0, end: ROWS });
      kernels.bind(program([average], ROWS), [memory.buffer], registers).run(PHASES.rows);
      const values = memory.values(operands.e);
      expect(values.slice(0, COLS).every((x) => x === SMALLEST_NORMAL)).toBe(true);
      expect(values.slice(COLS).every((x) => Object.is(x, 0))).toBe(true);
    });

    it('movingMoments', () => {
      const memory = new Memory();
      const operands = {
        sums: memory.matrix(1, 4, 'f64', 0),
        mean: memory.matrix(1, 2, 'f32', 0),
        variance: memory.matrix(1, 2, 'f32', 0),
      };
      memory.fill(operands.mean, (_, j) => (j === 0 ? 2 ** -125 : -(2 ** -126)));
      memory.fill(operands.variance, (_, j) => (j === 0 ? 2 ** -126 : 2 ** -125));
      const place = { split: 'all', begin: 0, end: 2 } as const;
      const moving = op('movingMoments', operands, { pixels: 1, momentum: 0.5 }, place);
      kernels.bind(program([moving], ROWS), [memory.buffer], registersFor(ROWS)).run(PHASES.rows);
      expect(memory.values(operands.mean)).toEqual([SMALLEST_NORMAL, 0]);
      expect(memory.values(operands.variance)).toEqual([0, SMALLEST_NORMAL]);
    });
  },
);
