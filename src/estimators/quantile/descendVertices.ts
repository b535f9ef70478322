import { eachRange, type InParts } from '../../core/inParts.js';
import type { Basis } from './basis.js';
import { LineHeap } from './lineHeap.js';
import { acrossLines, alongLines, hasLine, LINES_PER_PART, type PinballProblem } from './pinballProblem.js';

/** A residual below this times the size of its terms is 0. */
const RESIDUAL_PRECISION = 1e-13;
/** A dual variable beyond its bounds by this fraction of them, and of all bounds, is rounding. */
const BOUND_PRECISION = 1e-10;
const SUM_PRECISION = 1e-15;
/** Lines that come nearer more slowly than this do not become part of a basis. */
const LEAST_RATE = 1e-9;
/** Sizes of the changes of y that separate lines through one point. */
const PERTURBATION = 1e-10;
/** Pivots without progress, beyond one per coefficient, before lines are separated. */
const IDLE_PIVOTS = 10;
/** Pivots beyond `PIVOTS_PER_COEFFICIENT` for each: only rounding could need more. */
const MOST_PIVOTS = 2000;
const PIVOTS_PER_COEFFICIENT = 20;

export interface VertexSolution {
  v: Float64Array;
  pivots: number;
  /** False only where rounding hides the optimum. */
  isOptimal: boolean;
}

/** A line that leaves the basis, and the side to which its residual moves. */
interface Leaving {
  line: number;
  sign: 1 | -1;
  /** Of the objective as the residual moves to that side; negative. */
  derivative: number;
}

/**
 * The simplex method of Barrodale & Roberts for any costs: from vertex to vertex, past all kinks of
 * the objective as long as it falls. (Barrodale & Roberts 1973; Koenker & d'Orey 1987)
 */
class Descent {
  private readonly count: number;
  private readonly isBasic: Uint8Array;
  /** 1 where the residual counts as positive; for residuals of 0 it says from where they came. */
  private readonly isAbove: Uint8Array;
  private readonly v: Float64Array;
  private readonly residuals: Float64Array;
  private readonly dual: Float64Array;
  private readonly rates: Float64Array;
  private readonly keys: Float64Array;
  private readonly passing: Uint32Array;
  private readonly sumOfBounds: number;

  constructor(
    private readonly problem: PinballProblem,
    private readonly basis: Basis,
    private y: Float64Array,
    isAbove: Uint8Array,
  ) {
    const { above, below, size } = problem;
    this.count = above.length;
    this.isAbove = isAbove;
    this.isBasic = new Uint8Array(this.count);
    this.v = new Float64Array(size);
    [this.residuals, this.dual] = [new Float64Array(this.count), new Float64Array(this.count)];
    [this.rates, this.keys] = [new Float64Array(this.count), new Float64Array(this.count)];
    this.passing = new Uint32Array(this.count);
    this.sumOfBounds = above.reduce((sum, u, i) => sum + u + below[i]!, 0);
  }

  get point(): Float64Array {
    return this.v.slice();
  }

  set targets(y: Float64Array) {
    this.y = y;
  }

  private *eachLine(visit: (i: number) => void): InParts<void> {
    yield* eachRange(
      this.count,
      (begin, end) => {
        for (let i = begin; i < end; i++) visit(i);
      },
      LINES_PER_PART,
    );
  }

  /** The vertex of the basis. @returns the objective there */
  *update(): InParts<number> {
    const { problem, basis, v, y, residuals, isAbove, isBasic } = this;
    const { rows, size, x, above, below } = problem;
    yield* basis.factor();
    isBasic.fill(1, rows);
    isBasic.fill(0, 0, rows);
    for (const row of basis.rows) isBasic[row] = 1;
    for (let j = 0; j < size; j++) v[j] = y[rows + j]!;
    for (const column of basis.columns) {
      isBasic[rows + column] = 0;
      v[column] = 0;
    }
    // Once more for what rounding has left.
    for (let time = 0; time < 2; time++) {
      const rest = basis.rows.map((row) => {
        let sum = y[row]!;
        for (let j = 0; j < size; j++) sum -= x[row * size + j]! * v[j]!;
        return sum;
      });
      const change = basis.solve(rest);
      basis.columns.forEach((column, k) => {
        v[column]! += change[k]!;
      });
    }
    yield* alongLines(problem, v, residuals);
    const noise = RESIDUAL_PRECISION * v.reduce((sum, value) => sum + Math.abs(value), 1);
    let value = 0;
    yield* this.eachLine((i) => {
      const r = isBasic[i] === 1 ? 0 : y[i]! - residuals[i]!;
      residuals[i] = Math.abs(r) <= noise ? 0 : r;
      if (residuals[i] === 0) return;
      isAbove[i] = r > 0 ? 1 : 0;
      value += r > 0 ? above[i]! * r : -below[i]! * r;
    });
    return value;
  }

  /** The basic line whose dual variable is furthest beyond a bound; undefined at the optimum. */
  *leaving(): InParts<Leaving | undefined> {
    const { problem, basis, dual, isBasic, isAbove, sumOfBounds } = this;
    const { rows, size, x, above, below } = problem;
    yield* this.eachLine((i) => {
      dual[i] = isBasic[i] === 1 ? 0 : isAbove[i] === 1 ? above[i]! : -below[i]!;
    });
    const sums = yield* acrossLines(problem, dual);
    const ofRows = basis.solveTransposed(Float64Array.from(basis.columns, (column) => -sums[column]!));
    basis.rows.forEach((row, k) => {
      const factor = ofRows[k]!;
      dual[row] = factor;
      for (let j = 0; j < size; j++) sums[j]! += factor * x[row * size + j]!;
    });
    for (let j = 0; j < size; j++) {
      if (isBasic[rows + j] === 1 && hasLine(problem, rows + j)) dual[rows + j] = -sums[j]!;
    }
    let worst: Leaving | undefined;
    const consider = (line: number): void => {
      const [d, u, l] = [dual[line]!, above[line]!, below[line]!];
      const beyond = Math.max(d - u, -l - d);
      if (!(beyond > BOUND_PRECISION * (u + l) + SUM_PRECISION * sumOfBounds)) return;
      if (worst !== undefined && beyond <= -worst.derivative) return;
      worst = { line, sign: d > u ? 1 : -1, derivative: -beyond };
    };
    for (const row of basis.rows) consider(row);
    for (let j = 0; j < size; j++) {
      if (isBasic[rows + j] === 1 && hasLine(problem, rows + j)) consider(rows + j);
    }
    return worst;
  }

  /** How fast the residuals change where that of a basic line changes by `sign`. */
  private *ratesAlong({ line, sign }: Leaving): InParts<void> {
    const { problem, basis, rates } = this;
    const { rows, size, x } = problem;
    const direction = new Float64Array(size);
    const column = line - rows;
    const sides = basis.rows.map((row) => {
      if (column >= 0) return sign * x[row * size + column]!;
      return row === line ? -sign : 0;
    });
    basis.solve(sides).forEach((value, k) => {
      direction[basis.columns[k]!] = value;
    });
    if (column >= 0) direction[column] = -sign;
    yield* alongLines(problem, direction, rates);
    yield* this.eachLine((i) => {
      rates[i] = -rates[i]!;
    });
  }

  /** @returns whether a line stops the descent, which it does but for rounding */
  *pivot(leaving: Leaving): InParts<boolean> {
    const { problem, rates, keys, passing, residuals, isBasic, isAbove } = this;
    const { above, below } = problem;
    yield* this.ratesAlong(leaving);
    let found = 0;
    yield* this.eachLine((i) => {
      const rate = isAbove[i] === 1 ? -rates[i]! : rates[i]!;
      if (isBasic[i] === 1 || !(rate > LEAST_RATE) || !hasLine(problem, i)) return;
      keys[i] = Math.abs(residuals[i]!) / rate;
      passing[found++] = i;
    });
    const heap = yield* LineHeap.of(keys, passing, found);
    let { derivative } = leaving;
    for (;;) {
      const entering = heap.pop();
      if (entering < 0) return false;
      derivative += (above[entering]! + below[entering]!) * Math.abs(rates[entering]!);
      if (derivative >= 0) {
        isAbove[leaving.line] = leaving.sign > 0 ? 1 : 0;
        this.exchange(leaving.line, entering);
        return true;
      }
      isAbove[entering] = rates[entering]! > 0 ? 1 : 0;
    }
  }

  private exchange(leaving: number, entering: number): void {
    const { rows: first } = this.problem;
    const { rows, columns } = this.basis;
    // A penalty that leaves frees its coefficient; one that enters fixes it.
    if (leaving < first) rows.splice(rows.indexOf(leaving), 1);
    else columns.push(leaving - first);
    if (entering < first) rows.push(entering);
    else columns.splice(columns.indexOf(entering - first), 1);
  }

  /** Targets that differ enough for lines through one point to part, each to its own side. */
  separated(): Float64Array {
    const { problem, y, isAbove } = this;
    let state = 1;
    return y.map((value, i) => {
      if (!hasLine(problem, i)) return value;
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const size = PERTURBATION * (0.5 + state / 2 ** 33);
      return isAbove[i] === 1 ? value + size : value - size;
    });
  }
}

/** Descends until the optimum, or until pivots no longer make progress. */
function* descend(descent: Descent, limits: { idle: number; pivots: number }) {
  let value = yield* descent.update();
  const best = { value, v: descent.point };
  let idle = 0;
  let pivots = 0;
  for (; ; pivots++) {
    const leaving = yield* descent.leaving();
    const isOptimal = leaving === undefined;
    if (isOptimal) return { ...best, v: descent.point, pivots, isOptimal };
    if (idle > limits.idle || pivots === limits.pivots || !(yield* descent.pivot(leaving))) {
      return { ...best, pivots, isOptimal };
    }
    const next = yield* descent.update();
    idle = next < value ? 0 : idle + 1;
    value = Math.min(next, value);
    if (next < best.value) Object.assign(best, { value: next, v: descent.point });
  }
}

/**
 * The optimal vertex, from one near it. Where many lines meet in one point, they are moved apart by
 * what rounding would hide, and back at the end.
 * @param residuals near the optimum, one per line
 */
export function* descendVertices(
  problem: PinballProblem,
  basis: Basis,
  residuals: Float64Array,
): InParts<VertexSolution> {
  const idle = IDLE_PIVOTS + problem.size;
  const most = MOST_PIVOTS + PIVOTS_PER_COEFFICIENT * problem.size;
  const isAbove = Uint8Array.from(residuals, (r) => (r > 0 ? 1 : 0));
  const descent = new Descent(problem, basis, problem.y, isAbove);
  const first = yield* descend(descent, { idle, pivots: most });
  if (first.isOptimal) return first;
  descent.targets = descent.separated();
  const apart = yield* descend(descent, { idle: most, pivots: most });
  descent.targets = problem.y;
  const last = yield* descend(descent, { idle, pivots: most });
  const { v } = last.value <= first.value ? last : first;
  // Without a lower vertex nearby, what is left is rounding.
  return { v, pivots: first.pivots + apart.pivots + last.pivots, isOptimal: last.pivots < most };
}
