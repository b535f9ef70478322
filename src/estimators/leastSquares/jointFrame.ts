import { type Frame, frameFrom, frameOf, heaviestOf, largestOf } from './frame.js';
import type { RowBlock, RowSource } from './source.js';

/** The frames that one process would choose for the rows of all ranks. */

/** The frame of the first block with a weight: every rank looks at its own, the first counts. */
export async function jointFrame(source: RowSource, blockRows: number, centre: boolean): Promise<Frame> {
  const frames = await source.joint!.ranks.all(async () => {
    for await (const block of source.blocks(blockRows)) {
      const frame = frameOf(block, source, centre);
      if (frame !== undefined) return frame;
    }
    return undefined;
  });
  return frames.find((frame) => frame !== undefined)!;
}

/** The frame for the largest numbers of all rows. */
export async function jointFrameOfAll(source: RowSource, blockRows: number, centre: boolean): Promise<Frame> {
  const { ranks } = source.joint!;
  const heaviest = Math.max(...(await ranks.all(() => heaviestOf(source, blockRows))));
  let first: RowBlock | undefined;
  const found = await ranks.all(async () => {
    const own = await largestOf(source, blockRows, heaviest);
    first = own.first;
    return own.largest;
  });
  const largest = found[0]!.map((_, j) => Math.max(...found.map((each) => each[j]!)));
  const frames = await ranks.all(() => first && frameFrom(first, source, largest, heaviest, centre));
  return frames.find((frame) => frame !== undefined)!;
}
