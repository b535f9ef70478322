import { checkKeys } from '../core/check.js';
import { SteepestError } from '../core/errors.js';
import type { WeightInput } from '../core/ndarray.js';
import { isPromise } from '../core/realm.js';
import { show } from '../core/show.js';
import type { ArraySamples, ClassInput } from './arrayInputs.js';
import { isBatch } from './isBatch.js';
import { isNamed } from './tables/frameOf.js';

/**
 * Some rows of a stream; batches may differ in size.
 * @example
 * ```ts
 * import type { Batch } from 'steepest';
 * const batch: Batch = { x: [[1, 2], [3, 4]], y: [0, 1] };
 * const stream = async function* (): AsyncGenerator<Batch> {
 *   yield batch;
 * };
 * ```
 */
export interface Batch {
  /** Rows × inputs, or images. */
  x: ArraySamples;
  /** As `fit` takes them: class numbers or names, or rows × outputs. Not needed for predictions. */
  y?: ClassInput | undefined;
  /** A weight per row, at least 0; in every batch or in none. */
  sampleWeight?: WeightInput | undefined;
  /**
   * The text of each number in y, as batches of CSV files have it. A model with class names finds
   * its own numbers by it.
   */
  classes?: readonly string[] | undefined;
}

/** A stream and its iteration: `AsyncIterable`, `Iterable`. */
export type BatchIterable = AsyncIterable<Batch> | Iterable<Batch>;

/** Consecutive batches, or a function that starts them again, once per epoch. */
export type BatchStream = BatchIterable | (() => BatchIterable);

const ROW_KEYS = ['x', 'y', 'sampleWeight'];
const ROW_ALIASES = {
  xs: 'x',
  inputs: 'x',
  features: 'x',
  ys: 'y',
  labels: 'y',
  targets: 'y',
  weights: 'sampleWeight',
  sampleWeights: 'sampleWeight',
};
/** Additional data of a CSV file that was read as a whole. */
const CSV_KEYS = ['columnNames', 'categories', 'classes'];

/**
 * Refuses keys other than `{ x, y, sampleWeight }`.
 * @throws SteepestError `ERR_UNKNOWN_NAME` or `ERR_ARGUMENT`
 */
export function checkRowNames(what: string, rows: object): void {
  for (const key in rows) {
    if (key === 'x' || key === 'y' || key === 'sampleWeight' || CSV_KEYS.includes(key)) continue;
    checkKeys(what, { [key]: undefined }, ROW_KEYS, ROW_ALIASES);
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Distinguishes a stream of batches from arrays in memory, which are iterable too. */
export function isBatchStream(input: unknown): input is BatchStream {
  if (typeof input === 'function') return true;
  if (!isObject(input) || ArrayBuffer.isView(input)) return false;
  try {
    if (Array.isArray(input)) return isBatch(input[0]);
    const isIterable = Symbol.asyncIterator in input || Symbol.iterator in input;
    return isIterable && !isNamed(input);
  } catch {
    // A proxy that throws is refused later, where it is read.
    return false;
  }
}

/**
 * Reads a stream batch by batch, as often as needed from its beginning. Waiting can be cancelled,
 * and what the stream holds open is closed if it is left early.
 */
export class BatchReader {
  private iterator: AsyncIterator<Batch> | Iterator<Batch> | undefined;
  /** A call of next() is pending. */
  private isPending = false;
  private isCancelled = false;
  private wake: (() => void) | undefined;

  /** @param what the stream's name in errors: `x`, `validationData` */
  constructor(
    private readonly stream: BatchStream,
    readonly what: string,
  ) {}

  get cancelled(): boolean {
    return this.isCancelled;
  }

  /**
   * Starts the stream.
   * @param times how often it will be started in total
   * @throws SteepestError `ERR_ARGUMENT` if it is not a stream, or can be read only once while
   *   `times` is more
   */
  begin(times = 1): void {
    const { stream, what } = this;
    if (typeof stream === 'function' && /^class\b/.test(Function.prototype.toString.call(stream))) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: `${what} to be an AsyncIterable or Iterable of batches { x, y }, or a function that returns one`,
        given: show(stream),
        hint: 'Pass an instance of it.',
      });
    }
    const iterable: unknown = typeof stream === 'function' ? stream() : stream;
    const iterator = openIterator(iterable);
    if (iterator === undefined) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: `${what} to be an AsyncIterable or Iterable of batches { x, y }`,
        given: typeof stream === 'function' ? `a function that returns ${show(iterable)}` : show(stream),
        hint: isPromise(iterable)
          ? 'Await what it needs before the fit, or write an async generator: async function* () { … }.'
          : 'Pass an async generator function, data.csv(…), or a Readable in object mode.',
      });
    }
    this.iterator = iterator;
    // A generator is its own iterator: it cannot start again.
    if (times > 1 && iterator === iterable && typeof stream !== 'function') {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: `${what} that can be read ${times} times`,
        given: 'a generator, which can be read only once',
        hint: 'Pass the generator function itself, without calling it: fit(batches, …) instead of fit(batches(), …).',
      });
    }
  }

  /**
   * The next batch; undefined at the end, or as soon as reading is cancelled. Errors of the stream
   * are thrown unchanged.
   */
  async next(): Promise<Batch | undefined> {
    const { iterator } = this;
    if (this.isCancelled || iterator === undefined) return undefined;
    this.isPending = true;
    const result = await new Promise<IteratorResult<Batch> | undefined>((resolve, reject) => {
      this.wake = () => resolve(undefined);
      Promise.resolve()
        .then(() => iterator.next())
        .then((value) => {
          this.isPending = false;
          resolve(value);
        })
        .catch((error: unknown) => {
          // An iterator that has thrown is finished: there is nothing to close.
          this.isPending = false;
          this.iterator = undefined;
          reject(error as Error);
        });
    });
    this.wake = undefined;
    if (result === undefined) return undefined;
    if (result.done) {
      this.iterator = undefined;
      return undefined;
    }
    return result.value;
  }

  /** Ends the wait for a batch, and every later one. */
  cancel(): void {
    this.isCancelled = true;
    this.wake?.();
  }

  /**
   * Asks a stream that is left before its end to close its files. Does not wait for one that is
   * still producing a batch.
   */
  async close(): Promise<void> {
    const { iterator } = this;
    this.iterator = undefined;
    if (iterator?.return === undefined) return;
    const closed = Promise.resolve(iterator.return());
    if (this.isPending) {
      // It responds when its batch is ready, perhaps never; the response is ignored.
      closed.catch(() => {});
      return;
    }
    await closed;
  }
}

function openIterator(iterable: unknown): AsyncIterator<Batch> | Iterator<Batch> | undefined {
  if (!isObject(iterable) || ArrayBuffer.isView(iterable)) return undefined;
  if (Symbol.asyncIterator in iterable) return (iterable as AsyncIterable<Batch>)[Symbol.asyncIterator]();
  if (Symbol.iterator in iterable) return (iterable as Iterable<Batch>)[Symbol.iterator]();
  return undefined;
}
