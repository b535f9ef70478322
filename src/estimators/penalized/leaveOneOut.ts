import { checkAborted } from '../../core/abort.js';
import { inSlices } from '../../core/inParts.js';
import { nextTurn } from '../../core/nextTurn.js';
import { linearScores } from '../base/linearScores.js';
import type { RowSource } from '../leastSquares/source.js';
import { type RidgePath, ridgeAt } from './ridgePath.js';

/** Numbers computed between two turns of the event loop. */
const SLICE_NUMBERS = 2 ** 19;

/**
 * Exact leave-one-out errors of ridge regression for every alpha, without fitting any of them: the
 * error of row i is w-weighted e_i / (1 − h_i), with e_i its residual in the fit on all rows and
 * h_i = w_i·(1 / Σw + Σ_j (v_j·(x_i − x̄))² / (n·σ_j² + α)) its leverage (Golub, Heath, Wahba 1979;
 * without an intercept x̄ and 1 / Σw are 0). One pass over the rows.
 * @returns sums of the squares, alphas × targets, and the number of rows
 * @throws SteepestError `ERR_ABORTED`
 */
export async function leftOut(
  source: RowSource,
  path: RidgePath,
  alphas: readonly number[],
  { fitIntercept, signal }: { fitIntercept: boolean; signal: AbortSignal | undefined },
): Promise<{ residuals: Float64Array; rows: number }> {
  const { dtype, cols } = source;
  const { moments } = path;
  const { targets } = moments;
  const directions = path.rows.length;
  const residuals = new Float64Array(alphas.length * targets);
  const fits = alphas.flatMap((alpha) => Array.from({ length: targets }, (_, k) => ridgeAt(path, alpha, k)));
  const [rotation, shift] = rotationOf(path);
  const leverages = new Float64Array(alphas.length * directions);
  alphas.forEach((alpha, a) => {
    for (let i = 0; i < directions; i++) {
      leverages[a * directions + i] = 1 / (moments.weight * path.squares[i]! + alpha);
    }
  });
  const none = new Float64Array(alphas.length).fill(fitIntercept ? 1 / moments.weight : 0);
  const coef = Float64Array.from(fits.flatMap((fit) => [...fit.coef]));
  const intercepts = Float64Array.from(fits, ({ intercept }) => intercept);
  const sliceRows = Math.max(1, Math.floor(SLICE_NUMBERS / (directions + fits.length + alphas.length)));
  let rows = 0;
  for await (const { rows: count, x: data, y, weight } of source.blocks(sliceRows)) {
    const slice = { dtype, rows: count, cols, names: undefined, data };
    const fitted = (await inSlices(linearScores(slice, coef, intercepts))).data;
    const z = (await inSlices(linearScores(slice, rotation, shift))).data.map((value) => value * value);
    const squares = { dtype: 'f64' as const, data: z, rows: count, cols: directions, names: undefined };
    const h = (await inSlices(linearScores(squares, leverages, none))).data;
    for (let i = 0; i < count; i++) {
      const w = weight?.[i] ?? 1;
      for (let a = 0; a < alphas.length; a++) {
        const share = 1 - w * h[i * alphas.length + a]!;
        for (let k = 0; k < targets; k++) {
          const at = a * targets + k;
          const e = (y[i * targets + k]! - fitted[i * fits.length + at]!) / share;
          residuals[at]! += w * e * e;
        }
      }
    }
    rows += count;
    await nextTurn();
    checkAborted(signal);
  }
  checkAborted(signal);
  return { residuals, rows };
}

/** Coefficients and intercepts of the components v_j·(x − x̄). */
function rotationOf({ rows, squares, moments }: RidgePath): [Float64Array, Float64Array] {
  const { cols, xMean } = moments;
  const rotation = new Float64Array(rows.length * cols);
  const shift = new Float64Array(rows.length);
  rows.forEach((row, i) => {
    const length = Math.sqrt(squares[i]!);
    row.forEach((value, j) => {
      rotation[i * cols + j] = value / length;
      shift[i]! -= (value / length) * xMean[j]!;
    });
  });
  return [rotation, shift];
}
