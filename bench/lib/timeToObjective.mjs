// The time that solvers of logistic regression take to come within a millionth of the best objective
// that any of them finds.
import { LogisticRegression } from 'steepest';
import { fewest, logisticObjective } from './objective.mjs';
import { seconds } from './print.mjs';
import { rowOf, takeTurns } from './turns.mjs';

/** What a suite of such rows says of them. */
export const ABOUT =
  'Each solver gets the fewest iterations with which it comes within 1e-6 (relative) of the best objective that any of them finds. The ' +
  'objective is computed from the coefficients, by the same code for all; finding the number of iterations does not count.';

const NEARNESS = 1e-6;
/** Smaller than any solver reaches, so that the number of iterations alone ends it. */
const NO_TOLERANCE = 1e-14;
const MOST_ITERATIONS = {
  lbfgs: 300,
  newton: 30,
  newtonCg: 30,
  coordinate: 30,
  'newton-cholesky': 30,
  'newton-cg': 30,
  liblinear: 50,
  saga: 50,
};

/** Functions from a number of iterations to { seconds, coef, intercept }, by label. */
function solvers(problem, { x, y, dtype, request }, { workers, peers }) {
  const { rows, cols, C = 1, isL1 = false } = problem;
  const params = { C, penalty: isL1 ? 'l1' : 'l2', fitIntercept: !isL1, tol: NO_TOLERANCE, workers };
  const ours = (solver) => async (maxIter) => {
    const estimator = new LogisticRegression({ ...params, solver, maxIter });
    const took = await seconds(() => estimator.fit(x, y));
    return { seconds: took, coef: estimator.coef.data, intercept: estimator.intercept };
  };
  const found = problem.ours.map((solver) => ({
    label: `steepest, ${solver}`,
    solver,
    solve: ours(solver),
  }));
  const penalty = { C, l1Ratio: isL1 ? 1 : 0, fitIntercept: !isL1 };
  const common = { task: 'logistic', dtype, tol: NO_TOLERANCE, rows, cols, trainRows: rows, ...penalty };
  for (const { suffix, peer } of peers.variants())
    for (const solver of problem.theirs)
      found.push({
        label: `scikit-learn, ${solver}${suffix}`,
        solver,
        solve: (maxIter) => peer.ask({ ...common, ...request, solver, maxIter }),
      });
  return found;
}

/**
 * The objective that a solver reaches with as many iterations as it may have; its reason if it
 * fails.
 */
async function longest({ solve, solver }, objective) {
  try {
    return { least: objective(await solve(MOST_ITERATIONS[solver])) };
  } catch (error) {
    return { failed: error };
  }
}

/**
 * A contender for takeTurns: the number of iterations is found when it first runs, in the round
 * that does not count.
 */
function contender({ solve, solver, least, failed }, objective, best) {
  const most = MOST_ITERATIONS[solver];
  const objectiveAfter = async (n) => (n === most ? least : objective(await solve(n)));
  let count;
  return async () => {
    if (failed !== undefined) throw failed;
    count ??= await fewest(async (n) => (await objectiveAfter(n)) <= best * (1 + NEARNESS), most);
    if (count === undefined) throw new Error(`not there after ${most} iterations`);
    return { value: (await solve(count)).seconds, note: `${count} iterations` };
  };
}

/**
 * A row of a suite.
 * @param problem rows, cols, C, isL1, and the solvers: `ours`, `theirs`
 * @param table x, y, their dtype and what a peer's request says of them
 */
export async function timeToObjective(problem, table, options, name) {
  const { quick, rounds } = options;
  const { rows, cols, C, isL1, headline = true } = problem;
  const objective = (model) => logisticObjective({ x: table.x.data, y: table.y, rows, cols }, model, C, isL1);
  const contenders = {};
  const found = [];
  for (const solver of solvers(problem, table, options))
    found.push({ ...solver, ...(await longest(solver, objective)) });
  const best = Math.min(...found.map((one) => one.least ?? Number.POSITIVE_INFINITY));
  for (const one of found) contenders[one.label] = contender(one, objective, best);
  const results = await takeTurns(contenders, { rounds: rounds ?? (quick ? 1 : 3) });
  const row = { name: `${name}: within 1e-6 of the best objective`, unit: 'ms', better: 'lower' };
  return rowOf(fastest(results), { ...row, headline, scale: 1e3 });
}

/** The fastest of our solvers is the row's; the others are left out. */
function fastest(results) {
  const time = ({ values, absent }) =>
    absent === undefined ? Math.min(...values) : Number.POSITIVE_INFINITY;
  const all = Object.entries(results);
  const ours = all.filter(([label]) => label.startsWith('steepest'));
  const best = ours.reduce((a, b) => (time(b[1]) < time(a[1]) ? b : a));
  return Object.fromEntries([best, ...all.filter((entry) => !ours.includes(entry))]);
}
