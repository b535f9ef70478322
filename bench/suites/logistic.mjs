// Logistic regression against scikit-learn's: two classes with defaults, ten classes of MNIST, by
// L-BFGS; two classes by newton-cholesky too.
import { data, LogisticRegression } from 'steepest';
import { seconds } from '../lib/print.mjs';
import { labelledTable, shared, writeTable } from '../lib/tables.mjs';
import { rowOf, takeTurns } from '../lib/turns.mjs';

export const title = 'Logistic regression';
export const about =
  'L-BFGS on both sides, and scikit-learn’s newton-cholesky where its Hessian is small. Binary with every option at its default; MNIST (pixels over 255) with tol 1e-9 and at most 100 iterations on both sides. ' +
  'scikit-learn computes in float32 where X is float32; steepest sums in float64 for either.';

const BINARY = { rows: 1_000_000, cols: 20, tested: 100_000 };

const note = (accuracy, iterations) =>
  `test accuracy ${(100 * accuracy).toFixed(2)} %, ${iterations} iterations`;

function fitOurs({ train, test, params }) {
  return async () => {
    const estimator = new LogisticRegression(params);
    const value = await seconds(() => estimator.fit(train.x, train.y));
    return { value, note: note(await estimator.score(test.x, test.y), estimator.nIter) };
  };
}

function fitTheirs(peer, request) {
  return async () => {
    const { seconds: value, accuracy, iterations } = await peer.ask({ task: 'logistic', ...request });
    return { value, note: note(accuracy, iterations) };
  };
}

async function compare(name, mine, request, { rounds, variants, warmUp, solvers }) {
  const contenders = { steepest: fitOurs(mine) };
  for (const solver of solvers)
    for (const { suffix, peer } of variants)
      contenders[`scikit-learn, ${solver}${suffix}`] = fitTheirs(peer, { ...request, solver });
  const results = await takeTurns(contenders, { rounds, warmUp });
  return rowOf(results, { name, unit: 's', better: 'lower', headline: true });
}

async function binary({ quick, workers, scratch, ...options }) {
  const size = quick ? { ...BINARY, rows: BINARY.rows / 5, tested: BINARY.tested / 5 } : BINARY;
  const all = size.rows + size.tested;
  const table = labelledTable({ rows: all, cols: size.cols });
  const files = writeTable(scratch, 'logistic', table);
  const held = shared(table.x, Float64Array);
  const part = (from, to) => ({
    x: { data: held.subarray(from * size.cols, to * size.cols), shape: [to - from, size.cols] },
    y: table.y.subarray(from, to),
  });
  const mine = { train: part(0, size.rows), test: part(size.rows, all), params: { workers } };
  const request = { dtype: 'float64', ...files, rows: all, cols: size.cols, trainRows: size.rows };
  const name = `LogisticRegression, 2 classes, ${size.rows.toLocaleString('en')} × ${size.cols}, float64`;
  return compare(
    name,
    mine,
    { ...request, tol: 1e-4, maxIter: 100 },
    {
      ...options,
      warmUp: true,
      solvers: ['lbfgs', 'newton-cholesky'],
    },
  );
}

async function mnist({ quick, workers, folder, ...options }) {
  const { train, test } = await data.loadMnist(folder);
  const params = { tol: 1e-9, maxIter: quick ? 10 : 100, workers };
  const rows = [];
  for (const [dtype, Type] of [
    ['float32', Float32Array],
    ['float64', Float64Array],
  ]) {
    const images = ({ x, y }) => ({
      x: { data: shared(x.data, Type, 255), shape: x.shape },
      y: y.data,
    });
    const mine = { train: images(train), test: images(test), params };
    const request = { dtype, folder, tol: params.tol, maxIter: params.maxIter };
    const name = `LogisticRegression, MNIST 60,000 × 784, ${dtype}, ${params.maxIter} iterations`;
    rows.push(await compare(name, mine, request, { ...options, warmUp: false, solvers: ['lbfgs'] }));
  }
  return rows;
}

export async function run({ quick, rounds, workers, peers, folder }) {
  const options = {
    quick,
    workers,
    variants: peers.variants(),
    scratch: peers.scratch,
    folder,
  };
  const twoClasses = await binary({ ...options, rounds: rounds ?? (quick ? 1 : 3) });
  if (folder === undefined) return [twoClasses];
  return [twoClasses, ...(await mnist({ ...options, rounds: rounds ?? (quick ? 1 : 2) }))];
}
