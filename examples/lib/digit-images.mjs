import { data } from 'steepest';
import { enlarge } from './enlarge.mjs';
import { loadDigits } from './load-digits.mjs';
import { count, firstRows } from './run.mjs';

/** Side of MNIST's images in pixels. */
const SIDE = 28;

/**
 * MNIST from its four IDX files in a folder; without a folder the digits of ../data/digits.csv,
 * enlarged to the same size. Pixels are bytes from 0 to 255.
 * @param {string | undefined} folder
 * @param {number | undefined} rows of each set; all by default
 */
export async function loadDigitImages(folder, rows) {
  const sets = folder === undefined ? smallDigits() : await data.loadMnist(folder);
  const [train, test] = [firstRows(sets.train, rows), firstRows(sets.test, rows)];
  const kind = folder === undefined ? 'UCI optical digits, enlarged to' : 'MNIST,';
  const about =
    `${kind} ${SIDE} × ${SIDE} pixels: ${count(train)} digits to train on, ${count(test)} held out. ` +
    'A tenth of the former chooses the best epoch; the learning curve shows it as held out.';
  return { train, test, about };
}

/** The digits of data/digits.csv have 8 × 8 pixels of 0 to 16. */
function smallDigits() {
  const grown = ({ x, y }) => ({ x: enlarge(x, 8, SIDE, 16), y });
  const { train, test } = loadDigits();
  return { train: grown(train), test: grown(test) };
}
