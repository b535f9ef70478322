import { eachRange, type InParts } from '../../core/inParts.js';
import { LINES_PER_PART } from './pinballProblem.js';

/** Lines by ascending key: cheap where only the first few are wanted. */
export class LineHeap {
  /** @param keys by line @param lines the first `count` of them; reordered */
  private constructor(
    private readonly keys: Float64Array,
    private readonly lines: Uint32Array,
    private count: number,
  ) {}

  static *of(keys: Float64Array, lines: Uint32Array, count: number): InParts<LineHeap> {
    const heap = new LineHeap(keys, lines, count);
    const parents = count >> 1;
    yield* eachRange(
      parents,
      (begin, end) => {
        for (let i = begin; i < end; i++) heap.sink(parents - 1 - i);
      },
      LINES_PER_PART,
    );
    return heap;
  }

  /** Removes the line with the least key; −1 if there is none. */
  pop(): number {
    if (this.count === 0) return -1;
    const least = this.lines[0]!;
    this.count--;
    this.lines[0] = this.lines[this.count]!;
    this.sink(0);
    return least;
  }

  /** Of equal keys the first line comes first. */
  private isBefore(line: number, other: number): boolean {
    const [key, otherKey] = [this.keys[line]!, this.keys[other]!];
    return key < otherKey || (key === otherKey && line < other);
  }

  private sink(from: number): void {
    const { lines, count } = this;
    const line = lines[from]!;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= count) break;
      if (child + 1 < count && this.isBefore(lines[child + 1]!, lines[child]!)) child++;
      if (!this.isBefore(lines[child]!, line)) break;
      lines[at] = lines[child]!;
      at = child;
    }
    lines[at] = line;
  }
}
