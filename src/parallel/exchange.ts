import { availableParallelism } from 'node:os';
import { PeerLost } from './barrier.js';
import { WORD } from './control.js';

/**
 * How long a worker polls before it goes to sleep: as long as a sleep and a wake-up take. An
 * exchange between hosts takes longer than that, one within a host often does not.
 */
const SPIN_MS = 0.05;
/** Polls between two looks at the clock, 1 to 2 µs. */
const POLLS = 256;
/** A sleeping worker wakes up this often to see whether the fit is lost. */
const WAIT_MS = 100;

/**
 * A worker's side of exchanges with other ranks of a cluster. One worker of the process asks the
 * link thread (in `src/cluster`) for an exchange, through words of the arena's control
 * block, and waits; the others wait for that worker at the barrier. The arena's contents are as the
 * worker sees them: it must have passed a barrier after the others' writes.
 */
export class ArenaExchange {
  private readonly spins = availableParallelism() > 1;

  constructor(private readonly control: Int32Array<SharedArrayBuffer>) {}

  /**
   * Runs one of the plans that the main thread gave to `serve`, and waits until this rank has sent
   * and received everything.
   * @throws PeerLost if this process's fit is lost
   */
  run(plan: number): void {
    const { control } = this;
    Atomics.store(control, WORD.exchangePlan, plan);
    const request = (Atomics.load(control, WORD.exchange) + 1) | 0;
    Atomics.store(control, WORD.exchange, request);
    Atomics.notify(control, WORD.exchange);
    if (this.spins && this.spin(request)) return;
    for (;;) {
      const done = Atomics.load(control, WORD.exchanged);
      if (done === request) return;
      if (Atomics.load(control, WORD.lost) !== 0) throw new PeerLost();
      Atomics.wait(control, WORD.exchanged, done, WAIT_MS);
    }
  }

  /** @returns whether the exchange was done within {@link SPIN_MS} */
  private spin(request: number): boolean {
    const end = performance.now() + SPIN_MS;
    do {
      for (let i = 0; i < POLLS; i++) {
        if (Atomics.load(this.control, WORD.exchanged) === request) return true;
      }
    } while (performance.now() < end);
    return false;
  }
}
