/** The matrix products of a dense layer, in the layout that training uses. */
import { float32At } from '../../../core/arena.js';
import {
  ACTIVATIONS,
  GEMM_BATCH,
  GEMM_EPILOGUE,
  GEMM_INIT,
  PHASES,
  REGISTER_COUNT,
} from '../../../kernels/constants.js';
import type { BindableProgram, BoundProgram, KernelSet, Operand } from '../../../kernels/contract.js';
import { allocateArena } from '../../../program/allocate.js';
import { MemoryPlan, type Region, transposed } from '../../../program/memory.js';

function gemmProgram(operands: Record<string, Operand>, scalars: Record<string, number>): BindableProgram {
  const op = {
    kind: 'gemm',
    phase: PHASES.merge,
    split: 'slice',
    begin: 0,
    end: operands.c!.rows,
    operands,
    scalars: {
      init: GEMM_INIT.zero,
      epilogue: GEMM_EPILOGUE.none,
      activation: 0,
      alpha: 0,
      batch: GEMM_BATCH.none,
      ...scalars,
    },
  } as const;
  return { ops: [op], rank: 0, workers: 1, maxRows: 0, rowChunk: 1 };
}

/** What a product computes, in the order of {@link denseProducts}. */
export const DENSE_PRODUCTS = ['forward, bias, ReLU', 'dW = Aᵀ·dZ', 'dX = dZ·Wᵀ'] as const;

/**
 * The three products of a layer with `inputs` columns and `outputs` units, for a mini-batch of
 * `batch` rows: each is bound and runs in the phase `merge`, on this thread.
 */
export function denseProducts(
  kernels: KernelSet,
  batch: number,
  inputs: number,
  outputs: number,
): BoundProgram[] {
  const memory = new MemoryPlan();
  const matrix = (name: string, rows: number, cols: number): Region =>
    memory.matrix(name, 'activation', rows, cols);
  const [x, w, wT] = [
    matrix('x', batch, inputs),
    matrix('w', inputs, outputs),
    matrix('wT', outputs, inputs),
  ];
  const [y, dz, dx] = [
    matrix('y', batch, outputs),
    matrix('dz', batch, outputs),
    matrix('dx', batch, inputs),
  ];
  const [dw, bias] = [matrix('dw', inputs, outputs), memory.vector('bias', 'parameter', outputs)];
  const arena = allocateArena(memory);
  float32At(arena, 0, arena.byteLength / 4).forEach((_, i, all) => {
    all[i] = Math.sin(i);
  });
  const registers = new Float64Array(new SharedArrayBuffer(8 * REGISTER_COUNT));
  const bind = (program: BindableProgram): BoundProgram => kernels.bind(program, [arena], registers);
  const forward = { init: GEMM_INIT.bias, epilogue: GEMM_EPILOGUE.activation, activation: ACTIVATIONS.relu };
  return [
    bind(gemmProgram({ a: x, b: w, c: y, bias }, forward)),
    bind(gemmProgram({ a: transposed(x), b: dz, c: dw }, {})),
    bind(gemmProgram({ a: dz, b: wT, c: dx }, {})),
  ];
}
