import { float64At, int32At } from '../../core/arena.js';
import {
  type BindableProgram,
  type BoundProgram,
  type KernelSet,
  PHASES,
  REGISTER_COUNT,
  REGISTERS,
} from '../../kernels/contract.js';
import { Barrier } from '../../parallel/barrier.js';
import { controlBlock, WORD } from '../../parallel/control.js';
import { ArenaExchange } from '../../parallel/exchange.js';
import type { RowRange } from '../sharded/place.js';
import { GLM_JOBS, GLM_STATUS, type GlmJob, type GlmTask, type JobLayout, type RowPrograms } from './task.js';

/** What rank 0 requests before it opens the barrier: a job, or the end. */
const END = GLM_JOBS.length;

/** {@link RowPrograms} in this thread. */
interface BoundPrograms {
  run: BoundProgram;
  keep: BoundProgram | undefined;
}

/** Thrown from a solver to end it. */
export class Stop extends Error {
  constructor(readonly status: number) {
    super('stopped');
  }
}

/**
 * One rank's part of sums over rows. Groups of rows, whose number depends only on the data, are
 * distributed to the ranks, and the sums of all groups are added in group order: the result is
 * bit-identical for any number of workers.
 */
export class RowSums {
  readonly point: Float64Array;
  readonly direction: Float64Array;
  private readonly bound = new Map<RowPrograms, BoundPrograms>();
  private readonly registers: Float64Array;
  private readonly flags: Int32Array;
  private readonly arenaExchange: ArenaExchange;
  private readonly command: Int32Array;
  private readonly barrier: Barrier;
  private readonly control: Int32Array<SharedArrayBuffer>;

  constructor(
    readonly task: GlmTask,
    readonly kernels: KernelSet,
  ) {
    const { arena, layout, workers } = task;
    const variables = layout.outputs * (layout.features + 1);
    this.registers = float64At(arena, layout.registers, REGISTER_COUNT);
    this.point = float64At(arena, layout.point, variables);
    this.direction = float64At(arena, layout.direction, variables);
    this.command = int32At(arena, layout.command, 1);
    this.control = controlBlock(arena);
    this.flags = int32At(arena, layout.flags, task.joint?.size ?? 1);
    this.arenaExchange = new ArenaExchange(this.control);
    this.barrier = new Barrier(this.control, workers);
  }

  /** Works for rank 0 until it has no more requests. */
  serve(): void {
    for (;;) {
      this.barrier.wait();
      const command = this.command[0]!;
      if (command === END) return;
      this.compute(GLM_JOBS[command]!);
    }
  }

  /** Rank 0's side: makes all ranks compute a sum. @returns it, until the next request for it */
  ask(job: GlmJob): Float64Array {
    const { joint } = this.task;
    // Ranks of a cluster stop together, after the exchange that tells them.
    if (joint === undefined && this.isAskedToStop()) throw new Stop(GLM_STATUS.stopped);
    this.command[0] = GLM_JOBS.indexOf(job);
    this.barrier.wait();
    this.compute(job);
    if (joint !== undefined && this.flags.some((flag) => flag !== 0)) throw new Stop(GLM_STATUS.stopped);
    return this.totals(this.layoutOf(job));
  }

  /** Ends the other ranks' loops. */
  release(): void {
    this.command[0] = END;
    this.barrier.wait();
  }

  private isAskedToStop(): boolean {
    return Atomics.load(this.control, WORD.stopRequest) !== 0;
  }

  private layoutOf(job: GlmJob): JobLayout {
    const layout = this.task.layout.jobs[job];
    if (layout === undefined) throw new Error(`no memory for ${job}`);
    return layout;
  }

  private totals({ totals, size }: JobLayout): Float64Array {
    return float64At(this.task.arena, totals, size);
  }

  private compute(job: GlmJob): void {
    const layout = this.layoutOf(job);
    this.sumGroups(layout);
    this.barrier.wait();
    const exchanges = this.task.joint?.exchanges[job];
    this.exchange(exchanges?.groups);
    this.merge(layout);
    this.barrier.wait();
    this.exchange(exchanges?.totals);
  }

  private bind(programs: RowPrograms): BoundPrograms {
    const { arena, tables } = this.task;
    const bind = (program: BindableProgram): BoundProgram =>
      this.kernels.bind(program, [arena, ...tables], this.registers);
    let bound = this.bound.get(programs);
    if (bound === undefined) {
      bound = { run: bind(programs.run), keep: programs.keep && bind(programs.keep) };
      this.bound.set(programs, bound);
    }
    return bound;
  }

  /** Rank 0 exchanges sums with the other ranks of a cluster. */
  private exchange(plan: number | undefined): void {
    const { joint, rank } = this.task;
    if (joint === undefined || plan === undefined) return;
    if (rank === 0) {
      this.flags[joint.rank] = Number(this.isAskedToStop());
      this.arenaExchange.run(plan);
    }
    this.barrier.wait();
  }

  /** Sums of this rank's groups. */
  private sumGroups(layout: JobLayout): void {
    const { rank, workers, arena } = this.task;
    const { groups, groupRows, size, firstGroup, endGroup, whole, tail } = layout;
    const { rows, endRow } = this.task.layout;
    const sums = float64At(arena, layout.sums, size);
    const partials = float64At(arena, layout.partials, groups * size);
    const count = endGroup - firstGroup;
    const first = firstGroup + Math.floor((count * rank) / workers);
    const last = firstGroup + Math.floor((count * (rank + 1)) / workers);
    for (let group = first; group < last; group++) {
      const range = { first: group * groupRows, end: Math.min(rows, (group + 1) * groupRows) };
      sums.fill(0);
      this.sumRows(layout, range.end > endRow ? tail! : whole, range);
      partials.set(sums, group * size);
    }
  }

  /** Adds up the chunks of a group. */
  private sumRows({ chunkRows, everyChunk, kept }: JobLayout, programs: RowPrograms, group: RowRange): void {
    const { registers } = this;
    const { run, keep } = this.bind(programs);
    for (let start = group.first; start < group.end; start += chunkRows) {
      if ((start / chunkRows) % everyChunk !== 0) continue;
      const stop = Math.min(group.end, start + chunkRows);
      registers[REGISTERS.rows] = stop - start;
      registers[REGISTERS.batchStart] = start - programs.firstRow;
      if (kept !== undefined && (start < kept.first || stop > kept.end)) keep!.run(PHASES.rows);
      run.run(PHASES.rows);
    }
  }

  /** Adds up the groups, in order, for this rank's slice of the numbers. */
  private merge(layout: JobLayout): void {
    const { rank, workers, arena } = this.task;
    const { groups, size, slice } = layout;
    const totals = this.totals(layout);
    const partials = float64At(arena, layout.partials, groups * size);
    const count = slice.end - slice.first;
    const first = slice.first + Math.floor((count * rank) / workers);
    const last = slice.first + Math.floor((count * (rank + 1)) / workers);
    totals.fill(0, first, last);
    for (let group = 0; group < groups; group++) {
      const from = group * size;
      for (let i = first; i < last; i++) totals[i] = totals[i]! + partials[from + i]!;
    }
  }
}
