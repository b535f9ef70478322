import { EDGE } from './drawing.js';
import { fitText, textAt, textWidth } from './text.js';

/** What lines and marks stand for, below a chart. */

export interface LegendItem {
  /** The number of its colour and dashes; 0 for what is drawn in grey. */
  series: number;
  name: string;
  /** What else is known of it, such as its score. */
  note?: string;
}

/** Height of one row. */
const ROW = 18;
const SAMPLE = 24;
/** From one item to the next. */
const BETWEEN = 18;

export interface Legend {
  part: string;
  height: number;
}

/** @param sample draws what an item stands for, from x, in the middle of y */
export function legendOf(
  items: readonly LegendItem[],
  width: number,
  top: number,
  sample: (item: LegendItem, x: number, y: number) => string = lineSample,
): Legend {
  const room = width - 2 * EDGE;
  const widthOf = ({ name, note = '' }: LegendItem): number =>
    SAMPLE + 6 + textWidth(name) + (note === '' ? 0 : 8 + textWidth(note));
  const widest = Math.max(0, ...items.map(widthOf));
  const columns = Math.max(1, Math.floor((room + BETWEEN) / (widest + BETWEEN)));
  const cell = (room + BETWEEN) / columns;
  const parts = items.map((item, i) => {
    const x = EDGE + (i % columns) * cell;
    const y = top + Math.floor(i / columns) * ROW + ROW / 2;
    const note = item.note ?? '';
    const noteWidth = note === '' ? 0 : 8 + textWidth(note);
    const name = fitText(item.name, Math.min(cell - BETWEEN, room) - SAMPLE - 6 - noteWidth);
    const from = x + SAMPLE + 6;
    const texts = [
      textAt(from, y + 4, name, { whole: item.name }),
      note === '' ? '' : textAt(from + textWidth(name) + 8, y + 4, note, { of: 'soft' }),
    ];
    return sample(item, x, y) + texts.join('');
  });
  return {
    part: parts.join(''),
    height: Math.ceil(items.length / columns) * ROW + (items.length > 0 ? 8 : 0),
  };
}

/** A short line in the colour and dashes of the item. */
export function lineSample({ series }: LegendItem, x: number, y: number): string {
  if (series === 0) return `<path class="other" d="M${x} ${y}h${SAMPLE}"/>`;
  return `<g class="s${series}"><path class="line" d="M${x} ${y}h${SAMPLE}"/></g>`;
}
