import { R2_TERMS } from '../../contract.js';
import type { PrepareOp } from '../kernel.js';

/** (t − y)², t − shift and (t − shift)² of each column. */
export const r2Terms: PrepareOp = (op) => {
  const y = op.f32('y');
  const target = op.f32('target');
  const shift = op.f32('shift').data;
  const out = op.f32('out');
  const { cols } = y;
  return (begin, end) => {
    for (let r = begin; r < end; r++) {
      const from = r * y.rowStride;
      const at = r * target.rowStride;
      let to = r * out.rowStride;
      for (let j = 0; j < cols; j++) {
        const t = target.data[at + j]!;
        const residual = t - y.data[from + j]!;
        const shifted = t - shift[j]!;
        out.data[to] = residual * residual;
        out.data[to + 1] = shifted;
        out.data[to + 2] = shifted * shifted;
        to += R2_TERMS;
      }
    }
    return 0;
  };
};
