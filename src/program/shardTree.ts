/**
 * The tree along which shards are added. A block is an aligned subtree: shards
 * [index · 2^level, (index + 1) · 2^level), wherever its sum is kept.
 */
export interface Block<T> {
  level: number;
  index: number;
  at: T;
}

/** Whether two neighbours make the block above them. */
const isPair = (left: Block<unknown>, right: Block<unknown>): boolean =>
  left.level === right.level && left.index % 2 === 0 && left.index + 1 === right.index;

/**
 * Puts a block on a stack of blocks to its left, and adds up what belongs together, as a binary
 * counter carries. The sum of two blocks is kept where the left one is.
 */
export function pushBlock<T>(stack: Block<T>[], block: Block<T>, add: (left: T, right: T) => void): void {
  stack.push(block);
  for (;;) {
    const [left, right] = stack.slice(-2);
    if (left === undefined || right === undefined || !isPair(left, right)) return;
    add(left.at, right.at);
    stack.splice(-2, 2, { level: left.level + 1, index: left.index / 2, at: left.at });
  }
}

/** Shards `[first, end)`. */
export interface ShardRun {
  first: number;
  end: number;
}

/** The shards of a process. */
export const runOf = (shards: number, process: number, processes: number): ShardRun => ({
  first: Math.floor((shards * process) / processes),
  end: Math.floor((shards * (process + 1)) / processes),
});

/** The largest blocks of which a run consists, in order. */
export function blocksOf({ first, end }: ShardRun): Block<undefined>[] {
  const stack: Block<undefined>[] = [];
  for (let index = first; index < end; index++) {
    pushBlock(stack, { level: 0, index, at: undefined }, () => {});
  }
  return stack;
}
