import type { Arena } from '../../core/arena.js';
import type { Matrix } from '../../core/matrix.js';
import type { Table } from '../../data/sharedRows.js';
import { type KernelRequest, selectKernels } from '../../kernels/backend.js';
import type { KernelSet } from '../../kernels/contract.js';
import { discardShared } from '../../kernels/sharedMemory.js';
import { CONTROL_BYTES } from '../../parallel/control.js';
import { mostWorkers, type Workers } from '../../parallel/workers.js';
import { allocateShared } from '../../program/allocate.js';
import { compileProgram } from '../compile/compile.js';
import type { ResolvedModel } from '../compile/model.js';
import { tableSpec } from './dataSets.js';
import { outputMatrix } from './outputs.js';
import type { ModelState } from './state.js';
import type { RankRunner } from './stepLoop.js';
import {
  bindSweepHere,
  planSweep,
  runSweepHere,
  runSweepTasks,
  type SweepPlan,
  type SweepRequest,
  sweepArena,
  sweepTasks,
} from './sweep.js';
import type { SweepTask } from './tasks.js';

const X_BUFFER = 1;
const OUT_BUFFER = 2;

/**
 * Up to this many operations, about half a millisecond, a prediction runs on this thread instead of
 * worker threads.
 */
const INLINE_FLOPS = 5e7;

/** How to predict. */
export interface PredictChoices {
  batchSize: number;
  kernels: KernelRequest;
  workers: Workers;
}

/** What to predict: a model at a moment, rows, and how. */
export interface PredictSubject {
  model: ResolvedModel;
  state: ModelState;
  table: Table;
  options: PredictChoices;
}

/** Counts predictions that threads keep. */
let keptByThreads = 0;

const isSameTable = (a: Table, b: Table): boolean =>
  a.data.buffer === b.data.buffer &&
  a.data.byteOffset === b.data.byteOffset &&
  a.dtype === b.dtype &&
  a.rows === b.rows &&
  a.cols === b.cols;

/**
 * A planned prediction: its program, an arena with the parameters, and memory for the results. It
 * can run again after other numbers have been written to its table, which takes a fraction of the
 * time.
 */
export class Prediction {
  /** When it was last used, in `performance.now()` time. */
  usedAt = 0;
  readonly table: Table;
  private readonly plan: SweepPlan;
  private readonly arena: Arena;
  private readonly results: Float32Array<SharedArrayBuffer>;
  private readonly request: SweepRequest;
  private readonly isQuick: boolean;
  private readonly kernels: KernelSet;
  private readonly mostWorkers: number;
  /** Prepared by the first run. */
  private tasks: SweepTask[] | undefined;
  private runner: RankRunner | undefined;

  /** @throws SteepestError `ERR_MEMORY` */
  constructor(private readonly subject: PredictSubject) {
    const { model, state, table, options } = subject;
    const { kernels, workers } = options;
    const { rows } = table;
    this.table = table;
    this.kernels = selectKernels(kernels);
    this.mostWorkers = mostWorkers(workers);
    const batchSize = Math.min(options.batchSize, rows);
    const out = { buffer: OUT_BUFFER, dtype: 'f32', rows, cols: model.outputCols, firstRow: 0 } as const;
    const io = { x: tableSpec(table, X_BUFFER, 0, rows), out };
    const plan = planSweep(model, workers, (room) =>
      compileProgram({ ...room, model, mode: 'predict', io, maxRows: batchSize }),
    );
    // A rank without a row would be woken for nothing.
    this.plan = { ...plan, workers: Math.min(plan.workers, batchSize) };
    const bytes = rows * model.outputCols * Float32Array.BYTES_PER_ELEMENT;
    this.results = new Float32Array(allocateShared(bytes, () => `predictions of ${rows} rows`));
    this.arena = sweepArena(this.plan, model, state);
    const tables = [table.data, this.results];
    this.request = { arena: this.arena, tables, samples: rows, batchSize, kernels };
    this.isQuick = workers === 'auto' && (this.plan.flops / batchSize) * rows <= INLINE_FLOPS;
  }

  /** Bytes that it keeps from use for anything else. */
  get byteLength(): number {
    return this.arena.byteLength + this.results.byteLength + this.table.data.buffer.byteLength;
  }

  /** Whether the parameters in the arena are those of a model at a moment. */
  isOf(model: ResolvedModel, { parameters }: ModelState): boolean {
    return this.subject.model === model && this.subject.state.parameters === parameters;
  }

  /** Whether a run gives what a new prediction would, in the same memory. */
  fits({ model, state, table, options }: PredictSubject): boolean {
    const own = this.subject.options;
    const { kernels } = options;
    return (
      this.isOf(model, state) &&
      isSameTable(this.table, table) &&
      own.batchSize === options.batchSize &&
      own.workers === options.workers &&
      this.mostWorkers === mostWorkers(options.workers) &&
      own.kernels.backend === kernels.backend &&
      own.kernels.isa === kernels.isa &&
      own.kernels.numerics === kernels.numerics &&
      this.kernels === selectKernels(kernels)
    );
  }

  /**
   * Predicts the rows that are in the table now. Not while another run is under way, and not after
   * one has failed.
   * @param again whether it may run again, so that the threads keep what they prepare
   */
  async run(again: boolean): Promise<Matrix<Float32Array>> {
    const { arena, request, results, subject, table } = this;
    arena.fill(0, 0, CONTROL_BYTES);
    if (this.isQuick) {
      this.runner ??= bindSweepHere(this.plan, request);
      runSweepHere(this.runner, request);
    } else {
      this.tasks ??= this.newTasks(again);
      await runSweepTasks(this.tasks, arena);
    }
    // A copy in memory that is not shared.
    return outputMatrix(subject.model, new Float32Array(results), table.rows);
  }

  private newTasks(again: boolean): SweepTask[] {
    const tasks = sweepTasks(this.plan, this.request);
    if (!again) return tasks;
    const keepAs = ++keptByThreads;
    return tasks.map((task) => ({ ...task, keepAs }));
  }

  /** Returns its memory to the system, except the table. */
  release(): void {
    this.runner?.bound.release();
    this.runner = undefined;
    discardShared(this.arena);
    discardShared(this.results);
  }
}
