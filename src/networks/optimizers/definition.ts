import type { Definition, Hyperparameters } from '../../core/definition.js';
import type { OpKind } from '../../kernels/contract.js';

/** The definition of an optimizer. One file per optimizer, one line in the registry. */
export interface OptimizerDefinition<H extends Hyperparameters = Hyperparameters> extends Definition<H> {
  /** The op that updates a parameter. */
  kind(h: H): OpKind;
  /** Names of its state arrays per parameter; the op's operands have the same names. */
  slots(h: H): readonly string[];
  /** Initial value of the elements of a state array; 0 if absent. */
  initialState?(h: H): number;
  /** The op's scalars, rounded to float32 unless they are integers. */
  scalars(h: H): Record<string, number>;
  /** Values that change with the step t = 1, 2, …, for the registers of the same names. */
  registers(h: H, step: number): Partial<Record<'learningRate' | 'stepSize' | 'inverseSqrtBias2', number>>;
}

/**
 * base to the power of a positive integer by repeated squaring. The order of the float64 products
 * depends only on the exponent, so every machine and every resumed run gets the same bits (Math.pow
 * does not guarantee this).
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
