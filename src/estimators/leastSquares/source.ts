import { abortedError, onAbort } from '../../core/abort.js';
import { SteepestError } from '../../core/errors.js';
import { awaitClosed } from '../../core/patience.js';
import type { TargetInput } from '../../data/arrayInputs.js';
import { type Batch, BatchReader } from '../../data/batches.js';
import { isReadable, newShared } from '../../kernels/sharedMemory.js';
import { type Features, readFeatures, shareFeatures } from '../base/features.js';
import { noBatches, type RowStream, wholeBatch } from '../base/rowStream.js';
import { readTargets } from '../base/targets.js';
import { readSampleWeight } from '../base/weights.js';
import type { JointRows, RowTail } from '../sharded/window.js';

/** Sources of rows for worker threads. */
export interface RowBlock {
  rows: number;
  /** rows × columns. */
  x: Features['data'];
  /** rows × targets. */
  y: Float64Array;
  weight: Float64Array | undefined;
}

/** Columns of rows in memory that threads can read. */
export interface SharedColumns {
  x: Features['data'];
  y: Float64Array;
  weight: Float64Array | undefined;
}

/** The source of a least-squares problem's rows. */
export interface RowSource {
  dtype: Features['dtype'];
  cols: number;
  targets: number;
  weighted: boolean;
  /** The number of rows, or undefined if it is known only at the end. */
  rows: number | undefined;
  /** The same rows in memory that threads can read, if available. */
  shared: SharedColumns | undefined;
  /**
   * Set if the rows are spread over the ranks of a cluster. `shared` then has only this rank's
   * own, `tableRows`, and `blocks` those that begin in them; `tail` has the blocks that end in rows
   * of other ranks.
   */
  joint?: JointRows & { tableRows: number; tail: (RowTail & SharedColumns) | undefined };
  /**
   * All rows in order, in blocks of `blockRows` (the last may be smaller). A block is valid until
   * the next is requested.
   */
  blocks(blockRows: number): Iterable<RowBlock> | AsyncIterable<RowBlock>;
}

/** Tables up to this size are copied as a whole: simpler than slots, and small enough. */
const COPY_BYTES = 4 * 2 ** 20;

function shareFloats<T extends Float64Array | undefined>(data: T): T {
  if (data === undefined || isReadable(data)) return data;
  const copy = new Float64Array(newShared(data.byteLength));
  copy.set(data);
  return copy as T;
}

/** Rows that are all in memory. */
export async function tableSource(
  features: Features,
  y: Float64Array,
  targets: number,
  weight: Float64Array | undefined,
): Promise<RowSource> {
  const { rows, cols, dtype, data } = features;
  const inPlace = isReadable(data) || data.byteLength <= COPY_BYTES;
  return {
    dtype,
    cols,
    targets,
    weighted: weight !== undefined,
    rows,
    shared: inPlace
      ? { x: (await shareFeatures(features)).data, y: shareFloats(y), weight: shareFloats(weight) }
      : undefined,
    *blocks(blockRows) {
      for (let first = 0; first < rows; first += blockRows) {
        const last = Math.min(rows, first + blockRows);
        yield {
          rows: last - first,
          x: data.subarray(first * cols, last * cols),
          y: y.subarray(first * targets, last * targets),
          weight: weight?.subarray(first, last),
        };
      }
    },
  };
}

/** A checked batch. */
interface CheckedBatch {
  x: Features;
  y: Float64Array;
  targets: number;
  isVector: boolean;
  weight: Float64Array | undefined;
}

function checkBatch(batch: Batch, number: number): CheckedBatch {
  const { x, y, sampleWeight } = wholeBatch(batch, number);
  const features = readFeatures(`x of batch ${number}`, x);
  const targets = readTargets(
    `y of batch ${number}`,
    y as TargetInput,
    features.rows,
    `x of batch ${number}`,
  );
  const weight = readSampleWeight(sampleWeight, features.rows, `x of batch ${number}`);
  return { x: features, y: targets.data, targets: targets.cols, isVector: targets.isVector, weight };
}

function differs(what: string, number: number, expected: string, given: string): SteepestError {
  return new SteepestError('ERR_SHAPE', {
    expected: `${what} of batch ${number} with ${expected}, as in batch 0`,
    given,
    hint: 'Give every batch the same columns.',
  });
}

/** Cuts batches of any size into blocks of `blockRows`, in float64. */
class Recutter {
  private readonly x: Float64Array;
  private readonly y: Float64Array;
  private readonly weight: Float64Array | undefined;
  private filled = 0;

  constructor(
    private readonly source: RowSource,
    private readonly blockRows: number,
  ) {
    this.x = new Float64Array(blockRows * source.cols);
    this.y = new Float64Array(blockRows * source.targets);
    this.weight = source.weighted ? new Float64Array(blockRows) : undefined;
  }

  *take({ x, y, weight }: CheckedBatch): Iterable<RowBlock> {
    const { cols, targets } = this.source;
    for (let done = 0; done < x.rows; ) {
      const count = Math.min(x.rows - done, this.blockRows - this.filled);
      this.x.set(x.data.subarray(done * cols, (done + count) * cols), this.filled * cols);
      this.y.set(y.subarray(done * targets, (done + count) * targets), this.filled * targets);
      if (this.weight && weight) this.weight.set(weight.subarray(done, done + count), this.filled);
      this.filled += count;
      done += count;
      if (this.filled === this.blockRows) yield* this.rest();
    }
  }

  *rest(): Iterable<RowBlock> {
    const rows = this.filled;
    if (rows === 0) return;
    this.filled = 0;
    const { cols, targets } = this.source;
    yield {
      rows,
      x: this.x.subarray(0, rows * cols),
      y: this.y.subarray(0, rows * targets),
      weight: this.weight?.subarray(0, rows),
    };
  }
}

/**
 * Rows that come in batches. The first batch is read at once, because it defines the columns.
 * @param times how often the rows will be read
 * @throws SteepestError as `readFeatures` and `readTargets` do, `ERR_EMPTY` for a stream without
 *   batches, and `ERR_ARGUMENT` for one that cannot be read so often
 */
export async function streamSource(
  stream: RowStream,
  signal: AbortSignal | undefined,
  times = 1,
): Promise<{ source: RowSource; first: Features; isVector: boolean }> {
  const reader = new BatchReader(stream, 'X');
  reader.begin(times);
  let off = onAbort(signal, () => reader.cancel());
  const close = async (): Promise<void> => {
    off();
    await awaitClosed(reader.close(), signal);
  };
  let first: CheckedBatch;
  try {
    if (signal?.aborted) reader.cancel();
    const batch = await reader.next();
    if (batch === undefined) throw signal?.aborted ? abortedError(signal) : noBatches();
    first = checkBatch(batch, 0);
  } catch (error) {
    await close();
    throw error;
  }
  /** The batch that has been read before the first pass. */
  let head: CheckedBatch | undefined = first;
  const source: RowSource = {
    dtype: 'f64',
    cols: first.x.cols,
    targets: first.targets,
    weighted: first.weight !== undefined,
    rows: undefined,
    shared: undefined,
    async *blocks(blockRows) {
      const recutter = new Recutter(source, blockRows);
      let number = 0;
      if (head === undefined) {
        off = onAbort(signal, () => reader.cancel());
        reader.begin();
      }
      try {
        if (head !== undefined) {
          yield* recutter.take(head);
          number = 1;
          head = undefined;
        }
        for (let batch = await reader.next(); batch !== undefined; batch = await reader.next()) {
          const checked = checkBatch(batch, number);
          checkLikeFirst(checked, number, source);
          yield* recutter.take(checked);
          number++;
        }
        yield* recutter.rest();
      } finally {
        await close();
      }
    },
  };
  return { source, first: first.x, isVector: first.isVector };
}

/** @throws SteepestError `ERR_SHAPE` */
function checkLikeFirst({ x, targets, weight }: CheckedBatch, number: number, source: RowSource): void {
  const columns = (count: number): string => `${count} column${count === 1 ? '' : 's'}`;
  if (x.cols !== source.cols) throw differs('x', number, columns(source.cols), columns(x.cols));
  if (targets !== source.targets) throw differs('y', number, columns(source.targets), columns(targets));
  if ((weight !== undefined) === source.weighted) return;
  const [expected, given] = source.weighted ? ['weights', 'none'] : ['none', 'weights'];
  throw differs('sampleWeight', number, expected!, given!);
}
