import { at, TEXT_SIZE } from './text.js';

/** Lines through many points. */

export interface Point {
  x: number;
  y: number;
}

/** Most points of a line: two of each column that is as wide as a pixel of a phone. */
const MOST_POINTS = 800;

/**
 * Where many points share a column, its lowest and highest, in their order: nothing that sticks out
 * is lost. Gaps (a y that is not finite) remain.
 */
export function thinned(points: readonly Point[], most = MOST_POINTS): readonly Point[] {
  if (points.length <= most) return points;
  const [first, last] = [points[0].x, points[points.length - 1].x];
  const columns = Math.floor(most / 2);
  const kept: Point[] = [];
  const columnOf = ({ x }: Point): number =>
    Math.min(columns - 1, Math.floor(((x - first) / (last - first || 1)) * columns));
  for (let i = 0; i < points.length; ) {
    const column = columnOf(points[i]);
    let low = i;
    let high = i;
    let gap = -1;
    let end = i;
    for (; end < points.length && columnOf(points[end]) === column; end++) {
      if (!Number.isFinite(points[end].y)) gap = end;
      // A comparison with what is not finite replaces it.
      else {
        if (!(points[end].y >= points[low].y)) low = end;
        if (!(points[end].y <= points[high].y)) high = end;
      }
    }
    const chosen = new Set([low, high, ...(gap < 0 ? [] : [gap])]);
    if (end === points.length) chosen.add(end - 1);
    for (const index of [...chosen].sort((a, b) => a - b)) kept.push(points[index]);
    i = end;
  }
  return kept;
}

/** The `d` of a path through points, interrupted where y is not finite. */
export function pathOf(points: readonly Point[]): string {
  let path = '';
  let isOpen = false;
  for (const { x, y } of points) {
    const isDrawn = Number.isFinite(y);
    if (isDrawn) path += `${isOpen ? 'L' : 'M'}${at(x)} ${at(y)}`;
    isOpen = isDrawn;
  }
  return path;
}

/** Points between two gaps, which no line would show. */
export const alone = (points: readonly Point[]): Point[] =>
  points.filter(({ y }, i) => {
    const isNeighbour = (other: Point | undefined): boolean =>
      other !== undefined && Number.isFinite(other.y);
    return Number.isFinite(y) && !isNeighbour(points[i - 1]) && !isNeighbour(points[i + 1]);
  });

/** A line with dots for what stands alone. */
export function lineOf(points: readonly Point[], most?: number): string {
  const shown = thinned(points, most);
  const d = pathOf(shown);
  const dots = alone(shown).map(({ x, y }) => `<circle class="mark" cx="${at(x)}" cy="${at(y)}" r="2.5"/>`);
  return `${d === '' ? '' : `<path class="line" d="${d}"/>`}${dots.join('')}`;
}

/** Lines of text are at least so far apart. */
export const LINE_GAP = TEXT_SIZE + 4;

/**
 * Heights of labels that would like to stand at `wanted`, moved apart as little as needed, from
 * `top` to `bottom`.
 */
export function apart(wanted: readonly number[], top: number, bottom: number, gap = LINE_GAP): number[] {
  const order = [...wanted.keys()].sort((a, b) => wanted[a] - wanted[b] || a - b);
  const places = new Array<number>(wanted.length);
  let least = top;
  for (const i of order) {
    places[i] = Math.max(wanted[i], least);
    least = places[i] + gap;
  }
  let most = bottom;
  for (const i of order.toReversed()) {
    places[i] = Math.min(places[i], most);
    most = places[i] - gap;
  }
  return places;
}
