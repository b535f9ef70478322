import { availableParallelism } from 'node:os';
import { WORD } from './control.js';

/** Thrown from a wait when another rank has died. */
export class PeerLost extends Error {}

/**
 * Polls of the generation before a rank goes to sleep: about 60 µs, which is what a sleep and a
 * wake-up cost. Shorter spins can trap ranks in a cycle of sleeping: a woken rank reaches the next
 * barrier late by that cost, so the others go to sleep there.
 */
const LONG_SPIN = 10_000;
/** Polls on a busy machine, where another thread occupies the awaited rank's core. */
const SHORT_SPIN = 200;
/** This many consecutive long spins that end in sleep mean that the machine is busy. */
const PATIENCE = 8;
/** Barriers with a short spin before a long one is tried again. */
const RETRY_AFTER = 64;
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
    const generation = Atomics.load(control, WORD.generation);
    if (Atomics.add(control, WORD.arrived, 1) === ranks - 1) {
      Atomics.store(control, WORD.arrived, 0);
      Atomics.add(control, WORD.generation, 1);
      Atomics.notify(control, WORD.generation);
      return;
    }
    if (this.spins && this.spin(generation)) return;
    while (Atomics.load(control, WORD.generation) === generation) {
      if (Atomics.load(control, WORD.lost) !== 0) throw new PeerLost();
      Atomics.wait(control, WORD.generation, generation, WAIT_MS);
    }
  }

  /** Polls for the next generation without giving up the core. @returns true if it came */
  private spin(generation: number): boolean {
    const { control } = this;
    const isShort = this.shortLeft > 0;
    if (isShort) this.shortLeft--;
    const limit = isShort ? SHORT_SPIN : LONG_SPIN;
    for (let i = 0; i < limit; i++) {
      if (Atomics.load(control, WORD.generation) !== generation) {
        this.failures = 0;
        return true;
      }
    }
    if (!isShort && ++this.failures >= PATIENCE) {
      this.failures = 0;
      this.shortLeft = RETRY_AFTER;
    }
    return false;
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
