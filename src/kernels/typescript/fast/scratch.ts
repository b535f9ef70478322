import type { F64 } from '../kernel.js';

/**
 * Working memory that every op of this thread shares: ops run one after the other, and none keeps anything
 * here between two runs. It grows when ops are prepared and never while they run.
 */
export class Scratch {
  private array: F64 = new Float64Array(0);

  /** Makes room for `length` elements. */
  reserve(length: number): void {
    if (this.array.length < length) this.array = new Float64Array(length);
  }

  /** The memory, at least as long as every length reserved so far; its content is anything. */
  get memory(): F64 {
    return this.array;
  }
}

/** One row of float64 values: exponentials of a row of logits, sums of columns. */
export const rowScratch = new Scratch();
