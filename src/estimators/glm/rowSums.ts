import { float64At, int32At } from '../../core/arena.js';
import {
  type BoundProgram,
  type KernelSet,
  PHASES,
  REGISTER_COUNT,
  REGISTERS,
} from '../../kernels/contract.js';
import { Barrier } from '../../parallel/barrier.js';
import { controlBlock, WORD } from '../../parallel/control.js';
import { ArenaExchange } from '../../parallel/exchange.js';
import { GLM_JOBS, GLM_STATUS, type GlmJob, type GlmTask, type JobLayout } from './task.js';

/** What rank 0 requests before it opens the barrier: a job, or the end. */
const END = GLM_JOBS.length;

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
  private readonly bound: Partial<Record<GlmJob, BoundProgram>> = {};
  private readonly keeping: Partial<Record<GlmJob, BoundProgram>> = {};
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
    this.bound[job] ??= this.bind(layout.program);
    if (layout.keep !== undefined) this.keeping[job] ??= this.bind(layout.keep.program);
    this.sumGroups(this.bound[job], layout, this.keeping[job]);
    this.barrier.wait();
    const exchanges = this.task.joint?.exchanges[job];
    this.exchange(exchanges?.groups);
    this.merge(layout);
    this.barrier.wait();
    this.exchange(exchanges?.totals);
  }

  private bind(program: JobLayout['program']): BoundProgram {
    return this.kernels.bind(program, [this.task.arena, ...this.task.tables], this.registers);
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
  private sumGroups(bound: BoundProgram, layout: JobLayout, keeping: BoundProgram | undefined): void {
    const { registers } = this;
    const { rank, workers, arena } = this.task;
    const { groups, groupRows, chunkRows, everyChunk, size, firstGroup, endGroup } = layout;
    const { rows, firstRow } = this.task.layout;
    const sums = float64At(arena, layout.sums, size);
    const partials = float64At(arena, layout.partials, groups * size);
    const count = endGroup - firstGroup;
    const first = firstGroup + Math.floor((count * rank) / workers);
    const last = firstGroup + Math.floor((count * (rank + 1)) / workers);
    for (let group = first; group < last; group++) {
      sums.fill(0);
      const end = Math.min(rows, (group + 1) * groupRows);
      for (let start = group * groupRows; start < end; start += chunkRows) {
        if ((start / chunkRows) % everyChunk !== 0) continue;
        const stop = Math.min(end, start + chunkRows);
        registers[REGISTERS.rows] = stop - start;
        registers[REGISTERS.batchStart] = start - firstRow;
        const kept = layout.keep?.rows;
        if (kept !== undefined && (start < kept.first || stop > kept.end)) keeping!.run(PHASES.rows);
        bound.run(PHASES.rows);
      }
      partials.set(sums, group * size);
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
