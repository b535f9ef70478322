// Ordinary least squares against scikit-learn's LinearRegression and its Ridge by Cholesky,
// float64.
import { LinearRegression } from 'steepest';
import { seconds } from '../lib/print.mjs';
import { randomNumbers, writeTable } from '../lib/tables.mjs';
import { rowOf, takeTurns } from '../lib/turns.mjs';

export const title = 'Ordinary least squares, float64';
export const about =
  'One fit with an intercept, on the same table. X lies in a SharedArrayBuffer (what steepest’s readers return); the second ' +
  'row of each size has it in a plain Float64Array, which is copied first. scikit-learn’s LinearRegression factors X itself; ' +
  'Ridge(alpha=0, solver="cholesky") solves the normal equations, which takes fewer operations and loses twice the digits. ' +
  'steepest takes refined normal equations for blocks of rows that lose no digits by them, and factors the others.';

const SIZES = [
  { rows: 1_000_000, cols: 20 },
  { rows: 100_000, cols: 200 },
];

function randomTable(data, { rows, cols }) {
  const random = randomNumbers(1);
  for (let i = 0; i < data.length; i++) data[i] = random();
  const y = Float64Array.from({ length: rows }, (_, r) => {
    let sum = random() / 2;
    for (let j = 0; j < cols; j++) sum += j * data[r * cols + j];
    return sum;
  });
  return { x: { data, shape: [rows, cols] }, y };
}

const MODELS = { ols: 'scikit-learn', ridge: 'scikit-learn, Ridge by Cholesky' };

async function compare(size, { rounds, workers, variants, scratch }) {
  const { rows, cols } = size;
  const inPlace = randomTable(new Float64Array(new SharedArrayBuffer(rows * cols * 8)), size);
  const plain = { ...inPlace, x: { ...inPlace.x, data: Float64Array.from(inPlace.x.data) } };
  const files = writeTable(scratch, `linear${cols}`, { x: plain.x.data, y: plain.y });
  const timed = ({ x, y }) => seconds(() => new LinearRegression({ workers }).fit(x, y));
  const contenders = { steepest: () => timed(inPlace), 'steepest, X copied': () => timed(plain) };
  for (const [model, label] of Object.entries(MODELS))
    for (const { suffix, peer } of variants)
      contenders[label + suffix] = async () =>
        (await peer.ask({ task: 'linear', model, ...files, rows, cols })).seconds;
  const results = await takeTurns(contenders, { rounds });
  const { steepest, 'steepest, X copied': copied, ...others } = results;
  const name = `LinearRegression, ${rows.toLocaleString('en')} × ${cols}`;
  const how = { unit: 'ms', better: 'lower', scale: 1e3 };
  return [
    rowOf({ steepest, ...others }, { name, headline: true, ...how }),
    rowOf({ steepest: copied, ...others }, { name: `${name}, X in a plain array`, ...how }),
  ];
}

export async function run({ quick, rounds, workers, peers }) {
  const options = {
    rounds: rounds ?? (quick ? 2 : 5),
    workers,
    variants: peers.variants(),
    scratch: peers.scratch,
  };
  const result = [];
  for (const size of SIZES)
    result.push(...(await compare(quick ? { ...size, rows: size.rows / 5 } : size, options)));
  return result;
}
