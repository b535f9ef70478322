import { describe, expect, it } from 'vitest';
import {
  ACTIVATIONS,
  GEMM_BATCH,
  GEMM_EPILOGUE,
  GEMM_INIT,
  type Op,
  type Operand,
  PHASES,
  REGISTERS,
} from '#steepest/kernels/contract.js';
import { bindTypeScript } from '#steepest/kernels/typescript/bind.js';
import { fastOps } from '#steepest/kernels/typescript/fast/index.js';
import { Memory, noise, op, registersFor, transposed } from './programs.js';

describe('splits and chunks', () => {
  const ROWS = 37;
  const INPUTS = 11;
  const HIDDEN = 19;
  const CLASSES = 5;

  /** One training step of a two-layer network, by `workers` ranks one after the other; the memory it leaves. */
  function step(workers: number, rowChunk: number, rows: number): Uint8Array {
    const m = new Memory();
    const table = m.matrix(50, INPUTS, 'u8', 0);
    const labelTable = m.matrix(1, 50, 'i32');
    const index = m.matrix(1, 50, 'u32');
    const [x, h, z, dh] = [INPUTS, HIDDEN, CLASSES, HIDDEN].map((cols) => m.matrix(ROWS, cols));
    const labels = m.matrix(1, ROWS, 'i32');
    const stats = m.matrix(ROWS, 2);
    const [w1, dw1] = [0, 1].map(() => m.matrix(INPUTS, HIDDEN));
    const [b1, db1] = [0, 1].map(() => m.matrix(1, HIDDEN));
    const [w2, dw2] = [0, 1].map(() => m.matrix(HIDDEN, CLASSES));
    const w2T = m.matrix(CLASSES, HIDDEN);
    const totals = Array.from({ length: 7 }, () => m.matrix(1, 2, 'f64'));
    const random = noise(5);
    for (const w of [w1, b1, w2, w2T]) m.fill(w as Operand, random);
    m.fill(table, (i, j) => (i * 31 + j * 17) % 256);
    m.fill(labelTable, (_i, j) => j % CLASSES);
    const relu = ACTIVATIONS.relu;
    const drop = { threshold: 2 ** 31, keepScale: 2, seed: 3, stream: 4 };
    const forRank = (rank: number): Op[] => {
      const slice = (
        kind: 'gemm' | 'biasGradient',
        operands: Record<string, Operand>,
        extent: number,
      ): Op => {
        const begin = Math.floor((extent * rank) / workers);
        const end = Math.floor((extent * (rank + 1)) / workers);
        const scalars: Record<string, number> = kind === 'gemm' ? { batch: GEMM_BATCH.k } : {};
        return op(kind, operands, scalars, { phase: PHASES.merge, split: 'slice', begin, end });
      };
      return [
        op('shuffle', { index }, { seed: 1, stream: 2 }, { phase: PHASES.epochStart, split: 'first' }),
        op('gatherRows', { src: table, index, dst: x! }, { scaled: 1, scale: 1 / 256, offset: -0.5 }),
        op('gatherLabels', { src: labelTable, index, dst: labels }),
        op(
          'gemm',
          { a: x!, b: w1!, c: h!, bias: b1! },
          { init: GEMM_INIT.bias, epilogue: GEMM_EPILOGUE.activation, activation: relu, batch: GEMM_BATCH.m },
        ),
        op('dropout', { x: h!, y: h! }, drop),
        op('gemm', { a: h!, b: w2!, c: z! }, { batch: GEMM_BATCH.m }),
        op('softmaxCrossEntropy', { z: z!, labels, dz: z!, p: z!, rowLoss: stats }),
        op(
          'gemm',
          { a: z!, b: w2T, c: dh!, d: h! },
          { epilogue: GEMM_EPILOGUE.derivative, activation: relu, batch: GEMM_BATCH.m },
        ),
        op('rowSums', { stats, totals: totals[0]! }, {}, { phase: PHASES.merge, split: 'first' }),
        slice('gemm', { a: transposed(x!), b: dh!, c: dw1! }, INPUTS),
        slice('biasGradient', { dz: dh!, db: db1! }, HIDDEN),
        slice('gemm', { a: transposed(h!), b: z!, c: dw2! }, HIDDEN),
      ];
    };
    const registers = registersFor(rows);
    registers[REGISTERS.batchStart] = 10;
    registers[REGISTERS.step] = 8;
    const ranks = Array.from({ length: workers }, (_, rank) =>
      bindTypeScript(
        fastOps,
        { ops: forRank(rank), rank, workers, maxRows: ROWS, rowChunk },
        [m.buffer],
        registers,
      ),
    );
    for (const phase of Object.values(PHASES)) {
      for (const rank of ranks) expect(rank.run(phase)).toBe(0);
    }
    expect(m.values(dw1!).some((value) => value !== 0)).toBe(true);
    return m.buffer;
  }

  const whole = new Map([ROWS, 29, 1].map((rows) => [rows, step(1, 1000, rows)]));
  it.each([
    [1, 1],
    [1, 5],
    [1, 36],
    [2, 1000],
    [3, 4],
    [4, 2],
    [7, 3],
  ])('%i workers in chunks of %i rows leave the same bits as one of all rows', (workers, rowChunk) => {
    for (const [rows, memory] of whole) {
      expect(Buffer.compare(step(workers, rowChunk, rows), memory)).toBe(0);
    }
  });
});
