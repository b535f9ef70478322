import { classificationReport, confusionMatrix } from '../../metrics/index.js';
import type { Context } from '../context.js';
import { count, number, percent } from '../format.js';
import type { JudgedClasses } from '../judge/judged.js';
import { type Html, html, type Part } from '../page/html.js';
import type { Section } from '../page/page.js';
import { table } from '../page/table.js';
import { confusionMatrix as confusionPlot } from '../plots/index.js';
import { eachLabel } from '../scores/labels.js';
import { figure, PLOT_WIDTH } from './figure.js';

/** Classes that get a row each. */
const MOST_CLASSES = 60;
/** Pairs that are listed. */
const MOST_PAIRS = 8;

/** Which classes are taken for which, and how well each is found. */
export function confusionSection({ judged }: Context): Section | undefined {
  if (judged.kind === 'values') return undefined;
  if (judged.kind === 'labels') return { id: 'labels', title: 'Labels', body: labelTable(eachLabel(judged)) };
  const { truth, guess, names } = judged;
  const svg = confusionPlot(truth, guess, { classes: names, title: '', width: PLOT_WIDTH });
  return {
    id: 'classes',
    title: 'Classes and confusions',
    body: html`<div class="figures">${figure(svg, 'Rows are true classes, columns are predictions.')}
<div>${classTable(judged)}${names.length > 2 ? pairs(judged) : undefined}</div></div>`,
  };
}

function classTable({ truth, guess, names }: JudgedClasses): Html {
  const { classes } = classificationReport(truth, guess, { zeroDivision: 0 });
  const shown = [...classes].sort((a, b) => b.support - a.support).slice(0, MOST_CLASSES);
  const inOrder = classes.filter((one) => shown.includes(one));
  const left = classes.length - shown.length;
  return html`${table({
    caption: 'How well each class is found',
    columns: [
      { title: 'Class' },
      { title: 'Precision', isNumber: true },
      { title: 'Recall', isNumber: true },
      { title: 'F1', isNumber: true },
      { title: 'Rows', isNumber: true },
    ],
    rows: inOrder.map(({ label, precision, recall, f1Score, support }): Part[] => [
      names[label as number],
      percent(precision),
      percent(recall),
      number(f1Score),
      count(support),
    ]),
  })}<p class="note">Precision: of the rows predicted as a class, how many are of it. Recall: of the rows of a class, how many are found.${
    left > 0 ? ` The ${MOST_CLASSES} most frequent of ${classes.length} classes.` : ''
  }</p>`;
}

/** The pairs of classes that are taken for each other most often. */
function pairs({ truth, guess, names }: JudgedClasses): Html | undefined {
  const { data, labels } = confusionMatrix(truth, guess);
  const size = labels.length;
  const found = Array.from(data.keys())
    .filter((at) => data[at]! > 0 && at % size !== Math.floor(at / size))
    .sort((a, b) => data[b]! - data[a]! || a - b)
    .slice(0, MOST_PAIRS);
  if (found.length === 0) return undefined;
  return table({
    caption: 'Most frequent mistakes',
    columns: [{ title: 'Is' }, { title: 'Predicted' }, { title: 'Rows', isNumber: true }],
    rows: found.map((at) => [
      names[labels[Math.floor(at / size)] as number],
      names[labels[at % size] as number],
      count(data[at]!),
    ]),
  });
}

function labelTable(labels: ReturnType<typeof eachLabel>): Html {
  const shown = labels.slice(0, MOST_CLASSES);
  const left = labels.length - shown.length;
  return html`${table({
    caption: 'How well each label is found',
    columns: [
      { title: 'Label' },
      { title: 'Rows with it', isNumber: true },
      { title: 'Accuracy', isNumber: true },
      { title: 'Baseline', isNumber: true },
      { title: 'F1', isNumber: true },
      { title: 'ROC AUC', isNumber: true },
    ],
    rows: shown.map(({ name, share, accuracy, baseline, f1, auc }) => [
      name,
      percent(share),
      percent(accuracy),
      percent(baseline),
      number(f1),
      auc === undefined ? '–' : number(auc),
    ]),
  })}${left > 0 && html`<p class="note">The first ${MOST_CLASSES} of ${labels.length} labels.</p>`}`;
}
