/** The model that fits the data, or the one that the user names. */

import { basename } from 'node:path';
import type { NdArray } from '../../core/ndarray.js';
import { UsageError } from '../usageError.js';
import type { Problem } from './dataset.js';
import { cnn, imageLearner } from './imageLearners.js';
import type { Learner, NetworkWishes } from './learner.js';
import { type Ends, hiddenUnits, mlp } from './networkPlan.js';
import { kindOf, type TrainOptions } from './options.js';
import { linearLearner, networkLearner } from './tableLearners.js';
import { readUserModel, userPlan } from './userModel.js';

/**
 * @throws UsageError for a model that does not fit the data; SteepestError for a description that
 *   cannot be read
 */
export async function chooseLearner(problem: Problem, options: TrainOptions): Promise<Learner> {
  const { epochs, batchSize, learningRate, seed } = options;
  const wishes: NetworkWishes = { epochs, batchSize, learningRate, seed };
  const kind = kindOf(options);
  if (kind === 'file') return fromFile(problem, options.model, wishes);
  const usual = problem.kind === 'images' ? 'cnn' : problem.task === 'regression' ? 'linear' : 'logistic';
  const chosen = kind === 'auto' ? usual : kind;
  const why = kind === 'auto' ? `, as usual for ${usualFor(problem)}` : '';
  checkFits(chosen, problem, kind === 'auto');
  if (chosen === 'linear' || chosen === 'logistic') {
    checkNoNetwork(options);
    const learner = linearLearner(problem);
    return { ...learner, words: learner.words + why };
  }
  const ends = (rows: number): Ends => ({ task: problem.task, classes: problem.classes?.length ?? 0, rows });
  if (chosen === 'cnn') {
    const about = { name: 'cnn', words: `a convolutional network${why}` };
    return imageLearner(problem, async (x, rows) => cnn(x, ends(rows), wishes), wishes, about);
  }
  const units = hiddenUnits(problem.rows).join(' and ');
  const about = { name: 'mlp', words: `a network with two hidden layers of about ${units} units` };
  return networkLearner(problem, async (inputs, rows) => mlp(inputs, ends(rows), wishes), wishes, about);
}

const usualFor = ({ kind, task }: Problem): string =>
  kind === 'images' ? 'images' : task === 'regression' ? 'a target of numbers' : 'a target with classes';

/** What needs which kind of data. */
function checkFits(chosen: string, { kind, task, target }: Problem, isAuto: boolean): void {
  const what = task === 'regression' ? 'numbers' : 'classes';
  if (chosen === 'linear' && task !== 'regression') {
    throw new UsageError(
      `--model linear predicts numbers, but '${target}' has ${what}: write --model logistic`,
    );
  }
  if (chosen === 'logistic' && task === 'regression') {
    throw new UsageError(
      `--model logistic predicts classes, but '${target}' has ${what}: write --model linear, or --task classification`,
    );
  }
  if (chosen === 'cnn' && kind !== 'images') {
    throw new UsageError('--model cnn is for images: a folder of them, or an array [rows, height, width]');
  }
  if (kind === 'images' && chosen !== 'cnn') {
    throw new UsageError(
      `--model ${chosen} is for tables and rows of numbers; images take --model cnn or a file`,
    );
  }
  if (chosen === 'cnn' && task === 'regression') {
    const hint = 'describe a network in a file for --model';
    throw new UsageError(
      `${isAuto ? 'the usual model for images, cnn,' : '--model cnn'} predicts classes, but '${target}' has numbers: ${hint}`,
    );
  }
}

/** `--model auto` chose a model without epochs. */
function checkNoNetwork(options: TrainOptions): void {
  const names = { epochs: '--epochs', batchSize: '--batch-size', learningRate: '--learning-rate' } as const;
  for (const [name, flag] of Object.entries(names)) {
    if (options[name as keyof typeof names] === undefined) continue;
    throw new UsageError(`${flag} is for networks: add --model mlp`);
  }
}

async function fromFile(problem: Problem, path: string, wishes: NetworkWishes): Promise<Learner> {
  const describe = await readUserModel(path);
  const { task } = problem;
  const classes = problem.classes?.map(String);
  const request = (inputShape: readonly number[], rows: number) => ({ inputShape, task, classes, rows });
  const about = { name: basename(path), words: `the network of ${path}` };
  if (problem.kind === 'images') {
    const plan = (x: NdArray, rows: number) =>
      userPlan(path, describe, request(x.shape.slice(1), rows), wishes);
    return imageLearner(problem, plan, wishes, about);
  }
  const plan = (inputs: number, rows: number) => userPlan(path, describe, request([inputs], rows), wishes);
  return networkLearner(problem, plan, wishes, about);
}
