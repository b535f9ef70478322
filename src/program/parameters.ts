/** An array that training changes. */
export interface ParameterSpec {
  /** Unique within the model, e.g. `dense_1/kernel`. */
  name: string;
  rows: number;
  cols: number;
  /** Shape that users see: `[in, out]` or `[out]`. */
  shape: readonly number[];
  initializer: string;
  fanIn: number;
  fanOut: number;
  l1: number;
  l2: number;
  /**
   * Whether it follows a gradient. What does not (a moving mean) is written by its node as a step
   * ends; it is saved, committed and restored like the rest, but has no gradient, no penalty and no
   * arrays of the optimizer.
   */
  trainable: boolean;
  /** True for variances: weights from outside must not be negative. */
  notNegative?: boolean;
}

/** Those that follow a gradient. */
export const trainable = (parameters: readonly ParameterSpec[]): ParameterSpec[] =>
  parameters.filter((parameter) => parameter.trainable);
