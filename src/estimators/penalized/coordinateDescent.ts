import { checkAborted } from '../../core/abort.js';
import { nextTurn } from '../../core/nextTurn.js';

/**
 * ½·s − q·w + ½·wᵀG·w for G = XᵀX / n, q = Xᵀy / n and s = yᵀy / n: least squares as coordinate
 * descent needs it. Keeps the correlations of the columns with the residuals of a current w.
 */
export interface Quadratic {
  /** Number of columns. */
  readonly size: number;
  readonly q: Float64Array;
  /** The diagonal of G. */
  readonly diagonal: Float64Array;
  /** yᵀy / n. */
  readonly ySquares: number;
  /** Operations of one {@link move}. */
  readonly moveFlops: number;
  /** Makes w the current coefficients. */
  start(w: Float64Array): void;
  /** Adds `change` to coefficient j of the current w. */
  move(j: number, change: number): void;
  /** Element j of Xᵀ(y − X·w) / n. */
  correlation(j: number): number;
}

/** Moves that are made together: the correlations are read and written once for all of them. */
const PENDING = 4;

/** G itself, for tables with more rows than columns. */
export class GramQuadratic implements Quadratic {
  readonly size: number;
  readonly diagonal: Float64Array;
  readonly moveFlops: number;
  /** Without the pending moves. */
  private readonly correlations: Float64Array;
  private pending = 0;
  private readonly changes = new Float64Array(PENDING);
  /** Where their rows of G begin. */
  private readonly rows = new Int32Array(PENDING);

  /** @param gram size × size, both triangles */
  constructor(
    private readonly gram: Float64Array,
    readonly q: Float64Array,
    readonly ySquares: number,
  ) {
    this.size = q.length;
    this.diagonal = q.map((_, j) => gram[j * (this.size + 1)]!);
    this.moveFlops = 2 * this.size;
    this.correlations = q.slice();
  }

  start(w: Float64Array): void {
    this.correlations.set(this.q);
    this.pending = 0;
    w.forEach((value, j) => {
      if (value !== 0) this.move(j, value);
    });
  }

  move(j: number, change: number): void {
    this.rows[this.pending] = j * this.size;
    this.changes[this.pending++] = change;
    if (this.pending === PENDING) this.makeMoves();
  }

  private makeMoves(): void {
    const { size, gram, changes, rows, correlations } = this;
    const [r0, r1, r2, r3] = [rows[0]!, rows[1]!, rows[2]!, rows[3]!];
    const [c0, c1, c2, c3] = [changes[0]!, changes[1]!, changes[2]!, changes[3]!];
    for (let i = 0; i < size; i++) {
      correlations[i]! -= c0 * gram[r0 + i]! + c1 * gram[r1 + i]! + c2 * gram[r2 + i]! + c3 * gram[r3 + i]!;
    }
    this.pending = 0;
  }

  correlation(j: number): number {
    let sum = this.correlations[j]!;
    for (let k = 0; k < this.pending; k++) sum -= this.changes[k]! * this.gram[this.rows[k]! + j]!;
    return sum;
  }
}

/** X itself, for tables with more columns than rows. */
export class ColumnsQuadratic implements Quadratic {
  readonly size: number;
  readonly q: Float64Array;
  readonly diagonal: Float64Array;
  readonly ySquares: number;
  readonly moveFlops: number;
  private readonly residuals: Float64Array;

  /**
   * @param columns X column by column, centred, each row times the root of its share of all weights
   * @param y likewise
   */
  constructor(
    private readonly columns: Float64Array,
    private readonly y: Float64Array,
  ) {
    const rows = y.length;
    this.size = columns.length / rows;
    this.moveFlops = 4 * rows;
    this.residuals = y.slice();
    this.q = Float64Array.from({ length: this.size }, (_, j) => this.correlation(j));
    this.ySquares = y.reduce((sum, value) => sum + value * value, 0);
    this.diagonal = this.q.map((_, j) => {
      let sum = 0;
      for (let at = j * rows; at < (j + 1) * rows; at++) sum += columns[at]! * columns[at]!;
      return sum;
    });
  }

  start(w: Float64Array): void {
    this.residuals.set(this.y);
    w.forEach((value, j) => {
      if (value !== 0) this.move(j, value);
    });
  }

  move(j: number, change: number): void {
    const { columns, residuals } = this;
    const at = j * residuals.length;
    for (let i = 0; i < residuals.length; i++) residuals[i]! -= change * columns[at + i]!;
  }

  correlation(j: number): number {
    const { columns, residuals } = this;
    const at = j * residuals.length;
    let sum = 0;
    for (let i = 0; i < residuals.length; i++) sum += columns[at + i]! * residuals[i]!;
    return sum;
  }
}

/** `l1`·‖w‖₁ + ½·`l2`·‖w‖². */
export interface Penalty {
  l1: number;
  l2: number;
  /** Only coefficients of at least 0. */
  positive: boolean;
}

/** When a descent ends. */
export interface DescentLimits {
  /** The gap to the optimum that is accepted, relative to yᵀy / n. */
  tol: number;
  maxIter: number;
  signal: AbortSignal | undefined;
}

/** How a descent ended; its coefficients are in the w that was given. */
export interface DescentEnd {
  /** An upper bound of the distance of the objective from its minimum. */
  dualGap: number;
  /** Passes over the columns. */
  nIter: number;
  converged: boolean;
}

/** Passes after which correlations are computed anew. */
const FRESH_SWEEPS = 32;
/** Operations between two turns of the event loop: a few milliseconds. */
const SLICE_FLOPS = 4e6;

/**
 * Minimises the quadratic plus the penalty by cyclic coordinate descent (Friedman, Hastie,
 * Tibshirani 2010, §2), starting at w, which it overwrites. It ends when the duality gap is at most
 * `tol`·yᵀy / n. Columns that the gap proves to be 0 are left out (gap safe rules: Ndiaye, Fercoq,
 * Gramfort, Salmon 2017, eq. 11).
 * @param isCurrent w is already the problem's current coefficients, from the descent before
 */
export async function descend(
  problem: Quadratic,
  penalty: Penalty,
  w: Float64Array,
  limits: DescentLimits,
  isCurrent = false,
): Promise<DescentEnd> {
  const { tol, maxIter, signal } = limits;
  const most = tol * problem.ySquares;
  if (!isCurrent) problem.start(w);
  let gap = gapOf(problem, penalty, w);
  const end = (nIter: number, converged: boolean): DescentEnd => ({
    dualGap: gap.value,
    nIter,
    converged,
  });
  if (gap.value >= 0 && gap.value <= most) return end(0, true);
  let active = screen(problem, penalty, w, gap, [...w.keys()]);
  let flops = 0;
  let started = 0;
  for (let nIter = 1; nIter <= maxIter; nIter++) {
    const { largest, change, moves } = sweep(problem, penalty, w, active);
    flops += (moves + 1) * problem.moveFlops + 8 * active.length;
    if (flops > SLICE_FLOPS) {
      flops = 0;
      await nextTurn();
      checkAborted(signal);
    }
    if (largest !== 0 && change > tol * largest && nIter < maxIter) continue;
    // The sums of many moves have rounding errors of their own.
    if (nIter - started >= FRESH_SWEEPS) {
      problem.start(w);
      started = nIter;
    }
    gap = gapOf(problem, penalty, w);
    if (gap.value <= most) return end(nIter, true);
    active = screen(problem, penalty, w, gap, active);
  }
  return end(maxIter, false);
}

/** Minimises over one coefficient after another. */
function sweep(
  problem: Quadratic,
  { l1, l2, positive }: Penalty,
  w: Float64Array,
  active: readonly number[],
) {
  const { diagonal } = problem;
  let largest = 0;
  let change = 0;
  let moves = 0;
  for (const j of active) {
    const square = diagonal[j]!;
    const before = w[j]!;
    const along = problem.correlation(j) + before * square;
    const shrunk = Math.max((positive ? along : Math.abs(along)) - l1, 0) / (square + l2);
    const next = along < 0 ? -shrunk : shrunk;
    if (next !== before) {
      problem.move(j, next - before);
      w[j] = next;
      moves++;
    }
    largest = Math.max(largest, Math.abs(next));
    change = Math.max(change, Math.abs(next - before));
  }
  return { largest, change, moves };
}

interface Gap {
  value: number;
  /** The largest |Xᵀ(y − X·w) / n − l2·w|, or the largest of these numbers if w is positive. */
  dualNorm: number;
  /** Xᵀ(y − X·w) / n − l2·w. */
  correlations: Float64Array;
}

/**
 * The difference between the objective and that of the dual problem at the residuals, scaled to be
 * feasible. Without an L1 part: of ridge regression, and without any penalty ‖Xᵀ(y − X·w) / n‖².
 */
function gapOf(problem: Quadratic, { l1, l2, positive }: Penalty, w: Float64Array): Gap {
  const { q, ySquares } = problem;
  const correlations = new Float64Array(w.length);
  let [fit, residual, l1Norm, l2Norm] = [0, ySquares, 0, 0];
  w.forEach((value, j) => {
    const own = problem.correlation(j);
    fit += value * q[j]!;
    residual -= value * (q[j]! + own);
    l1Norm += Math.abs(value);
    l2Norm += value * value;
    correlations[j] = l1 === 0 ? own : own - l2 * value;
  });
  const inner = ySquares - fit;
  if (l1 === 0) {
    const squares = correlations.reduce((sum, value) => sum + value * value, 0);
    const value = l2 === 0 ? squares : residual + 0.5 * l2 * l2Norm - inner + squares / (2 * l2);
    return { value, dualNorm: squares, correlations };
  }
  let dualNorm = positive ? Number.NEGATIVE_INFINITY : 0;
  for (const value of correlations) dualNorm = Math.max(dualNorm, positive ? value : Math.abs(value));
  const scale = dualNorm > l1 ? l1 / dualNorm : 1;
  const smooth = residual + l2 * l2Norm;
  const value = 0.5 * (1 + scale * scale) * smooth + l1 * l1Norm - scale * inner;
  return { value, dualNorm, correlations };
}

/** The columns among `active` that the gap does not prove to be 0; the others become 0. */
function screen(
  problem: Quadratic,
  { l1, l2 }: Penalty,
  w: Float64Array,
  { value, dualNorm, correlations }: Gap,
  active: readonly number[],
): number[] {
  const { diagonal } = problem;
  const radius = Math.sqrt(2 * Math.abs(value)) / l1;
  return active.filter((j) => {
    const square = diagonal[j]!;
    if (square > 0) {
      if (l1 === 0) return true;
      const theta = Math.abs(correlations[j]! / Math.max(l1, dualNorm));
      if ((1 - theta) / Math.sqrt(square + l2) <= radius) return true;
    }
    if (w[j] !== 0) problem.move(j, -w[j]!);
    w[j] = 0;
    return false;
  });
}
