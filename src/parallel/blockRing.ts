import { type Arena, int32At } from '../core/arena.js';
import { PeerLost } from './barrier.js';
import { WORD } from './control.js';
import { waitAsync } from './waitAsync.js';

/**
 * How rows that are not in shared memory reach the ranks: the main thread copies a block of rows into a free slot of
 * the rank that works on it, and the rank gives the slot back. Rank r has slots r·slots … (r+1)·slots − 1 of every table.
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
/** Lines of a rank: blocks put in, blocks worked off, no more to come. */
const RANK_LINES = 3;
const PRODUCED = 0;
const CONSUMED = LINE_WORDS;
const ENDED = 2 * LINE_WORDS;
/** Words about the block in a slot: its accumulator, its rows. */
const SLOT_WORDS = 2;
/** Sleepers look up this often, so that a lost peer is seen even if its notice was missed. */
const WAIT_MS = 100;

/** Int32 words that a ring takes. */
export const ringWords = (workers: number, slots: number): number =>
  workers * (RANK_LINES * LINE_WORDS + slots * SLOT_WORDS);

/** A block of rows for a rank: where it lies in the tables. */
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

/** Calls `work` for each block that the main thread puts into this rank's slots, until it says that there are no more. */
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
      // In this order: a block put in just before the end must be seen.
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
   * Puts a block of rows into a slot of the rank that has its accumulator, as soon as one is free. `fill` copies the rows
   * to the tables from row `firstRow` on.
   * @returns false if a rank is lost or a stop was asked for: nobody takes blocks any more
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

  /** Tells every rank that there are no more blocks. */
  end(): void {
    for (const words of this.words) {
      Atomics.store(words, ENDED, 1);
      Atomics.notify(words, PRODUCED);
    }
  }
}
