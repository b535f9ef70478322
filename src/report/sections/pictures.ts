import { withoutSampleShape } from '../../data/sampleShape.js';
import { readFeatures } from '../../estimators/base/features.js';
import type { RowsInput } from '../../estimators/selection/rows.js';
import { type Html, html } from '../page/html.js';
import { pngUri } from '../png.js';

/** What stands below an image, and what it shows for those who do not see it. */
export interface Picture {
  heading: string;
  text: string;
  alt: string;
}

/** The largest grey or colour of a byte. */
const WHITE = 255;
/** An image is enlarged to this side by whole pixels: the browser would smooth it. */
const SHOWN = 96;

/** Images beside each other. @param shape height, width and channels */
export function pictures(
  x: RowsInput,
  shape: readonly [number, number, number],
  said: readonly Picture[],
): Html {
  const { data } = readFeatures('X', withoutSampleShape('X', x as never, shape) as never);
  const size = shape[0] * shape[1] * shape[2];
  const toByte = scaleOf(data);
  const list = said.map(({ heading, text, alt }, i) => {
    const pixels = Uint8Array.from(data.subarray(i * size, (i + 1) * size), toByte);
    return html`<li><figure class="picture"><img src="${pngUri(pixels, shape)}" alt="${alt}" width="${SHOWN}" height="${Math.round((SHOWN * shape[0]) / shape[1])}"><figcaption><b>${heading}</b><span>${text}</span></figcaption></figure></li>`;
  });
  return html`<ul class="pictures">${list}</ul>`;
}

/** From pixels to bytes: bytes as they are, shares of 1, and everything else by its range. */
function scaleOf(data: ArrayLike<number>): (value: number) => number {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < data.length; i++) {
    low = Math.min(low, data[i]!);
    high = Math.max(high, data[i]!);
  }
  if (low >= 0 && high > 1 && high <= WHITE) return Math.round;
  const [from, to] = low >= 0 && high <= 1 ? [0, 1] : [low, high];
  return to > from ? (value) => Math.round((WHITE * (value - from)) / (to - from)) : () => 0;
}
