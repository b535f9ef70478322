import { type Operand, PHASES } from '../../kernels/contract.js';
import type { ProgramBuilder } from '../../program/builder.js';
import { columns, type MemoryPlan, type Region } from '../../program/memory.js';
import { type ParameterSpec, trainable } from '../../program/parameters.js';
import { SLICE_ROWS } from '../nodes/affine.js';
import { commonOf } from '../optimizers/common.js';
import type { ResolvedOptimizer } from '../optimizers/index.js';

/** The memory of a parameter: a padded matrix for weights, a vector for biases. */
export function parameterRegion(memory: MemoryPlan, parameter: ParameterSpec): Region {
  return memory.matrix(parameter.name, 'parameter', parameter.rows, parameter.cols);
}

/** The memory of one of the optimizer's arrays for a parameter, with the parameter's layout. */
export function slotRegion(memory: MemoryPlan, parameter: ParameterSpec, slot: string): Region {
  return memory.matrix(`${parameter.name}.${slot}`, 'state', parameter.rows, parameter.cols);
}

/** Emits each parameter's update after its gradient. */
export function emitUpdates(
  builder: ProgramBuilder,
  { definition, hyperparameters: h }: ResolvedOptimizer,
): void {
  const { memory } = builder;
  const { clipValue = 0 } = commonOf(h);
  // A gradient that is clipped includes the penalty's, so it is completed before the update.
  const isFinished = clipValue > 0;
  builder.gradientReady = (group, parameter, gradient, range) => {
    const slots: Record<string, Operand> = {};
    for (const slot of definition.slots(h)) slots[slot] = slotRegion(memory, parameter, slot);
    const w = parameterRegion(memory, parameter);
    const penalty = { l1: Math.fround(parameter.l1), l2x2: Math.fround(2 * parameter.l2) };
    if (isFinished) {
      const scalars = { ...penalty, clipValue: Math.fround(clipValue) };
      builder.emitSlice(group, 'finishGradient', { w, g: gradient }, scalars, range);
    }
    const operands = {
      w,
      wT: memory.get(`${parameter.name}.transpose`),
      g: gradient,
      ...slots,
    };
    const scalars = {
      ...(isFinished ? { l1: 0, l2x2: 0 } : penalty),
      rateScale: parameter.learningRateScale ?? 1,
      weightDecay: 0,
      ...definition.scalars(h),
    };
    builder.emitSlice(group, definition.kind(h), operands, scalars, range);
  };
}

export interface PenaltyPlan {
  /** One partial sum for each block of 16 rows of each penalised parameter. */
  partials: Operand;
}

/** Emits the penalty terms of the loss, from the parameters before the update. */
export function emitPenalties(
  builder: ProgramBuilder,
  parameters: readonly ParameterSpec[],
): PenaltyPlan | undefined {
  const penalised = trainable(parameters).filter(({ l1, l2 }) => l1 > 0 || l2 > 0);
  if (penalised.length === 0) return undefined;
  const blocksOf = ({ rows }: ParameterSpec): number => Math.ceil(rows / SLICE_ROWS);
  const total = penalised.reduce((sum, parameter) => sum + blocksOf(parameter), 0);
  const partials = builder.memory.vector('penalty', 'statistics', total);
  let first = 0;
  for (const parameter of penalised) {
    const blocks = blocksOf(parameter);
    const group = builder.emitGroup(`${parameter.name} penalty`, blocks, 4 * SLICE_ROWS * parameter.cols);
    builder.emitSlice(
      group,
      'penalty',
      { w: parameterRegion(builder.memory, parameter), partial: columns(partials, first, blocks) },
      { l1: Math.fround(parameter.l1), l2: Math.fround(parameter.l2) },
      { perUnit: 1, extent: blocks },
      PHASES.rows,
    );
    first += blocks;
  }
  return { partials };
}
