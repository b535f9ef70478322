// Multinomial regression on MNIST: the time to come within a millionth of the best objective. A suite
// of its own, because scikit-learn's solvers take minutes.
import { data } from 'steepest';
import { MNIST_HINT } from '../lib/data.mjs';
import { shared } from '../lib/tables.mjs';
import { ABOUT, timeToObjective } from '../lib/timeToObjective.mjs';

export const title = 'MNIST by logistic regression, to an objective';
export const about = `${ABOUT} C = 0.01; all 60,000 images.`;

/** Pixels over 255; C is that of scikit-learn's own example of MNIST, 50 over 5,000 rows. */
const MNIST = {
  rows: 60_000,
  cols: 784,
  C: 0.01,
  ours: ['newtonCg', 'lbfgs'],
  theirs: ['newton-cg', 'lbfgs'],
};

export async function run(options) {
  const { folder } = options;
  if (folder === undefined) throw new Error(`it needs MNIST: ${MNIST_HINT}`);
  const { train } = await data.loadMnist(folder);
  const x = { data: shared(train.x.data, Float32Array, 255), shape: train.x.shape };
  const table = { x, y: train.y.data, dtype: 'float32', request: { folder } };
  return [await timeToObjective(MNIST, table, options, 'MNIST 60,000 × 784, float32')];
}
