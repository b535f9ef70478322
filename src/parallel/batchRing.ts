import { type Arena, int32At } from '../core/arena.js';
import { PeerLost } from './barrier.js';
import { WORD } from './control.js';
import { waitAsync } from './waitAsync.js';

/**
 * Passes mini-batches of a stream to the ranks. The main thread writes messages at positions 0, 1,
 * 2, …; position p is in slot p mod `slots`. Every rank reads all messages in order. Rank 0
 * releases positions that no rank will read again.
 */
export interface BatchRing {
  /** Byte offset in the arena of the ring's words. */
  words: number;
  slots: number;
}

/** Message values that are not a number of rows. */
export const MESSAGE = { endOfPass: 0, stopped: -1 } as const;

/** Int32 words per counter: two cache lines, because processors prefetch them in pairs. */
const LINE_WORDS = 32;
/** Messages written and messages released since the start, mod 2³². */
const PRODUCED = 0;
const RELEASED = LINE_WORDS;
const FIRST_MESSAGE = 2 * LINE_WORDS;
/** Sleeping threads wake up this often to check for a lost peer, in case they missed its notice. */
const WAIT_MS = 100;

/** Int32 words of a slot: the message, and a hash of the rows of its pass up to it. */
const SLOT_WORDS = 2;

/** Int32 words that a ring takes. */
export const batchRingWords = (slots: number): number => FIRST_MESSAGE + SLOT_WORDS * slots;

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

  /** Sleeps until the message at a position has been written. @throws PeerLost */
  read(position: number): number {
    const { words, control } = this;
    for (;;) {
      const produced = Atomics.load(words, PRODUCED);
      if (((produced - position) | 0) > 0) return words[this.wordOf(position)] as number;
      if (Atomics.load(control, WORD.lost) !== 0) throw new PeerLost();
      Atomics.wait(words, PRODUCED, produced, WAIT_MS);
    }
  }

  /** The hash that was written with a message that has been read. */
  hashOf(position: number): number {
    return this.words[this.wordOf(position) + 1]! >>> 0;
  }

  private wordOf(position: number): number {
    return FIRST_MESSAGE + SLOT_WORDS * (position % this.slots);
  }

  /**
   * Releases all positions below `position`. Only one rank calls it, after all ranks have finished
   * with them.
   */
  release(position: number): void {
    Atomics.store(this.words, RELEASED, position | 0);
    Atomics.notify(this.words, RELEASED);
  }
}

/**
 * The main thread's side of a ring. One slot is reserved for the message that the stream has
 * stopped.
 */
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

  /** Positions that the ranks have released. */
  get released(): number {
    return this.position - ((this.position - Atomics.load(this.words, RELEASED)) | 0);
  }

  /** True if a message can be written now. */
  get hasRoom(): boolean {
    return this.position - this.released < this.ring.slots - 1;
  }

  /** Waits until a message can be written or the ring has been stopped. */
  async room(): Promise<void> {
    while (!this.isStopped && !this.hasRoom) {
      await waitAsync(this.words, RELEASED, Atomics.load(this.words, RELEASED), WAIT_MS).value;
    }
  }

  /**
   * Writes a message. After a stop the message is dropped, because the ranks read no further.
   * @param hash of the rows of its pass up to it
   */
  write(message: number, hash = 0): void {
    if (this.isStopped) return;
    const { words, position, ring } = this;
    const word = FIRST_MESSAGE + SLOT_WORDS * (position % ring.slots);
    words[word] = message;
    words[word + 1] = hash;
    this.position = position + 1;
    Atomics.store(words, PRODUCED, this.position | 0);
    Atomics.notify(words, PRODUCED);
  }

  /**
   * Ends the stream for all ranks, wherever they are. They still process the messages written
   * before.
   */
  stop(): void {
    this.write(MESSAGE.stopped);
    this.isStopped = true;
    Atomics.notify(this.words, RELEASED);
  }
}
