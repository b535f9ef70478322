/** Photographs: PNG, JPEG, GIF and WebP, which sharp decodes. */
import sharp from 'sharp';
import { data } from 'steepest';
import { changeBytes } from '../lib/bytes.mjs';
import { oneOf } from '../lib/draw.mjs';

const [WIDTH, HEIGHT] = [24, 18];

export default {
  name: 'image',
  covers: ['readImage'],
  codes: ['ERR_DATA_FILE', 'ERR_DATA_LIMIT'],
  async seeds() {
    const pixels = Buffer.from(Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => (i * i) % 251));
    const image = () => sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
    return {
      png: await image().png().toBuffer(),
      jpeg: await image().jpeg().toBuffer(),
      gif: await image().gif().toBuffer(),
      webp: await image().webp().toBuffer(),
      alpha: await image().ensureAlpha(0.5).png().toBuffer(),
    };
  },
  mutate: (draw, files) => (draw(6) === 0 ? oneOf(draw, files) : changeBytes(draw, oneOf(draw, files))),
  read: (bytes) => data.readImage(bytes, { size: [6, 8], limits: { bytes: 2 ** 22, timeMs: 5000 } }),
  async check({ shape, data: values }) {
    if (shape.join() !== '1,6,8,3' || values.length !== 6 * 8 * 3) return `an image of ${shape}`;
    return undefined;
  },
};
