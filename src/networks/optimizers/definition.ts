import type { Definition, Hyperparameters } from '../../core/definition.js';
import type { OpKind } from '../../kernels/contract.js';
import type { LearningRate } from '../schedules/index.js';

export { integerPower } from '../../core/integerPower.js';

/** Every optimizer has a learning rate: a number, or a schedule. */
export type OptimizerHyperparameters = Hyperparameters & { readonly learningRate: LearningRate };

/** The definition of an optimizer. One file per optimizer, one line in the registry. */
export interface OptimizerDefinition<H extends OptimizerHyperparameters = OptimizerHyperparameters>
  extends Definition<H> {
  /** The op that updates a parameter. */
  kind(h: H): OpKind;
  /** Names of its state arrays per parameter; the op's operands have the same names. */
  slots(h: H): readonly string[];
  /** Initial value of the elements of a state array; 0 if absent. */
  initialState?(h: H): number;
  /** The op's scalars, rounded to float32 unless they are integers. */
  scalars(h: H): Record<string, number>;
  /**
   * Values that change with the step t = 1, 2, …, for the registers of the same names.
   * @param rate the learning rate of this step; never read `h.learningRate`, which may be a schedule
   */
  registers(h: H, step: number, rate: number): Partial<Record<StepRegister, number>>;
}

/** The registers that optimizers write before each step. */
export const STEP_REGISTERS = ['learningRate', 'stepSize', 'inverseSqrtBias2', 'gradientStep'] as const;
export type StepRegister = (typeof STEP_REGISTERS)[number];
