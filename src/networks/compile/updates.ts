import type { Hyperparameters } from '../../core/definition.js';
import { CONSTRAINED, CONSTRAINTS, type Operand, PHASES, type Phase } from '../../kernels/contract.js';
import type { ProgramBuilder, SliceGroup, SliceRange } from '../../program/builder.js';
import { columns, type MemoryPlan, partOf, partOfTransposed, type Region } from '../../program/memory.js';
import { type Constraint, type ParameterSpec, trainable } from '../../program/parameters.js';
import { SLICE_ROWS } from '../nodes/affine.js';
import { commonOf } from '../optimizers/common.js';
import type { ResolvedOptimizer } from '../optimizers/index.js';

/** The memory of a parameter: a padded matrix for weights, a vector for biases. */
export function parameterRegion(memory: MemoryPlan, parameter: ParameterSpec): Region {
  return memory.parameterArray(parameter, 'parameter');
}

/** Where weights are averaged, beside the optimizer's arrays. */
export const AVERAGE_SLOT = 'average';

/** The memory of one of the optimizer's arrays for a parameter, with the parameter's layout. */
export function slotRegion(memory: MemoryPlan, parameter: ParameterSpec, slot: string): Region {
  return memory.parameterArray(parameter, 'state', `.${slot}`);
}

/** What happens to a gradient before its update, and in which phases. */
interface GradientPath {
  /** Gradients of several mini-batches are summed. */
  accumulates: boolean;
  clipValue: number;
  /** Largest norm of each gradient, or of all together; 0 for any. */
  clipNorm: number;
  globalClipNorm: number;
  /** Where gradients are completed, where squares are summed too. */
  finish: Phase;
  update: Phase;
}

function gradientPath(h: Hyperparameters, isApart: boolean): GradientPath {
  const { clipValue = 0, clipNorm = 0, globalClipNorm = 0, accumulateSteps = 1 } = commonOf(h);
  const accumulates = accumulateSteps > 1;
  const needsNorm = clipNorm + globalClipNorm > 0;
  const update = needsNorm || accumulates || isApart ? PHASES.update : PHASES.merge;
  const finish = !accumulates ? PHASES.merge : needsNorm ? PHASES.finish : PHASES.update;
  return { accumulates, clipValue, clipNorm, globalClipNorm, finish, update };
}

/**
 * Emits each parameter's update after its gradient. Norms need all of a gradient: the update then
 * has a phase of its own, in which each rank has the slices whose gradients it has computed.
 */
export function emitUpdates(
  builder: ProgramBuilder,
  parameters: readonly ParameterSpec[],
  { definition, hyperparameters: h }: ResolvedOptimizer,
  { averages = false, isApart = false }: { averages?: boolean | undefined; isApart?: boolean } = {},
): void {
  const { memory } = builder;
  const path = gradientPath(h, isApart);
  // Averages are of weights that meet their constraints.
  const isConstrained = trainable(parameters).some(({ constraint }) => constraint !== undefined);
  const averagePhase = isConstrained ? PHASES.average : path.update;
  const norms = emitNorms(builder, trainable(parameters), path);
  const { weightDecay = 0, decayKernelsOnly = false } = commonOf(h);
  builder.gradientReady = (group, parameter, gradient, range) => {
    const mine = (array: Operand): Operand => partOf(array, group.part);
    const slots: Record<string, Operand> = {};
    for (const slot of definition.slots(h)) slots[slot] = mine(slotRegion(memory, parameter, slot));
    const w = mine(parameterRegion(memory, parameter));
    const wT = memory.get(`${parameter.name}.transpose`);
    const isFinished = finishGradient(builder, path, group, parameter, gradient, range, norms);
    const operands = {
      w,
      wT: wT && partOfTransposed(wT, group.part),
      g: gradient,
      ...slots,
    };
    const scalars = {
      ...(isFinished ? NO_PENALTY : penaltyOf(parameter)),
      rateScale: parameter.learningRateScale ?? 1,
      weightDecay: decayKernelsOnly && parameter.shape.length < 2 ? 0 : Math.fround(weightDecay),
      ...definition.scalars(h),
    };
    builder.emitSlice(group, definition.kind(h), operands, scalars, range, path.update);
    if ((group.part?.index ?? 0) === 0) emitConstraint(builder, parameter);
    if (!averages) return;
    const e = mine(slotRegion(memory, parameter, AVERAGE_SLOT));
    builder.emitSlice(group, 'average', { w, e }, {}, range, averagePhase);
  };
}

/** Units of work of a constraint. */
function constrainedUnits({ rows, cols }: ParameterSpec, { over }: Constraint): number {
  return over === 'columns' ? Math.ceil(cols / SLICE_ROWS) : over === 'rows' ? rows : 1;
}

/** Norms of columns need all rows of an update, so constraints have a phase of their own. */
function emitConstraint(builder: ProgramBuilder, parameter: ParameterSpec): void {
  const { name, rows, cols, constraint: rule } = parameter;
  if (rule === undefined) return;
  const units = constrainedUnits(parameter, rule);
  const group = builder.emitGroup(`${name} ${rule.constraint}`, units, Math.ceil((3 * rows * cols) / units));
  const operands = {
    w: parameterRegion(builder.memory, parameter),
    wT: builder.memory.get(`${name}.transpose`),
  };
  const scalars = {
    constraint: CONSTRAINTS[rule.constraint],
    over: CONSTRAINED[rule.over],
    limit: rule.limit,
  };
  builder.emitSlice(group, 'constrain', operands, scalars, { perUnit: 1, extent: units }, PHASES.constrain);
}

const NO_PENALTY = { l1: 0, l2x2: 0 };
const penaltyOf = ({ l1, l2 }: ParameterSpec) => ({ l1: Math.fround(l1), l2x2: Math.fround(2 * l2) });

/** By parameter: the sums of squares of its gradient, and the factor that limits its norm. */
type Norms = ReadonlyMap<string, { squares: Operand; factor: Operand }>;

/** Emits the factors, which every rank computes from all sums; they come before the updates. */
function emitNorms(
  builder: ProgramBuilder,
  parameters: readonly ParameterSpec[],
  { clipNorm, globalClipNorm, update }: GradientPath,
): Norms | undefined {
  const limit = clipNorm + globalClipNorm;
  if (limit === 0) return undefined;
  const rows = parameters.reduce((sum, parameter) => sum + parameter.rows, 0);
  const all = builder.memory.vector('squares', 'statistics', rows, 'f64');
  const factors = globalClipNorm > 0 ? 1 : parameters.length;
  const own = builder.perRank('clipFactors', factors, 'f64');
  const emitFactor = (squares: Operand, factor: Operand, label: string): void => {
    const options = { phase: update, split: 'all', label, own: ['factor'] } as const;
    builder.emit('clipFactor', { squares, factor }, { limit }, options);
  };
  if (globalClipNorm > 0) emitFactor(all, columns(own, 0, 1), 'norm');
  const norms = new Map<string, { squares: Operand; factor: Operand }>();
  let first = 0;
  parameters.forEach((parameter, i) => {
    const squares = columns(all, first, parameter.rows);
    const factor = columns(own, globalClipNorm > 0 ? 0 : i, 1);
    if (clipNorm > 0) emitFactor(squares, factor, `${parameter.name} norm`);
    norms.set(parameter.name, { squares, factor });
    first += parameter.rows;
  });
  return norms;
}

/**
 * Emits the ops on a gradient before its update.
 * @returns whether the gradient includes that of the penalties afterwards
 */
function finishGradient(
  builder: ProgramBuilder,
  path: GradientPath,
  group: SliceGroup,
  parameter: ParameterSpec,
  g: Operand,
  range: SliceRange,
  norms: Norms | undefined,
): boolean {
  const { accumulates, clipValue, finish, update } = path;
  const norm = norms?.get(parameter.name);
  const mine = (array: Operand): Operand => partOf(array, group.part);
  const total = accumulates
    ? mine(builder.memory.parameterArray(parameter, 'gradient', '.total'))
    : undefined;
  if (total !== undefined) builder.emitSlice(group, 'accumulateGradient', { g, total }, {}, range);
  const isFinished = accumulates || clipValue > 0 || norm !== undefined;
  if (isFinished) {
    // Norms are of whole rows: where there are any, no group is a part.
    const w = mine(parameterRegion(builder.memory, parameter));
    const operands = { w, g, total, squares: norm?.squares };
    const scalars = { ...penaltyOf(parameter), clipValue: Math.fround(clipValue) };
    builder.emitSlice(group, 'finishGradient', operands, scalars, range, finish);
  }
  if (norm !== undefined) {
    builder.emitSlice(group, 'scaleGradient', { g, factor: norm.factor }, {}, range, update, ['factor']);
  }
  return isFinished;
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
