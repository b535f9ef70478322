import { type Box, columnsAxis } from '../draw/axes.js';
import { EDGE } from '../draw/drawing.js';
import { legendOf } from '../draw/legend.js';
import { marker } from '../draw/markers.js';
import { valueText } from '../draw/numbers.js';
import { extent, linear } from '../draw/scales.js';
import { at, fitText, textAt, titled, widest } from '../draw/text.js';
import type { Weights } from './read.js';

const ROW = 22;
const MOST_NAME = 0.4;
const FOOT = 24;

/** A row per column of the data, with a mark per class. */
export function dotRows(
  { data, names, outputs }: Weights,
  order: readonly number[],
  width: number,
): { part: string; height: number } {
  const shown = order.map((j) => names[j]);
  const left = EDGE + widest(shown, width * MOST_NAME) + 14;
  const box: Box = { left, right: width - EDGE - 10, top: 4, bottom: 8 + order.length * ROW };
  const weightOf = (k: number, j: number): number => data[k * names.length + j];
  const values = order.flatMap((j) => outputs.map((_, k) => weightOf(k, j)));
  const [low, high] = extent([values, [0]])!;
  const x = linear([low, high], [box.left + 6, box.right], { count: 4, isNice: false });
  const rows = order.map((j, i) => {
    const y = 6 + i * ROW + ROW / 2;
    const marks = outputs.map((of, k) => {
      const title = `${names[j]}, ${of}: ${valueText(weightOf(k, j), 3)}`;
      return `<g class="focus points s${k + 1}" tabindex="0" role="img">${titled(title)}${marker(k + 1, x.of(weightOf(k, j)), y)}</g>`;
    });
    const name = fitText(names[j], width * MOST_NAME);
    return `<path class="grid" d="M${at(left)} ${at(y)}H${at(box.right)}"/>${textAt(left - 12, y + 4, name, { anchor: 'end', whole: names[j] })}${marks.join('')}`;
  });
  const legend = legendOf(
    outputs.map((name, k) => ({ series: k + 1, name })),
    width,
    box.bottom + FOOT + 4,
    ({ series }, from, top) => `<g class="points s${series}">${marker(series, from + 12, top)}</g>`,
  );
  const zero = `<path class="axis" d="M${at(x.of(0))} ${at(box.top)}V${at(box.bottom)}"/>`;
  return {
    part: [columnsAxis(box, x, { within: [EDGE, width - EDGE] }), zero, ...rows, legend.part].join(''),
    height: box.bottom + FOOT + 4 + legend.height,
  };
}
