import { BORDERS, type OpKind } from '#steepest/kernels/contract.js';
import type { CaseBuilder } from '../case.js';
import { activationOf, type Generate, imageSizes, index } from '../draws.js';

/** Images through windows, as rows or as images; once in a while through one that is not there. */
function windowGather(c: CaseBuilder): void {
  const { channels, height, width } = imageSizes(c);
  const { height: outHeight, width: outWidth } = imageSizes(c);
  const tableRows = c.capacity + c.inner + 1;
  const elements = channels * height * width;
  if (c.random.chance(0.5)) c.matrix('src', tableRows, elements, () => c.random.below(256), 'u8');
  else c.matrix('src', tableRows, elements, c.float);
  index(c, tableRows);
  const broken = c.random.chance(0.05);
  const windows = (_: number, j: number): number => {
    if (broken && c.random.chance(0.1)) return c.random.below(2 ** 31);
    return c.random.below(1 + (j < outHeight ? height : width)) - 1;
  };
  c.matrix('windows', c.capacity, outHeight + outWidth, windows, 'i32');
  if (c.kind === 'gatherWindows') c.output('dst', c.capacity, channels * outHeight * outWidth);
  else c.imagesOutput('dst', [channels, outHeight, outWidth]);
  c.scalar({
    channels,
    height,
    width,
    outHeight,
    outWidth,
    scaled: c.random.below(2),
    scale: 1 / 255,
    offset: c.random.pick([0, -0.5]),
    fill: c.random.pick([0, -1.5, 0.1]),
  });
}

/** An image and the frame that it comes into. */
function frame(c: CaseBuilder) {
  const { channels, height, width } = imageSizes(c);
  const [top, left] = [c.random.below(3), c.random.below(3)];
  const outHeight = top + height + c.random.below(3);
  const outWidth = left + width + c.random.below(3);
  const sizes = { channels, height, width, top, left, outHeight, outWidth };
  return { sizes, channels, height, width, outHeight, outWidth };
}

/** Images: their rows, windows and padding. */
export const imageCases = {
  gatherImages(c) {
    const { channels, height, width } = imageSizes(c);
    const elements = channels * height * width;
    const tableRows = c.capacity + c.inner + 1;
    if (c.random.chance(0.5)) c.matrix('src', tableRows, elements, () => c.random.below(256), 'u8');
    else c.matrix('src', tableRows, elements, c.float);
    index(c, tableRows);
    c.imagesOutput('dst', [channels, height, width]);
    c.scalar({
      channels,
      height,
      width,
      scaled: c.random.below(2),
      scale: 1 / 255,
      offset: c.random.pick([0, -0.5]),
    });
    c.byGroups();
  },
  drawWindows(c) {
    const { height, width } = imageSizes(c);
    const { height: outHeight, width: outWidth } = imageSizes(c);
    c.maybe(() => c.matrix('before', c.capacity, height + width, () => c.random.below(40) - 1, 'i32'));
    c.output('windows', c.capacity, outHeight + outWidth, 'rows', 0, 'i32');
    c.scalar({
      height,
      width,
      outHeight,
      outWidth,
      topLeast: c.random.below(9) - 5,
      topCount: 1 + c.random.below(20),
      leftLeast: c.random.below(90) - 45,
      leftCount: 1 + c.random.below(9),
      border: c.random.pick(Object.values(BORDERS)),
      flipRows: c.random.below(2),
      flipCols: c.random.below(2),
      seed: c.random.below(2 ** 32),
      stream: c.random.below(9),
    });
  },
  gatherWindows(c) {
    windowGather(c);
  },
  gatherImageWindows(c) {
    windowGather(c);
    c.byGroups();
  },
  padImages(c) {
    const { sizes, channels, height, width, outHeight, outWidth } = frame(c);
    c.images('x', [channels, height, width]);
    c.imagesOutput('y', [channels, outHeight, outWidth]);
    c.scalar(sizes);
    c.byGroups();
  },
  padRows(c) {
    const { sizes, channels, height, width, outHeight, outWidth } = frame(c);
    c.batch('x', channels * height * width);
    c.output('y', c.capacity, channels * outHeight * outWidth);
    c.scalar(sizes);
  },
  channelSums(c) {
    const channels = 1 + c.random.below(6);
    const [height, width] = [1 + c.random.below(4), 1 + c.random.below(9)];
    c.images('dz', [channels, height, width]);
    c.scalar({ height, width });
    c.output('db', 1, channels, 'cols');
    c.slice(channels, 1 + c.random.below(3));
  },
  imagesToRows(c) {
    const { channels, height, width } = imageSizes(c);
    c.images('x', [channels, height, width]);
    c.output('y', c.capacity, channels * height * width, 'all');
    c.scalar({ channels, height, width });
    c.byGroups();
  },
  rowsToImages(c) {
    const { channels, height, width } = imageSizes(c);
    const elements = channels * height * width;
    c.batch('x', elements);
    c.maybe(() => c.images('s', [channels, height, width]));
    c.imagesOutput('y', [channels, height, width]);
    c.scalar({
      channels,
      height,
      width,
      ...activationOf(c),
    });
    c.byGroups();
  },
} satisfies Partial<Record<OpKind, Generate>>;
