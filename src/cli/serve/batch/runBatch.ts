import type { SteepestError } from '../../../core/errors.js';
import { isOfRows, ofRows } from '../http/refusal.js';
import { pathOf } from '../model/cells.js';
import { concatenated, type Rows, sliced } from '../model/rows.js';
import type { Answers, Served } from '../model/served.js';
import { answerText, pathOfRow } from './answer.js';
import type { Job } from './job.js';

/** How a batch is computed: at once on this thread, or by `predict`. */
export type Way = 'sync' | 'async';

type Predict = (served: Served, rows: Rows, proba: boolean) => Answers | Promise<Answers>;

const BY: Readonly<Record<Way, Predict>> = {
  sync: (served, rows, proba) => served.predictSync(rows, proba),
  async: (served, rows, proba) => served.predict(rows, proba),
};

/**
 * Answers requests to one model by one prediction. If it fails, each request is predicted by itself,
 * so that a bad row fails its own request only.
 */
export async function runBatch(jobs: readonly Job[], way: Way): Promise<void> {
  const { served } = jobs[0]!;
  try {
    const answers = await predictAll(served, jobs, way);
    let from = 0;
    for (const job of jobs) {
      settle(job, answers, from);
      from += job.rows.count;
    }
  } catch (error) {
    if (jobs.length > 1) for (const job of jobs) await runBatch([job], way);
    else jobs[0]!.reject(isOfRows(error) ? await located(jobs[0]!, error, way) : error);
  }
}

function settle(job: Job, answers: Answers, from: number): void {
  let body: string;
  try {
    body = answerText(job, answers, from);
  } catch (error) {
    job.reject(error);
    return;
  }
  job.resolve(body);
}

/** With the probabilities of all rows, if one of the requests asks for them. */
async function predictAll(served: Served, jobs: readonly Job[], way: Way): Promise<Answers> {
  const rows = concatenated(jobs.map((job) => job.rows));
  return await BY[way](
    served,
    rows,
    jobs.some(({ proba }) => proba),
  );
}

/** What an error says about the column: `at row 3, column 'tenure'`, or `column 'city' to hold …`. */
const COLUMN = /column ('(?:[^'\\]|\\.)*'|\d+)/;

function columnOf({ expected, given }: SteepestError): string | number | undefined {
  const shown = (COLUMN.exec(given) ?? COLUMN.exec(expected))?.[1];
  if (shown === undefined) return undefined;
  return shown.startsWith("'") ? shown.slice(1, -1).replaceAll("\\'", "'") : Number(shown);
}

/** The answer to a request of bad rows, with the place of the first bad one. */
async function located(job: Job, error: SteepestError, way: Way): Promise<Error> {
  const column = columnOf(error);
  const row = await firstBad(job, way);
  return ofRows(error, pathOfRow(job, row) + (column === undefined ? '' : pathOf(column)));
}

/** Rows are predicted one by one, so the shortest beginning that fails ends with the first bad row. */
async function firstBad({ served, rows, proba }: Job, way: Way): Promise<number> {
  let good = 0;
  let bad = rows.count;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    try {
      await BY[way](served, sliced(rows, good, middle), proba);
      good = middle;
    } catch {
      bad = middle;
    }
  }
  return good;
}
