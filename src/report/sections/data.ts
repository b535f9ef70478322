import { maxOf, meanOf, minOf } from '../../data/table/statistics.js';
import { columnsOf } from '../columns.js';
import type { Context } from '../context.js';
import { count, counted, number, percent, shortened } from '../format.js';
import { columnNamesOf } from '../judge/inside.js';
import {
  columnOf,
  type Judged,
  type JudgedClasses,
  type JudgedLabels,
  type JudgedValues,
} from '../judge/judged.js';
import { type Html, html, type Part } from '../page/html.js';
import type { Section } from '../page/page.js';
import { facts, table } from '../page/table.js';
import { classCounts } from '../scores/classes.js';
import { columnTable } from './columnTable.js';
import { binned, spark } from './spark.js';

/** Classes and targets that get a row each. */
const MOST_ROWS = 30;
const MOST_TEXT = 56;

type JudgedKinds = JudgedClasses | JudgedLabels;

/**
 * What the rows are: their columns, gaps, and how the targets are distributed.
 * @param judgedTrain the training rows, whose classes are compared with those of the test
 */
export async function dataSection(context: Context, judgedTrain: Judged | undefined): Promise<Section> {
  const { test, train, imageShape, judged, model } = context;
  const about = train ?? test;
  const pairs: [string, Part][] = [
    ...(train === undefined ? [] : [['Training rows', count(train.given)] as [string, Part]]),
    ['Test rows', count(test.given)],
  ];
  let columns: Html | undefined;
  if (imageShape !== undefined) {
    const [height, width, channels] = imageShape;
    pairs.push(['Images', `${width} × ${height}, ${channels === 1 ? 'grey' : 'colour'}`]);
  } else {
    const caption = `Columns of the ${train === undefined ? 'test' : 'training'} rows`;
    const described = await columnTable(columnsOf(about.x, columnNamesOf(model), undefined), caption);
    pairs.push(['Columns', described.types], ['Gaps', described.gaps]);
    columns = described.body;
  }
  const targets = judged.kind === 'values' ? valuesPart(judged) : sharesPart(judged, judgedTrain);
  const drawn =
    about.drawn &&
    html`<p class="note">These are figures of ${counted(about.rows, 'row')}, drawn at random.</p>`;
  return { id: 'data', title: 'Data', body: html`${facts(pairs)}${targets}${columns}${drawn}` };
}

const bar = (share: number): Html =>
  html`<svg class="bar" viewBox="0 0 100 8" width="100" height="8" aria-hidden="true"><path d="M0 0h${(100 * share).toFixed(1)}v8H0z"/></svg>`;

/** The shares of the classes, or of the rows with each label. */
function sharesPart(judged: JudgedKinds, train: Judged | undefined): Html {
  const names = judged.names.slice(0, MOST_ROWS);
  const left = judged.names.length - names.length;
  const test = sharesOf(judged);
  const training = train === undefined || train.kind === 'values' ? undefined : sharesOf(train);
  const isLabels = judged.kind === 'labels';
  return html`${table({
    caption: isLabels ? 'Rows with each label' : 'Rows of each class',
    columns: [
      { title: isLabels ? 'Label' : 'Class' },
      ...(training === undefined ? [] : [{ title: 'Training', isNumber: true }]),
      { title: 'Test', isNumber: true },
      { title: 'Share' },
    ],
    rows: names.map((name, k) => [
      shortened(name, MOST_TEXT),
      ...(training === undefined ? [] : [percent(training[k] ?? 0)]),
      percent(test[k]!),
      bar(test[k]!),
    ]),
  })}${left > 0 && html`<p class="note">The first ${MOST_ROWS} of ${count(judged.names.length)}.</p>`}`;
}

function sharesOf(judged: JudgedKinds): Float64Array {
  const { rows, names, truth } = judged;
  if (judged.kind === 'classes') return classCounts(truth, names.length).map((n) => n / rows);
  const counts = new Float64Array(names.length);
  truth.forEach((value, at) => {
    counts[at % names.length]! += value / rows;
  });
  return counts;
}

/** How the targets are distributed. */
function valuesPart({ names, truth }: JudgedValues): Html {
  const shown = names.slice(0, MOST_ROWS);
  const left = names.length - shown.length;
  return html`${table({
    caption: 'Targets of the test rows',
    columns: [
      { title: 'Target' },
      { title: 'Least', isNumber: true },
      { title: 'Mean', isNumber: true },
      { title: 'Most', isNumber: true },
      { title: 'Distribution' },
    ],
    rows: shown.map((name, j) => {
      const values = columnOf(truth, j, names.length);
      const ends = [minOf, meanOf, maxOf].map((figure) => number(figure(values)));
      return [shortened(name, MOST_TEXT), ...ends, spark(binned(values))];
    }),
  })}${left > 0 && html`<p class="note">The first ${MOST_ROWS} of ${count(names.length)} targets.</p>`}`;
}
