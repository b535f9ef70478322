import { isNumericColumn } from '../../data/column.js';
import { dateFormatOf } from '../../data/table/dates.js';
import { type RowsInput, takeRows } from '../../estimators/selection/rows.js';
import { columnsOf, kindOf } from '../columns.js';
import type { Context } from '../context.js';
import { count, counted, number, percent, shortened } from '../format.js';
import { columnNamesOf } from '../judge/inside.js';
import type { Judged, JudgedClasses, JudgedLabels, JudgedValues } from '../judge/judged.js';
import { type Html, html, type Part } from '../page/html.js';
import type { Section } from '../page/page.js';
import { type TableColumn, table } from '../page/table.js';
import { type Picture, pictures } from './pictures.js';

/** Columns of the rows that are shown. */
const MOST_COLUMNS = 12;
const MOST_TEXT = 40;
/** Images take little room. */
const IMAGES_PER_ROW = 3;

/** A row that the model is wrong about, and how wrong: larger is worse. */
interface Mistake {
  row: number;
  size: number;
}

/** The rows that the model is most wrong about. */
export function mistakesSection(context: Context): Section | undefined {
  const { judged, test, imageShape, mistakes: most } = context;
  const all = mistakesOf(judged);
  if (all.length === 0 || most === 0) return undefined;
  all.sort((a, b) => b.size - a.size || a.row - b.row);
  const worst = all.slice(0, imageShape === undefined ? most : IMAGES_PER_ROW * most);
  const rows = worst.map(({ row }) => row);
  const chosen = takeRows(test.x, rows) as RowsInput;
  const body =
    imageShape === undefined
      ? rowTable(context, rows, chosen)
      : pictures(chosen, imageShape, captions(judged, rows));
  return {
    id: 'mistakes',
    title: 'Worst mistakes',
    body: html`<p class="note">${aboutOf(judged, all.length)}</p>${body}`,
  };
}

function mistakesOf(judged: Judged): Mistake[] {
  const size = sizeOf(judged);
  return Array.from({ length: judged.rows }, (_, row) => ({ row, size: size(row) })).filter(
    (one) => one.size > 0,
  );
}

/** How wrong the model is about a row; 0 if it is right. */
function sizeOf(judged: Judged): (row: number) => number {
  const { truth, guess } = judged;
  if (judged.kind === 'classes') {
    const { proba, known } = judged;
    return (row) => {
      if (truth[row] === guess[row]) return 0;
      return proba === undefined ? 1 : 1 + proba[row * known + guess[row]!]!;
    };
  }
  const width = judged.names.length;
  const scale = judged.kind === 'values' ? spreads(judged) : new Float64Array(width).fill(1);
  return (row) => {
    let sum = 0;
    for (let j = 0; j < width; j++)
      sum += Math.abs(truth[row * width + j]! - guess[row * width + j]!) / scale[j]!;
    return sum;
  };
}

/** The standard deviation of each target: errors of several targets are compared in their units. */
function spreads({ truth, names, rows }: JudgedValues): Float64Array {
  const width = names.length;
  if (width === 1) return new Float64Array([1]);
  return Float64Array.from(names, (_, j) => {
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < rows; i++) sum += truth[i * width + j]! / rows;
    for (let i = 0; i < rows; i++) squares += (truth[i * width + j]! - sum) ** 2 / rows;
    return Math.sqrt(squares) || 1;
  });
}

function aboutOf(judged: Judged, all: number): string {
  const of = `${count(all)} of ${counted(judged.rows, 'row')}`;
  if (judged.kind === 'values') return 'The rows whose predictions are furthest off.';
  if (judged.kind === 'labels') return `${of} have a wrong label. Those with most of them come first.`;
  const order = judged.proba === undefined ? 'the first' : 'those of which the model was most certain';
  return `${of} are predicted wrong: ${order}.`;
}

function rowTable(context: Context, rows: readonly number[], chosen: RowsInput): Html {
  const { judged, test, model } = context;
  const columns = columnsOf(chosen, columnNamesOf(model), undefined);
  const shown = columns.names.slice(0, MOST_COLUMNS);
  const left = columns.names.length - shown.length;
  const cells = shown.map((_, j) => {
    const column = columns.column(j);
    if (!isNumericColumn(column))
      return column.map((cell) => (cell === null ? '–' : shortened(cell, MOST_TEXT)));
    const show =
      kindOf(column) === 'date' ? dateFormatOf(column) : (value: number): string => number(value, 5);
    return Array.from(column, (value) => (Number.isNaN(value) ? '–' : show(value)));
  });
  const said = answers(judged);
  return html`${table({
    caption: 'Rows with the worst predictions',
    columns: [
      { title: 'Row', isNumber: true },
      ...said.columns,
      ...shown.map((name, j) => ({
        title: shortened(name, MOST_TEXT),
        isNumber: isNumericColumn(columns.column(j)),
      })),
    ],
    rows: rows.map((row, i) => [
      count(test.drawn === undefined ? row : test.drawn[row]!),
      ...said.of(row),
      ...cells.map((list) => list[i]),
    ]),
  })}<p class="note">Rows are numbered from 0.${left > 0 ? ` The first ${MOST_COLUMNS} of ${count(columns.names.length)} columns.` : ''}</p>`;
}

/** What is true, and what was predicted. */
interface Answers {
  columns: TableColumn[];
  of(row: number): Part[];
}

function answers(judged: Judged): Answers {
  if (judged.kind === 'classes') return classAnswers(judged);
  return judged.kind === 'labels' ? labelAnswers(judged) : valueAnswers(judged);
}

function classAnswers({ truth, guess, names, proba, known }: JudgedClasses): Answers {
  const sure = proba === undefined ? [] : [{ title: 'Probability', isNumber: true }];
  return {
    columns: [{ title: 'Is' }, { title: 'Predicted' }, ...sure],
    of: (row) => [
      names[truth[row]!],
      names[guess[row]!],
      ...(proba === undefined ? [] : [percent(proba[row * known + guess[row]!]!)]),
    ],
  };
}

function labelAnswers({ truth, guess, names }: JudgedLabels): Answers {
  const given = (list: Uint8Array, row: number): string =>
    names.filter((_, j) => list[row * names.length + j] === 1).join(', ') || 'none';
  return {
    columns: [{ title: 'Is' }, { title: 'Predicted' }],
    of: (row) => [shortened(given(truth, row), MOST_TEXT), shortened(given(guess, row), MOST_TEXT)],
  };
}

/** Targets of which the values are shown. */
const MOST_TARGETS = 3;

function valueAnswers({ truth, guess, names }: JudgedValues): Answers {
  const shown = names.slice(0, MOST_TARGETS);
  const isOne = names.length === 1;
  return {
    columns: shown.flatMap((name) => [
      { title: isOne ? 'Is' : `${shortened(name, MOST_TEXT)} is`, isNumber: true },
      { title: 'Predicted', isNumber: true },
      { title: 'Residual', isNumber: true },
    ]),
    of: (row) =>
      shown.flatMap((_, j) => {
        const [is, said] = [truth[row * names.length + j]!, guess[row * names.length + j]!];
        return [number(is, 5), number(said, 5), number(is - said, 4)];
      }),
  };
}

/** What stands below each image. */
function captions(judged: Judged, rows: readonly number[]): Picture[] {
  const { of } = answers(judged);
  return rows.map((row) => {
    const [is, said, sure] = of(row);
    const values = judged.kind === 'values';
    return {
      heading: values ? `${String(said)}` : String(said),
      text: `is ${String(is)}${sure === undefined || values ? '' : `, ${String(sure)}`}`,
      alt: `is ${String(is)}, predicted ${String(said)}`,
    };
  });
}
