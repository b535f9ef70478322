import { SteepestError } from '../core/errors.js';
import type { DType, Op, Operand, OpKind, Phase, Split } from '../kernels/contract.js';
import {
  GROUP_IMAGES,
  imagePlane,
  PACKED_INDEX_BYTES,
  PHASE_LIMIT,
  PHASES,
  rowPhase,
} from '../kernels/contract.js';
import { conflict } from './hazards.js';
import type { ImageShape } from './images.js';
import { type MemoryPlan, operandOf, type Region } from './memory.js';
import { type Part, partsFor } from './ownership.js';
import type { ParameterSpec } from './parameters.js';

/** What the program is compiled for. */
export type ProgramMode = 'train' | 'gradients' | 'evaluate' | 'predict';

/**
 * Work of the merge phase that the partitioner may divide: `units` pieces (16 rows of a weight
 * matrix, or one whole bias vector), each worth `cost`, and the ops that run over a rank's pieces.
 */
export interface SliceGroup {
  label: string;
  units: number;
  /** Set if all units belong to the owner of a part. */
  part?: Part | undefined;
  /** Relative cost of one unit, in floating-point operations. */
  cost: number;
  ops: GroupOp[];
  /**
   * Set if the group's ops in the phase of the first should run over so many units at a time, one
   * after the other, so that what they share stays in cache.
   */
  tileUnits?: number;
}

export interface EmitOptions {
  phase?: Phase;
  split?: Split;
  label?: string;
  /** Operands made by {@link ProgramBuilder.perRank}. */
  own?: readonly string[];
  /** The op belongs to the owner of this part, over all rows of the mini-batch. */
  part?: Pick<Part, 'index' | 'of'> | undefined;
}

/**
 * A range rule of a slice op: unit u covers `[from + u·perUnit, from + (u+1)·perUnit)`, as far as
 * `extent`.
 */
export interface SliceRange {
  perUnit: number;
  extent: number;
  /** 0 if absent. */
  from?: number;
}

/** An op of a group, and its part of a unit. */
export type GroupOp = { op: Op } & SliceRange;

/** Called after the ops that compute a parameter's gradient have been emitted. */
export type GradientListener = (
  group: SliceGroup,
  parameter: ParameterSpec,
  gradient: Operand,
  range: SliceRange,
) => void;

/** An output of which ranks own columns. */
export interface OwnedColumns {
  parts: readonly Part[];
  /** Nothing below needs a gradient. */
  isLast: boolean;
}

/** Collects the ops of one program, in order, and the memory they use. */
export class ProgramBuilder {
  readonly ops: Op[] = [];
  readonly groups: SliceGroup[] = [];
  /**
   * Called for each parameter gradient, so that the update can follow while the slice is still in
   * cache. Its ranges count rows of the parameter.
   */
  gradientReady: GradientListener = () => {};

  constructor(
    readonly memory: MemoryPlan,
    readonly mode: ProgramMode,
    /** Rows of the largest mini-batch. */
    readonly maxRows: number,
    /** Number of ranks; each has its own rows of some operands. */
    private readonly mostWorkers: number,
  ) {}

  /** Phases over the rows of the mini-batch emitted so far. */
  private rowPhases = 1;

  /** Ops of the current one, and those of them that have an owner. */
  private phaseOps: Op[] = [];
  private ownersOps: Op[] = [];

  /** Outputs of which ranks own columns, by their place in the arena. */
  private readonly owned = new Map<number, OwnedColumns>();

  /** Copies of the input, one for each owner of columns of the first layer. */
  private copies: readonly Operand[] = [];

  /** Slice ops that must run after all others over the rows. */
  private readonly afterRows: Op[] = [];

  /** True if the program computes gradients. */
  get differentiates(): boolean {
    return this.mode === 'train' || this.mode === 'gradients';
  }

  /**
   * Begins another phase over the rows of the mini-batch: every rank can then read what ops of
   * earlier phases wrote.
   */
  nextRowPhase(): void {
    this.rowPhases++;
    this.phaseOps = [];
    this.ownersOps = [];
    if (rowPhase(this.rowPhases - 1) < PHASE_LIMIT) return;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `a step of fewer than ${PHASE_LIMIT} phases; each batchNorm needs two`,
      given: 'a model with more',
      hint: 'Use fewer batchNorm layers, or layerNorm, which adds no phases.',
    });
  }

  /**
   * A vector of which each rank has its own copy, for results that all ranks compute identically.
   * Ops that use it list it in `own`.
   */
  perRank(name: string, cols: number, dtype: DType = 'f32'): Region {
    return this.memory.matrix(name, 'statistics', this.mostWorkers, cols, dtype);
  }

  /** A buffer of maxRows × cols for activations or their gradients. */
  batchMatrix(name: string, cols: number): Region {
    return this.memory.matrix(`batch${this.maxRows}/${name}`, 'activation', this.maxRows, cols);
  }

  /** Groups of 16 images in the largest mini-batch. */
  get maxGroups(): number {
    return Math.ceil(this.maxRows / GROUP_IMAGES);
  }

  /** A buffer for a mini-batch of images. */
  images(name: string, [height, width, channels]: ImageShape, dtype: DType = 'f32'): Region {
    const { maxGroups, memory } = this;
    return memory.matrix(
      `images${this.maxRows}/${name}`,
      'activation',
      maxGroups,
      channels * imagePlane(height, width),
      dtype,
    );
  }

  /** A buffer for the indices of 2 × 2 windows of `elements` for each image. */
  packedIndex(name: string, elements: number): Region {
    const { maxGroups, memory, maxRows } = this;
    return memory.matrix(
      `images${maxRows}/${name}`,
      'activation',
      maxGroups,
      elements * PACKED_INDEX_BYTES,
      'u8',
    );
  }

  /** The split over a mini-batch with `cols` numbers per sample, as rows or images. */
  splitOf(x: Operand, cols: number): 'rows' | 'groups' {
    return x.cols === cols ? 'rows' : 'groups';
  }

  /** A buffer with the layout of x, a mini-batch with `cols` numbers per sample. */
  batchLike(x: Operand, name: string, cols: number): Region {
    if (this.splitOf(x, cols) === 'rows') return this.batchMatrix(name, cols);
    return this.memory.matrix(`images${this.maxRows}/${name}`, 'activation', this.maxGroups, x.cols);
  }

  /**
   * The parts of a weight matrix whose columns have owners in this program; undefined if ranks
   * share its rows. Other programs over the same memory use all parts.
   */
  ownedColumns({ name }: ParameterSpec): readonly Part[] | undefined {
    const widths = this.memory.ownership.widths.get(name);
    return widths && this.mode === 'train' ? partsFor(widths, 'columns') : undefined;
  }

  /** Says that each owner writes its columns of y. */
  setOwners(y: Operand, owned: OwnedColumns): void {
    this.owned.set(y.byteOffset, owned);
  }

  /** The owners of the columns of a node's input. */
  ownersOf(x: Operand): OwnedColumns | undefined {
    return this.owned.get(x.byteOffset);
  }

  /** The name of the input, or of a further copy of it. */
  private inputName(copy: number): string {
    return `batch${this.maxRows}/x${copy === 0 ? '' : `.${copy}`}`;
  }

  /**
   * Copies of the input, one for each owner of columns of the first layer; none if ranks share one.
   */
  inputCopies(cols: number): readonly Operand[] {
    const count = this.mode === 'train' ? this.memory.ownership.inputCopies : 0;
    this.copies = Array.from({ length: count }, (_, i) =>
      this.memory.matrix(this.inputName(i), 'batch', this.maxRows, cols),
    );
    return this.copies;
  }

  /** Whether x is an input of which each owner has a copy. */
  hasCopies(x: Operand): boolean {
    return this.copies[0]?.byteOffset === x.byteOffset;
  }

  /** Whether a region is a copy of the input, and not the first. */
  isFurtherCopy({ name }: Region): boolean {
    for (let i = 1; i < this.memory.ownership.inputCopies; i++) if (name === this.inputName(i)) return true;
    return false;
  }

  /** What the owner of a part reads for x. */
  copyFor(x: Operand, { index }: Part): Operand {
    return this.hasCopies(x) ? (this.copies[index] as Operand) : x;
  }

  /** Adds an op; by default one over the rows of the mini-batch. */
  emit(
    kind: OpKind,
    operands: Record<string, Operand | undefined>,
    scalars: Record<string, number> = {},
    options: EmitOptions = {},
  ): Op {
    const op = makeOp(kind, operands, scalars, { phase: rowPhase(this.rowPhases - 1), ...options });
    if (options.phase === undefined) {
      // Only with ops of owners can there be a conflict.
      const others = op.part ? this.phaseOps : this.ownersOps;
      if (others.some((before) => conflict(before, op))) {
        this.nextRowPhase();
        op.phase = rowPhase(this.rowPhases - 1);
      }
      this.phaseOps.push(op);
      if (op.part) this.ownersOps.push(op);
    }
    this.ops.push(op);
    return op;
  }

  /** Adds a group of ops that ranks share by slices, or that the owner of a part runs. */
  emitGroup(label: string, units: number, cost: number, part?: Part): SliceGroup {
    const group: SliceGroup = { label, units, cost, ops: [], part };
    this.groups.push(group);
    return group;
  }

  /** Adds an op to a group: unit u covers `[u·perUnit, (u+1)·perUnit)` of its `extent`. */
  emitSlice(
    group: SliceGroup,
    kind: OpKind,
    operands: Record<string, Operand | undefined>,
    scalars: Record<string, number>,
    range: SliceRange,
    phase: Phase = PHASES.merge,
    own?: readonly string[],
  ): void {
    const op = makeOp(kind, operands, scalars, {
      phase,
      split: 'slice',
      label: group.label,
      ...(own && { own }),
    });
    if (group.part !== undefined) op.part = { index: group.part.index, of: group.part.of };
    this.ops.push(op);
    group.ops.push({ op, ...range });
  }

  /**
   * Adds slice ops that run after all ops over the rows and before the merge, in a phase that all
   * such ops share. For sums over the mini-batch that merging ranks need beyond their own slice.
   */
  emitSliceAfterRows(
    group: SliceGroup,
    kind: OpKind,
    operands: Record<string, Operand | undefined>,
    scalars: Record<string, number>,
    range: SliceRange,
  ): void {
    this.emitSlice(group, kind, operands, scalars, range, PHASES.rows);
    this.afterRows.push(this.ops.at(-1)!);
  }

  /** To be called once, when every node has emitted its ops. */
  finishPhases(): void {
    if (this.afterRows.length === 0) {
      this.joinMerge();
      return;
    }
    this.nextRowPhase();
    for (const op of this.afterRows) op.phase = rowPhase(this.rowPhases - 1);
  }

  /** Saves the barrier before the merge if only owners run in the phase before, and need none. */
  private joinMerge(): void {
    const { phaseOps } = this;
    if (this.rowPhases === 1 || phaseOps.some(({ part }) => part === undefined)) return;
    const merge = this.ops.filter(({ phase }) => phase === PHASES.merge);
    if (phaseOps.some((op) => merge.some((other) => conflict(op, other)))) return;
    for (const op of phaseOps) op.phase = PHASES.merge;
    this.rowPhases--;
  }
}

function makeOp(
  kind: OpKind,
  operands: Record<string, Operand | undefined>,
  scalars: Record<string, number>,
  { phase = PHASES.rows, part, split = part ? 'all' : 'rows', label, own }: EmitOptions,
): Op {
  const given: Record<string, Operand> = {};
  for (const [name, operand] of Object.entries(operands)) {
    if (operand !== undefined) given[name] = operandOf(operand);
  }
  const op: Op = { kind, phase, split, begin: 0, end: 0, operands: given, scalars, label };
  if (own !== undefined) op.own = own;
  if (part !== undefined) op.part = { index: part.index, of: part.of };
  return op;
}
