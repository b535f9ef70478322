import { abortedError, checkAborted, onAbort } from '../../core/abort.js';
import { checkSeed, Draws, STREAMS } from '../../core/draws.js';
import { type InParts, inSlices } from '../../core/inParts.js';
import { awaitClosed } from '../../core/patience.js';
import { type Batch, BatchReader } from '../../data/batches.js';
import type { Features, FittedColumns } from '../base/features.js';
import type { EncodedLabels } from '../base/labels.js';
import { noBatches, type RowStream } from '../base/rowStream.js';
import { holdOut } from '../network/heldOut.js';
import { SgdDescent } from './descent.js';
import type { scoreOfNumbers } from './heldOutScores.js';
import { begunFrom, type SgdLearned } from './learned.js';
import type { SgdLoss } from './losses.js';
import type { SgdParams } from './params.js';

/** Draws between two turns of the event loop. */
const DRAWS_PER_PART = 2 ** 13;

/** Rows of all outputs. */
export interface SgdTable {
  features: Features;
  /** The targets of an output. */
  targets: (output: number) => ArrayLike<number>;
  weights: Float64Array | undefined;
}

export interface SgdTask {
  params: SgdParams;
  loss: SgdLoss;
  /** The weights of rows with positive targets of an output, and of its others. */
  classWeights: (output: number) => readonly [number, number];
  signal: AbortSignal | undefined;
}

/** Rows to learn from and the score of an output on those held out. */
interface HeldOut {
  train: Uint32Array;
  score: (output: number, coef: Float64Array, intercept: number) => number;
}

/** Several outputs that learn from the same rows, each by itself. */
class SgdTraining {
  private readonly descents: SgdDescent[];
  private running: number[];

  /** @param learned changed in place */
  constructor(
    private readonly learned: SgdLearned,
    private readonly task: SgdTask,
  ) {
    const { last, average, step } = learned;
    const outputs = last.intercept.length;
    const cols = last.coef.length / outputs;
    this.descents = Array.from({ length: outputs }, (_, k) => {
      const slice = (all: Float64Array): Float64Array => all.subarray(k * cols, (k + 1) * cols);
      const averages = average && {
        coef: slice(average.coef),
        intercept: average.intercept[k]!,
        from: average.from,
      };
      const state = { coef: slice(last.coef), intercept: last.intercept[k]!, average: averages, step };
      return new SgdDescent(state, task.params, task.loss, task.classWeights(k));
    });
    this.running = this.descents.map((_, k) => k);
  }

  /** Passes over a table. @returns whether every output ended by itself */
  async overTable(table: SgdTable, maxIter: number, heldOut: HeldOut | undefined): Promise<boolean> {
    checkAborted(this.task.signal);
    const rows = heldOut?.train ?? Uint32Array.from({ length: table.features.rows }, (_, i) => i);
    for (let pass = 0; pass < maxIter && this.running.length > 0; pass++) {
      await inSlices(this.pass(table, rows), this.task.signal);
      this.endPass(heldOut?.score);
    }
    return this.finish();
  }

  /** One step for each of some rows, of every output that has not ended. */
  async take(table: SgdTable): Promise<void> {
    const rows = Uint32Array.from({ length: table.features.rows }, (_, i) => i);
    await inSlices(this.pass(table, rows), this.task.signal);
  }

  private *pass(table: SgdTable, rows: Uint32Array): InParts<void> {
    const { features, weights, targets } = table;
    const order = this.task.params.shuffle ? yield* this.shuffled(rows) : rows;
    for (const k of this.running) {
      yield* this.descents[k]!.take({ features, weights, y: targets(k), order });
      yield;
    }
  }

  /** (Fisher–Yates) */
  private *shuffled(rows: Uint32Array): InParts<Uint32Array> {
    const { learned, task } = this;
    const draws = new Draws(checkSeed(task.params.seed + learned.epochs), STREAMS.descent);
    const order = rows.slice();
    for (let i = order.length - 1; i > 0; i--) {
      if (i % DRAWS_PER_PART === 0) yield;
      const j = draws.below(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }

  /** @returns whether an output may learn from another pass */
  endPass(score?: HeldOut['score']): boolean {
    this.learned.epochs++;
    this.running = this.running.filter((k) =>
      this.descents[k]!.endPass(score && ((coef, intercept) => score(k, coef, intercept))),
    );
    return this.running.length > 0;
  }

  /** Writes back what are numbers, not arrays. @returns whether every output ended by itself */
  finish(): boolean {
    const { learned, descents } = this;
    descents.forEach(({ state }, k) => {
      learned.last.intercept[k] = state.intercept;
      if (learned.average) learned.average.intercept[k] = state.average!.intercept;
      learned.step = Math.max(learned.step, state.step);
    });
    learned.nIter = Math.max(...descents.map(({ passes }) => passes));
    return this.running.length === 0;
  }
}

/** What training leaves. */
export interface SgdEnd {
  learned: SgdLearned;
  columns: FittedColumns;
  converged: boolean;
}

/** The state to begin with, of rows with these columns; it is not changed. */
type Begin = (columns: FittedColumns) => SgdLearned;

/** What a table is trained into. */
export interface TableTask extends SgdTask {
  /** One pass, as `partialFit` makes it, instead of up to `maxIter`. */
  isOnePass: boolean;
  /** What training goes on from; undefined to begin. */
  before: Pick<SgdEnd, 'learned' | 'columns'> | undefined;
  begin: Begin;
  /** The score of rows that are held out for early stopping. */
  score: typeof scoreOfNumbers;
  /** Rows are held out in proportion to these classes. */
  labels: EncodedLabels | undefined;
}

/** Passes over a table. */
export async function trainOnTable(table: SgdTable, task: TableTask): Promise<SgdEnd> {
  const { params, before, isOnePass } = task;
  const { features, targets, weights } = table;
  const { rows, cols, names } = features;
  const columns = before?.columns ?? { cols, names };
  const learned = begunFrom(before?.learned ?? task.begin(columns), params.average);
  const split = params.earlyStopping
    ? holdOut(rows, params.validationFraction, params.seed, task.labels, weights)
    : undefined;
  const heldOut: HeldOut | undefined = split && {
    train: split.train,
    score: (k, coef, intercept) =>
      task.score({ features, y: targets(k), weights, rows: split.test }, coef, intercept),
  };
  const training = new SgdTraining(learned, task);
  const converged = await training.overTable(table, isOnePass ? 1 : params.maxIter, heldOut);
  return { learned, columns, converged: converged || isOnePass };
}

/** What a stream is trained into. */
export interface StreamTask extends SgdTask {
  /** A batch as a table, with the columns of the first one. */
  read: (batch: Batch, number: number, columns: FittedColumns | undefined) => SgdTable;
  begin: Begin;
}

/** Passes over a stream, which is read again for each of them. */
export async function trainOnStream(stream: RowStream, task: StreamTask): Promise<SgdEnd> {
  const { signal, params } = task;
  const { maxIter } = params;
  const reader = new BatchReader(stream, 'X');
  const off = onAbort(signal, () => reader.cancel());
  let begun: { learned: SgdLearned; columns: FittedColumns; training: SgdTraining } | undefined;
  try {
    for (let pass = 0, goesOn = true; goesOn && pass < maxIter; pass++) {
      checkAborted(signal);
      reader.begin(maxIter);
      let number = 0;
      for (let batch = await reader.next(); batch !== undefined; batch = await reader.next()) {
        const table = task.read(batch, number++, begun?.columns);
        if (begun === undefined) {
          const { cols, names } = table.features;
          const learned = begunFrom(task.begin({ cols, names }), params.average);
          begun = { learned, columns: { cols, names }, training: new SgdTraining(learned, task) };
        }
        await begun.training.take(table);
      }
      if (signal?.aborted) throw abortedError(signal);
      if (number === 0) throw noBatches();
      goesOn = begun!.training.endPass();
    }
  } finally {
    off();
    await awaitClosed(reader.close(), signal);
  }
  const { learned, columns, training } = begun!;
  return { learned, columns, converged: training.finish() };
}

/** Warns that `maxIter` passes were not enough. */
export function warnNotConverged(type: string, nIter: number): void {
  process.emitWarning(
    `${type} stopped after ${nIter} ${nIter === 1 ? 'pass' : 'passes'} while its loss still fell. ` +
      'Scale the columns with StandardScaler, or raise maxIter or tol.',
    { type: 'ConvergenceWarning', code: 'STEEPEST_NOT_CONVERGED' },
  );
}
