// Logistic regression: the time to come within a millionth of the best objective, whatever the
// solver.
import { LogisticRegression } from 'steepest';
import { fewest, logisticObjective } from '../lib/objective.mjs';
import { seconds } from '../lib/print.mjs';
import { labelledTable, shared, writeTable } from '../lib/tables.mjs';
import { rowOf, takeTurns } from '../lib/turns.mjs';

export const title = 'Logistic regression, time to an objective';
export const about =
  'Each solver gets the fewest iterations with which it comes within 1e-6 (relative) of the best objective that any of them finds. The ' +
  'objective is computed from the coefficients, by the same code for all; finding the number of iterations does not count. float64, C = 1.';

const SIZES = [
  { rows: 500_000, cols: 20, classes: 2 },
  { rows: 50_000, cols: 40, classes: 5 },
];
const NEARNESS = 1e-6;
/** Smaller than any solver reaches, so that the number of iterations alone ends it. */
const NO_TOLERANCE = 1e-14;
const MOST_ITERATIONS = { lbfgs: 300, newton: 30, 'newton-cholesky': 30 };

/** Functions from a number of iterations to { seconds, coef, intercept }, by label. */
function solvers({ rows, cols }, table, files, { workers, peers }) {
  const x = { data: shared(table.x, Float64Array), shape: [rows, cols] };
  const ours = (solver) => async (maxIter) => {
    const estimator = new LogisticRegression({ solver, maxIter, tol: NO_TOLERANCE, workers });
    const took = await seconds(() => estimator.fit(x, table.y));
    return { seconds: took, coef: estimator.coef.data, intercept: estimator.intercept };
  };
  const found = [
    { label: 'steepest, newton', solver: 'newton', solve: ours('newton') },
    { label: 'steepest, lbfgs', solver: 'lbfgs', solve: ours('lbfgs') },
  ];
  const common = { task: 'logistic', dtype: 'float64', tol: NO_TOLERANCE, rows, cols, trainRows: rows };
  for (const { suffix, peer } of peers.variants())
    for (const solver of ['lbfgs', 'newton-cholesky'])
      found.push({
        label: `scikit-learn, ${solver}${suffix}`,
        solver,
        solve: (maxIter) => peer.ask({ ...common, ...files, solver, maxIter }),
      });
  return found;
}

/**
 * The objective that a solver reaches with as many iterations as it may have; its reason if it
 * fails.
 */
async function longest({ solve, solver }, objective) {
  try {
    return { objective: objective(await solve(MOST_ITERATIONS[solver])) };
  } catch (error) {
    return { failed: error };
  }
}

/**
 * A contender for takeTurns: the number of iterations is found when it first runs, in the round
 * that does not count.
 */
function contender({ solve, solver }, objective, best, failed) {
  let count;
  return async () => {
    if (failed !== undefined) throw failed;
    const reaches = async (n) => objective(await solve(n)) <= best * (1 + NEARNESS);
    count ??= await fewest(reaches, MOST_ITERATIONS[solver]);
    if (count === undefined) throw new Error(`not there after ${MOST_ITERATIONS[solver]} iterations`);
    return { value: (await solve(count)).seconds, note: `${count} iterations` };
  };
}

async function compare(size, options) {
  const { quick, rounds, peers } = options;
  const { rows, cols, classes } = size;
  const table = labelledTable(size);
  const files = writeTable(peers.scratch, `objective${classes}`, table);
  const objective = (model) => logisticObjective({ ...table, rows, cols }, model);
  const contenders = {};
  const found = [];
  for (const solver of solvers(size, table, files, options))
    found.push({ ...solver, ...(await longest(solver, objective)) });
  const best = Math.min(...found.map((one) => one.objective ?? Number.POSITIVE_INFINITY));
  for (const one of found) contenders[one.label] = contender(one, objective, best, one.failed);
  const results = await takeTurns(contenders, { rounds: rounds ?? (quick ? 1 : 3) });
  const name = `${classes} classes, ${rows.toLocaleString('en')} × ${cols}, float64: within 1e-6 of the best objective`;
  return rowOf(faster(results), { name, unit: 'ms', better: 'lower', headline: true, scale: 1e3 });
}

/** The faster of our solvers is the row's; the other one is left out. */
function faster({ 'steepest, newton': newton, 'steepest, lbfgs': lbfgs, ...others }) {
  const time = ({ values, absent }) =>
    absent === undefined ? Math.min(...values) : Number.POSITIVE_INFINITY;
  return time(newton) <= time(lbfgs)
    ? { 'steepest, newton': newton, ...others }
    : { 'steepest, lbfgs': lbfgs, ...others };
}

export async function run(options) {
  const rows = [];
  for (const size of SIZES)
    rows.push(await compare(options.quick ? { ...size, rows: size.rows / 5 } : size, options));
  return rows;
}
