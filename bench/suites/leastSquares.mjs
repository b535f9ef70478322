// Ordinary least squares against scikit-learn's LinearRegression, float64.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LinearRegression } from 'steepest';
import { seconds } from '../lib/print.mjs';
import { rowOf, takeTurns } from '../lib/turns.mjs';

export const title = 'Ordinary least squares, float64';
export const about =
  'One fit with an intercept, on the same table. X lies in a SharedArrayBuffer (what steepest’s readers return); the second ' +
  'row of each size has it in a plain Float64Array, which is copied first.';

const SIZES = [
  { rows: 1_000_000, cols: 20 },
  { rows: 100_000, cols: 200 },
];

function randomTable(data, { rows, cols }) {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
  for (let i = 0; i < data.length; i++) data[i] = random();
  const y = Float64Array.from({ length: rows }, (_, r) => {
    let sum = random() / 2;
    for (let j = 0; j < cols; j++) sum += j * data[r * cols + j];
    return sum;
  });
  return { x: { data, shape: [rows, cols] }, y };
}

async function compare(size, { rounds, workers, stock, forced, scratch }) {
  const { rows, cols } = size;
  const inPlace = randomTable(new Float64Array(new SharedArrayBuffer(rows * cols * 8)), size);
  const plain = { ...inPlace, x: { ...inPlace.x, data: Float64Array.from(inPlace.x.data) } };
  const [xFile, yFile] = [join(scratch, `x${cols}`), join(scratch, `y${cols}`)];
  writeFileSync(xFile, plain.x.data);
  writeFileSync(yFile, plain.y);
  const timed = ({ x, y }) => seconds(() => new LinearRegression({ workers }).fit(x, y));
  const ask = async (peer) => (await peer.ask({ task: 'ols', x: xFile, y: yFile, rows, cols })).seconds;
  const results = await takeTurns(
    {
      steepest: () => timed(inPlace),
      'steepest, X copied': () => timed(plain),
      'scikit-learn': () => ask(stock),
      'scikit-learn, AVX-512': () => ask(forced),
    },
    { rounds },
  );
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
    rounds: rounds ?? (quick ? 2 : 7),
    workers,
    stock: peers.python(),
    forced: peers.python({ forced: true }),
    scratch: peers.scratch,
  };
  const result = [];
  for (const size of SIZES)
    result.push(...(await compare(quick ? { ...size, rows: size.rows / 5 } : size, options)));
  return result;
}
