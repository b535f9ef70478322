import { type Arena, int32At } from '../core/arena.js';
import { PeerLost } from './barrier.js';
import { WORD } from './control.js';
import { waitAsync } from './waitAsync.js';

/**
 * Passes rows that are not in shared memory to the ranks. The main thread copies a block of rows
 * into a free slot of the rank that processes it; the rank then releases the slot. Rank r owns
 * slots r·slots … (r+1)·slots − 1 of every table.
 */
export interface BlockRing {
  /** Byte offset in the arena of the ring's words. */
  words: number;
  /** Slots per rank. */
  slots: number;
  /** Rows per slot. */
  blockRows: number;
}

/** Int32 words per counter: two cache lines, because processors prefetch them in pairs. */
const LINE_WORDS = 32;
/** Counters of a rank: blocks written, blocks finished, end of blocks. */
const RANK_LINES = 3;
const PRODUCED = 0;
const CONSUMED = LINE_WORDS;
const ENDED = 2 * LINE_WORDS;
/** Words per slot that describe its block: the accumulator and the number of rows. */
const SLOT_WORDS = 2;
/** Sleeping threads wake up this often to check for a lost peer, in case they missed its notice. */
const WAIT_MS = 100;

/** Int32 words that a ring takes. */
export const ringWords = (workers: number, slots: number): number =>
  workers * (RANK_LINES * LINE_WORDS + slots * SLOT_WORDS);

/** A block of rows for a rank: its place in the tables. */
export interface Block {
  accumulator: number;
  firstRow: number;
  rows: number;
}

const rankWords = (arena: Arena, ring: BlockRing, rank: number): Int32Array<SharedArrayBuffer> => {
  const length = RANK_LINES * LINE_WORDS + ring.slots * SLOT_WORDS;
  return int32At(arena, ring.words + rank * length * Int32Array.BYTES_PER_ELEMENT, length);
};

const slotAt = (slot: number): number => RANK_LINES * LINE_WORDS + slot * SLOT_WORDS;

/**
 * Calls `work` for each block that the main thread writes to this rank's slots, until the main
 * thread signals the end.
 */
export function takeBlocks(
  arena: Arena,
  control: Int32Array<SharedArrayBuffer>,
  ring: BlockRing,
  rank: number,
  work: (block: Block) => void,
): void {
  const words = rankWords(arena, ring, rank);
  for (let taken = 0; ; taken++) {
    while (Atomics.load(words, PRODUCED) === taken) {
      // The order matters: a block written just before the end must be seen.
      if (Atomics.load(words, ENDED) !== 0 && Atomics.load(words, PRODUCED) === taken) return;
      if (Atomics.load(control, WORD.lost) !== 0) throw new PeerLost();
      Atomics.wait(words, PRODUCED, taken, WAIT_MS);
    }
    const slot = taken % ring.slots;
    const [accumulator, rows] = words.subarray(slotAt(slot)) as unknown as [number, number];
    work({ accumulator, firstRow: (rank * ring.slots + slot) * ring.blockRows, rows });
    Atomics.store(words, CONSUMED, taken + 1);
    Atomics.notify(words, CONSUMED);
  }
}

/** The main thread's side of a ring. */
export class BlockFeed {
  private readonly words: Int32Array<SharedArrayBuffer>[];
  private readonly produced: number[];

  constructor(
    arena: Arena,
    private readonly control: Int32Array<SharedArrayBuffer>,
    private readonly ring: BlockRing,
    private readonly workers: number,
  ) {
    this.words = Array.from({ length: workers }, (_, rank) => rankWords(arena, ring, rank));
    this.produced = this.words.map(() => 0);
  }

  /**
   * Waits for a free slot of the rank that owns the block's accumulator and writes the block there.
   * `fill` copies the rows to the tables, starting at row `firstRow`.
   * @returns false if a rank is lost or a stop was requested: no rank will read more blocks
   */
  async put(accumulator: number, rows: number, fill: (firstRow: number) => void): Promise<boolean> {
    const { ring, control } = this;
    const rank = accumulator % this.workers;
    const words = this.words[rank]!;
    const produced = this.produced[rank]!;
    for (;;) {
      if (Atomics.load(control, WORD.lost) !== 0 || Atomics.load(control, WORD.stopRequest) !== 0)
        return false;
      const consumed = Atomics.load(words, CONSUMED);
      if (produced - consumed < ring.slots) break;
      await waitAsync(words, CONSUMED, consumed, WAIT_MS).value;
    }
    const slot = produced % ring.slots;
    fill((rank * ring.slots + slot) * ring.blockRows);
    words[slotAt(slot)] = accumulator;
    words[slotAt(slot) + 1] = rows;
    this.produced[rank] = produced + 1;
    Atomics.store(words, PRODUCED, produced + 1);
    Atomics.notify(words, PRODUCED);
    return true;
  }

  /** Signals to every rank that there are no more blocks. */
  end(): void {
    for (const words of this.words) {
      Atomics.store(words, ENDED, 1);
      Atomics.notify(words, PRODUCED);
    }
  }
}
