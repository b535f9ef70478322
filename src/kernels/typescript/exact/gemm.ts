import { GEMM_BATCH, GEMM_EPILOGUE, GEMM_INIT, REGISTERS } from '../../contract.js';
import type { F32, Matrix, PreparedOp, PrepareOp } from '../kernel.js';
import { type Activate, type ActivateBackward, activate, activateBackward } from './activation.js';
import { fma, fround } from './fma.js';

/** What element (i, j)'s chain starts from. */
function startOf(op: PreparedOp, c: Matrix<F32>): (i: number, j: number) => number {
  const init = op.scalar('init');
  if (init === GEMM_INIT.c) return (i, j) => c.data[i * c.rowStride + j] as number;
  if (init !== GEMM_INIT.bias) return () => 0;
  const bias = op.f32('bias').data;
  return (_i, j) => bias[j] as number;
}

/** What is stored for a finished chain. */
function epilogueOf(op: PreparedOp): (sum: number, i: number, j: number) => number {
  const alpha = fround(op.scalar('alpha'));
  const epilogue = op.scalar('epilogue');
  if (epilogue === GEMM_EPILOGUE.activation) {
    const f = activate[op.scalar('activation')] as Activate;
    return (sum) => f(sum, alpha);
  }
  if (epilogue === GEMM_EPILOGUE.none) return (sum) => sum;
  const d = op.f32('d');
  const derivative = activateBackward[op.scalar('activation')] as ActivateBackward;
  return (sum, i, j) => derivative(sum, d.data[i * d.rowStride + j] as number, alpha);
}

export const gemm: PrepareOp = (op) => {
  const a = op.f32('a');
  const b = op.f32('b');
  const c = op.f32('c');
  const start = startOf(op, c);
  const finish = epilogueOf(op);
  const batchIsK = op.scalar('batch') === GEMM_BATCH.k;
  return (begin, end, registers) => {
    const k = batchIsK ? (registers[REGISTERS.rows] as number) : a.cols;
    for (let i = begin; i < end; i++) {
      for (let j = 0; j < c.cols; j++) {
        let sum = start(i, j);
        for (let p = 0; p < k; p++) {
          const left = a.data[i * a.rowStride + p * a.colStride] as number;
          sum = fma(left, b.data[p * b.rowStride + j * b.colStride] as number, sum);
        }
        c.data[i * c.rowStride + j] = finish(sum, i, j);
      }
    }
    return 0;
  };
};
