import { availableParallelism } from 'node:os';
import { WORD } from './control.js';

/** Thrown from a wait when another rank has died. */
export class PeerLost extends Error {}

/**
 * How long a rank polls before it goes to sleep: about what a sleep and a wake-up take, which is
 * 60 µs on bare metal and 50 to 150 µs in a virtual machine. Shorter spins can trap ranks in a
 * cycle of sleeping: a woken rank reaches the next barrier late by that time, so the others go to
 * sleep there. Longer ones take the core from a rank that has to share it.
 */
const LONG_SPIN_MS = 0.1;
/** Polls between two looks at the clock, 1 to 2 µs. A look takes as long as ten polls. */
const POLLS = 256;
/**
 * This many consecutive long spins that end in sleep mean that the machine is busy: another thread
 * occupies the awaited rank's core.
 */
const PATIENCE = 4;
/** Barriers with a short spin, one round of polls, before a long one is tried again. */
const RETRY_AFTER = 256;
/** Sleeping ranks wake up this often to check for a lost peer, in case they missed its notice. */
const WAIT_MS = 100;

/**
 * The barrier where all ranks of a fit wait for each other. A rank first spins, because ranks
 * finish a phase within microseconds of each other, and then sleeps. When spins keep failing, they
 * are shortened for a while. With more ranks than processors a rank does not spin at all, because
 * it would keep the awaited rank off its core.
 */
export class Barrier {
  private readonly spins: boolean;
  /** Consecutive long spins that failed. */
  private failures = 0;
  /** Barriers that still use a short spin. */
  private shortLeft = 0;

  constructor(
    private readonly control: Int32Array<SharedArrayBuffer>,
    private readonly ranks: number,
  ) {
    this.spins = ranks <= availableParallelism();
  }

  /** @throws PeerLost */
  wait(): void {
    const { control, ranks } = this;
    if (ranks === 1) return;
    const closed = ranks === 2 ? this.arriveOfTwo() : this.arriveOfMany();
    if (closed === undefined) {
      // Beside the generation, whose cache line this rank has just written.
      if (Atomics.load(control, WORD.sleepers) !== 0) Atomics.notify(control, WORD.generation);
      return;
    }
    if (!this.spins || !this.spin(closed)) this.sleep(closed);
  }

  /**
   * Two ranks need a single cache line: each arrival raises the generation, which is odd while one
   * of them waits.
   * @returns the generation that ends when the barrier opens; undefined if this rank has opened it
   */
  private arriveOfTwo(): number | undefined {
    const before = Atomics.add(this.control, WORD.generation, 1);
    return (before & 1) === 1 ? undefined : (before + 1) | 0;
  }

  /** Many ranks count themselves on a line that those who have arrived do not poll. */
  private arriveOfMany(): number | undefined {
    const { control, ranks } = this;
    const generation = Atomics.load(control, WORD.generation);
    if (Atomics.add(control, WORD.arrived, 1) !== ranks - 1) return generation;
    Atomics.store(control, WORD.arrived, 0);
    Atomics.add(control, WORD.generation, 1);
    return undefined;
  }

  /** Polls until a generation has ended, without giving up the core. @returns true if it has */
  private spin(closed: number): boolean {
    if (this.shortLeft > 0) {
      this.shortLeft--;
      return this.poll(closed);
    }
    if (this.poll(closed)) return this.hasSpun();
    const end = performance.now() + LONG_SPIN_MS;
    do {
      if (this.poll(closed)) return this.hasSpun();
    } while (performance.now() < end);
    if (++this.failures >= PATIENCE) {
      this.failures = 0;
      this.shortLeft = RETRY_AFTER;
    }
    return false;
  }

  private hasSpun(): true {
    this.failures = 0;
    return true;
  }

  /** @returns whether the generation ended within {@link POLLS} polls */
  private poll(closed: number): boolean {
    const { control } = this;
    for (let i = 0; i < POLLS; i++) {
      if (Atomics.load(control, WORD.generation) !== closed) return true;
    }
    return false;
  }

  /**
   * Sleeps until a generation has ended. The rank announces itself first and then looks at the
   * generation again, in `Atomics.wait`; who ends it looks for sleepers afterwards. So one of the
   * two sees the other. A rank that dies asleep costs no more than notices that nobody needs.
   */
  private sleep(closed: number): void {
    const { control } = this;
    Atomics.add(control, WORD.sleepers, 1);
    while (Atomics.load(control, WORD.generation) === closed) {
      if (Atomics.load(control, WORD.lost) !== 0) throw new PeerLost();
      Atomics.wait(control, WORD.generation, closed, WAIT_MS);
    }
    Atomics.sub(control, WORD.sleepers, 1);
  }
}

/** Sleeps until the main thread has allowed `epochs` epochs. */
export function waitForGate(control: Int32Array<SharedArrayBuffer>, epochs: number): void {
  for (;;) {
    const passed = Atomics.load(control, WORD.gate);
    if (passed >= epochs) return;
    if (Atomics.load(control, WORD.lost) !== 0) throw new PeerLost();
    Atomics.wait(control, WORD.gate, passed, WAIT_MS);
  }
}
