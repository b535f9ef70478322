// What all cases of estimators share.

/** Rows of a fit. */
export const FIT_ROWS = 60;
/** Columns of rows of numbers. */
export const COLS = 4;

/** What estimators learn from rows of numbers. */
export function targetsOf(draws, rows) {
  const score = ([a, b, c]) => 2 * a - b + 0.4 * c;
  const noisy = rows.map((row) => score(row) + draws.between(-0.4, 0.4));
  const order = [...noisy].sort((a, b) => a - b);
  const [third, middle] = [order[Math.floor(rows.length / 3)], order[Math.floor(rows.length / 2)]];
  return {
    numbers: noisy,
    columns: noisy.map((value, i) => [value, 3 - 2 * value + rows[i][2], rows[i][0]]),
    counts: noisy.map((value) => Math.round(Math.exp(Math.min(3, value / 2)))),
    amounts: noisy.map((value) => Math.exp(value / 4)),
    flags: noisy.map((value) => value > middle),
    two: noisy.map((value) => (value > middle ? 'yes' : 'no')),
    three: noisy.map((value) => (value < third ? -1 : value > middle ? 7 : 3)),
    words: noisy.map((value) => (value < third ? 'low' : value > middle ? 'über' : 'mid')),
  };
}

/** Options as part of a case's name. */
export const text = (options) => (Object.keys(options).length === 0 ? '' : ` ${JSON.stringify(options)}`);
