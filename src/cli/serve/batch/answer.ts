import { Refusal } from '../http/refusal.js';
import type { Answers } from '../model/served.js';
import type { Job } from './job.js';

/** Where the rows of a request are in its body. */
export const pathOfRow = ({ isOne }: Pick<Job, 'isOne'>, i: number): string => (isOne ? 'row' : `rows[${i}]`);

const UNPROCESSABLE = 422;

function refuseOverflow(path: string): never {
  throw new Refusal({
    status: UNPROCESSABLE,
    code: 'ERR_NOT_FINITE',
    path,
    expected: 'a row whose prediction is a finite number',
    given: 'one whose prediction overflows, which JSON cannot hold',
    hint: 'Check the size of its numbers.',
  });
}

/**
 * The answer to one request out of those of its batch.
 * @param from where its rows begin in the batch
 * @throws Refusal if one of its predictions is not finite
 */
export function answerText(job: Job, { predictions, probabilities }: Answers, from: number): string {
  const { count } = job.rows;
  const part = (all: readonly (string | undefined)[]): string[] =>
    Array.from({ length: count }, (_, i) => all[from + i] ?? refuseOverflow(pathOfRow(job, i)));
  const own = part(predictions);
  const chances = job.proba && probabilities !== undefined ? part(probabilities) : undefined;
  if (job.isOne) {
    const more = chances === undefined ? '' : `,"probabilities":${chances[0]}`;
    return `{"prediction":${own[0]}${more}}\n`;
  }
  const more = chances === undefined ? '' : `,"probabilities":[${chances.join(',')}]`;
  return `{"predictions":[${own.join(',')}]${more}}\n`;
}
