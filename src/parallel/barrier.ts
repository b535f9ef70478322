import { availableParallelism } from 'node:os';
import { WORD } from './control.js';

/** Thrown out of a wait when another rank is gone. */
export class PeerLost extends Error {}

/**
 * Loads of the generation before a rank goes to sleep, about 60 µs: as long as a sleep and a wake-up cost. Shorter
 * spins can trap ranks in a rhythm of sleeping: a woken rank comes to the next barrier late by that cost, and the
 * others go to sleep there.
 */
const LONG_SPIN = 10_000;
/** Spin on a busy machine, where another thread has the awaited rank's core. */
const SHORT_SPIN = 200;
/** So many long spins in a row that end in sleep mean a busy machine. */
const PATIENCE = 8;
/** Barriers with a short spin before a long one is tried again. */
const RETRY_AFTER = 64;
/** Sleeping ranks look up this often, so that a lost peer is seen even if its notice was missed. */
const WAIT_MS = 100;

/**
 * Where all ranks of a fit wait for each other. A rank spins for a moment, because phases end within microseconds of
 * each other, then sleeps. Where spinning is in vain again and again it is cut short for a while; with more ranks than
 * processors there is none at all, since it would keep the awaited rank off its core.
 */
export class Barrier {
  private readonly spins: boolean;
  /** Long spins in vain, one after the other. */
  private failures = 0;
  /** Barriers left to pass with a short spin. */
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

  /** Looks for the next generation without giving up the core. @returns true if it came */
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

/** Sleeps until the main thread has let `epochs` epochs pass. */
export function waitForGate(control: Int32Array<SharedArrayBuffer>, epochs: number): void {
  for (;;) {
    const passed = Atomics.load(control, WORD.gate);
    if (passed >= epochs) return;
    if (Atomics.load(control, WORD.lost) !== 0) throw new PeerLost();
    Atomics.wait(control, WORD.gate, passed, WAIT_MS);
  }
}
