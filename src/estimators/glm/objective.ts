import type { CurvedObjective } from '../solvers/newton.js';
import type { ProductObjective } from '../solvers/trustRegion.js';
import { readBlocks } from './blocks.js';
import { factorDense } from './denseFactor.js';
import { type RowSums, Stop } from './rowSums.js';
import { GLM_STATUS, type Penalty } from './task.js';

/**
 * Fraction of its diagonal that a preconditioner gets: along dependent columns its inverse would
 * blow up rounding errors of gradients.
 */
const PRECONDITIONER_DAMPING = 1e-8;

/**
 * The mean loss with its L2 penalty, as rank 0's solver evaluates it. Variables are coefficients,
 * then intercepts if there are any.
 */
export class GlmObjective implements CurvedObjective, ProductObjective {
  readonly size: number;
  private readonly coefficients: number;
  private evaluations = 0;

  constructor(
    private readonly rank: RowSums,
    private readonly penalty: Penalty,
  ) {
    const { layout, fitIntercept } = rank.task;
    this.coefficients = layout.outputs * layout.features;
    this.size = this.coefficients + (fitIntercept ? layout.outputs : 0);
  }

  evaluate(x: Float64Array, gradient: Float64Array): number {
    this.rank.point.set(x);
    return this.penalised(x, gradient, this.rank.ask('gradient'));
  }

  evaluateCurved(x: Float64Array, gradient: Float64Array, hessian: Float64Array): number {
    const { rank } = this;
    rank.point.set(x);
    const totals = rank.ask('curvature');
    const value = this.penalised(x, gradient, totals);
    const { layout, totalWeight, fitIntercept } = rank.task;
    const blocks = totals.subarray(layout.outputs * (layout.features + 1) + 1);
    readBlocks(blocks, { ...layout, fitIntercept }, 1 / totalWeight, hessian);
    for (let i = 0; i < this.coefficients; i++) {
      const at = i * (this.size + 1);
      hessian[at] = hessian[at]! + this.penalty.l2;
    }
    if (layout.outputs > 1) this.fixFreeDirections(hessian);
    return value;
  }

  /** ∇²f·v at the point of the last `evaluate`. */
  product(v: Float64Array, out: Float64Array): void {
    this.productOf('product', v, out);
  }

  roughProduct(v: Float64Array, out: Float64Array): void {
    this.productOf(this.rank.task.layout.jobs.sample === undefined ? 'product' : 'sample', v, out);
  }

  private productOf(job: 'product' | 'sample', v: Float64Array, out: Float64Array): void {
    const { rank, coefficients } = this;
    rank.direction.set(v);
    const totals = rank.ask(job);
    const { totalWeight, layout } = rank.task;
    // A sample of the rows stands for all of them.
    const factor = layout.jobs[job]!.everyChunk / totalWeight;
    for (let i = 0; i < v.length; i++) {
      out[i] = totals[i]! * factor + (i < coefficients ? this.penalty.l2 * v[i]! : 0);
    }
  }

  /**
   * Approximates every diagonal block of the second derivatives by their mean, which costs one
   * block. @returns in place of b: its inverse times b; undefined for too many columns
   */
  preconditioner(): ((b: Float64Array) => void) | undefined {
    const { rank } = this;
    const { layout } = rank.task;
    const { shared } = layout.jobs;
    if (shared === undefined) return undefined;
    const totals = rank.ask('shared');
    const { matrix, scale } = this.sharedBlock(totals, shared.everyChunk);
    const order = scale.length;
    const factor = factorDense(matrix, order, rank.kernels);
    if (factor === undefined) return undefined;
    const { outputs, features } = layout;
    // One column per output, so that the kernels solve for all of them at once.
    const columns = new Float64Array(factor.size * outputs);
    const place = (k: number, i: number): number => (i < features ? k * features + i : this.coefficients + k);
    return (b) => {
      for (let i = 0; i < order; i++) {
        for (let k = 0; k < outputs; k++) columns[i * outputs + k] = b[place(k, i)]! * scale[i]!;
      }
      factor.solve(columns, outputs);
      for (let i = 0; i < order; i++) {
        for (let k = 0; k < outputs; k++) b[place(k, i)] = columns[i * outputs + k]! * scale[i]!;
      }
      columns.fill(0, order * outputs);
    };
  }

  /** The block scaled to a diagonal of 1, so that the units of columns do not matter. */
  private sharedBlock(totals: Float64Array, everyChunk: number) {
    const { layout, totalWeight, fitIntercept } = this.rank.task;
    const { features, outputs } = layout;
    const size = features + (fitIntercept ? 1 : 0);
    const matrix = new Float64Array(size * size);
    // A sample of the rows stands for all of them.
    const factor = everyChunk / (outputs * totalWeight);
    readBlocks(totals, { ...layout, outputs: 1, fitIntercept }, factor, matrix);
    const scale = Float64Array.from({ length: size }, (_, i) => {
      const diagonal = matrix[i * (size + 1)]! + (i < features ? this.penalty.l2 : 0);
      return diagonal > 0 ? 1 / Math.sqrt(diagonal) : 1;
    });
    for (let i = 0; i < size; i++) {
      for (let j = i; j < size; j++) matrix[i * size + j] = matrix[i * size + j]! * scale[i]! * scale[j]!;
      matrix[i * (size + 1)] = 1 + PRECONDITIONER_DAMPING;
    }
    return { matrix, scale };
  }

  private penalised(x: Float64Array, gradient: Float64Array, totals: Float64Array): number {
    const { rank, coefficients } = this;
    const { totalWeight, layout } = rank.task;
    const { l2 } = this.penalty;
    let squares = 0;
    for (let i = 0; i < x.length; i++) {
      const w = i < coefficients ? x[i]! : 0;
      gradient[i] = totals[i]! / totalWeight + l2 * w;
      squares += w * w;
    }
    const loss = totals[layout.outputs * (layout.features + 1)]!;
    const value = loss / totalWeight + (l2 / 2) * squares;
    // At the solver's start only the data can make a number infinite; later the step can.
    if (this.evaluations++ === 0 && !(Number.isFinite(value) && gradient.every(Number.isFinite))) {
      throw new Stop(GLM_STATUS.notFinite);
    }
    return value;
  }

  /**
   * Adding the same number to the scores of all classes changes no probability, so the loss is flat
   * in that direction without a penalty. Curvature is added only along these directions. The
   * gradient has no component in them, so neither the minimum nor the Newton step changes, and the
   * matrix becomes regular.
   */
  private fixFreeDirections(matrix: Float64Array): void {
    const { coefficients, size } = this;
    const { layout, fitIntercept } = this.rank.task;
    const { outputs, features } = layout;
    const fix = (first: number, stride: number): void => {
      let curvature = 0;
      for (let k = 0; k < outputs; k++) curvature += matrix[(first + k * stride) * (size + 1)]!;
      for (let k = 0; k < outputs; k++) {
        for (let l = 0; l < outputs; l++) {
          const at = (first + k * stride) * size + first + l * stride;
          matrix[at] = matrix[at]! + curvature / outputs;
        }
      }
    };
    if (fitIntercept) fix(coefficients, 1);
    const { l1, l2 } = this.penalty;
    if (l1 === 0 && l2 === 0) for (let j = 0; j < features; j++) fix(j, features);
  }
}
