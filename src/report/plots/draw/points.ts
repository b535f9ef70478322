import type { Box } from './axes.js';
import type { Point } from './lines.js';
import { marker, shapeAt } from './markers.js';
import { valueText } from './numbers.js';
import type { Scale } from './scales.js';
import { at, titled } from './text.js';

/** Many points: each one, or how many lie where. */

export interface PointGroup {
  series: number;
  name: string;
  /** Values, not places. */
  points: readonly Point[];
}

/** Most points that say their values. */
const MOST_NAMED = 200;
/** Most points that are drawn one by one. */
export const MOST_SINGLE = 2000;
const MOST_STOPS = 24;
/** Of more points: the side of the squares in which they are counted, of one group. */
const SQUARE = 5;
const SHADES = 6;
const WEAKEST = 0.4;
/** Columns that say what the points in them have in common. */
const COLUMNS = 12;

export interface PointsInput {
  groups: readonly PointGroup[];
  box: Box;
  x: Scale;
  y: Scale;
  xName: string;
  yName: string;
}

export function drawPoints(input: PointsInput): string {
  const { groups } = input;
  const count = groups.reduce((sum, { points }) => sum + points.length, 0);
  if (count <= MOST_NAMED) return groups.map((group) => named(group, input, count <= MOST_STOPS)).join('');
  const draw = count <= MOST_SINGLE ? single : counted;
  return `${groups.map((group) => draw(group, input)).join('')}${columns(input)}`;
}

/** Each point with its values to point at. */
function named({ series, name, points }: PointGroup, input: PointsInput, areStops: boolean): string {
  const { x, y, xName, yName, groups } = input;
  const of = groups.length > 1 ? `${name}: ` : '';
  const marks = points.map((point) => {
    const title = `${of}${xName} ${valueText(point.x)}, ${yName} ${valueText(point.y)}`;
    const stop = areStops ? ' tabindex="0" role="img"' : '';
    return `<g class="focus"${stop}>${titled(title)}${marker(series, x.of(point.x), y.of(point.y))}</g>`;
  });
  return `<g class="points s${series}">${marks.join('')}</g>`;
}

/** One path of dots, or of the shapes that tell groups apart. */
function single({ series, points }: PointGroup, { x, y, groups }: PointsInput): string {
  if (groups.length > 1) {
    const shapes = points.map((point) => shapeAt(series, x.of(point.x), y.of(point.y)));
    return `<g class="points s${series}"><path class="mark" d="${shapes.join('')}"/></g>`;
  }
  const d = points.map((point) => `M${at(x.of(point.x))} ${at(y.of(point.y))}h0`).join('');
  return `<g class="s${series}"><path class="dots" d="${d}"/></g>`;
}

/** Squares, the darker the more points lie in them; of several groups, the shape of each. */
function counted({ series, points }: PointGroup, { x, y, box, groups }: PointsInput): string {
  // Together, several groups have as many squares as one.
  const side = Math.round(SQUARE * Math.sqrt(groups.length));
  const width = Math.ceil((box.right - box.left) / side) + 1;
  const counts = new Map<number, number>();
  let most = 1;
  for (const point of points) {
    const column = Math.floor((x.of(point.x) - box.left) / side);
    const row = Math.floor((y.of(point.y) - box.top) / side);
    const key = row * width + column;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count > most) most = count;
  }
  const paths = new Array<string>(SHADES).fill('');
  for (const [key, count] of counts) {
    // By ratio: a few points are seen beside thousands.
    const shade = most === 1 ? SHADES - 1 : Math.floor((Math.log(count) / Math.log(most)) * (SHADES - 0.001));
    const [left, top] = [box.left + (key % width) * side, box.top + Math.floor(key / width) * side];
    paths[shade] +=
      groups.length > 1
        ? shapeAt(series, left + side / 2, top + side / 2)
        : `M${at(left)} ${at(top)}h${side}v${side}h-${side}z`;
  }
  const shades = paths.map((d, shade) => {
    const opacity = WEAKEST + ((1 - WEAKEST) * shade) / (SHADES - 1);
    return d === '' ? '' : `<path class="mark" fill-opacity="${opacity.toFixed(2)}" d="${d}"/>`;
  });
  return `<g class="s${series}">${shades.join('')}</g>`;
}

/** Invisible columns over the chart, with what is in them. */
function columns({ groups, box, x, xName, yName }: PointsInput): string {
  const all = groups.flatMap(({ points }) => points);
  const width = (box.right - box.left) / COLUMNS;
  const inColumn = Array.from({ length: COLUMNS }, (): Point[] => []);
  for (const point of all) {
    const column = Math.floor((x.of(point.x) - box.left) / width);
    inColumn[Math.min(COLUMNS - 1, Math.max(0, column))].push(point);
  }
  return inColumn
    .map((points, i) => {
      if (points.length === 0) return '';
      const xs = sorted(points.map((point) => point.x));
      const ys = sorted(points.map((point) => point.y));
      const title = `${valueText(points.length)} rows with ${xName} ${span(xs)}: ${yName} ${span(ys)}, median ${valueText(ys[Math.floor(ys.length / 2)])}`;
      const left = at(box.left + i * width);
      return `<g class="at" tabindex="0" role="img">${titled(title)}<rect class="hit" x="${left}" y="${at(box.top)}" width="${at(width)}" height="${at(box.bottom - box.top)}"/><path class="axis show" d="M${left} ${at(box.bottom)}h${at(width)}"/></g>`;
    })
    .join('');
}

const sorted = (values: readonly number[]): Float64Array => Float64Array.from(values).sort();

const span = (ascending: Float64Array): string =>
  `${valueText(ascending[0])} to ${valueText(ascending[ascending.length - 1])}`;
