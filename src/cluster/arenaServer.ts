import { controlBlock, WORD } from '../parallel/control.js';
import { waitAsync } from '../parallel/waitAsync.js';
import type { Exchange, ExchangePlan, Link } from './link.js';

/** In place of a plan: the main thread's request to end. */
const END = -1;
/** A server that waits on an event loop looks this often, in case it missed a notice. */
const WAIT_MS = 1000;

/** Ends the service of an arena, from another thread too. */
export function endService(arena: Uint8Array<SharedArrayBuffer>): void {
  const control = controlBlock(arena);
  Atomics.store(control, WORD.exchangePlan, END);
  Atomics.add(control, WORD.exchange, 1);
  Atomics.notify(control, WORD.exchange);
}

/** Whether a link does its exchanges before `run` returns. */
export function isBlocking(link: Link): boolean {
  const exchange = link.prepare(new Uint8Array(1), { sends: [], receives: [] }, 'start');
  const isDone = exchange.run() === undefined;
  exchange.release();
  return isDone;
}

/**
 * The link thread's side of the exchanges of an arena; `src/parallel/exchange.ts` is a worker's.
 * Over a blocking link the thread sleeps in `Atomics.wait`, which wakes up several times as fast
 * as an event loop.
 */
export class ArenaServer {
  private readonly control: Int32Array<SharedArrayBuffer>;
  private readonly exchanges: readonly Exchange[];

  constructor(
    link: Link,
    private readonly arena: Uint8Array<SharedArrayBuffer>,
    plans: readonly ExchangePlan[],
    label: string,
  ) {
    this.control = controlBlock(arena);
    this.exchanges = plans.map((plan, i) => link.prepare(arena, plan, `exchange ${i} of ${label}`));
  }

  /** Serves over a link with an event loop. */
  async run(): Promise<void> {
    const { control } = this;
    for (;;) {
      const done = Atomics.load(control, WORD.exchanged);
      const request = Atomics.load(control, WORD.exchange);
      if (request === done) {
        await waitAsync(control, WORD.exchange, done, WAIT_MS).value;
        continue;
      }
      const exchange = this.requested();
      await exchange?.run();
      this.answer(request);
      if (exchange === undefined) break;
    }
    this.release();
  }

  /** Serves over a blocking link. */
  runBlocking(): void {
    const { control } = this;
    for (;;) {
      const done = Atomics.load(control, WORD.exchanged);
      const request = Atomics.load(control, WORD.exchange);
      if (request === done) {
        Atomics.wait(control, WORD.exchange, done);
        continue;
      }
      const exchange = this.requested();
      exchange?.run();
      this.answer(request);
      if (exchange === undefined) break;
    }
    this.release();
  }

  end(): void {
    endService(this.arena);
  }

  private requested(): Exchange | undefined {
    const plan = Atomics.load(this.control, WORD.exchangePlan);
    return plan === END ? undefined : this.exchanges[plan]!;
  }

  private answer(request: number): void {
    Atomics.store(this.control, WORD.exchanged, request);
    Atomics.notify(this.control, WORD.exchanged);
  }

  private release(): void {
    for (const exchange of this.exchanges) exchange.release();
  }
}
