import { exponentOf, rootOfPower, timesPower, timesPowers } from '../../core/powers.js';
import type { KernelRequest } from '../../kernels/backend.js';
import { type Centred, centredProblem, noiseOfColumn, unframed } from './centred.js';
import type { Factor } from './factor.js';
import { isClearOfNoise, isFaintRow, type RowSpace, rowSpaceOf } from './rowSpace.js';
import { columnNorm, foldDiagonal, identity, solveTriangular, triangleOf } from './small.js';
import { defaultTolerance, type Solution, solveFactor, transpose } from './solve.js';

/**
 * A penalty below this fraction of a column's squares changes no digit: it only selects the
 * shortest solution.
 */
const LEAST_PENALTY = 2 ** -200;
/** Relative errors of coefficients that do not justify a singular value decomposition. */
const NEGLIGIBLE = 2 ** -24;

/**
 * Ridge regression from the factor: the least-squares solution of [R; √α·I] against [QᵀY; 0], by QR
 * (Golub & Van Loan §6.1.4). The intercept is not penalised, because R is that of the centred X.
 * @param alphas one per target, at least 0
 */
export async function solveRidge(
  factor: Factor,
  alphas: readonly number[],
  kernels: KernelRequest,
): Promise<Omit<Solution, 'rank'>> {
  const { cols, targets } = factor;
  // With a penalty the solution is unique, however close to dependent the columns are.
  const problem = await centredProblem(factor, 'ofSums', kernels);
  const coef = new Float64Array(targets * cols);
  const intercept = new Float64Array(targets);
  let clean: Cleaned | undefined;
  for (const alpha of new Set(alphas)) {
    const penalties = penaltiesOf(factor, problem, alpha);
    const least = leastPart(problem, penalties);
    let solved: Omit<Solution, 'rank'>;
    if (problem.n > 0 && least < LEAST_PENALTY) {
      solved = await solveFactor(factor, defaultTolerance(factor), kernels);
    } else {
      const matters = noiseOfColumn(problem.n) * problem.n > NEGLIGIBLE * least;
      if (matters) clean ??= await cleaned(problem, kernels);
      const own = matters && clean ? clean : { problem, space: undefined };
      const { coef: shortest, units } = await solveOne(own, penalties, kernels);
      solved = unframed(factor, problem, shortest, units);
    }
    alphas.forEach((own, k) => {
      if (own !== alpha) return;
      coef.set(solved.coef.subarray(k * cols, (k + 1) * cols), k * cols);
      intercept[k] = solved.intercept[k]!;
    });
  }
  return { coef, intercept };
}

/** √α for each varying column as a number and a power of two, in the factor's frame. */
interface Penalty {
  root: number;
  exponent: number;
}

function penaltiesOf({ frame }: Factor, { varying }: Centred, alpha: number): Penalty[] {
  const unit = exponentOf(alpha);
  // Weights have their own units, and the penalty must match them.
  const half = Math.floor((unit - frame.weightExponent) / 2);
  const root = rootOfPower(timesPower(alpha, -unit), unit - frame.weightExponent - 2 * half);
  return varying.map((j) => ({ root, exponent: half - frame.exponents[j]! }));
}

/** The smallest α relative to the squares of its column, before centring. */
function leastPart({ lengths }: Centred, penalties: readonly Penalty[]): number {
  return penalties.reduce(
    (least, { root, exponent }, j) => Math.min(least, timesPower(root / lengths[j]!, exponent) ** 2),
    Number.POSITIVE_INFINITY,
  );
}

/** A problem without its rounding errors. */
interface Cleaned {
  /** Rows of R that contain only rounding errors are 0. */
  problem: Centred;
  /** The part of the problem above rounding errors; undefined if there is nothing to remove. */
  space: RowSpace | undefined;
}

async function cleaned(problem: Centred, kernels: KernelRequest): Promise<Cleaned> {
  const { n } = problem;
  const r = problem.r.slice();
  let count = 0;
  for (let i = 0; i < n; i++) {
    if (isFaintRow(problem, i)) r.fill(0, i * n, (i + 1) * n);
    else count = i + 1;
  }
  const own = { ...problem, r };
  // If the leading triangle is well conditioned, no combination of its rows is a rounding error,
  // and the full decomposition is not needed.
  const lead = new Float64Array(count * count);
  for (let i = 0; i < count; i++) lead.set(r.subarray(i * n, i * n + count), i * count);
  const right = [{ values: identity(count), cols: count }];
  const [inverse] = (await solveTriangular(lead, count, right, false, kernels)) as [Float64Array];
  const lengths = problem.lengths.subarray(0, count);
  if (isClearOfNoise({ n: count, lengths }, inverse)) return { problem: own, space: undefined };
  const space = await rowSpaceOf(problem, kernels);
  return { problem: own, space: space.rank < n ? space : undefined };
}

/** The coefficients of all targets, targets × n, for one alpha, and their units of X. */
async function solveOne(
  { problem, space }: Cleaned,
  penalties: readonly Penalty[],
  kernels: KernelRequest,
): Promise<{ coef: Float64Array; units: number[] }> {
  const { n, targets, exponents, common } = problem;
  if (n === 0) return { coef: new Float64Array(0), units: [] };
  const scaled = (values: Float64Array, of: (j: number) => number): Float64Array => {
    const powers = exponents.map((_, j) => of(j));
    return timesPowers(values, powers);
  };
  const inCommon = (): Float64Array => space!.project(scaled(problem.r, (j) => exponents[j]!));
  const { r, y } = space
    ? await triangleOf(
        scaled(inCommon(), (j) => -exponents[j]!),
        n,
        n,
        problem.y,
        targets,
        kernels,
      )
    : problem;
  // In units where no penalty exceeds 1, so that their squares do not overflow.
  const shrinks = penalties.map(({ root, exponent }) => Math.max(0, exponentOf(root) + exponent + 1));
  const own = scaled(r, (j) => -shrinks[j]!);
  const diagonal = Float64Array.from(penalties, ({ root, exponent }, j) =>
    timesPower(root, exponent - shrinks[j]!),
  );
  const folded = await foldDiagonal(own, y, n, targets, diagonal, kernels);
  const right = [{ values: folded.y, cols: targets }];
  const [x] = (await solveTriangular(folded.r, n, right, false, kernels)) as [Float64Array];
  const coef = transpose(x, n, targets);
  for (let k = 0; k < targets; k++) {
    const target = Float64Array.from({ length: n }, (_, i) => y[i * targets + k]!);
    sharpen(coef.subarray(k * n, (k + 1) * n), own, target, diagonal);
  }
  if (space === undefined) {
    return { coef, units: exponents.map((exponent, j) => common + exponent + shrinks[j]!) };
  }
  // Rounding has added components that R maps to nothing.
  const plain = scaled(coef, (j) => -exponents[j]! - shrinks[j]!);
  return { coef: space.project(plain), units: Array(n).fill(common) };
}

/**
 * If a penalty is this many times as long as its column, the reflection loses ten bits of the
 * column.
 */
const DOMINANT = 2 ** 10;
/** Each sweep reduces the error by about `DOMINANT`². */
const SWEEPS = 3;

/**
 * Restores digits of coefficients whose penalty is so much longer than their column that reflecting
 * both rounds the column away. Minimises over one such coefficient at a time (Gauss–Seidel), which
 * is accurate to rounding here.
 */
function sharpen(coef: Float64Array, r: Float64Array, y: Float64Array, diagonal: Float64Array): void {
  const n = coef.length;
  const columnOf = (j: number): Float64Array => Float64Array.from({ length: j + 1 }, (_, i) => r[i * n + j]!);
  const dominated = [...coef.keys()].filter((j) => diagonal[j]! > DOMINANT * columnNorm(r, n, j, 0, j + 1));
  if (dominated.length === 0) return;
  const rest = y.map((value, i) => {
    let sum = value;
    for (let j = i; j < n; j++) sum -= r[i * n + j]! * coef[j]!;
    return sum;
  });
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const j of dominated) {
      const column = columnOf(j);
      const square = column.reduce((sum, value) => sum + value * value, 0);
      const along = column.reduce((sum, value, i) => sum + value * rest[i]!, square * coef[j]!);
      const next = along / (square + diagonal[j]! ** 2);
      column.forEach((value, i) => {
        rest[i]! -= value * (next - coef[j]!);
      });
      coef[j] = next;
    }
  }
}
