import { setImmediate } from './timers.js';

/** Yields to the event loop, so that timers and sockets run during long computations. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Longest work without a pause, in milliseconds. */
const SLICE_MS = 8;

/** Measures long work, so that the event loop runs after each slice of a few milliseconds. */
export class Slices {
  private begun = performance.now();

  /** @param longest work without a pause, in milliseconds */
  constructor(private readonly longest = SLICE_MS) {}

  /**
   * Whether the event loop should run: then `await` {@link next}. Two steps, because an await
   * without need would cost more than the work.
   */
  get isDue(): boolean {
    return performance.now() - this.begun > this.longest;
  }

  /** Yields to the event loop. */
  async next(): Promise<void> {
    await nextTurn();
    this.restart();
  }

  /** Begins a slice, where the event loop has run by itself. */
  restart(): void {
    this.begun = performance.now();
  }
}
