import { at } from './text.js';

/** Shapes that tell series apart where they have no lines. */

/** Paths around 0, of about the same area; only their first place is absolute. */
const SHAPES = [
  'M-3.2 0a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0-6.4 0z',
  'M-2.9-2.9h5.8v5.8h-5.8z',
  'M0-4l3.8 6.6h-7.6z',
  'M0-4.2l4.2 4.2-4.2 4.2-4.2-4.2z',
  'M-1.3-4h2.6v2.7h2.7v2.6h-2.7v2.7h-2.6v-2.7h-2.7v-2.6h2.7z',
  'M0 4l3.8-6.6h-7.6z',
  'M-4-2h8v4h-8z',
  'M-2-4h4v8h-4z',
];

/** The shape of a series as part of a path. @param series counted from 1 */
export function shapeAt(series: number, x: number, y: number): string {
  const [, dx, dy, rest] = START.exec(SHAPES[(series - 1) % SHAPES.length])!;
  return `M${at(x + Number(dx))} ${at(y + Number(dy))}${rest}`;
}

const START = /^M(-?[\d.]+) ?(-?[\d.]+)(.*)$/;

/** @param series counted from 1 */
export const marker = (series: number, x: number, y: number): string =>
  `<path class="mark" transform="translate(${at(x)} ${at(y)})" d="${SHAPES[(series - 1) % SHAPES.length]}"/>`;
