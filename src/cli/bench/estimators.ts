/** Fits of estimators on a table of random numbers. */
import { LinearRegression } from '../../estimators/linearRegression.js';
import { LogisticRegression } from '../../estimators/logisticRegression.js';
import { type Case, secondsOf } from './turns.js';

const [ROWS, COLS] = [100_000, 20];

/** Columns from −1 to 1, a target that follows them with noise, and its sign as a class. */
function randomTable() {
  const data = new Float64Array(new SharedArrayBuffer(8 * ROWS * COLS));
  for (let i = 0; i < data.length; i++) data[i] = 2 * Math.random() - 1;
  const target = Float64Array.from({ length: ROWS }, (_, row) => {
    let sum = Math.random() - 0.5;
    for (let j = 0; j < COLS; j++) sum += ((j % 5) - 2) * data[row * COLS + j]!;
    return sum;
  });
  const classes = Int32Array.from(target, (value) => (value + 4 * Math.random() - 2 > 0 ? 1 : 0));
  return { x: { data, shape: [ROWS, COLS] as [number, number] }, target, classes };
}

/** Least squares and logistic regression. */
export function estimatorCases(workers: number): Case[] {
  const { x, target, classes } = randomTable();
  const size = `${ROWS.toLocaleString('en')} × ${COLS}`;
  const fits = (name: string, fit: () => Promise<unknown>): Case => {
    const run = async (count: number): Promise<number> => {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += await secondsOf(fit);
      return sum;
    };
    return { name: `${name}, ${size}`, unit: 'ms', cores: workers, run };
  };
  return [
    fits('LinearRegression', () => new LinearRegression({ workers }).fit(x, target)),
    fits('LogisticRegression, 2 classes', () => new LogisticRegression({ workers }).fit(x, classes)),
  ];
}
