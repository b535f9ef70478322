import { type Arena, uint32At } from '../../core/arena.js';
import { SteepestError } from '../../core/errors.js';
import { Slices } from '../../core/nextTurn.js';
import type { BatchReader } from '../../data/batches.js';
import { type BatchRing, batchRingWords, MESSAGE, RingWriter } from '../../parallel/batchRing.js';
import { awaitUser } from '../../parallel/userCode.js';
import type { MemoryPlan, Region } from '../../program/memory.js';
import { ArrivalOrder, type RowOrder, ShuffleBuffer } from './rowOrder.js';
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
/** Rows between two checks of the clock. */
const ROWS_PER_LOOK = 64;

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

/** Allocates the memory of a stream's rows. @throws SteepestError `ERR_MEMORY` */
export function storeStream(
  stream: OpenStream,
  { batchSize, bufferRows }: { batchSize: number; bufferRows: number },
): StreamData {
  const fitting = Math.floor(HALF_RING_BYTES / (batchSize * rowBytes(stream.spec)));
  const stepsPerCommit = Math.min(MOST_STEPS, Math.max(FEWEST_STEPS, fitting));
  const slots = 2 * stepsPerCommit + SPARE_SLOTS;
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

/** What a feed gives to an epoch. */
export interface FeedPlan {
  seed: number;
  /** The number of the first pass, counted over all fits of the model. Default 0. */
  pass?: number;
  /** Mini-batches per epoch, however many passes they take. Undefined: an epoch is a pass. */
  stepsPerEpoch?: number | undefined;
  /** Most mini-batches of a pass; undefined for all. Only for rows in their own order. */
  mostSteps?: number | undefined;
}

/**
 * The main thread's work for a stream: reads batches as they arrive, copies rows to the store and
 * their order to the ring, and never more than fits.
 */
export class StreamFeed {
  /** Rows of the current pass. */
  rows = 0;
  private pass: number;
  private isFirst = true;
  /** Mini-batches written, in total and of the current pass. */
  private written = 0;
  private writtenOfPass = 0;
  /** Mini-batches that the epochs so far need. The feed goes no further. */
  private needed = 0;
  private waiting: (() => void)[] = [];
  /** The passes of a feed whose epochs are not passes, and how they failed. */
  private passes: Promise<void> | undefined;
  private failure: { error: unknown } | undefined;
  private readonly writer: RingWriter;
  private readonly index: Uint32Array<SharedArrayBuffer>;
  private readonly order: RowOrder;
  /** Numbers of free rows of the store; the last one is used next. */
  private readonly free: Uint32Array;
  private freeCount: number;
  /** Positions whose rows have been released. */
  private reclaimed = 0;
  /** Rows in each slot, and in the slot that is being filled. */
  private readonly slotRows: Uint32Array;
  private filled = 0;
  private readonly slices = new Slices();

  constructor(
    private readonly data: StreamData,
    private readonly arena: Arena,
    { ring, index }: RingRegions,
    private readonly plan: FeedPlan,
  ) {
    const { capacity } = data.store;
    this.writer = new RingWriter(arena, ring);
    this.index = uint32At(arena, index.byteOffset, index.cols);
    this.order = data.bufferRows > 0 ? new ShuffleBuffer(data.bufferRows, plan.seed) : new ArrivalOrder();
    this.slotRows = new Uint32Array(data.slots);
    this.free = new Uint32Array(capacity);
    for (let i = 0; i < capacity; i++) this.free[i] = capacity - 1 - i;
    this.freeCount = capacity;
    this.pass = plan.pass ?? 0;
  }

  /**
   * Feeds the next epoch; returns early if the feed is stopped. After an error of the stream or its
   * data, which is thrown, the ranks still process the complete mini-batches before it.
   */
  async feedEpoch(): Promise<void> {
    const { stepsPerEpoch } = this.plan;
    if (stepsPerEpoch === undefined) {
      this.needed = Number.POSITIVE_INFINITY;
      return this.feedPass();
    }
    this.needed += stepsPerEpoch;
    this.changed();
    this.passes ??= this.feedPasses();
    while (this.written < this.needed && !this.writer.stopped && !this.failure) await this.change();
    if (this.failure) throw this.failure.error;
  }

  /** Feeds pass after pass, as far as the epochs need them. The stream stays open between them. */
  private async feedPasses(): Promise<void> {
    try {
      while (await this.untilNeeded()) await this.feedPass();
    } catch (error) {
      this.failure = { error };
      this.changed();
    }
  }

  /**
   * Waits until an epoch needs another mini-batch.
   * @returns false if the feed was stopped meanwhile
   */
  private async untilNeeded(): Promise<boolean> {
    while (this.written === this.needed && !this.writer.stopped) await this.change();
    return !this.writer.stopped;
  }

  /** Waits for a new `written`, `needed` or `failure`, or for the stop. */
  private change(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
    });
  }

  private changed(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** Feeds one pass over the stream. */
  private async feedPass(): Promise<void> {
    const { reader, spec } = this.data;
    if (this.writer.stopped) return;
    this.order.begin(this.pass);
    this.rows = 0;
    this.writtenOfPass = 0;
    this.slices.restart();
    if (this.isFirst) await this.take(this.data.first);
    else reader.begin();
    this.isFirst = false;
    while (!this.isFull && (await this.untilNeeded())) {
      const batch = await awaitUser(this.arena, () => reader.next());
      if (batch === undefined) break;
      await this.take(readBatch(batch, spec, this.rows));
    }
    if (this.writer.stopped) return;
    if (this.rows === 0) this.refuseEmpty();
    if (this.isFull) await awaitUser(this.arena, () => reader.close());
    else if (!(await this.emitRest())) return;
    if (!(await this.room())) return;
    this.reclaim();
    this.slotRows[this.writer.position % this.data.slots] = 0;
    this.writer.write(MESSAGE.endOfPass);
    this.pass++;
  }

  /** The pass has all the mini-batches that are wanted of it. */
  private get isFull(): boolean {
    return this.writtenOfPass === this.plan.mostSteps;
  }

  /** Writes the rows that remain in the shuffle buffer. @returns false if the feed was stopped */
  private async emitRest(): Promise<boolean> {
    while (!this.order.settle()) await this.breathe();
    for (const row of this.order.rest()) {
      if (!this.canEmit() && !(await this.room())) return false;
      this.emit(row);
    }
    if (this.filled > 0) this.publish();
    return true;
  }

  /** Feeds a single pass and closes the stream in every case. */
  async feedAlone(): Promise<void> {
    try {
      await this.feedEpoch();
    } catch (error) {
      this.stop();
      // Report the first error; later ones are its consequences.
      await this.close().catch(() => {});
      throw error;
    }
    await this.close();
  }

  /** Stops: the ranks process the mini-batches already written, and end. Stops reading at once. */
  stop(): void {
    this.data.reader.cancel();
    if (!this.writer.stopped) this.writer.stop();
    this.changed();
  }

  /** Closes the stream, unless it has ended. */
  async close(): Promise<void> {
    await this.data.reader.close();
  }

  private async take(batch: BatchRows): Promise<void> {
    const { store } = this.data;
    for (let i = 0; i < batch.rows; i++) {
      if (i % ROWS_PER_LOOK === 0) await this.breathe();
      if (this.isFull) return;
      const row = this.takeFree();
      store.put(batch, i, row);
      this.rows++;
      const out = this.order.push(row);
      if (out < 0) continue;
      if (!this.canEmit() && !(await this.room())) return;
      this.emit(out);
    }
  }

  /** Yields to the event loop when it is time: a stream that never waits would starve it. */
  private async breathe(): Promise<void> {
    if (this.slices.isDue) await this.slices.next();
  }

  /** True if a row can be written to the current slot without waiting. */
  private canEmit(): boolean {
    return this.filled > 0 || (this.written !== this.needed && this.writer.hasRoom);
  }

  /** @returns false if the feed was stopped meanwhile */
  private async room(): Promise<boolean> {
    await this.untilNeeded();
    await this.writer.room();
    this.slices.restart();
    return !this.writer.stopped;
  }

  private emit(row: number): void {
    const { batchSize, slots } = this.data;
    // The slot may still list rows of its previous use.
    if (this.filled === 0) this.reclaim();
    const slot = this.writer.position % slots;
    this.index[slot * batchSize + this.filled++] = row;
    if (this.filled === batchSize) this.publish();
  }

  private publish(): void {
    this.slotRows[this.writer.position % this.data.slots] = this.filled;
    this.writer.write(this.filled);
    this.filled = 0;
    this.written++;
    this.writtenOfPass++;
    if (this.written === this.needed) this.changed();
  }

  /** A free row of the store. There is always one: see {@link storeStream}. */
  private takeFree(): number {
    if (this.freeCount === 0) this.reclaim();
    return this.free[--this.freeCount]!;
  }

  private reclaim(): void {
    const { batchSize, slots } = this.data;
    for (const { released } = this.writer; this.reclaimed < released; this.reclaimed++) {
      const slot = this.reclaimed % slots;
      for (let i = 0; i < this.slotRows[slot]!; i++) {
        this.free[this.freeCount++] = this.index[slot * batchSize + i]!;
      }
    }
  }

  private refuseEmpty(): never {
    const { what } = this.data.reader;
    throw new SteepestError('ERR_EMPTY', {
      expected: `${what} to deliver its rows again in every pass`,
      given: 'none in a later pass',
      hint: 'Pass a function that opens the stream again: fit(() => open(), …). The model keeps what it has learned so far.',
    });
  }
}
