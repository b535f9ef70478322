import { writeFileAtomic } from '../../io/atomicWrite.js';
import { shutdown } from '../../parallel/threads.js';
import { report as pageOf } from '../../report/index.js';
import { judge } from '../../report/judge/judge.js';
import type { Scores } from '../../report/scores/score.js';
import { scoresOf } from '../../report/scores/scoresOf.js';
import type { Read } from '../commandSpec.js';
import { EXIT } from '../exitCodes.js';
import { type AnsweredRows, answeredRows } from '../model/answeredRows.js';
import { type OpenModel, openModel } from '../model/openModel.js';
import { print, printJson, say } from '../output.js';
import { plainScores, scoreText } from '../scores.js';
import type { evaluateSpec } from './command.js';

/** The model's own names. */
const NO_NAMES = { classes: undefined, targets: undefined };

const count = (value: number): string => value.toLocaleString('en-US');

/** The scores as a table, with what the baseline is. */
function evaluationText(rows: AnsweredRows, { list, baseline }: Scores): string {
  const dropped = rows.dropped === 0 ? '' : `; ${count(rows.dropped)} without a target left out`;
  const head = `${rows.source}: ${count(rows.rows)} rows, target ${rows.target}${dropped}\n\n`;
  return head + scoreText({ list, baseline: baseline.replaceAll('test rows', 'rows') }, 'model');
}

/** The page about the model on these rows. */
async function writePage(
  path: string,
  opened: OpenModel,
  { x, y }: AnsweredRows,
  command: string,
): Promise<void> {
  const { model, info } = opened;
  const text = await pageOf({
    model,
    test: [x, y] as never,
    title: `${opened.path} on held-out rows`,
    command: info === undefined ? command : `${info.command}\n${command}`,
    ...(info === undefined ? {} : { seed: info.seed }),
  });
  await writeFileAtomic(path, Buffer.from(text), 'ERR_DATA_FILE');
}

/** `steepest evaluate`: scores on rows with known answers. */
export async function runEvaluate({ arguments: given, options }: Read<typeof evaluateSpec>): Promise<number> {
  const opened = await openModel(given.model);
  const { format, encoding } = options;
  const rows = await answeredRows(opened, given.data, options.target, { format, encoding });
  for (const note of rows.notes) say(`steepest: ${note}`);
  const judged = await judge(opened.model, rows.x, rows.y, NO_NAMES);
  // The baseline learns from the rows themselves: the file of a model has no data.
  const scores = await scoresOf(judged, undefined, opened.model);
  const { report } = options;
  if (report !== undefined) {
    await writePage(report, opened, rows, `npx steepest evaluate ${given.model} ${given.data}`);
  }
  if (options.json) {
    await printJson({
      model: given.model,
      data: rows.source,
      target: rows.target,
      rows: rows.rows,
      dropped: rows.dropped,
      scores: plainScores(scores),
      baseline: scores.baseline,
      ...(report === undefined ? {} : { report }),
    });
  } else {
    await print(evaluationText(rows, scores));
    if (report !== undefined) say(`page written to ${report}`);
  }
  await shutdown();
  return EXIT.done;
}
