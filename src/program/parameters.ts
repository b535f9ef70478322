import type { CONSTRAINED, CONSTRAINTS } from '../kernels/contract.js';

/** A condition on an array, for the op `constrain`. */
export interface Constraint {
  constraint: keyof typeof CONSTRAINTS;
  /** What its norms are of: the array is the matrix of its last axis and all others. */
  over: keyof typeof CONSTRAINED;
  limit: number;
}

/** An array that training changes. */
export interface ParameterSpec {
  /** Unique within the model, for example `dense_1/kernel`. */
  name: string;
  rows: number;
  cols: number;
  /** Shape shown to users: `[in, out]` or `[out]`. */
  shape: readonly number[];
  /** The initializer's name, or an object with its name and hyperparameters. */
  initializer: string | { readonly name: string };
  fanIn: number;
  fanOut: number;
  l1: number;
  l2: number;
  /**
   * Whether it is trained by its gradient. An array without a gradient (a moving mean) is written
   * by its node at the end of a step. It is saved, committed and restored like the others, but has
   * no penalty and no optimizer state.
   */
  trainable: boolean;
  /** Factor of the learning rate for this array; 1 if absent. */
  learningRateScale?: number;
  /** What it meets after every update. */
  constraint?: Constraint;
  /** True for variances: weights set by users must not be negative. */
  notNegative?: boolean;
}

/** The parameters that have a gradient. */
export const trainable = (parameters: readonly ParameterSpec[]): ParameterSpec[] =>
  parameters.filter((parameter) => parameter.trainable);
