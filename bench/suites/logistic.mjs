// Logistic regression against scikit-learn's, both by L-BFGS: two classes with defaults, ten classes of MNIST.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { data, LogisticRegression } from 'steepest';
import { seconds } from '../lib/print.mjs';
import { rowOf, takeTurns } from '../lib/turns.mjs';

export const title = 'Logistic regression, L-BFGS';
export const about =
  'Binary with every option at its default; MNIST (pixels over 255) with tol 1e-9 and at most 100 iterations on both sides. ' +
  'scikit-learn computes in float32 where X is float32; steepest sums in float64 for either.';

const BINARY = { rows: 1_000_000, cols: 20, tested: 100_000 };

/** Labels follow a logistic model of the columns, with noise. */
function binaryTable({ rows, cols }) {
  let state = 7;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
  const x = Float64Array.from({ length: rows * cols }, () => random() * 2);
  const y = Int32Array.from({ length: rows }, (_, r) => {
    let score = 0.3;
    for (let j = 0; j < cols; j++) score += ((j % 5) - 2) * 0.4 * x[r * cols + j];
    return (random() + 1) / 2 < 1 / (1 + Math.exp(-score)) ? 1 : 0;
  });
  return { x, y };
}

/** values / divisor in a SharedArrayBuffer, as steepest's readers return them. */
function shared(values, Type, divisor = 1) {
  const out = new Type(new SharedArrayBuffer(values.length * Type.BYTES_PER_ELEMENT));
  for (let i = 0; i < out.length; i++) out[i] = values[i] / divisor;
  return out;
}

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

async function compare(name, mine, request, { rounds, stock, forced, warmUp }) {
  const results = await takeTurns(
    {
      steepest: fitOurs(mine),
      'scikit-learn': fitTheirs(stock, request),
      'scikit-learn, AVX-512': fitTheirs(forced, request),
    },
    { rounds, warmUp },
  );
  return rowOf(results, { name, unit: 's', better: 'lower', headline: true });
}

async function binary({ quick, workers, scratch, ...options }) {
  const size = quick ? { ...BINARY, rows: BINARY.rows / 5, tested: BINARY.tested / 5 } : BINARY;
  const all = size.rows + size.tested;
  const table = binaryTable({ rows: all, cols: size.cols });
  const [x, y] = [join(scratch, 'logistic-x'), join(scratch, 'logistic-y')];
  writeFileSync(x, table.x);
  writeFileSync(y, table.y);
  const held = shared(table.x, Float64Array);
  const part = (from, to) => ({
    x: { data: held.subarray(from * size.cols, to * size.cols), shape: [to - from, size.cols] },
    y: table.y.subarray(from, to),
  });
  const mine = { train: part(0, size.rows), test: part(size.rows, all), params: { workers } };
  const request = { dtype: 'float64', x, y, rows: all, cols: size.cols, trainRows: size.rows };
  const name = `LogisticRegression, 2 classes, ${size.rows.toLocaleString('en')} × ${size.cols}, float64`;
  return compare(name, mine, { ...request, tol: 1e-4, maxIter: 100 }, { ...options, warmUp: true });
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
    rows.push(await compare(name, mine, request, { ...options, warmUp: false }));
  }
  return rows;
}

export async function run({ quick, rounds, workers, peers, folder }) {
  const options = {
    quick,
    workers,
    stock: peers.python(),
    forced: peers.python({ forced: true }),
    scratch: peers.scratch,
    folder,
  };
  const twoClasses = await binary({ ...options, rounds: rounds ?? (quick ? 1 : 3) });
  if (folder === undefined) return [twoClasses];
  return [twoClasses, ...(await mnist({ ...options, rounds: rounds ?? (quick ? 1 : 2) }))];
}
