import { type Box, besideWidth, columnsAxis, rowsAxis } from './axes.js';
import { EDGE } from './drawing.js';
import { linear, type Scale } from './scales.js';
import { at, fitText, TEXT_SIZE, textAt, textWidth } from './text.js';

/** Two axes with their names, for charts of one quantity by another. */

export interface AxisInput {
  /** The least and the largest value. */
  ends: readonly [number, number];
  name: string;
  /** The ends are ticks (true). */
  isNice?: boolean;
  /** The smallest step between ticks. */
  least?: number;
}

export interface FrameOptions {
  /** Of the marks. */
  height?: number;
  /** Above the marks on the right, such as a score. */
  note?: string;
  /** What a dashed line stands for. */
  guide?: string;
}

export interface Frame {
  box: Box;
  x: Scale;
  y: Scale;
  /** Grid, numbers and names. */
  parts: string;
  /** With everything below the chart. */
  height: number;
}

/** Above the marks: the name of the vertical axis. */
const HEAD = TEXT_SIZE + 14;
/** Below the marks: numbers, and the name of the horizontal axis. */
const FOOT = 44;
/** Height of the marks for a drawing of the usual width. */
const USUAL = 240;
const SAMPLE = 24;

export function frameOf(width: number, x: AxisInput, y: AxisInput, options: FrameOptions = {}): Frame {
  const { height = USUAL, note = '', guide = '' } = options;
  const [top, bottom] = [HEAD, HEAD + height];
  const right = width - EDGE - 10;
  const rows = linear(y.ends, [bottom, top], { count: 5, isNice: y.isNice, least: y.least });
  const left = EDGE + besideWidth(rows.ticks);
  const columns = linear(x.ends, [left, right], { count: 5, isNice: x.isNice, least: x.least });
  const box: Box = { left, top, right, bottom };
  const beside = (text: string, isBold = false): number =>
    text === '' ? 0 : textWidth(text, TEXT_SIZE, isBold) + 12;
  const yName = fitText(y.name, right - EDGE - beside(note, true));
  const xName = fitText(x.name, right - EDGE - (guide === '' ? 0 : SAMPLE + 6 + beside(guide)));
  const parts = [
    rowsAxis(box, rows),
    columnsAxis(box, columns, { within: [0, width] }),
    textAt(EDGE, TEXT_SIZE, yName, { of: 'soft', whole: y.name }),
    note === '' ? '' : textAt(right, TEXT_SIZE, note, { anchor: 'end', of: 'strong' }),
    textAt(right, bottom + 34, xName, { anchor: 'end', of: 'soft', whole: x.name }),
    guide === '' ? '' : `<path class="guide" d="M${EDGE} ${at(bottom + 30)}h${SAMPLE}"/>`,
    guide === '' ? '' : textAt(EDGE + SAMPLE + 6, bottom + 34, guide, { of: 'soft' }),
  ];
  return { box, x: columns, y: rows, parts: parts.join(''), height: bottom + FOOT };
}
