/** `steepest train DATA --target NAME`: from data to a model in a file. */

import { version } from '../../core/packageInfo.cjs';
import { isError } from '../../core/realm.js';
import { showPath } from '../../core/systemErrors.js';
import { configure, shutdown } from '../../parallel/threads.js';
import type { Read } from '../commandSpec.js';
import { EXIT } from '../exitCodes.js';
import { type ModelColumn, type ModelInfo, writeModelInfo } from '../modelInfo.js';
import { print, printJson, say } from '../output.js';
import { plainScores, scoreText } from '../scores.js';
import { checkpointFolder, findCheckpoints, removeCheckpoints } from './checkpoints.js';
import { chooseLearner } from './choose.js';
import type { trainSpec } from './command.js';
import { type ColumnPlan, type Problem, withoutRows } from './dataset.js';
import { partsOf, type Result, train, type Validation, validationOf } from './fit.js';
import { readProblem } from './input.js';
import { type Interrupt, onInterrupt } from './interrupt.js';
import type { Learner } from './learner.js';
import { checkOptions, commandAgain, commandText, type TrainOptions } from './options.js';
import { checkModelPath, checkReportPath } from './outputs.js';
import { decisions, leakWarnings } from './print.js';
import { writeTrainReport } from './report.js';

export async function runTrain({ arguments: { data }, options }: Read<typeof trainSpec>): Promise<number> {
  checkOptions(data, options);
  const { out, report, workers, resume } = options;
  const replaces = await checkModelPath(out);
  if (report !== undefined) await checkReportPath(report);
  const found = findCheckpoints(out, resume);

  const { maxThreads } = configure();
  if (workers !== undefined) configure({ maxThreads: workers });
  try {
    return await trainOn(data, options, { replaces, found });
  } finally {
    configure({ maxThreads });
    await shutdown();
  }
}

/** What was there before. */
interface Before {
  /** A model. */
  replaces: boolean;
  /** Checkpoints. */
  found: boolean;
}

async function trainOn(data: string, options: TrainOptions, { replaces, found }: Before): Promise<number> {
  const { out, report, resume, quiet, json } = options;
  const { problem, learner, validation, parts } = await begin(data, options, replaces);
  const talks = !quiet;
  if (resume && talks) say(resumeWords(learner, found, out));

  let isWritten = false;
  const interrupt = onInterrupt(() => say('\nstopping; once more ends at once'));
  try {
    const folder = checkpointFolder(out);
    const manner = { signal: interrupt.signal, folder, progress: talks };
    const begins = (what: string): void => void (talks && what !== '' && say(what));
    const training = { problem, learner, validation, seed: options.seed, manner, begins };
    const result = await train(training, parts);
    const info = infoOf(data, options, problem, learner, validation, result);
    await writeModelInfo(out, result.fitted.model.toBytes(), info);
    isWritten = true;
    if (report !== undefined) {
      await writeTrainReport(report, { problem, learner, result, info, signal: interrupt.signal });
    }
    await removeCheckpoints(out);
    if (json) await printJson({ ...info, out, report: report ?? null, columns: problem.columns ?? null });
    else await print(scoreText(result.scores, headOf(validation)));
    if (talks) say(`wrote ${showPath(out)}${report === undefined ? '' : ` and ${showPath(report)}`}`);
    return EXIT.done;
  } catch (error) {
    if (!isStop(error, interrupt)) throw error;
    const again = commandAgain(data, options) + (learner.resumes ? ' --resume' : '');
    if (isWritten) say(`stopped: ${showPath(out)} is written, but no report. To write it: ${again}`);
    else if (learner.resumes) say(`stopped. To go on: ${again}`);
    else say(`stopped before the end; nothing is written. To begin again: ${again}`);
    return EXIT.stopped;
  } finally {
    interrupt.end();
  }
}

/** All that is decided before the first fit. Ctrl-C ends the program: nothing is written yet. */
async function begin(data: string, options: TrainOptions, replaces: boolean) {
  const { out, seed, quiet } = options;
  const interrupt = onInterrupt(() => {
    say('\nstopped before the training began; nothing is written');
    process.exit(EXIT.stopped);
  });
  try {
    const whole = await readProblem(data, options);
    const learner = await chooseLearner(withoutRows(whole), options);
    const validation = validationOf(whole, options);
    const parts = await partsOf(whole, validation, seed);
    if (!quiet) say(decisions(whole, learner, validation, { seed, out, replaces }));
    for (const warning of leakWarnings(whole)) say(warning);
    return { problem: withoutRows(whole), learner, validation, parts };
  } finally {
    interrupt.end();
  }
}

/** What the values of the scores are. */
const headOf = ({ kind }: Validation): string => (kind === 'folds' ? 'mean ± sd' : 'held out');

/** What --resume finds. */
function resumeWords({ resumes, words }: Learner, found: boolean, out: string): string {
  if (!resumes) return `${words} has no checkpoints: it is fitted again, with the same bits`;
  return found
    ? `goes on from the checkpoint in ${showPath(checkpointFolder(out))}`
    : `no checkpoint in ${showPath(checkpointFolder(out))}: begins at the start`;
}

/** Whether Ctrl-C has ended the work. Any other error is the caller's. */
const isStop = (error: unknown, { signal }: Interrupt): boolean =>
  signal.aborted && isError(error) && (error as { code?: unknown }).code === 'ERR_ABORTED';

/** Roles as readers of a model see them. */
const ROLES: Readonly<Record<ColumnPlan['role'], ModelColumn['role']>> = {
  number: 'number',
  date: 'date',
  category: 'category',
  many: 'category',
  dropped: 'category',
};

function infoOf(
  source: string,
  options: TrainOptions,
  problem: Problem,
  learner: Learner,
  validation: Validation,
  { scores, rows }: Result,
): ModelInfo {
  const { task, target, classes, columns, reading, image } = problem;
  const used = columns?.filter(({ role }) => role !== 'dropped');
  return {
    version,
    command: commandText(source, options),
    task,
    target,
    ...(classes === undefined ? {} : { classes: classes.map(String) }),
    model: learner.name,
    ...(used === undefined
      ? {}
      : {
          columns: used.map(({ name, role }) => ({ name, role: ROLES[role] })),
        }),
    ...(reading === undefined ? {} : { reading }),
    ...(image === undefined ? {} : { image }),
    rows,
    validation,
    seed: options.seed,
    scores: plainScores(scores),
  };
}
