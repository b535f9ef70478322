import { svgOf } from './drawing.js';
import { frameOf } from './frame.js';
import { type LegendItem, legendOf } from './legend.js';
import { lineOf, type Point } from './lines.js';
import { valueText } from './numbers.js';
import type { Scale } from './scales.js';
import { at, titled } from './text.js';

/** Curves between 0 and 1 in both directions, one per class. */

/** A point with what it says, such as its threshold. */
export interface Stop extends Point {
  text: string;
}

export interface CurveOfClass {
  name: string;
  /** Its score, in words. */
  note: string;
  /** The lowest ones are drawn if there are too many. */
  score: number;
  points: readonly Point[];
  /** Points to look at. */
  stops: readonly Stop[];
}

export interface CurvesInput {
  title: string;
  isHeaded: boolean;
  width: number;
  description: string;
  xName: string;
  yName: string;
  curves: readonly CurveOfClass[];
  /** A line to compare with, from (0, y0) to (1, y1), with its name. */
  guide?: { y0: number; y1: number; name: string };
  /** The sample in the legend of classes that have no colour of their own. */
  others: (others: readonly CurveOfClass[]) => string;
  /** Every curve has dots. */
  hasDots?: boolean;
}

/** Classes with a colour of their own. Of more, so many with the lowest scores less one. */
const MOST_COLOURED = 6;
/** Points of a line in grey. */
const FEW_POINTS = 60;
const HEIGHT = 290;
/** So many stops of the Tab key are few; with more, values show to the pointer alone. */
const MOST_STOPS = 80;

/** The curves that are told apart, and the rest, which is drawn in grey. */
function chosen(curves: readonly CurveOfClass[]): { coloured: CurveOfClass[]; others: CurveOfClass[] } {
  if (curves.length <= MOST_COLOURED) return { coloured: [...curves], others: [] };
  const ascending = [...curves].sort((a, b) => a.score - b.score);
  const lowest = new Set(ascending.slice(0, MOST_COLOURED - 1));
  return {
    coloured: curves.filter((curve) => lowest.has(curve)),
    others: curves.filter((curve) => !lowest.has(curve)),
  };
}

export function drawCurves(input: CurvesInput): string {
  const { width, curves, guide } = input;
  const { coloured, others } = chosen(curves);
  const unit = (name: string) => ({ ends: [0, 1] as const, name });
  const isOne = curves.length === 1;
  const { x, y, parts, height } = frameOf(width, unit(input.xName), unit(input.yName), {
    height: HEIGHT,
    note: isOne ? curves[0].note : '',
    guide: guide?.name,
  });
  const place = (points: readonly Point[]): Point[] => points.map((p) => ({ x: x.of(p.x), y: y.of(p.y) }));
  const items: LegendItem[] = coloured.map(({ name, note }, i) => ({ series: i + 1, name, note }));
  if (others.length > 0) {
    const count = `${others.length} others`;
    items.push({ series: 0, name: count, note: input.others(others) });
  }
  const legend = isOne ? { part: '', height: 0 } : legendOf(items, width, height);
  const areStops = coloured.reduce((sum, { stops }) => sum + stops.length, 0) <= MOST_STOPS;
  const grey = others.map(
    ({ name, note, points }) =>
      `<g>${titled(`${name}: ${note}`)}${lineOf(place(points), FEW_POINTS).replace('class="line"', 'class="other"')}</g>`,
  );
  const lines = coloured.map(({ name, note, points }, i) => {
    const placed = place(points);
    const dots = input.hasDots ? placed.map(dot).join('') : '';
    return `<g class="s${i + 1}">${titled(`${name}: ${note}`)}${lineOf(placed)}${dots}</g>`;
  });
  const guideParts =
    guide === undefined
      ? ''
      : `<path class="guide" d="M${at(x.of(0))} ${at(y.of(guide.y0))}L${at(x.of(1))} ${at(y.of(guide.y1))}"/>`;
  return svgOf({
    ...input,
    height: height + legend.height,
    parts: [
      parts,
      guideParts,
      ...grey,
      ...lines.toReversed(),
      legend.part,
      ...coloured.map(({ stops }, i) => stopsOf(stops, { series: i + 1, x, y, areStops })),
    ],
  });
}

const dot = ({ x, y }: Point): string => `<circle class="mark" cx="${at(x)}" cy="${at(y)}" r="3"/>`;

/** Marks that show themselves and their values to the pointer and the keyboard. */
function stopsOf(
  stops: readonly Stop[],
  { series, x, y, areStops }: { series: number; x: Scale; y: Scale; areStops: boolean },
): string {
  const attributes = areStops ? ' tabindex="0" role="img"' : '';
  return stops
    .map(({ x: px, y: py, text }) => {
      const [cx, cy] = [at(x.of(px)), at(y.of(py))];
      return `<g class="at s${series}"${attributes}>${titled(text)}<circle class="hit" cx="${cx}" cy="${cy}" r="9"/><circle class="ring show" cx="${cx}" cy="${cy}" r="4.5"/></g>`;
    })
    .join('');
}

/** Some of many points, evenly by the way along the curve. @param count of them, at most */
export function evenly<T extends Point>(points: readonly T[], count: number): T[] {
  const way = [0];
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1], points[i]];
    way.push(way[i - 1] + Math.abs(b.x - a.x) + Math.abs(b.y - a.y));
  }
  const total = way[way.length - 1];
  const found = new Set<number>();
  let i = 0;
  for (let k = 1; k <= count; k++) {
    const wanted = (k * total) / (count + 1);
    while (i < points.length - 1 && way[i] < wanted) i++;
    found.add(i);
  }
  return [...found].map((index) => points[index]);
}

export const thresholdText = (value: number): string =>
  Number.isFinite(value) ? `threshold ${valueText(value)}` : 'above every score';
