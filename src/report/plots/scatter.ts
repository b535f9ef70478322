import { checkList } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { checkRowCount } from '../../core/refuse.js';
import { show } from '../../core/show.js';
import type { LabelInput, ValueInput } from '../../metrics/index.js';
import { readLabels, uniqueLabels } from '../../metrics/inputs.js';
import { namedClasses } from './classNames.js';
import { readColumn, refuseNothing } from './columns.js';
import { svgOf } from './draw/drawing.js';
import { frameOf } from './draw/frame.js';
import { legendOf } from './draw/legend.js';
import type { Point } from './draw/lines.js';
import { marker } from './draw/markers.js';
import { valueText } from './draw/numbers.js';
import { drawPoints, type PointGroup } from './draw/points.js';
import { extent } from './draw/scales.js';
import { MOST_SERIES } from './draw/theme.js';
import { checkText, type PlotOptions, readPlotOptions } from './options.js';

/** Options of `scatter`. */
export interface ScatterOptions extends PlotOptions {
  /** What x is; below the axis. */
  xName?: string;
  /** What y is; above the axis. */
  yName?: string;
  /** A class per row, each with its colour and shape. At most 8. */
  groups?: LabelInput;
  /** Names of the groups: of 0, 1, 2, … or one for each in ascending order. */
  classes?: readonly string[];
}

const OWN = ['xName', 'yName', 'groups', 'classes'];

/**
 * Points. Of more than 2000, squares show how many lie where. Rows without a finite number in both
 * are left out; the description says how many.
 *
 * @param x one number per row
 * @param y one number per row
 * @returns one `<svg>` that stands alone
 * @throws SteepestError `ERR_SHAPE`, `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME`
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { plots } from 'steepest/report';
 *
 * const svg = plots.scatter([1, 2, 3], [2, 4, 5], { groups: ['a', 'a', 'b'] });
 * writeFileSync('scatter.svg', svg);
 * ```
 */
export function scatter(x: ValueInput, y: ValueInput, options: ScatterOptions = {}): string {
  const read = readPlotOptions('scatter', options, OWN, 'Scatter');
  const [xs, ys] = [readColumn('x', x), readColumn('y', y)];
  checkRowCount('y', ys.length, 'x', xs.length);
  const [xName, yName] = (['xName', 'yName'] as const).map((key) =>
    options[key] === undefined ? key[0] : checkText(key, options[key]),
  );
  const groups = groupsOf(xs, ys, options);
  const kept = groups.flatMap(({ points }) => points);
  if (kept.length === 0) refuseNothing('x and y');
  const frame = frameOf(
    read.width,
    { ends: extent([kept.map((point) => point.x)])!, name: xName },
    { ends: extent([kept.map((point) => point.y)])!, name: yName },
  );
  const items = groups.map(({ series, name }) => ({ series, name }));
  const isOne = options.groups === undefined;
  const legend = legendOf(
    isOne ? [] : items,
    read.width,
    frame.height,
    ({ series }, left, top) => `<g class="points s${series}">${marker(series, left + 12, top)}</g>`,
  );
  return svgOf({
    ...read,
    height: frame.height + legend.height,
    description: describe(groups, xName, yName, xs.length - kept.length, isOne),
    parts: [frame.parts, drawPoints({ ...frame, groups, xName, yName }), legend.part],
  });
}

function groupsOf(xs: ArrayLike<number>, ys: ArrayLike<number>, options: ScatterOptions): PointGroup[] {
  const all = Array.from(xs, (x, row): Point => ({ x, y: ys[row] }));
  const isDrawn = ({ x, y }: Point): boolean => Number.isFinite(x) && Number.isFinite(y);
  if (options.groups === undefined) {
    if (options.classes !== undefined) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'groups besides classes',
        given: 'only classes',
        hint: 'Set groups to the class of each row.',
      });
    }
    return [{ series: 1, name: '', points: all.filter(isDrawn) }];
  }
  const labels = readLabels('groups', options.groups);
  checkRowCount('groups', labels.length, 'x', all.length);
  const classes =
    options.classes === undefined ? undefined : (checkList('classes', options.classes) as string[]);
  const named = namedClasses(uniqueLabels(labels), classes);
  if (named.length > MOST_SERIES) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `groups of at most ${MOST_SERIES} classes`,
      given: `${named.length}: ${show(named.map(({ name }) => name))}`,
      hint: 'Draw fewer at a time: more colours cannot be told apart.',
    });
  }
  const seriesOf = new Map(named.map(({ label }, i) => [label, i]));
  const points: Point[][] = named.map(() => []);
  all.forEach((point, row) => {
    if (isDrawn(point)) points[seriesOf.get(labels[row])!].push(point);
  });
  return named.map(({ name }, i) => ({ series: i + 1, name, points: points[i] }));
}

function describe(
  groups: readonly PointGroup[],
  xName: string,
  yName: string,
  left: number,
  isOne: boolean,
): string {
  const texts = groups.map(({ name, points }) => {
    const span = (key: 'x' | 'y'): string => {
      const ends = extent([points.map((point) => point[key])]);
      return ends === undefined ? 'none' : ends.map((value) => valueText(value)).join(' to ');
    };
    const of = isOne ? '' : `${name}: `;
    return `${of}${valueText(points.length)} rows, ${xName} ${span('x')}, ${yName} ${span('y')}.`;
  });
  const out = left === 0 ? '' : ` ${valueText(left)} rows without a number are left out.`;
  return `${texts.join(' ')}${out}`;
}
