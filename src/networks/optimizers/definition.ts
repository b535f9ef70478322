import type { Definition, Hyperparameters } from '../../core/definition.js';
import type { OpKind } from '../../kernels/contract.js';

/** Everything steepest knows of an optimizer. One file per optimizer, one line in the registry. */
export interface OptimizerDefinition<H extends Hyperparameters = Hyperparameters> extends Definition<H> {
  /** The op that updates a parameter. */
  kind(h: H): OpKind;
  /**
   * Names of the state arrays it keeps per parameter; they are the op's operands of the same names.
   */
  slots(h: H): readonly string[];
  /** What every element of a state array starts at; 0 where absent. */
  initialState?(h: H): number;
  /** The op's scalars, rounded to float32 where they are not integers. */
  scalars(h: H): Record<string, number>;
  /** Values that change with the step t = 1, 2, …, for the registers of the same names. */
  registers(h: H, step: number): Partial<Record<'learningRate' | 'stepSize' | 'inverseSqrtBias2', number>>;
}

/**
 * base to the power of a positive integer by repeated squaring: float64 products in an order that
 * depends on the exponent alone, so that every machine and every resumed run has the same bits
 * (Math.pow promises none).
 */
export function integerPower(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let e = exponent; e > 0; e = Math.floor(e / 2)) {
    if (e % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}
