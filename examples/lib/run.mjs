import { pathToFileURL } from 'node:url';
import { backend } from 'steepest';
import { readOptions } from './options.mjs';
import { writePage } from './page.mjs';

/**
 * Options that the examples of convolutional networks take.
 * @param {string} name of the page, without .html
 */
export function pageOptions(url, name) {
  const kinds = {
    data: 'folder',
    epochs: 'count',
    rows: 'count',
    seed: 'seed',
    workers: 'workers',
    out: 'text',
  };
  return { seed: 1, out: `${name}.html`, ...readOptions(url, kinds).options };
}

/** The first rows of a set of images; all of them if `rows` is undefined. */
export function firstRows({ x, y }, rows = x.shape[0]) {
  const [all, ...sample] = x.shape;
  const count = Math.min(all, rows);
  const size = sample.reduce((a, b) => a * b, 1);
  return {
    x: { data: x.data.subarray(0, count * size), shape: [count, ...sample] },
    y: y.data.subarray(0, count),
  };
}

/** How many images a set has, for people. */
export const count = ({ y }) => y.length.toLocaleString('en');

/** What is trained, and on which kernels. */
export function introduce(model, about) {
  const { kind, isa, reason } = backend();
  console.log(`${about}\nkernels: ${kind} (${isa})${reason ? `, ${reason}` : ''}\n\n${model.summary()}\n`);
}

/**
 * Tests a trained network on images that it has not seen,
 * says how well it does and writes the page.
 * @param {{ train: object, test: object, history: Record<string, number[]>, seconds: number,
 * workers: number | 'auto', out: string,
 *   title: string, about: string, classes: readonly string[] }} run
 */
export async function showResult(model, { train, test, history, seconds, workers, out, ...page }) {
  const { loss, accuracy } = await model.evaluate(test.x, test.y, { workers });
  const epochs = history.loss.length;
  const rate = `${(100 * accuracy).toFixed(2)} %`;
  const { wrong } = await writePage(out, {
    ...page,
    history,
    probabilities: await model.predict(test.x, { workers }),
    labels: test.y,
    images: { pixels: test.x.data, shape: model.config.layers[0].inputShape },
    filters: model.getWeights()[0],
    numbers: [
      ['accuracy on test images', rate],
      ['test images', count(test)],
      ['training images', count(train)],
      ['epochs', String(epochs)],
      ['training time', `${seconds.toFixed(1)} s`],
    ],
  });
  console.log(`\n${epochs} epochs in ${seconds.toFixed(1)} s`);
  console.log(`held-out images: loss ${loss.toFixed(4)}, accuracy ${rate}, ${wrong} wrong`);
  console.log(`page: ${pathToFileURL(out).href}`);
}
