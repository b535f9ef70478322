import type { BatchReader } from '../../data/batches.js';
import { type BatchRing, batchRingWords } from '../../parallel/batchRing.js';
import type { MemoryPlan, Region } from '../../program/memory.js';
import { type BatchRows, emptyStream, type RowSpec, RowStore, readBatch } from './rowStore.js';

/**
 * Bytes of rows that a ring holds, twice: rows of steps that are not committed yet, and rows read
 * ahead.
 */
const HALF_RING_BYTES = 2 ** 24;
/** Minimum and maximum number of steps between two committed copies of a streaming fit. */
const FEWEST_STEPS = 4;
const MOST_STEPS = 512;
/** Slots for the message that the stream has stopped and for the end of the pass. */
const SPARE_SLOTS = 2;
/** An opened stream that has delivered its first batch. */
export interface OpenStream {
  reader: BatchReader;
  spec: RowSpec;
  first: BatchRows;
}

/** A stream with memory for its rows, before it is laid out in an arena. */
export interface StreamData extends OpenStream {
  store: RowStore;
  batchSize: number;
  /** Rows in the shuffle buffer; 0 for no shuffling. */
  bufferRows: number;
  slots: number;
  stepsPerCommit: number;
}

/** Bytes of a row in the store. */
export function rowBytes({ inputCols, targets }: RowSpec): number {
  return 4 * (inputCols + (targets.kind === 'labels' ? 1 : targets.cols));
}

/**
 * Opens a stream and reads its first batch.
 * @throws SteepestError for a stream without rows or of wrong shape, with the stream closed;
 *   undefined if reading was cancelled
 */
export async function openStream(
  reader: BatchReader,
  spec: RowSpec,
  times: number,
): Promise<OpenStream | undefined> {
  try {
    reader.begin(times);
    const batch = await reader.next();
    if (reader.cancelled) {
      await reader.close();
      return undefined;
    }
    if (batch === undefined) emptyStream(reader.what);
    return { reader, spec, first: readBatch(batch, spec, 0) };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/**
 * Allocates the memory of a stream's rows.
 * @throws SteepestError `ERR_MEMORY`
 */
export function storeStream(
  stream: OpenStream,
  {
    batchSize,
    bufferRows,
    accumulateSteps = 1,
  }: {
    batchSize: number;
    bufferRows: number;
    /** Mini-batches that share an update; they are kept until it is committed. */
    accumulateSteps?: number | undefined;
  },
): StreamData {
  const fitting = Math.floor(HALF_RING_BYTES / (batchSize * rowBytes(stream.spec)));
  const stepsAhead = Math.min(MOST_STEPS, Math.max(FEWEST_STEPS, fitting));
  const stepsPerCommit = Math.max(stepsAhead, accumulateSteps);
  const slots = stepsPerCommit + stepsAhead + SPARE_SLOTS;
  const store = new RowStore(stream.spec, stream.first, bufferRows + slots * batchSize);
  return { ...stream, store, batchSize, bufferRows, slots, stepsPerCommit };
}

/** The position of a stream's mini-batches in an arena. */
export interface RingRegions {
  ring: BatchRing;
  /** Row numbers in the store, slot after slot. */
  index: Region;
}

/** Reserves the ring of a stream. */
export function reserveRing(memory: MemoryPlan, name: string, data: StreamData): RingRegions {
  const { slots, batchSize } = data;
  const words = memory.vector(`${name}.ring`, 'control', batchRingWords(slots), 'i32');
  const index = memory.vector(`${name}.index`, 'batch', slots * batchSize, 'u32');
  return { ring: { words: words.byteOffset, slots }, index };
}
