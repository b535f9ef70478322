import { withoutSampleShape } from '../../data/sampleShape.js';
import { type PermutationImportance, permutationImportance } from '../../estimators/selection/index.js';
import { type RowsInput, takeRows } from '../../estimators/selection/rows.js';
import { accuracyScore, r2Score, rocAucScore } from '../../metrics/index.js';
import { columnsOf } from '../columns.js';
import type { Context } from '../context.js';
import { counted, number } from '../format.js';
import { columnNamesOf, pipelineIn } from '../judge/inside.js';
import { judge } from '../judge/judge.js';
import { type Judged, likelihood } from '../judge/judged.js';
import type { Html } from '../page/html.js';
import { importance as importancePlot } from '../plots/index.js';
import { drawRows } from '../sample.js';
import { hasCoefficients } from './coefficients.js';
import { figure, PLOT_WIDTH } from './figure.js';

/** Columns up to which importance is computed without being asked for. */
const MOST_COLUMNS = 200;

/** What falls when a column is shuffled: as one number, larger for better. */
interface Measure {
  name: string;
  of(judged: Judged): number;
}

/** The score that says most about the model. @param judged all rows of the test */
function measureFor(judged: Judged): Measure {
  if (judged.kind === 'values') {
    return {
      name: 'R²',
      of: ({ truth, guess, names, rows }) =>
        r2Score({ data: truth, shape: [rows, names.length] }, { data: guess, shape: [rows, names.length] }),
    };
  }
  const isRanked =
    judged.kind === 'classes' && judged.known === 2 && (judged.proba ?? judged.scores) !== undefined;
  if (!isRanked) return { name: 'accuracy', of: ({ truth, guess }) => accuracyScore(truth, guess) };
  return {
    name: 'ROC AUC',
    of: (one) => {
      const hits = Uint8Array.from(one.truth, (code) => Number(code === 1));
      return rocAucScore(hits, likelihood(one as typeof judged, 1)!);
    },
  };
}

/** Whether the page says by permutation what predictions depend on. */
function isWanted({ importance, model, imageShape, judged, test }: Context): boolean {
  if (importance === undefined || judged.rows < 2) return false;
  if (importance.isAsked) return true;
  if (imageShape !== undefined || (hasCoefficients(model) && pipelineIn(model) === undefined)) return false;
  return (
    columnsOf(takeRows(test.x, [0]) as RowsInput, columnNamesOf(model), undefined).names.length <=
    MOST_COLUMNS
  );
}

/** How much a score falls when a column is shuffled. */
export async function importanceFigure(context: Context): Promise<Html | undefined> {
  const { importance, judged, test, seed } = context;
  if (importance === undefined || !isWanted(context)) return undefined;
  const drawn = drawRows(test.rows, importance.rows, seed);
  const x = drawn === undefined ? test.x : (takeRows(test.x, drawn) as RowsInput);
  const y = drawn === undefined ? test.y : (takeRows(test.y, drawn) as RowsInput);
  const measure = measureFor(judged);
  const hasBoth = judged.kind === 'values' || spreads(judged, drawn);
  if (!hasBoth) return undefined;
  const result = await importanceOf(context, x, y, measure);
  return figure(
    importancePlot(result, { title: 'Permutation importance', width: PLOT_WIDTH }),
    `How much ${measure.name} falls when a column is shuffled, so that it says nothing about its row any more. It is ${number(result.baselineScore)} without. Mean of ${counted(importance.repeats, 'shuffle')} on ${counted(drawn?.length ?? test.rows, 'test row')}, with one standard deviation to both sides. Of two columns that say the same, neither looks important.`,
  );
}

/** Whether more than one class occurs in the rows: without, no score of them is defined. */
function spreads({ truth }: Judged, drawn: Uint32Array | undefined): boolean {
  const rows = drawn ?? truth.keys();
  let first: number | undefined;
  for (const row of rows) {
    first ??= truth[row]!;
    if (truth[row] !== first) return true;
  }
  return false;
}

function importanceOf(
  { model, seed, signal, importance, imageShape }: Context,
  given: RowsInput,
  y: RowsInput,
  measure: Measure,
): Promise<PermutationImportance> {
  const names = { classes: undefined, targets: undefined };
  const x =
    imageShape === undefined ? given : (withoutSampleShape('X', given as never, imageShape) as RowsInput);
  // Only the names of its columns are read from the first argument.
  return permutationImportance({ featureNamesIn: columnNamesOf(model) }, x, y, {
    scoring: async (_, rows, targets) => measure.of(await judge(model, rows, targets, names)),
    nRepeats: importance!.repeats,
    seed,
    ...(signal === undefined ? {} : { signal }),
  });
}
