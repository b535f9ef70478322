import { withoutSampleShape } from '../../data/sampleShape.js';
import { readFeatures } from '../../estimators/base/features.js';
import type { RowsInput } from '../../estimators/selection/rows.js';
import { type Html, html } from '../page/html.js';
import { pngUri } from '../plots/images/png.js';
import { readImages, shrunk } from '../plots/images/read.js';

/** What stands below an image, and what it shows for those who do not see it. */
export interface Picture {
  heading: string;
  text: string;
  alt: string;
}

/** An image is shown at this width at least; the browser enlarges small ones pixel by pixel. */
const SHOWN = 96;
/** All images of a page together have at most so many bytes before they are compressed. */
const MOST_BYTES = 400_000;

/** Images beside each other. @param shape height, width and channels */
export function pictures(
  x: RowsInput,
  shape: readonly [number, number, number],
  said: readonly Picture[],
): Html {
  const { data } = readFeatures('X', withoutSampleShape('X', x as never, shape) as never);
  const images = readImages({ data, shape: [said.length, ...shape] }, undefined);
  const height = Math.round((SHOWN * shape[0]) / shape[1]);
  const size = said.length * shape[0] * shape[1] * shape[2];
  const by = Math.max(1, Math.ceil(Math.sqrt(size / MOST_BYTES)));
  const list = said.map(({ heading, text, alt }, i) => {
    const uri = pngUri(shrunk(images.of(i), by));
    return html`<li><figure class="picture"><img src="${uri}" alt="${alt}" width="${SHOWN}" height="${height}"><figcaption><b>${heading}</b><span>${text}</span></figcaption></figure></li>`;
  });
  return html`<ul class="pictures">${list}</ul>`;
}
