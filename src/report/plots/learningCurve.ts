import { type Box, besideWidth, columnsAxis, rowsAxis } from './draw/axes.js';
import { EDGE, svgOf } from './draw/drawing.js';
import { apart, LINE_GAP, lineOf } from './draw/lines.js';
import { valueText } from './draw/numbers.js';
import { extent, linear, logarithmic, type Range, type Scale } from './draw/scales.js';
import { at, fitText, textAt, textWidth } from './draw/text.js';
import { epochColumns } from './learning/columns.js';
import { type CurveGroup, type HistoryInput, readHistory, type Training } from './learning/history.js';
import { type PlotOptions, readPlotOptions } from './options.js';

export type { HistoryInput };

/** The height of the marks of one quantity, and of the line with its name. */
const PANEL = 110;
/** Points of all lines together, and of each at most. */
const ALL_POINTS = 10_000;
const MOST_POINTS = 800;
const HEAD = 24;
const FOOT = 30;
/** The widest name of a line at its end. */
const MOST_NAME = 96;
/** A quantity above 0 that shrinks by this factor is drawn by ratios. */
const LOG_FROM = 50;

/**
 * Loss and metrics by epoch, of training and of validation, one below the other; the best epoch is
 * marked. The learning rate is drawn as well where the history has it (callback
 * `learningRateLogger`).
 *
 * Gaps are epochs whose value is not finite. Of more than 800 epochs, each column of the drawing
 * shows its lowest and highest value.
 *
 * @param history what `fit` resolved to, or its `history`: numbers per epoch by name
 * @returns one `<svg>` that stands alone
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_EMPTY`, `ERR_SHAPE`, `ERR_UNKNOWN_NAME`
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { plots } from 'steepest/report';
 *
 * const history = { loss: [0.9, 0.5, 0.3], valLoss: [1, 0.6, 0.5], accuracy: [0.6, 0.8, 0.9] };
 * writeFileSync('curve.svg', plots.learningCurve(history));
 * ```
 */
export function learningCurve(history: HistoryInput, options: PlotOptions = {}): string {
  const read = readPlotOptions('learningCurve', options, [], 'Learning curve');
  const training = readHistory(history);
  const { groups } = training;
  const names = groups.flatMap(({ curves }) => (curves.length > 1 ? curves.map(({ name }) => name) : []));
  const right =
    read.width - EDGE - Math.max(textWidth('epoch') + 10, ...names.map((name) => textWidth(name) + 10));
  const scalesOf = groups.map((group, i) => scaleOf(group, panelRange(i)));
  const left = EDGE + Math.max(...scalesOf.map(({ ticks }) => besideWidth(ticks)));
  const x = epochScale(training.epochs, [left + 4, right - 4]);
  const boxes = groups.map((_, i): Box => ({ left, right, top: panelRange(i)[1], bottom: panelRange(i)[0] }));
  const last = boxes[boxes.length - 1];
  const lines = groups.reduce((sum, { curves }) => sum + curves.length, 0);
  const most = Math.max(120, Math.min(MOST_POINTS, Math.floor(ALL_POINTS / lines)));
  const bestText = training.best === undefined ? '' : `best: epoch ${training.best + 1}`;
  const bestWidth = textWidth(bestText) + 12;
  const notes = groups.map((group, i) =>
    fitText(headingOf(group, scalesOf[i]), right - EDGE - (i === 0 ? bestWidth : 0), undefined, true),
  );
  const panels = groups.map((group, i) =>
    panel(group, { box: boxes[i], x, y: scalesOf[i], best: training.best, most, note: notes[i] }),
  );
  const axis = columnsAxis(last, x, { isBare: true, within: [0, right + 4] });
  return svgOf({
    ...read,
    height: last.bottom + FOOT,
    description: describe(training),
    parts: [
      ...panels,
      axis,
      textAt(right + 10, last.bottom + 16, 'epoch', { of: 'soft' }),
      bestLine(training, boxes, x, {
        text: bestText,
        after: EDGE + textWidth(notes[0], undefined, true) + 12,
      }),
      epochColumns(training, boxes, x, scalesOf),
    ],
  });
}

const panelRange = (i: number): Range => {
  const top = HEAD + i * (PANEL + HEAD + 10);
  return [top + PANEL, top];
};

/** Epochs count from 1. */
function epochScale(epochs: number, range: Range): Scale {
  const scale = linear([1, Math.max(2, epochs)], range, { count: 8, isNice: false, least: 1 });
  const one = { value: 1, text: '1' };
  const rest = scale.ticks.filter(({ value }) => value > 1 && value <= epochs);
  const isFree = rest.length === 0 || scale.of(rest[0].value) - scale.of(1) > 22;
  return { ...scale, ticks: isFree ? [one, ...rest] : rest };
}

function scaleOf({ curves, isRate }: CurveGroup, range: Range): Scale {
  const ends = extent(curves.map(({ values }) => values)) ?? [0, 1];
  const isWide = ends[0] > 0 && ends[1] / ends[0] >= (isRate ? 10 : LOG_FROM);
  return isWide ? logarithmic(ends, range, 4) : linear(ends, range, { count: 4 });
}

const headingOf = ({ name }: CurveGroup, { isLog }: Scale): string => (isLog ? `${name}, logarithmic` : name);

interface PanelPlace {
  box: Box;
  x: Scale;
  y: Scale;
  best: number | undefined;
  /** Points of a line. */
  most: number;
  /** Above the panel. */
  note: string;
}

function panel(group: CurveGroup, { box, x, y, best, most, note }: PanelPlace): string {
  const { curves, isRate } = group;
  const heading = textAt(EDGE, box.top - 10, note, { of: 'strong', whole: headingOf(group, y) });
  const ends = curves.map(({ values }) => {
    const end = values.findLastIndex((value) => Number.isFinite(value));
    return end < 0 ? box.bottom : y.of(values[end]);
  });
  const places = apart(
    ends.map((end) => end + 4),
    box.top + 4,
    box.bottom,
    LINE_GAP,
  );
  const lines = curves.map(({ name: label, values, series }, i) => {
    const points = Array.from(values, (value, epoch) => ({ x: x.of(epoch + 1), y: y.of(value) }));
    const isMarked = best !== undefined && !isRate && i === curves.length - 1;
    const mark = isMarked ? values[best] : Number.NaN;
    const ring = Number.isFinite(mark)
      ? `<circle class="ring" cx="${at(x.of(best! + 1))}" cy="${at(y.of(mark))}" r="4"/>`
      : '';
    const end =
      curves.length > 1
        ? textAt(box.right + 6, places[i], fitText(label, MOST_NAME), { of: 'name', whole: label })
        : '';
    return `<g class="s${series}">${lineOf(points, most)}${ring}${end}</g>`;
  });
  return `${heading}${rowsAxis(box, y)}${lines.join('')}`;
}

/** A line through all quantities at the best epoch, with its name above. */
function bestLine(
  { best }: Training,
  boxes: readonly Box[],
  x: Scale,
  { text, after }: { text: string; after: number },
): string {
  if (best === undefined) return '';
  const [{ top, right }] = boxes;
  const place = x.of(best + 1);
  const half = textWidth(text) / 2;
  const middle = Math.min(right + 20 - half, Math.max(place, after + half));
  const lines = boxes.map((box) => `M${at(place)} ${at(box.top)}V${at(box.bottom)}`);
  return `<path class="guide" d="${lines.join('')}"/>${textAt(middle, top - 10, text, { anchor: 'middle', of: 'soft' })}`;
}

function describe({ groups, epochs, best }: Training): string {
  const ends = groups.map(({ name, curves }) => {
    const values = curves.map(({ name: of, values }) => {
      const last = values[values.length - 1];
      const atBest =
        best === undefined || best === values.length - 1 ? '' : `, ${valueText(values[best])} at the best`;
      return `${curves.length > 1 ? `${of} ` : ''}${valueText(values[0])} to ${valueText(last)}${atBest}`;
    });
    return `${name}: ${values.join('; ')}.`;
  });
  const count = `${epochs} epoch${epochs === 1 ? '' : 's'}.`;
  return [count, ...(best === undefined ? [] : [`Best epoch: ${best + 1}.`]), ...ends].join(' ');
}
