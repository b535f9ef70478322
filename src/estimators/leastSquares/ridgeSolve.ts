import type { KernelRequest } from '../../kernels/backend.js';
import { centred, type Factor, interceptsOf } from './factor.js';
import { foldTriangle, solveTriangular } from './small.js';
import { defaultTolerance, type Solution, solveFactor, transpose } from './solve.js';

/**
 * Ridge regression from the factor: the least squares of [R; √α·I] against [QᵀY; 0], by QR (Golub & Van Loan §6.1.4). The
 * intercept is not penalised, since R is that of the centred X.
 * @param alphas one per target, at least 0
 */
export async function solveRidge(
  factor: Factor,
  alphas: readonly number[],
  kernels: KernelRequest,
): Promise<Omit<Solution, 'rank'>> {
  const { cols: n, targets } = factor;
  const coef = new Float64Array(targets * n);
  for (const alpha of new Set(alphas)) {
    const solved = await solveOne(factor, alpha, kernels);
    alphas.forEach((own, k) => {
      if (own === alpha) coef.set(solved.subarray(k * n, (k + 1) * n), k * n);
    });
  }
  return { coef, intercept: interceptsOf(factor, coef) };
}

/** The coefficients of all targets for one alpha. */
async function solveOne(factor: Factor, alpha: number, kernels: KernelRequest): Promise<Float64Array> {
  if (alpha === 0) return (await solveFactor(factor, defaultTolerance(factor), kernels)).coef;
  const { cols: n, targets } = factor;
  const { r, y } = centred(factor);
  const folded = await foldTriangle(r, y, n, targets, Math.sqrt(alpha), kernels);
  const right = [{ values: folded.y, cols: targets }];
  const [x] = (await solveTriangular(folded.r, n, right, false, kernels)) as [Float64Array];
  return transpose(x, n, targets);
}
