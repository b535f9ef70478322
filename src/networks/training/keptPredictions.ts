import { setTimeout } from '../../core/timers.js';
import { discardShared, newShared } from '../../kernels/sharedMemory.js';
import type { ResolvedModel } from '../compile/model.js';
import type { Prediction, PredictSubject } from './prediction.js';
import type { ModelState } from './state.js';

/**
 * Predictions of a few rows that follow one another: most of their time would go into planning and
 * into memory that the system has to clear. The last few are kept for a moment, those longest
 * unused go first.
 */
interface Kept {
  prediction: Prediction;
  /** Nobody else has the table, so that other rows may be written to it. */
  ownsTable: boolean;
}

/** Limits of what is kept: a number, bytes in total, and below a time without use. */
const MOST_KEPT = 4;
const MOST_KEPT_BYTES = 2 ** 24;
/** An object, so that tests can lower the number. */
export const keptFor = { ms: 1000 };

/** Longest unused first. */
const kept: Kept[] = [];
let timer: NodeJS.Timeout | undefined;

/** Takes the last kept prediction that is wanted; nobody else gets it until it is kept again. */
function take(isWanted: (one: Kept) => boolean): Kept | undefined {
  for (let i = kept.length - 1; i >= 0; i--) if (isWanted(kept[i]!)) return kept.splice(i, 1)[0];
  return undefined;
}

function put(one: Kept): void {
  one.prediction.usedAt = performance.now();
  kept.push(one);
  const total = (): number => kept.reduce((sum, { prediction }) => sum + prediction.byteLength, 0);
  while (kept.length > MOST_KEPT || total() > MOST_KEPT_BYTES) drop(kept.shift()!);
  arm();
}

function drop({ prediction, ownsTable }: Kept): void {
  prediction.release();
  if (ownsTable) discardTable(prediction);
}

function discardTable({ table: { data } }: Prediction): void {
  discardShared(new Uint8Array(data.buffer));
}

/** Drops what is not used any more. The timer does not keep the process alive. */
function arm(): void {
  if (timer !== undefined || kept.length === 0) return;
  timer = setTimeout(() => {
    timer = undefined;
    const oldest = performance.now() - keptFor.ms;
    while (kept.length > 0 && kept[0]!.prediction.usedAt <= oldest) drop(kept.shift()!);
    arm();
  }, keptFor.ms).unref();
}

/** How many predictions are kept now, for tests. */
export const countKept = (): number => kept.length;

/** A call's memory for its rows: that of an earlier call with as many, or new memory. */
export class TableMemory {
  /** The prediction whose table was handed out. */
  private taken: Kept | undefined;
  private own: SharedArrayBuffer | undefined;

  constructor(
    private readonly model: ResolvedModel,
    private readonly state: ModelState,
  ) {}

  /** Memory for a copy of the rows. */
  readonly allocate = (bytes: number): SharedArrayBuffer => {
    this.taken = take(
      ({ prediction, ownsTable }) =>
        ownsTable &&
        prediction.table.data.buffer.byteLength === bytes &&
        prediction.isOf(this.model, this.state),
    );
    this.own = this.taken?.prediction.table.data.buffer ?? newShared(bytes);
    return this.own;
  };

  /** A kept prediction that can run for this call. */
  takeFitting(subject: PredictSubject): Prediction | undefined {
    const fits = ({ prediction }: Kept): boolean => prediction.fits(subject);
    const one = this.taken && fits(this.taken) ? this.taken : take(fits);
    if (one !== undefined && one === this.taken) this.taken = undefined;
    return one?.prediction;
  }

  /** Whether a prediction is small enough to be kept. */
  canKeep({ byteLength }: Prediction): boolean {
    return byteLength <= MOST_KEPT_BYTES;
  }

  /** Keeps a prediction that has ended well, with its table. */
  keep(prediction: Prediction): void {
    put({ prediction, ownsTable: prediction.table.data.buffer === this.own });
  }

  /** After the call: a prediction that it did not run, because rows or options differ, goes. */
  close(): void {
    this.taken?.prediction.release();
    this.taken = undefined;
  }
}
