import { checkAborted } from '../core/abort.js';
import { SteepestError } from '../core/errors.js';
import { localPath } from '../core/localPath.js';
import { nextTurn } from '../core/nextTurn.js';
import { version } from '../core/packageInfo.cjs';
import { writeFileAtomic } from '../io/atomicWrite.js';
import type { Context, Rows } from './context.js';
import { imageShape, isNetwork } from './judge/inside.js';
import { checkModel, judge } from './judge/judge.js';
import type { GivenNames } from './judge/judged.js';
import { type Choices, type ReportOptions, readReportOptions } from './options.js';
import { html } from './page/html.js';
import { page, type Section } from './page/page.js';
import { scoresOf } from './scores/scoresOf.js';
import { confusionSection } from './sections/confusion.js';
import { calibrationSection, curvesSection } from './sections/curves.js';
import { dataSection } from './sections/data.js';
import { dependenceSection } from './sections/dependence.js';
import { historyOf, learningSection } from './sections/learning.js';
import { mistakesSection } from './sections/mistakes.js';
import { kindOf, modelSection } from './sections/model.js';
import { reproduceSection } from './sections/reproduce.js';
import { residualSection } from './sections/residuals.js';
import { scoreSection } from './sections/scores.js';

/** Names that the caller knows. @throws SteepestError `ERR_SHAPE` */
function namesFor({ classes, test }: Choices, model: object): GivenNames {
  const names = { classes, targets: test.targets };
  if (classes === undefined) return names;
  const own = isNetwork(model) ? model.classes : (model as { classes?: readonly unknown[] }).classes;
  if (own === undefined || own.length === classes.length) return names;
  throw new SteepestError('ERR_SHAPE', {
    expected: `a name for each of the ${own.length} classes of the model`,
    given: `${classes.length} in classes`,
    hint: 'Name them in the order of model.classes.',
  });
}

/** What the model says of rows; of no rows nothing. */
async function judgeRows(model: object, rows: Rows | undefined, names: GivenNames) {
  return rows && judge(model, rows.x, rows.y, names);
}

async function contextOf(what: string, given: ReportOptions) {
  const choices = readReportOptions(what, given);
  const model = checkModel(choices.model);
  const { test, train, signal } = choices;
  const names = namesFor(choices, model);
  checkAborted(signal);
  const judged = (await judgeRows(model, test, names))!;
  checkAborted(signal);
  const judgedTrain = await judgeRows(model, train, names);
  checkAborted(signal);
  const scores = await scoresOf(judged, judgedTrain, model);
  const history = choices.history ?? historyOf(model);
  const context: Context = { ...choices, model, judged, scores, history, imageShape: imageShape(model) };
  return { context, choices, judgedTrain };
}

/**
 * A report on a trained model as one HTML page that needs no other file: scores beside those of a
 * model that has learned nothing, learning curves, confusions, curves of classifiers, residuals,
 * what the predictions depend on, the worst mistakes, the data, the model, and how to make it again.
 * A section that does not apply is left out.
 *
 * The page has no script, asks the network for nothing, follows the reader's light or dark theme,
 * and can be printed. The same call gives the same bytes. Everything on it is computed from at most
 * `maxRows` rows of `test`.
 *
 * @returns the page's HTML
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME`, `ERR_SHAPE`, `ERR_EMPTY`,
 *   `ERR_LABEL_RANGE`, `ERR_NOT_FITTED`, `ERR_ABORTED`; whatever the model's `predict` throws
 * @example
 * ```ts
 * import { data, LinearRegression, trainTestSplit } from 'steepest';
 * import { report } from 'steepest/report';
 *
 * const { x, y } = data.makeRegression({ nSamples: 200, nFeatures: 4, noise: 5, seed: 1 });
 * const [train, test, yTrain, yTest] = trainTestSplit(x, y, { seed: 1 });
 * const model = await new LinearRegression().fit(train, yTrain);
 * const page = await report({ model, train: [train, yTrain], test: [test, yTest] });
 * console.log(page.startsWith('<!doctype html>')); // true
 * ```
 */
export async function report(options: ReportOptions): Promise<string> {
  return reportPage('report', options);
}

/**
 * Writes the page that {@link report} returns to a file, atomically: after any failure the file is
 * as it was.
 * @param path where to, also a `file:` URL
 * @throws SteepestError as {@link report}; `ERR_DATA_FILE` if the file cannot be written
 * @example
 * ```ts
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { LogisticRegression } from 'steepest';
 * import { writeReport } from 'steepest/report';
 *
 * const [x, y] = [[[0], [1], [2], [3]], ['no', 'no', 'yes', 'yes']];
 * const model = await new LogisticRegression().fit(x, y);
 * await writeReport(join(tmpdir(), 'report.html'), { model, test: [x, y] });
 * ```
 */
export async function writeReport(path: string | URL, options: ReportOptions): Promise<void> {
  const file = localPath('path', path);
  const text = await reportPage('writeReport', options);
  await writeFileAtomic(file, Buffer.from(text), 'ERR_DATA_FILE');
}

type Builder = () => Section | undefined | Promise<Section | undefined>;

async function reportPage(what: string, options: ReportOptions): Promise<string> {
  const { context, choices, judgedTrain } = await contextOf(what, options);
  const { model, scores, test } = context;
  const builders: Builder[] = [
    () => scoreSection(scores),
    () => learningSection(context),
    () => confusionSection(context),
    () => curvesSection(context),
    () => calibrationSection(context),
    () => residualSection(context),
    () => dependenceSection(context),
    () => mistakesSection(context),
    () => dataSection(context, judgedTrain),
    () => modelSection(context),
    () => reproduceSection(context),
  ];
  const sections: Section[] = [];
  for (const build of builders) {
    const section = await build();
    if (section !== undefined) sections.push(section);
    await nextTurn();
    checkAborted(context.signal);
  }
  const { title = `Report on a ${kindOf(model)}`, notes } = choices;
  const drawn =
    test.drawn &&
    html`<p class="note">Rows drawn at random: ${test.rows.toLocaleString('en-US')} of ${test.given.toLocaleString('en-US')}.</p>`;
  return page({
    title,
    kind: kindOf(model),
    summary: html`<p class="lead">${scores.summary}</p>${notes && html`<p>${notes}</p>`}${drawn}`,
    sections,
    footer: html`<p>Made by steepest ${version}.</p>`,
  });
}
