import { REGISTERS, STATUS } from '../../contract.js';
import type { F32, F64, Matrix, PreparedOp } from '../kernel.js';

/** Rows of w that are transposed together: what they write of wT are whole cache lines. */
const TRANSPOSED_ROWS = 16;

/** The operands and scalars that every update has. */
export class Weights {
  readonly w: Matrix<F32>;
  readonly g: Matrix<F32>;
  readonly wT: Matrix<F32> | undefined;
  readonly l1: number;
  readonly l2x2: number;
  private readonly rateScale: number;
  private readonly weightDecay: number;

  constructor(op: PreparedOp) {
    this.w = op.f32('w');
    this.g = op.f32('g');
    this.wT = op.optional('f32', 'wT');
    this.l1 = Math.fround(op.scalar('l1'));
    this.l2x2 = Math.fround(op.scalar('l2x2'));
    this.rateScale = op.scalar('rateScale');
    this.weightDecay = Math.fround(op.scalar('weightDecay'));
  }

  /** A register that the layer's own rate scales. */
  scaled(registers: F64, register: number): number {
    return Math.fround((registers[register] as number) * this.rateScale);
  }

  rate(registers: F64): number {
    return this.scaled(registers, REGISTERS.learningRate);
  }

  /** 1 − lr·weightDecay: what remains of a weight before its step. */
  kept(registers: F64): number {
    return 1 - Math.fround(this.rate(registers) * this.weightDecay);
  }

  /** Copies rows `[begin, end)` of w to the transpose. @returns STATUS bits */
  finish(begin: number, end: number): number {
    const { cols, rowStride, data } = this.w;
    let probe = 0;
    for (let i = begin; i < end; i++) {
      const row = i * rowStride;
      // 0 for a finite value, NaN for any other.
      for (let j = 0; j < cols; j++) probe += data[row + j]! * 0;
    }
    if (this.wT !== undefined) {
      for (let i = begin; i < end; i += TRANSPOSED_ROWS) {
        transposeRows(this.w, this.wT, i, Math.min(i + TRANSPOSED_ROWS, end));
      }
    }
    return probe === 0 ? 0 : STATUS.parameterNotFinite;
  }
}

/** Writes rows `[begin, end)` of w as columns of wT, column by column of w. */
function transposeRows(w: Matrix<F32>, wT: Matrix<F32>, begin: number, end: number): void {
  const from = w.data;
  const to = wT.data;
  const { rowStride, cols } = w;
  for (let j = 0; j < cols; j++) {
    const column = j * wT.rowStride;
    let at = begin * rowStride + j;
    for (let i = begin; i < end; i++) {
      to[column + i] = from[at]!;
      at += rowStride;
    }
  }
}

/** Gradient with the penalty's own: g + 2·l2·w + l1·sign(w). */
export function penalised(g: number, w: number, l1: number, l2x2: number): number {
  const ridge = l2x2 === 0 ? g : g + l2x2 * w;
  return l1 === 0 ? ridge : w > 0 ? ridge + l1 : w < 0 ? ridge - l1 : ridge;
}
