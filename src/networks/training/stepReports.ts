import { type Arena, int32At } from '../../core/arena.js';
import { WORD } from '../../parallel/control.js';
import type { MemoryPlan } from '../../program/memory.js';
import type { FitPosition } from './position.js';

/**
 * A ring in the arena in which rank 0 leaves sums of finished steps for callbacks. It never waits:
 * if the main thread falls behind, the oldest entries are overwritten.
 */
export interface StepReports {
  byteOffset: number;
  /** Sums per entry: the loss and the metrics' columns. */
  columns: number;
  /** Steps at whose multiples an entry is written. */
  every: readonly number[];
}

/** What the main thread reads of a step. */
export interface StepEntry {
  /** The number of the epoch. */
  epoch: number;
  /** Total optimizer steps of the model. */
  step: number;
  /** Rows of the epoch so far. */
  samples: number;
  /** The learning rate of the step. */
  rate: number;
  /** Sums over these rows. */
  totals: Float64Array;
}

/** Enough for some milliseconds of the shortest steps. */
const ENTRIES = 512;
/** Epoch, step, samples and learning rate. */
const HEAD = 4;

export function reserveStepReports(
  memory: MemoryPlan,
  columns: number,
  every: readonly number[],
): StepReports | undefined {
  if (every.length === 0) return undefined;
  const { byteOffset } = memory.vector('stepReports', 'control', ENTRIES * (HEAD + columns), 'f64');
  return { byteOffset, columns, every };
}

/** The words of all entries. Atomic accesses, so that the count orders them on every processor. */
const wordsOf = (arena: Arena, { byteOffset, columns }: StepReports): Int32Array<SharedArrayBuffer> =>
  int32At(arena, byteOffset, ENTRIES * (HEAD + columns) * 2);

/** Rank 0's end. */
export class StepWriter {
  private readonly words: Int32Array<SharedArrayBuffer>;
  private readonly entry: Float64Array;
  private readonly entryWords: Int32Array;

  constructor(
    arena: Arena,
    private readonly control: Int32Array<SharedArrayBuffer>,
    private readonly reports: StepReports,
  ) {
    this.words = wordsOf(arena, reports);
    this.entry = new Float64Array(HEAD + reports.columns);
    this.entryWords = new Int32Array(this.entry.buffer);
  }

  /** Leaves an entry if anyone wants this step. */
  write({ epoch, step, rowsInEpoch }: FitPosition, rate: number, totals: Float64Array): void {
    if (!this.reports.every.some((every) => step % every === 0)) return;
    const { entry, entryWords, control } = this;
    entry[0] = epoch;
    entry[1] = step;
    entry[2] = rowsInEpoch;
    entry[3] = rate;
    entry.set(totals, HEAD);
    const count = Atomics.load(control, WORD.stepReports) >>> 0;
    // Announced before and after, so that a reader knows which entries may be half written.
    Atomics.store(control, WORD.stepReportsBegun, count + 1);
    const first = (count % ENTRIES) * entryWords.length;
    for (let i = 0; i < entryWords.length; i++) Atomics.store(this.words, first + i, entryWords[i]!);
    Atomics.store(control, WORD.stepReports, count + 1);
  }
}

/** The main thread's end. */
export class StepReader {
  private readonly words: Int32Array<SharedArrayBuffer>;
  private taken = 0;

  constructor(
    arena: Arena,
    private readonly control: Int32Array<SharedArrayBuffer>,
    private readonly reports: StepReports,
  ) {
    this.words = wordsOf(arena, reports);
  }

  /** The entries since the last call, in order, without those that are overwritten. */
  take(): StepEntry[] {
    const count = Atomics.load(this.control, WORD.stepReports);
    // The counts are 32-bit numbers that may wrap around; their differences do not.
    const waiting = Math.min((count - this.taken) >>> 0, ENTRIES);
    this.taken = count;
    const first = count - waiting;
    const entries = Array.from({ length: waiting }, (_, i) => this.read((first + i) >>> 0));
    const overwritten = (Atomics.load(this.control, WORD.stepReportsBegun) - ENTRIES - first) | 0;
    return overwritten > 0 ? entries.slice(overwritten) : entries;
  }

  private read(number: number): StepEntry {
    const { columns } = this.reports;
    const entry = new Float64Array(HEAD + columns);
    const entryWords = new Int32Array(entry.buffer);
    const first = (number % ENTRIES) * entryWords.length;
    for (let i = 0; i < entryWords.length; i++) entryWords[i] = Atomics.load(this.words, first + i);
    const [epoch, step, samples, rate] = entry as unknown as [number, number, number, number];
    return { epoch, step, samples, rate, totals: entry.subarray(HEAD) };
  }
}
