import { availableParallelism } from 'node:os';
import { WORD } from './control.js';

/** Thrown out of a wait when another rank is gone. */
export class PeerLost extends Error {}

/** Loads of the generation before a rank goes to sleep: about 10 µs, less than a sleep and a wake-up cost. */
const LONGEST_SPIN = 2000;
const SHORTEST_SPIN = 50;
/** Sleeping ranks look up this often, so that a lost peer is seen even if its notice was missed. */
const WAIT_MS = 100;

/**
 * Where all ranks of a fit wait for each other. A rank spins for a moment, because phases end within
 * microseconds of each other, then sleeps. After a spin that was in vain the next is half as long; with
 * more ranks than processors there is no spinning at all, since it would keep the awaited rank off its core.
 */
export class Barrier {
  private spin: number;
  private readonly longestSpin: number;

  constructor(
    private readonly control: Int32Array<SharedArrayBuffer>,
    private readonly ranks: number,
  ) {
    this.longestSpin = ranks > availableParallelism() ? 0 : LONGEST_SPIN;
    this.spin = this.longestSpin;
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
    for (let i = 0; i < this.spin; i++) {
      if (Atomics.load(control, WORD.generation) !== generation) {
        this.spin = Math.min(this.longestSpin, this.spin * 2);
        return;
      }
    }
    this.spin = this.longestSpin === 0 ? 0 : Math.max(SHORTEST_SPIN, this.spin >> 1);
    while (Atomics.load(control, WORD.generation) === generation) {
      if (Atomics.load(control, WORD.lost) !== 0) throw new PeerLost();
      Atomics.wait(control, WORD.generation, generation, WAIT_MS);
    }
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
