import type { InParts } from '../../core/inParts.js';
import { Matrix } from '../../core/matrix.js';
import { jsonList } from '../../core/ndarray.js';
import { selectKernels } from '../../kernels/backend.js';
import { type Op, PHASES } from '../../kernels/contract.js';
import type { Features } from './features.js';
import { bytesOf, tableOperand } from './ops.js';

/** Products computed between two turns of the event loop: a few milliseconds. */
const SLICE_PRODUCTS = 4e6;

/**
 * Scores x·wᵀ + b of all rows, in float64, computed in slices so that the event loop can run
 * between them.
 * @param coef outputs × columns
 * @param intercept one per output
 * @param columnNames of the outputs, if they have names
 * @returns rows × outputs
 */
export function* linearScores(
  { data, dtype, rows, cols }: Features,
  coef: Float64Array,
  intercept: Float64Array,
  columnNames?: readonly string[],
): InParts<Matrix<Float64Array>> {
  const outputs = intercept.length;
  const out = new Float64Array(rows * outputs);
  const set = selectKernels({});
  const sliceRows = Math.max(1, Math.floor(SLICE_PRODUCTS / (cols * outputs)));
  const z = new Float64Array(outputs * Math.min(rows, sliceRows));
  for (let first = 0; first < rows; first += sliceRows) {
    if (first > 0) yield;
    const count = Math.min(sliceRows, rows - first);
    const op: Op = {
      kind: 'linearScores',
      phase: PHASES.rows,
      split: 'slice',
      begin: 0,
      end: count,
      operands: {
        x: tableOperand(0, dtype, count, cols),
        w: tableOperand(1, 'f64', outputs, cols),
        bias: tableOperand(2, 'f64', 1, outputs),
        z: tableOperand(3, 'f64', outputs, count),
      },
      scalars: {},
    };
    const slice = data.subarray(first * cols, (first + count) * cols);
    set.runOnce([op], [slice, coef, intercept, z].map(bytesOf), count);
    for (let k = 0; k < outputs; k++) {
      for (let r = 0; r < count; r++) out[(first + r) * outputs + k] = z[k * count + r]!;
    }
  }
  return new Matrix(jsonList(out), [rows, outputs], columnNames);
}
