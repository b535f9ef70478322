import { type Arena, uint32At } from '../../core/arena.js';
import { SteepestError } from '../../core/errors.js';
import { Slices } from '../../core/nextTurn.js';
import { MESSAGE, RingWriter } from '../../parallel/batchRing.js';
import { awaitUser } from '../../parallel/userCode.js';
import { RowHash } from './rowHash.js';
import { ArrivalOrder, type RowOrder, ShuffleBuffer } from './rowOrder.js';
import { type BatchRows, readBatch } from './rowStore.js';
import type { RingRegions, StreamData } from './streamData.js';

/** Rows between two checks of the clock. */
const ROWS_PER_LOOK = 64;

/** What a feed gives to an epoch. */
export interface FeedPlan {
  seed: number;
  /** The number of the first pass, counted over all fits of the model. Default 0. */
  pass?: number;
  /** Mini-batches per epoch, however many passes they take. Undefined: an epoch is a pass. */
  stepsPerEpoch?: number | undefined;
  /** Those of the first epoch that an earlier fit has used. */
  doneSteps?: number;
  /** Most mini-batches of a pass; undefined for all. Only for rows in their own order. */
  mostSteps?: number | undefined;
  /** Hashes the rows, so that a later fit knows them again. */
  hashes?: boolean;
  /** What an earlier fit has used of the first pass: these mini-batches, and the hash of their rows. */
  used?: { steps: number; hash: number } | undefined;
}

/** @throws SteepestError `ERR_RESUME` */
function refuseReplay(given: string): never {
  throw new SteepestError('ERR_RESUME', {
    expected: 'the stream to deliver the rows that it delivered before the checkpoint',
    given,
    hint: 'A fit can be resumed only on the same rows in the same order. To begin anew, name another folder.',
  });
}

/**
 * The main thread's work for a stream: reads batches as they arrive, copies rows to the store and
 * their order to the ring, and never more than fits.
 */
export class StreamFeed {
  /** Rows of the current pass. */
  rows = 0;
  /** The number of the current pass, counted over all fits of the model. */
  private pass: number;
  private isFirst = true;
  /** Epochs so far, and the passes fed for them; for epochs of some steps, the mini-batches. */
  private epochs = 0;
  private fed = 0;
  private written = 0;
  private writtenOfPass = 0;
  /** Mini-batches to leave out, because an earlier fit has used them. */
  private toSkip: number;
  /** Everyone who waits for one of these, or for the stop. */
  private waiting: (() => void)[] = [];
  /** Feeds pass after pass. */
  private running: Promise<void> | undefined;
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
  private readonly hash: RowHash | undefined;

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
    this.toSkip = plan.used?.steps ?? 0;
    if (plan.hashes) this.hash = new RowHash(data.store);
  }

  /**
   * Reads the stream up to the place where an earlier fit ended. The shuffle is then in the state
   * that it had there. Returns early if the feed is stopped.
   * @throws SteepestError `ERR_RESUME` if these are other rows
   */
  async replay(): Promise<void> {
    if (this.toSkip > 0) await this.runWhile(() => this.toSkip > 0);
  }

  /**
   * Feeds the next epoch; returns early if the feed is stopped. After an error of the stream or its
   * data, which is thrown, the ranks still process the complete mini-batches before it.
   */
  async feedEpoch(): Promise<void> {
    this.epochs++;
    this.changed();
    await this.runWhile(() => this.isNeeded);
  }

  private async runWhile(goesOn: () => boolean): Promise<void> {
    this.running ??= this.feedPasses();
    while (goesOn() && !this.writer.stopped && !this.failure) await this.change();
    if (this.writer.stopped) await this.running;
    if (this.failure) throw this.failure.error;
  }

  /** Feeds pass after pass, as far as they are needed. The stream stays open in between. */
  private async feedPasses(): Promise<void> {
    try {
      while (await this.untilNeeded()) await this.feedPass();
    } catch (error) {
      this.failure = { error };
      this.changed();
    }
  }

  /** Whether the epochs so far need more of the current pass, or another one. */
  private get isNeeded(): boolean {
    const { stepsPerEpoch, doneSteps = 0 } = this.plan;
    if (stepsPerEpoch === undefined) return this.fed < this.epochs;
    return this.written + doneSteps < this.epochs * stepsPerEpoch;
  }

  /**
   * Waits until another mini-batch is needed.
   * @returns false if the feed was stopped meanwhile
   */
  private async untilNeeded(): Promise<boolean> {
    while (!this.isNeeded && this.toSkip === 0 && !this.writer.stopped) await this.change();
    return !this.writer.stopped;
  }

  /** Waits until something changes that is waited for. */
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
    this.hash?.restart();
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
    if (this.isFull) await this.leave();
    else if (!(await this.emitRest())) return;
    if (this.toSkip > 0) refuseReplay(`${this.writtenOfPass} mini-batches`);
    if (!(await this.room())) return;
    this.reclaim();
    this.slotRows[this.writer.position % this.data.slots] = 0;
    this.writer.write(MESSAGE.endOfPass);
    this.pass++;
    this.fed++;
    this.changed();
  }

  /** The pass has all the mini-batches that are wanted of it. */
  private get isFull(): boolean {
    return this.writtenOfPass === this.plan.mostSteps;
  }

  /** Closes a stream before its end. After a stop nobody waits for it. */
  private async leave(): Promise<void> {
    let isClosed = false;
    const closing = awaitUser(this.arena, () => this.data.reader.close()).finally(() => {
      isClosed = true;
      this.changed();
    });
    while (!isClosed && !this.writer.stopped) await this.change();
    if (isClosed) await closing;
    else closing.catch(() => {});
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
    return this.filled > 0 || this.toSkip > 0 || (this.isNeeded && this.writer.hasRoom);
  }

  /** @returns false if the feed was stopped meanwhile */
  private async room(): Promise<boolean> {
    await this.untilNeeded();
    if (this.toSkip === 0) await this.writer.room();
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
    const { slots, batchSize } = this.data;
    const slot = this.writer.position % slots;
    const rows = this.index.subarray(slot * batchSize, slot * batchSize + this.filled);
    this.hash?.add(rows);
    this.filled = 0;
    this.writtenOfPass++;
    if (this.toSkip > 0) {
      this.skip(rows);
      return;
    }
    this.slotRows[slot] = rows.length;
    this.writer.write(rows.length, this.hash?.value);
    this.written++;
    if (!this.isNeeded) this.changed();
  }

  /** Leaves out a mini-batch. @throws SteepestError `ERR_RESUME` after the last, for other rows */
  private skip(rows: Uint32Array): void {
    for (const row of rows) this.free[this.freeCount++] = row;
    if (--this.toSkip > 0) return;
    if (this.hash?.value !== this.plan.used?.hash) refuseReplay('other rows, or in another order');
    this.changed();
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
