/** The page about a model that a training writes. */

import { basename } from 'node:path';
import { type ReportOptions, writeReport } from '../../report/index.js';
import type { ModelInfo } from '../modelInfo.js';
import { answered, type Problem } from './dataset.js';
import type { Result } from './fit.js';
import type { Learner } from './learner.js';

/** What the page is about. */
export interface TrainReport {
  problem: Problem;
  learner: Learner;
  result: Result;
  info: ModelInfo;
  signal: AbortSignal;
}

/** @throws SteepestError `ERR_MODEL_FILE` if it cannot be written; `ERR_ABORTED` */
export async function writeTrainReport(
  path: string,
  { problem, learner, result, info, signal }: TrainReport,
): Promise<void> {
  const { target, classes, source } = problem;
  const { fitted, train, test } = result.shown;
  const options: ReportOptions = {
    model: fitted.model,
    train: answered(train, problem) as ReportOptions['train'] & object,
    test: answered(test, problem) as ReportOptions['test'],
    title: `${target} of ${basename(source)}`,
    notes: notesOf(info, learner),
    seed: info.seed,
    command: info.command,
    signal,
    ...(fitted.history === undefined ? {} : { history: fitted.history as ReportOptions['history'] }),
    ...(classes === undefined ? {} : { classes: classes.map(String) }),
  };
  await writeReport(path, options);
}

function notesOf({ validation, version }: ModelInfo, { words }: Learner): string {
  const model = `Model: ${words}. steepest ${version}.`;
  if (validation.kind !== 'folds') return model;
  return (
    `${model} This page shows the model of the last of ${validation.folds} folds and the rows that it has ` +
    'not seen; the file has a model that has learned from all rows.'
  );
}
