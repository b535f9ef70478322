// Ordinary least squares against scikit-learn, in one run: medians of fits that take turns.
//   STEEPEST_PYTHON=/path/to/python node bench/leastSquares.mjs [--rounds 7] [--workers 2]
// The Python needs bench/peers/requirements.txt. scikit-learn runs twice: as it comes, and with OpenBLAS told to use its
// AVX-512 kernels, which it does not choose by itself on every processor that has them.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { LinearRegression, shutdown } from 'steepest';
import { median, printMachine, seconds } from './lib/report.mjs';

const SIZES = [
  { rows: 1_000_000, cols: 20 },
  { rows: 100_000, cols: 200 },
];
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, workers: { type: 'string', default: '2' } },
});
const workers = Number(values.workers);

/** A Python process that answers each size with the seconds of a fit; undefined if it does not start. */
async function peer(env) {
  const script = fileURLToPath(new URL('peers/sklearn_least_squares.py', import.meta.url));
  const child = spawn(process.env.STEEPEST_PYTHON ?? 'python3', [script], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  const ask = async ({ rows, cols }) => {
    child.stdin.write(`${rows} ${cols}\n`);
    const { value } = await lines.next();
    return value && JSON.parse(value).seconds;
  };
  if ((await ask({ rows: 1000, cols: 3 })) === undefined) return undefined;
  return { ask, end: () => child.stdin.end() };
}

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

async function compare(size, peers) {
  const length = size.rows * size.cols;
  const inPlace = randomTable(new Float64Array(new SharedArrayBuffer(length * 8)), size);
  const plain = { ...inPlace, x: { ...inPlace.x, data: Float64Array.from(inPlace.x.data) } };
  const timeFit = ({ x, y }) => seconds(() => new LinearRegression({ workers }).fit(x, y));
  const contenders = {
    'steepest, X in a SharedArrayBuffer': () => timeFit(inPlace),
    'steepest, X in a plain Float64Array': () => timeFit(plain),
  };
  for (const [name, rival] of Object.entries(peers)) if (rival) contenders[name] = () => rival.ask(size);
  const times = new Map(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const [name, run] of Object.entries(contenders)) {
      const took = await run();
      // The first round starts threads and touches memory.
      if (round > 0) times.get(name).push(took);
    }
  }
  const mine = median(times.get('steepest, X in a SharedArrayBuffer'));
  console.log(`${size.rows.toLocaleString('en')} × ${size.cols}, ${workers} workers`);
  for (const [name, list] of times) {
    const took = median(list);
    console.log(
      `  ${name.padEnd(38)} ${(1000 * took).toFixed(1).padStart(8)} ms   ${(took / mine).toFixed(2)} ×`,
    );
  }
}

printMachine();
const peers = {
  'scikit-learn': await peer({}),
  'scikit-learn, OpenBLAS on AVX-512': await peer({ OPENBLAS_CORETYPE: 'SkylakeX' }),
};
for (const size of SIZES) await compare(size, peers);
for (const rival of Object.values(peers)) rival?.end();
await shutdown();
