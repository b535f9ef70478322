import { Draws, STREAMS } from '../core/draws.js';

/**
 * Rows drawn at random for a report, ascending: one from each of `most` parts of equal size, so
 * that a few draws serve for millions of rows.
 * @returns undefined if there are no more than `most`
 */
export function drawRows(rows: number, most: number, seed: number): Uint32Array | undefined {
  if (rows <= most) return undefined;
  const draws = new Draws(seed, STREAMS.report);
  return Uint32Array.from({ length: most }, (_, i) => {
    const begin = Math.floor((i * rows) / most);
    const end = Math.floor(((i + 1) * rows) / most);
    return begin + draws.below(end - begin);
  });
}

/** Every so many-th of a list, at most `most`: for drawings of points in no particular order. */
export function thinned<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list];
  return Array.from({ length: most }, (_, i) => list[Math.floor((i * list.length) / most)]!);
}
