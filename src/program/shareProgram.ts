/**
 * What the processes of a job have to tell each other in a step, found by data flow: an op that is
 * not over rows of the process, and reads what others have computed, needs it complete. Parameters
 * go to everybody after their update.
 */
import type { ExchangePlan, PeerRanges } from '../core/clusterOption.js';
import {
  BYTES_PER_ELEMENT,
  type Op,
  type Operand,
  PHASES,
  type Phase,
  type RowRange,
} from '../kernels/contract.js';
import { type Access, BatchRegions } from './batchRegions.js';
import type { GroupOp, SliceGroup } from './builder.js';
import type { PhaseExchange, ProcessPart } from './exchange.js';
import { columns, type MemoryPlan, operandOf, type Region, rowsOf } from './memory.js';
import { phasesOf, type StepProgram } from './partition.js';
import type { ShardedGradients, SharedGradient, SharedGroup } from './shardGradients.js';

export interface Shares extends ProcessPart {
  /** Rows of the mini-batch of a process. */
  rowsOf(process: number): RowRange;
}

/** Byte offset and length; no bytes have length 0. */
type Bytes = readonly [byteOffset: number, byteLength: number];

/** Adds the exchanges of a program over the shards of one process. */
export function shareProgram(
  sharded: ShardedGradients,
  memory: MemoryPlan,
  shares: Shares,
): StepProgram & { exchanges: readonly PhaseExchange[]; state: ExchangePlan } {
  const program = withTransposes(sharded, memory, shares);
  const exchanges = new Exchanges(sharded, program, memory, shares);
  return { ...program, exchanges: exchanges.ofPhases(), state: exchanges.ofState() };
}

/** Rows of W are updated with their columns of Wᵀ; those that arrive are transposed here. */
function withTransposes(
  { program, shared }: ShardedGradients,
  memory: MemoryPlan,
  { process }: ProcessPart,
): StepProgram {
  const regions = new BatchRegions(memory, program.maxRows);
  const written = (op: Op, role: Region['role']): Access | undefined =>
    regions.accessesOf(op).find(({ writes, region }) => writes && region.role === role);
  // A constraint writes all of Wᵀ.
  const constrained = new Set(
    program.ops
      .filter(({ phase }) => phase === PHASES.constrain)
      .map((op) => written(op, 'transpose')?.region.byteOffset),
  );
  const groups: SliceGroup[] = [];
  for (const { group, ranges } of shared) {
    const update = group.ops.find(({ op }) => written(op, 'transpose'));
    if (update === undefined) continue;
    const w = written(update.op, 'parameter')!.region;
    const wT = written(update.op, 'transpose')!.region;
    if (constrained.has(wT.byteOffset)) continue;
    const [first, last] = ranges[process]!;
    const { perUnit } = update;
    const edges = [0, Math.min(w.rows, first * perUnit), Math.min(w.rows, last * perUnit), w.rows];
    for (const [begin, end] of [edges.slice(0, 2), edges.slice(2)] as [number, number][]) {
      // Empty ones too: all processes have the same phases.
      groups.push(transposeGroup(group.label, w, wT, begin, end, perUnit));
    }
  }
  const ops = groups.flatMap((group) => group.ops.map(({ op }) => op));
  return { ...program, ops: [...program.ops, ...ops], groups: [...program.groups, ...groups] };
}

function transposeGroup(
  label: string,
  w: Operand,
  wT: Operand,
  begin: number,
  end: number,
  perUnit: number,
): SliceGroup {
  const count = end - begin;
  const op: Op = {
    kind: 'transposeRows',
    phase: PHASES.constrain,
    split: 'slice',
    begin: 0,
    end: 0,
    operands: {
      w: operandOf(rowsOf(w, begin, count)),
      wT: operandOf(columns(wT, begin, count)),
    },
    scalars: {},
    label,
  };
  return {
    label: `${label} transpose`,
    units: Math.ceil(count / perUnit),
    cost: perUnit * w.cols,
    ops: [{ op, perUnit, extent: count }],
  };
}

/** Ranges for and from each process. */
class Ledger {
  private readonly sends: number[][];
  private readonly receives: number[][];

  constructor(private readonly part: ProcessPart) {
    this.sends = Array.from({ length: part.processes }, () => []);
    this.receives = Array.from({ length: part.processes }, () => []);
  }

  send(to: number, [byteOffset, byteLength]: Bytes): void {
    if (to !== this.part.process && byteLength > 0) this.sends[to]!.push(byteOffset, byteLength);
  }

  receive(from: number, [byteOffset, byteLength]: Bytes): void {
    if (from !== this.part.process && byteLength > 0) this.receives[from]!.push(byteOffset, byteLength);
  }

  /** Each process's part goes to all others. */
  gather(bytesOf: (process: number) => Bytes): void {
    for (let process = 0; process < this.part.processes; process++) {
      this.send(process, bytesOf(this.part.process));
      this.receive(process, bytesOf(process));
    }
  }

  plan(): ExchangePlan {
    const listOf = (all: readonly number[][]): PeerRanges[] =>
      all.flatMap((ranges, peer) => (ranges.length === 0 ? [] : [{ peer, ranges }]));
    return { sends: listOf(this.sends), receives: listOf(this.receives) };
  }
}

/** The bytes of whole rows of a matrix, without the padding after the last. */
const bytesOfRows = ({ byteOffset, rowStride, cols, dtype }: Operand, first: number, end: number): Bytes => {
  const size = BYTES_PER_ELEMENT[dtype];
  return [
    byteOffset + first * rowStride * size,
    first < end ? ((end - first - 1) * rowStride + cols) * size : 0,
  ];
};

class Exchanges {
  private readonly regions: BatchRegions;
  private readonly ledgers = new Map<Phase, Ledger>();
  private readonly sharedOps = new Set<Op>();
  /** Phases of a step in order. */
  private readonly phases: readonly Phase[];

  constructor(
    private readonly sharded: ShardedGradients,
    private readonly program: StepProgram,
    memory: MemoryPlan,
    private readonly shares: Shares,
  ) {
    this.regions = new BatchRegions(memory, program.maxRows);
    const { rows, update } = phasesOf(program);
    this.phases = [...rows, PHASES.merge, ...update];
    for (const { group } of sharded.shared) for (const { op } of group.ops) this.sharedOps.add(op);
  }

  /** In the order of a step. */
  ofPhases(): PhaseExchange[] {
    for (const gradient of this.sharded.gradients) this.gradient(gradient);
    this.whole();
    this.parameters();
    return this.phases.flatMap((after) => {
      const ledger = this.ledgers.get(after);
      return ledger ? [{ after, ...ledger.plan() }] : [];
    });
  }

  /** What only the owner of a slice keeps up to date. */
  ofState(): ExchangePlan {
    const ledger = new Ledger(this.shares);
    this.eachWritten('state', (bytesOf) => ledger.gather(bytesOf));
    return ledger.plan();
  }

  private ledgerAfter(phase: Phase): Ledger {
    let ledger = this.ledgers.get(phase);
    if (ledger === undefined) {
      ledger = new Ledger(this.shares);
      this.ledgers.set(phase, ledger);
    }
    return ledger;
  }

  private before(phase: Phase): Phase {
    return this.phases[this.phases.indexOf(phase) - 1]!;
  }

  /** Blocks of a gradient go to the owners of their rows. */
  private gradient({ own, arrive, rows }: SharedGradient): void {
    const ledger = this.ledgerAfter(this.before(PHASES.merge));
    for (const block of own) {
      rows.forEach(([first, end], to) => {
        ledger.send(to, bytesOfRows(block, first, end));
      });
    }
    const [first, end] = rows[this.shares.process]!;
    arrive.forEach((blocks, from) => {
      for (const block of blocks) ledger.receive(from, bytesOfRows(block, 0, end - first));
    });
  }

  /** Regions that ops read whole, and that rows or slices of other processes are part of. */
  private whole(): void {
    const rowsDue = new Set<Region>();
    const slicesDue = new Map<Region, ((process: number) => Bytes)[]>();
    for (const phase of this.phases) {
      const ops = this.program.ops.filter((op) => op.phase === phase);
      for (const { region } of ops.flatMap((op) => this.wholeReads(op))) {
        if (rowsDue.delete(region)) {
          this.ledgerAfter(this.before(phase)).gather((process) =>
            this.regions.bytesOf(region, this.shares.rowsOf(process)),
          );
        }
        for (const bytesOf of slicesDue.get(region) ?? [])
          this.ledgerAfter(this.before(phase)).gather(bytesOf);
        slicesDue.delete(region);
      }
      for (const op of ops) {
        if (op.split !== 'rows' && op.split !== 'groups') continue;
        for (const { writes, region } of this.regions.accessesOf(op)) {
          if (writes && this.regions.isOfBatch(region)) rowsDue.add(region);
        }
      }
      this.eachWritten(
        'statistics',
        (bytesOf, region) => slicesDue.set(region, [...(slicesDue.get(region) ?? []), bytesOf]),
        phase,
      );
    }
  }

  /** What an op reads that is more than rows of this process. */
  private wholeReads(op: Op): Access[] {
    if (op.split === 'rows' || op.split === 'groups' || this.sharded.leaves.has(op)) return [];
    return this.regions.accessesOf(op).filter(({ reads }) => reads);
  }

  /** All processes have all parameters after an update. */
  private parameters(): void {
    const ledger = this.ledgerAfter(PHASES.update);
    this.eachWritten('parameter', (bytesOf) => ledger.gather(bytesOf));
  }

  /** Calls `visit` for each array that shared ops write, by slices. */
  private eachWritten(
    role: Region['role'],
    visit: (bytesOf: (process: number) => Bytes, region: Region) => void,
    phase?: Phase,
  ): void {
    for (const shared of this.sharded.shared) {
      const done = new Set<number>();
      for (const entry of shared.group.ops) {
        if (phase !== undefined && entry.op.phase !== phase) continue;
        for (const { operand, region, writes } of this.regions.accessesOf(entry.op)) {
          if (!writes || region.role !== role || done.has(operand.byteOffset)) continue;
          done.add(operand.byteOffset);
          visit((process) => bytesOfSlice(operand, entry, shared, process), region);
        }
      }
    }
  }
}

/** What an op writes of an operand in the units of a process. */
function bytesOfSlice(
  operand: Operand,
  { perUnit }: GroupOp,
  { ranges }: SharedGroup,
  process: number,
): Bytes {
  const [first, last] = ranges[process]!;
  // One unit is all of it, whatever it counts.
  if (ranges.at(-1)![1] === 1) return bytesOfRows(operand, 0, first < last ? operand.rows : 0);
  const { byteOffset, rows, cols, dtype } = operand;
  if (rows > 1) return bytesOfRows(operand, Math.min(rows, first * perUnit), Math.min(rows, last * perUnit));
  const [begin, end] = [Math.min(cols, first * perUnit), Math.min(cols, last * perUnit)];
  return [byteOffset + begin * BYTES_PER_ELEMENT[dtype], (end - begin) * BYTES_PER_ELEMENT[dtype]];
}
