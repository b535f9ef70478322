/** What a training says: its decisions, for people. */

import type { NdArray } from '../../core/ndarray.js';
import { type ColumnPlan, countsOf, labelsIn, type Problem, type WholeProblem } from './dataset.js';
import type { Validation } from './fit.js';
import type { Learner } from './learner.js';

const count = (n: number): string => n.toLocaleString('en-US');

/** Names that a line lists; the rest is counted. */
const LISTED = 8;

function listOf(items: readonly string[]): string {
  const more = items.length > LISTED ? ` and ${count(items.length - LISTED)} more` : '';
  return items.slice(0, LISTED).join(', ') + more;
}

const withGaps = ({ name, gaps, values }: ColumnPlan): string => {
  const facts = [
    ...(values === undefined ? [] : [`${count(values)} values`]),
    ...(gaps === 0 ? [] : [`${count(gaps)} gap${gaps === 1 ? '' : 's'}`]),
  ];
  return facts.length === 0 ? name : `${name} (${facts.join(', ')})`;
};

/** Decisions, one per line: what, and how. */
export function decisions(
  problem: WholeProblem,
  learner: Learner,
  validation: Validation,
  options: { seed: number; out: string; replaces: boolean },
): string {
  const lines: [string, string][] = [
    ['data', dataWords(problem)],
    ['target', targetWords(problem)],
    ...columnLines(problem),
    ['model', learner.words],
    ['scores', validationWords(problem, validation)],
    ['seed', String(options.seed)],
    ['writes', options.out + (options.replaces ? ', in place of the file that is there' : '')],
    ...problem.notes.map((note): [string, string] => ['note', note]),
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, text]) => `${name.padEnd(width)}  ${text}`).join('\n');
}

function dataWords({ source, data, dropped, columns, kind, image, test }: WholeProblem): string {
  const held = test === undefined ? '' : `, ${count(test.rows)} more to score with`;
  const rows = `${source}: ${count(data.rows + dropped)} ${kind === 'images' ? 'images' : 'rows'}${held}`;
  if (kind === 'images')
    return `${rows} of ${image!.size.join(' × ')} pixels, ${image!.channels === 1 ? 'grey' : `${image!.channels} channels`}`;
  const width = columns === undefined ? (data.x as NdArray).shape[1]! : columns.length + 1;
  return `${rows}, ${count(width)} columns`;
}

function targetWords(problem: WholeProblem): string {
  const { target, task, classes, dropped, data } = problem;
  const gaps = dropped === 0 ? '' : `; ${count(dropped)} rows without it are left out`;
  if (task === 'regression') return `${target}: numbers${gaps}`;
  const labels = labelsIn(data);
  const counts = countsOf(labels);
  const shares = classes!.map((name) => {
    const share = counts.get(name)! / labels.length;
    return `${String(name)} ${(100 * share).toFixed(1)} %`;
  });
  return `${target}: ${count(classes!.length)} classes (${listOf(shares)})${gaps}`;
}

function columnLines({ columns = [] }: Problem): [string, string][] {
  const by = (role: ColumnPlan['role']): ColumnPlan[] => columns.filter((column) => column.role === role);
  const line = (title: string, role: ColumnPlan['role']): [string, string][] => {
    const own = by(role);
    return own.length === 0 ? [] : [[title, listOf(own.map(withGaps))]];
  };
  const dropped = by('dropped');
  const words = dropped.map(({ name, why }) => `${name} (${why})`);
  return [
    ...line('numbers', 'number'),
    ...line('dates', 'date'),
    ...line('categories', 'category'),
    ...line('means of', 'many'),
    ...(words.length === 0 ? [] : [['left out', listOf(words)] as [string, string]]),
  ];
}

function validationWords({ rows, task }: Problem, validation: Validation): string {
  const drawn = task === 'classification' ? ', drawn by class' : ', drawn at random';
  if (validation.kind === 'given') return 'of the rows that the data hold out';
  if (validation.kind === 'folds') {
    return `of ${validation.folds} folds${drawn}; the model then learns from all rows`;
  }
  const held = Math.ceil(validation.share * rows);
  return `of ${count(held)} rows that are held out${drawn}`;
}

/** Columns that give the target away. */
export function leakWarnings({ columns = [], target }: Problem): string[] {
  return columns
    .filter(({ isLeak }) => isLeak)
    .map(
      ({ name }) =>
        `warning: '${name}' says the same as '${target}' and is left out: would you know it when you predict? ` +
        `If so, pass --categorical or --numeric '${name}'.`,
    );
}
