// Penalised least squares against scikit-learn: a path of the elastic net, ridge regression for one
// alpha and for many.
import { enetPath, Ridge, RidgeCV } from 'steepest';
import { seconds } from '../lib/print.mjs';
import { randomNumbers, writeTable } from '../lib/tables.mjs';
import { rowOf, takeTurns } from '../lib/turns.mjs';

export const title = 'Penalised least squares, float64';
export const about =
  'On the same table, with X in a SharedArrayBuffer. The path is enet_path on centred columns with tol 1e-6, with precompute="auto" and ' +
  'with the Gram matrix asked for. Ridge is Ridge(solver="cholesky"). RidgeCV chooses among 50 alphas by five folds, which scikit-learn ' +
  'fits one after another (GridSearchCV over Ridge, solver="cholesky").';

const ALPHAS = Array.from({ length: 50 }, (_, i) => 10 ** (-3 + i / 8));

function randomTable({ rows, cols }) {
  const random = randomNumbers(1);
  const data = new Float64Array(new SharedArrayBuffer(rows * cols * 8));
  // Neighbours are correlated, and one column in four matters.
  for (let r = 0; r < rows; r++) {
    let last = 0;
    for (let j = 0; j < cols; j++) {
      last = last / 2 + random();
      data[r * cols + j] = last;
    }
  }
  const y = new Float64Array(new SharedArrayBuffer(rows * 8));
  for (let r = 0; r < rows; r++) {
    let sum = 5 * random();
    for (let j = 0; j < cols; j += 4) sum += ((j % 7) - 3) * data[r * cols + j];
    y[r] = sum;
  }
  return { x: { data, shape: [rows, cols] }, y };
}

const CASES = [
  {
    name: 'enetPath, 100 alphas, 100,000 × 200',
    size: { rows: 100_000, cols: 200 },
    ours: ({ x, y }, workers) => enetPath(x, y, { alphas: 100, tol: 1e-6, workers }),
    theirs: { 'scikit-learn': 'path', 'scikit-learn, Gram': 'gram' },
    headline: true,
  },
  {
    name: 'Ridge, 1,000,000 × 20',
    size: { rows: 1_000_000, cols: 20 },
    ours: ({ x, y }, workers) => new Ridge({ alpha: 1, workers }).fit(x, y),
    theirs: { 'scikit-learn': 'ridge' },
    headline: false,
  },
  {
    name: 'Ridge, 100,000 × 200',
    size: { rows: 100_000, cols: 200 },
    ours: ({ x, y }, workers) => new Ridge({ alpha: 1, workers }).fit(x, y),
    theirs: { 'scikit-learn': 'ridge' },
    headline: false,
  },
  {
    name: 'RidgeCV, 50 alphas, 5 folds, 100,000 × 20',
    size: { rows: 100_000, cols: 20 },
    ours: ({ x, y }, workers) => new RidgeCV({ alphas: ALPHAS, cv: 5, workers }).fit(x, y),
    theirs: { 'scikit-learn': 'folds' },
    headline: false,
  },
];

async function compare(c, i, { quick, rounds, workers, variants, scratch }) {
  const size = quick ? { ...c.size, rows: c.size.rows / 5 } : c.size;
  const table = randomTable(size);
  const files = writeTable(scratch, `penalized${i}`, { x: table.x.data, y: table.y });
  const contenders = { steepest: () => seconds(() => c.ours(table, workers)) };
  for (const [label, model] of Object.entries(c.theirs)) {
    for (const { suffix, peer } of variants) {
      contenders[label + suffix] = async () =>
        (await peer.ask({ task: 'penalized', model, alphas: ALPHAS, ...files, ...size })).seconds;
    }
  }
  const results = await takeTurns(contenders, { rounds });
  return rowOf(results, { name: c.name, headline: c.headline, unit: 'ms', better: 'lower', scale: 1e3 });
}

export async function run({ quick, rounds, workers, peers }) {
  const options = {
    quick,
    rounds: rounds ?? (quick ? 2 : 5),
    workers,
    variants: peers.variants(),
    scratch: peers.scratch,
  };
  const result = [];
  for (const [i, c] of CASES.entries()) result.push(await compare(c, i, options));
  return result;
}
