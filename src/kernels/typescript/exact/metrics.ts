import { R2_TERMS } from '../../contract.js';
import type { PrepareOp } from '../kernel.js';
import { fround } from './fma.js';

export const r2Terms: PrepareOp = (op) => {
  const y = op.f32('y');
  const target = op.f32('target');
  const shift = op.f32('shift').data;
  const out = op.f32('out');
  return (begin, end) => {
    for (let r = begin; r < end; r++) {
      for (let c = 0; c < y.cols; c++) {
        const t = target.data[r * target.rowStride + c] as number;
        const d = fround(t - (y.data[r * y.rowStride + c] as number));
        const u = fround(t - (shift[c] as number));
        const at = r * out.rowStride + R2_TERMS * c;
        out.data[at] = d * d;
        out.data[at + 1] = u;
        out.data[at + 2] = u * u;
      }
    }
    return 0;
  };
};
