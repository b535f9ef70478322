/**
 * A vertex of the linear program: as many independent lines as coefficients, all of residual 0.
 * The line of a penalty fixes its coefficient, so that only the other coefficients and as many rows
 * have a matrix, whose LU factors are kept.
 */
import { eachRange, type InParts, PRODUCTS_PER_PART } from '../../core/inParts.js';
import { LineHeap } from './lineHeap.js';
import { hasLine, type PinballProblem } from './pinballProblem.js';

/** What elimination leaves of a row below this is rounding; elements are about 1. */
const DEPENDENT = 1e-11;

export class Basis {
  private lu = new Float64Array(0);
  private order = new Uint32Array(0);

  /**
   * @param columns coefficients without a line in the basis
   * @param rows as many rows
   */
  constructor(
    private readonly problem: PinballProblem,
    readonly columns: number[],
    readonly rows: number[],
  ) {}

  /** Computes the factors after a change; with partial pivoting. */
  *factor(): InParts<void> {
    const { columns, rows } = this;
    const { x, size } = this.problem;
    const n = rows.length;
    const lu = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) lu[i * n + j] = x[rows[i]! * size + columns[j]!]!;
    }
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    let products = 0;
    for (let k = 0; k < n; k++) {
      let best = k;
      for (let i = k + 1; i < n; i++) {
        if (Math.abs(lu[i * n + k]!) > Math.abs(lu[best * n + k]!)) best = i;
      }
      if (best !== k) swapRows(lu, order, n, k, best);
      const pivot = lu[k * n + k]!;
      for (let i = k + 1; i < n; i++) {
        const factor = lu[i * n + k]! / pivot;
        lu[i * n + k] = factor;
        if (factor !== 0) for (let j = k + 1; j < n; j++) lu[i * n + j]! -= factor * lu[k * n + j]!;
      }
      products += (n - k) ** 2;
      if (products < PRODUCTS_PER_PART) continue;
      products = 0;
      yield;
    }
    this.lu = lu;
    this.order = order;
  }

  /** The coefficients u with x_i·u = b_i for the basis's rows, in the order of `columns`. */
  solve(b: ArrayLike<number>): Float64Array {
    const { lu, order } = this;
    const n = order.length;
    const u = Float64Array.from(order, (i) => b[i]!);
    for (let i = 0; i < n; i++) for (let k = 0; k < i; k++) u[i]! -= lu[i * n + k]! * u[k]!;
    for (let i = n - 1; i >= 0; i--) {
      for (let k = i + 1; k < n; k++) u[i]! -= lu[i * n + k]! * u[k]!;
      u[i]! /= lu[i * n + i]!;
    }
    return u;
  }

  /** The factors d with Σ d_i·x_i = b at `columns`, in the order of `rows`. */
  solveTransposed(b: Float64Array): Float64Array {
    const { lu, order } = this;
    const n = order.length;
    const u = b.slice();
    for (let i = 0; i < n; i++) {
      u[i]! /= lu[i * n + i]!;
      for (let k = i + 1; k < n; k++) u[k]! -= lu[i * n + k]! * u[i]!;
    }
    for (let i = n - 1; i >= 0; i--) for (let k = 0; k < i; k++) u[k]! -= lu[i * n + k]! * u[i]!;
    const d = new Float64Array(n);
    for (let i = 0; i < n; i++) d[order[i]!] = u[i]!;
    return d;
  }
}

function swapRows(lu: Float64Array, order: Uint32Array, n: number, a: number, b: number): void {
  const kept = lu.slice(a * n, (a + 1) * n);
  lu.copyWithin(a * n, b * n, (b + 1) * n);
  lu.set(kept, b * n);
  [order[a], order[b]] = [order[b]!, order[a]!];
}

/**
 * Lines that are independent of each other, those of the largest `touch` first. Coefficients that no
 * line determines, because their columns depend on others, are left out: they stay 0.
 */
export function* chooseBasis(problem: PinballProblem, touch: Float64Array): InParts<Basis> {
  const { rows, size, x } = problem;
  const keys = new Float64Array(touch.length);
  const candidates = new Uint32Array(touch.length);
  let count = 0;
  yield* eachRange(touch.length, (begin, end) => {
    for (let line = begin; line < end; line++) {
      keys[line] = -touch[line]!;
      if (hasLine(problem, line)) candidates[count++] = line;
    }
  });
  const heap = yield* LineHeap.of(keys, candidates, count);
  // The penalties among the first `size` lines cost no elimination, so they come before rows.
  const isFree = new Uint8Array(size).fill(1);
  const waiting: number[] = [];
  for (let k = 0; k < size; k++) {
    const line = heap.pop();
    if (line >= rows) isFree[line - rows] = 0;
    else if (line >= 0) waiting.push(line);
  }
  const free = isFree.reduce((count, flag) => count + flag, 0);
  const chosen: number[] = [];
  const pivots: { column: number; row: Float64Array }[] = [];
  const row = new Float64Array(size);
  let products = 0;
  while (chosen.length < free) {
    const line = waiting.shift() ?? heap.pop();
    if (line < 0) break;
    products += size * (pivots.length + 1);
    if (products > PRODUCTS_PER_PART) {
      products = 0;
      yield;
    }
    const penalised = line - rows;
    if (penalised >= 0) {
      if (isFree[penalised] === 0) continue;
      row.fill(0);
      row[penalised] = 1;
    } else for (let j = 0; j < size; j++) row[j] = isFree[j]! * x[line * size + j]!;
    for (const { column, row: other } of pivots) {
      const factor = row[column]! / other[column]!;
      if (factor !== 0) for (let j = 0; j < size; j++) row[j]! -= factor * other[j]!;
      row[column] = 0;
    }
    let column = 0;
    for (let j = 1; j < size; j++) if (Math.abs(row[j]!) > Math.abs(row[column]!)) column = j;
    if (Math.abs(row[column]!) <= DEPENDENT) continue;
    pivots.push({ column, row: row.slice() });
    chosen.push(line);
  }
  // A pivot column that a chosen penalty fixes needs no row.
  const fixed = new Set(chosen.filter((line) => line >= rows).map((line) => line - rows));
  const columns = pivots.map(({ column }) => column).filter((column) => !fixed.has(column));
  return new Basis(
    problem,
    columns,
    chosen.filter((line) => line < rows),
  );
}
