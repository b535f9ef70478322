/**
 * Rewrites a training program: each weight gradient becomes one op for each shard of the mini-batch,
 * over the rows of that shard alone, and ops that add the shards' gradients along the tree. Nodes
 * know nothing of it: the pass finds the ops by the regions that they read and write.
 */
import { type Op, type Operand, PHASES, type Phase, type RowWindow, rowPhase } from '../kernels/contract.js';
import { BatchRegions } from './batchRegions.js';
import type { GroupOp, SliceGroup } from './builder.js';
import type { ProcessPart } from './exchange.js';
import { type MemoryPlan, operandOf, type Region, rowsOf } from './memory.js';
import { type GroupRanges, partitionGroups, phasesOf, type StepProgram } from './partition.js';
import { type Block, blocksOf, pushBlock, runOf } from './shardTree.js';

export interface ShardCut extends ProcessPart {
  shards: number;
  /** First row of a shard in the largest mini-batch; its number of rows for the shard past the last. */
  rowAt(shard: number): number;
}

/** A parameter's gradient as processes exchange it. */
export interface SharedGradient {
  /** Where this process keeps the sums of its own blocks, in order. */
  own: readonly Operand[];
  /** By process: where its blocks arrive, for the slice of this process. Empty for its own. */
  arrive: readonly (readonly Operand[])[];
  /** Rows of the gradient that each process owns. */
  rows: readonly (readonly [number, number])[];
}

/** A group whose units processes share, and each process's range of them. */
export interface SharedGroup {
  group: SliceGroup;
  ranges: GroupRanges;
}

export interface ShardedGradients {
  program: StepProgram;
  /** Ops over single shards: they read rows of this process only. */
  leaves: ReadonlySet<Op>;
  /** Empty for one process. */
  shared: readonly SharedGroup[];
  gradients: readonly SharedGradient[];
}

/** A range of a slice op, of another op of its group. */
type Range = Omit<GroupOp, 'op'>;

export function shardGradients(program: StepProgram, memory: MemoryPlan, cut: ShardCut): ShardedGradients {
  return new GradientPass(program, memory, cut).run();
}

class GradientPass {
  private readonly regions: BatchRegions;
  /** The shards of this process. */
  private readonly shards: number[];
  private readonly windows: readonly RowWindow[];
  /** By their place in the arena: sums over the mini-batch from which gradients are made, by shard. */
  private readonly sums = new Map<number, Operand[]>();
  private readonly leaves = new Set<Op>();
  /** Ops that take the place of one of the program. */
  private readonly instead = new Map<Op, Op[]>();
  private readonly groups: SliceGroup[] = [];
  private readonly shared: SharedGroup[] = [];
  private readonly gradients: SharedGradient[] = [];
  private readonly leafPhase: Phase | undefined;
  private readonly ranges = new Map<SliceGroup, GroupRanges>();

  constructor(
    private readonly program: StepProgram,
    private readonly memory: MemoryPlan,
    private readonly cut: ShardCut,
  ) {
    this.regions = new BatchRegions(memory, program.maxRows);
    const { shards, process, processes } = cut;
    const { first, end } = runOf(shards, process, processes);
    this.shards = Array.from({ length: end - first }, (_, i) => first + i);
    this.windows = this.shards.map((shard) => {
      const firstRow = cut.rowAt(shard);
      const endRow = shard + 1 === shards ? program.maxRows : cut.rowAt(shard + 1);
      return { firstRow, rows: endRow - firstRow };
    });
    // Processes exchange gradients before the merge.
    this.leafPhase = processes > 1 ? rowPhase(phasesOf(program).rows.length) : undefined;
  }

  run(): ShardedGradients {
    const { program, cut } = this;
    const own = program.groups.filter((group) => group.ops.some(({ op }) => this.writesGradient(op)));
    const merged = own.filter(({ ops }) => ops[0]!.op.phase === PHASES.merge);
    if (cut.processes > 1) {
      // What a process exchanges and updates are the elements of its slice, whatever its gradient cost.
      const byElements = merged.map((group) => ({ ...group, cost: this.elementsPerUnit(group) }));
      const ranges = partitionGroups(byElements, cut.processes);
      merged.forEach((group, g) => {
        this.ranges.set(group, ranges[g]!);
      });
    }
    for (const group of program.groups) {
      if (!own.includes(group)) this.groups.push(group);
      else if (!merged.includes(group)) this.spreadSums(group);
    }
    for (const group of merged) this.rewrite(group);
    const ops = program.ops.flatMap((op) => this.instead.get(op) ?? [op]);
    const { groups, leaves, shared, gradients } = this;
    return { program: { ...program, ops, groups }, leaves, shared, gradients };
  }

  private writesGradient(op: Op): boolean {
    return this.regions.accessesOf(op).some(({ writes, region }) => writes && region.role === 'gradient');
  }

  private elementsPerUnit({ ops, units }: SliceGroup): number {
    const gradients = ops
      .flatMap(({ op }) => this.regions.accessesOf(op))
      .filter(({ writes, region }) => writes && region.role === 'gradient');
    return gradients.reduce((sum, { region }) => sum + region.rows * region.cols, 0) / units;
  }

  /** Whether a slice op sums over the mini-batch, or completes such sums. */
  private isLeaf(op: Op): boolean {
    const accesses = this.regions.accessesOf(op);
    const makes = accesses.some(({ writes, region }) => writes && region.role === 'gradient');
    const readsBatch = accesses.some(
      ({ reads, region }) =>
        reads &&
        (this.sums.has(region.byteOffset) ||
          (this.regions.isOfBatch(region) && region.role !== 'statistics')),
    );
    return makes && readsBatch;
  }

  /** Sums that gradients are made of: those of each shard are kept. */
  private spreadSums(group: SliceGroup): void {
    const spread: SliceGroup = { ...group, ops: [] };
    for (const { op, ...range } of group.ops) {
      const [made] = this.regions.accessesOf(op).filter(({ writes }) => writes);
      const region = made!.region;
      const places = this.shards.map((_, i) => (i === 0 ? region : this.like(region, `.shard${i}`)));
      this.sums.set(region.byteOffset, places.map(operandOf));
      const ops = places.map((place, i) => this.leaf(op, i, place, op.phase));
      for (const one of ops) spread.ops.push({ op: one, ...range });
      this.instead.set(op, ops);
    }
    this.groups.push(spread);
  }

  /** A matrix like another one. */
  private like(region: Region, suffix: string): Region {
    return this.memory.matrix(`${region.name}${suffix}`, 'gradient', region.rows, region.cols);
  }

  /** The op over shard `local` of this process, which writes to another place. */
  private leaf(op: Op, local: number, to: Operand, phase: Phase): Op {
    const window = this.windows[local]!;
    const operands = { ...op.operands };
    for (const { name, operand, region, writes } of this.regions.accessesOf(op)) {
      const sums = this.sums.get(region.byteOffset);
      if (writes) operands[name] = operandOf(to);
      else if (sums) operands[name] = sums[local]!;
      else if (this.regions.isOfBatch(region)) operands[name] = this.regions.window(operand, region, window);
    }
    const leaf: Op = { ...op, phase, operands, window };
    this.leaves.add(leaf);
    return leaf;
  }

  /** A group in the merge: its gradients, if they are sums over the mini-batch, and their updates. */
  private rewrite(group: SliceGroup): void {
    const shared = this.ranges.get(group);
    const kept: SliceGroup = { ...group, ops: [] };
    for (const entry of group.ops) {
      if (!this.isLeaf(entry.op)) {
        kept.ops.push(shared ? this.sliced(entry, shared) : entry);
        continue;
      }
      const chain = this.chainOf(entry);
      if (shared === undefined) {
        kept.ops.push(...chain.ops);
        kept.tileUnits = tileUnits(group, chain);
        this.instead.set(
          entry.op,
          chain.ops.map(({ op }) => op),
        );
        continue;
      }
      const sums = this.completed(entry, chain, shared);
      this.groups.push({ ...group, ops: chain.ops, tileUnits: tileUnits(group, chain) });
      kept.ops.push(...sums);
      this.instead.set(
        entry.op,
        [...chain.ops, ...sums].map(({ op }) => op),
      );
    }
    if (shared !== undefined) {
      const [first, last] = shared[this.cut.process]!;
      kept.units = last - first;
      this.shared.push({ group: kept, ranges: shared });
    }
    this.groups.push(kept);
  }

  /** The range of an op in the units of this process. */
  private sliced({ op, perUnit, extent }: GroupOp, shared: GroupRanges): GroupOp {
    const [first, last] = shared[this.cut.process]!;
    return { op, perUnit, extent: Math.min(extent, last * perUnit), from: first * perUnit };
  }

  /** Gradients of the shards of this process, added up to its blocks. */
  private chainOf({ op, ...range }: GroupOp): Chain {
    const gradient = this.regions.accessesOf(op).find(({ writes }) => writes)!.region;
    const rows = rangeOfRows(gradient, range);
    const phase = this.leafPhase ?? op.phase;
    const ops: GroupOp[] = [];
    const stack: Block<Operand>[] = [];
    this.shards.forEach((index, i) => {
      const to = this.slot(gradient, stack.length);
      ops.push({ op: this.leaf(op, i, to, phase), ...range });
      pushBlock(stack, { level: 0, index, at: to }, (g, other) => {
        const add = addOp(op, phase, g, other);
        this.leaves.add(add);
        ops.push({ op: add, ...rows });
      });
    });
    return { gradient, rows, ops, blocks: stack.map(({ at }) => at) };
  }

  /** Where a sum of shards of this process is kept. The tree's first is where the gradient will be. */
  private slot(gradient: Region, number: number): Operand {
    const isGradient = number === 0 && this.cut.process === 0;
    return operandOf(isGradient ? gradient : this.like(gradient, `.block${number}`));
  }

  /** The sum of the blocks of all processes, for the slice of this one. */
  private completed({ op }: GroupOp, { gradient, rows, blocks }: Chain, shared: GroupRanges): GroupOp[] {
    const { shards, process, processes } = this.cut;
    const slices = shared.map(([first, last]): [number, number] => [
      Math.min(rows.extent, first * rows.perUnit),
      Math.min(rows.extent, last * rows.perUnit),
    ]);
    const [begin, end] = slices[process]!;
    const count = end - begin;
    const ops: GroupOp[] = [];
    const arrive: Operand[][] = [];
    const stack: Block<Operand>[] = [];
    for (let from = 0; from < processes; from++) {
      const mine = from === process;
      const places = blocksOf(runOf(shards, from, processes)).map((block, i) => {
        const isFirst = from === 0 && i === 0;
        const kept = mine ? blocks[i]! : isFirst ? gradient : undefined;
        const at = kept
          ? rowsOf(operandOf(kept), begin, count)
          : operandOf(
              this.memory.matrix(`${gradient.name}.from${from}.${i}`, 'gradient', count, gradient.cols),
            );
        pushBlock(stack, { ...block, at }, (g, other) => {
          ops.push({ op: addOp(op, PHASES.merge, g, other), perUnit: rows.perUnit, extent: count, from: 0 });
        });
        return at;
      });
      arrive.push(mine ? [] : places);
    }
    this.gradients.push({ own: blocks, arrive, rows: slices });
    return ops;
  }
}

/** Ops that make the blocks of a gradient. */
interface Chain {
  gradient: Region;
  /** The range of ops over rows of the gradient. */
  rows: Range;
  ops: GroupOp[];
  blocks: readonly Operand[];
}

/** A vector is one row, whatever the ops that sum divide. */
const rangeOfRows = ({ rows }: Region, range: Range): Range =>
  rows === 1 ? { perUnit: 1, extent: 1 } : range;

function addOp({ label }: Op, phase: Phase, g: Operand, other: Operand): Op {
  return {
    kind: 'addGradient',
    phase,
    split: 'slice',
    begin: 0,
    end: 0,
    operands: { g: operandOf(g), other: operandOf(other) },
    scalars: {},
    ...(label !== undefined && { label }),
  };
}

/**
 * The blocks of a gradient that a rank works on at a time should stay in a first-level cache of 32
 * KiB while the shards are added.
 */
const TILE_BYTES = 16 * 1024;

function tileUnits({ units }: SliceGroup, { gradient, rows }: Chain): number {
  const bytes = 4 * gradient.rowStride * rows.perUnit;
  return Math.min(units, Math.max(1, Math.floor(TILE_BYTES / bytes)));
}
