import { type Arena, int32At } from '../core/arena.js';
import { PeerLost } from './barrier.js';
import { WORD } from './control.js';
import { waitAsync } from './waitAsync.js';

/**
 * How mini-batches of a stream reach the ranks: the main thread writes messages at positions 0, 1, 2, …, position p in slot
 * p mod `slots`, and every rank reads all of them in order. Rank 0 releases positions when no rank will look at them again.
 */
export interface BatchRing {
  /** Byte offset in the arena of the ring's words. */
  words: number;
  slots: number;
}

/** What a message says if it is not a number of rows. */
export const MESSAGE = { endOfEpoch: 0, stopped: -1 } as const;

/** Int32 words per counter: two cache lines, because processors prefetch them in pairs. */
const LINE_WORDS = 32;
/** Messages written, and messages released, since the start, mod 2³². */
const PRODUCED = 0;
const RELEASED = LINE_WORDS;
const FIRST_MESSAGE = 2 * LINE_WORDS;
/** Sleepers look up this often, so that a lost peer is seen even if its notice was missed. */
const WAIT_MS = 100;

/** Int32 words that a ring takes. */
export const batchRingWords = (slots: number): number => FIRST_MESSAGE + slots;

const wordsOf = (arena: Arena, ring: BatchRing): Int32Array<SharedArrayBuffer> =>
  int32At(arena, ring.words, batchRingWords(ring.slots));

/** A rank's side of a ring. */
export class RingReader {
  private readonly words: Int32Array<SharedArrayBuffer>;
  readonly slots: number;

  constructor(
    arena: Arena,
    private readonly control: Int32Array<SharedArrayBuffer>,
    ring: BatchRing,
  ) {
    this.words = wordsOf(arena, ring);
    this.slots = ring.slots;
  }

  /** Sleeps until the message at a position is there. @throws PeerLost */
  read(position: number): number {
    const { words, control } = this;
    for (;;) {
      const produced = Atomics.load(words, PRODUCED);
      if (((produced - position) | 0) > 0) return words[FIRST_MESSAGE + (position % this.slots)] as number;
      if (Atomics.load(control, WORD.lost) !== 0) throw new PeerLost();
      Atomics.wait(words, PRODUCED, produced, WAIT_MS);
    }
  }

  /** Gives back all positions below `position`. For one rank alone, once all ranks are done with them. */
  release(position: number): void {
    Atomics.store(this.words, RELEASED, position | 0);
    Atomics.notify(this.words, RELEASED);
  }
}

/** The main thread's side of a ring. One slot is kept for the message that the stream has stopped. */
export class RingWriter {
  private readonly words: Int32Array<SharedArrayBuffer>;
  /** Positions written. */
  position = 0;
  private isStopped = false;

  constructor(
    arena: Arena,
    readonly ring: BatchRing,
  ) {
    this.words = wordsOf(arena, ring);
  }

  get stopped(): boolean {
    return this.isStopped;
  }

  /** Positions that the ranks are done with. */
  get released(): number {
    return this.position - ((this.position - Atomics.load(this.words, RELEASED)) | 0);
  }

  /** True if a message can be written now. */
  get hasRoom(): boolean {
    return this.position - this.released < this.ring.slots - 1;
  }

  /** Waits until a message can be written or the ring is stopped. */
  async room(): Promise<void> {
    while (!this.isStopped && !this.hasRoom) {
      await waitAsync(this.words, RELEASED, Atomics.load(this.words, RELEASED), WAIT_MS).value;
    }
  }

  /** Writes a message. After a stop it is dropped: the ranks read no further. */
  write(message: number): void {
    if (this.isStopped) return;
    const { words, position, ring } = this;
    words[FIRST_MESSAGE + (position % ring.slots)] = message;
    this.position = position + 1;
    Atomics.store(words, PRODUCED, this.position | 0);
    Atomics.notify(words, PRODUCED);
  }

  /** Ends the stream for the ranks, wherever they are. They work off what was written before. */
  stop(): void {
    this.write(MESSAGE.stopped);
    this.isStopped = true;
    Atomics.notify(this.words, RELEASED);
  }
}
