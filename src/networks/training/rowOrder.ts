import { scaleWord, threefry2x32 } from '../../core/random.js';

/** Stream of the shuffle; layers and parameters use streams from 0 upwards. */
export const SHUFFLE_STREAM = 0xffffffff;
/** Stream that draws rows from a full buffer. */
const PICK_STREAM = SHUFFLE_STREAM - 1;

/** Draws between two turns of the event loop: about a millisecond. */
const DRAWS_AT_ONCE = 16_384;

/** The training order of a stream's rows. Rows are identified by their number in the store. */
export interface RowOrder {
  /** Starts an epoch, counted over all fits of the model. */
  begin(epoch: number): void;
  /** Accepts the next row. @returns a row to train on now, or −1 */
  push(row: number): number;
  /**
   * Orders some of the rows that remain at the end of the epoch. @returns true when all are ordered
   */
  settle(): boolean;
  /** The rows that remain at the end of the epoch, in order. */
  rest(): Iterable<number>;
}

/** Rows in their own order. */
export class ArrivalOrder implements RowOrder {
  begin(): void {}
  push(row: number): number {
    return row;
  }
  settle(): boolean {
    return true;
  }
  rest(): readonly number[] {
    return [];
  }
}

/**
 * A shuffle buffer: once it is full, each new row replaces one drawn at random. The rows that
 * remain at the end get a Fisher–Yates shuffle, exactly as in the op `shuffle`: a stream that fits
 * in the buffer is trained on in the same order as the same rows in memory. All draws are functions
 * of seed, epoch and row number.
 */
export class ShuffleBuffer implements RowOrder {
  private readonly list: Uint32Array;
  private readonly words = new Uint32Array(2);
  private count = 0;
  private picks = 0;
  /** Remaining rows whose order is decided. */
  private settled = 0;
  private epoch = 0;

  constructor(
    capacity: number,
    private readonly seed: number,
  ) {
    this.list = new Uint32Array(capacity);
  }

  begin(epoch: number): void {
    this.epoch = epoch;
    this.count = 0;
    this.picks = 0;
    this.settled = 0;
  }

  push(row: number): number {
    const { list } = this;
    if (this.count < list.length) {
      list[this.count++] = row;
      return -1;
    }
    threefry2x32(this.seed, PICK_STREAM, this.epoch, this.picks++, this.words);
    const at = scaleWord(this.words[0]!, list.length);
    const picked = list[at]!;
    list[at] = row;
    return picked;
  }

  settle(): boolean {
    const { list, words } = this;
    const begin = this.settled;
    // From the last row down to the second.
    const end = Math.min(this.count - 1, begin + DRAWS_AT_ONCE);
    for (let i = this.count - 1 - begin; i > this.count - 1 - end; i--) {
      threefry2x32(this.seed, SHUFFLE_STREAM, this.epoch, i, words);
      const at = scaleWord(words[0]!, i + 1);
      const swapped = list[i]!;
      list[i] = list[at]!;
      list[at] = swapped;
    }
    this.settled = end;
    return end >= this.count - 1;
  }

  rest(): Uint32Array {
    return this.list.subarray(0, this.count);
  }
}
