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
  private readonly registers: Float64Array;
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
    if (Atomics.load(this.control, WORD.stopRequest) !== 0) throw new Stop(GLM_STATUS.stopped);
    this.command[0] = GLM_JOBS.indexOf(job);
    this.barrier.wait();
    this.compute(job);
    return this.totals(this.layoutOf(job));
  }

  /** Ends the other ranks' loops. */
  release(): void {
    this.command[0] = END;
    this.barrier.wait();
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
    this.bound[job] ??= this.kernels.bind(
      layout.program,
      [this.task.arena, ...this.task.tables],
      this.registers,
    );
    this.sumGroups(this.bound[job], layout);
    this.barrier.wait();
    this.merge(layout);
    this.barrier.wait();
  }

  /** Sums of this rank's groups. */
  private sumGroups(bound: BoundProgram, layout: JobLayout): void {
    const { registers } = this;
    const { rank, workers, arena } = this.task;
    const { groups, groupRows, chunkRows, everyChunk, size } = layout;
    const { rows } = this.task.layout;
    const sums = float64At(arena, layout.sums, size);
    const partials = float64At(arena, layout.partials, groups * size);
    const first = Math.floor((groups * rank) / workers);
    const last = Math.floor((groups * (rank + 1)) / workers);
    for (let group = first; group < last; group++) {
      sums.fill(0);
      const end = Math.min(rows, (group + 1) * groupRows);
      for (let start = group * groupRows; start < end; start += chunkRows) {
        if ((start / chunkRows) % everyChunk !== 0) continue;
        registers[REGISTERS.rows] = Math.min(chunkRows, end - start);
        registers[REGISTERS.batchStart] = start;
        bound.run(PHASES.rows);
      }
      partials.set(sums, group * size);
    }
  }

  /** Adds up the groups, in order, for this rank's slice of the numbers. */
  private merge(layout: JobLayout): void {
    const { rank, workers, arena } = this.task;
    const { groups, size } = layout;
    const totals = this.totals(layout);
    const partials = float64At(arena, layout.partials, groups * size);
    const first = Math.floor((size * rank) / workers);
    const last = Math.floor((size * (rank + 1)) / workers);
    totals.fill(0, first, last);
    for (let group = 0; group < groups; group++) {
      const from = group * size;
      for (let i = first; i < last; i++) totals[i] = totals[i]! + partials[from + i]!;
    }
  }
}
