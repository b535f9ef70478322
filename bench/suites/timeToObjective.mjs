// Logistic regression: the time to come within a millionth of the best objective, whatever the
// solver.
import { labelledTable, shared, writeTable } from '../lib/tables.mjs';
import { ABOUT, timeToObjective } from '../lib/timeToObjective.mjs';

export const title = 'Logistic regression, time to an objective';
export const about = `${ABOUT} C = 1, with L1 0.01.`;

/** Solvers on both sides, by what a problem needs. */
const SMOOTH = {
  ours: ['newton', 'lbfgs'],
  theirs: ['lbfgs', 'newton-cholesky', 'newton-cg'],
};
const PROBLEMS = [
  { rows: 1_000_000, cols: 20, classes: 2, ...SMOOTH },
  { rows: 50_000, cols: 40, classes: 5, headline: false, ...SMOOTH },
  // liblinear would penalise an intercept.
  {
    rows: 100_000,
    cols: 100,
    classes: 2,
    C: 0.01,
    isL1: true,
    ours: ['coordinate'],
    theirs: ['liblinear', 'saga'],
  },
];

function random(problem, options) {
  const { rows, cols, classes, isL1 } = problem;
  const { x, y } = labelledTable(problem);
  const request = writeTable(options.peers.scratch, `objective${classes}-${cols}`, { x, y });
  const table = { x: { data: shared(x, Float64Array), shape: [rows, cols] }, y, dtype: 'float64', request };
  const name = `${classes} classes, ${rows.toLocaleString('en')} × ${cols}, float64${isL1 ? ', L1' : ''}`;
  return timeToObjective(problem, table, options, name);
}

export async function run(options) {
  const rows = [];
  for (const problem of PROBLEMS)
    rows.push(await random(options.quick ? { ...problem, rows: problem.rows / 5 } : problem, options));
  return rows;
}
