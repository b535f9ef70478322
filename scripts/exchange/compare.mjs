// How near the outputs of an exported graph are to what this package predicts.

/**
 * What the rounding of float32 alone may make, in units of the largest number of an output over all
 * rows that were tried: a number that is near 0 because large ones cancel has no more correct digits
 * than they.
 */
const MOST_DIFFERENCE = 1e-6;
/**
 * layerNorm divides by the deviation of a pixel's channels. Where there are few of them it may be
 * small, and enlarges what was rounded before.
 */
const MOST_BEHIND_LAYER_NORM = 2e-6;

/** How far two implementations of a network in float32 may be apart. */
export const mostDifference = (model) =>
  model.config.layers.some(({ type }) => type === 'layerNorm') ? MOST_BEHIND_LAYER_NORM : MOST_DIFFERENCE;

const largest = (numbers) => numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/**
 * The largest difference between outputs, in units of the largest number of the output.
 * @param batches pairs by the names of the outputs: `expected` of { data, shape }, and `actual` of
 *   { data, dims }, as onnxruntime has them
 * @throws Error for other names, shapes or labels
 */
export function differenceOf(batches) {
  const names = Object.keys(batches[0].expected).sort();
  for (const { expected, actual } of batches) {
    checkSame('outputs', Object.keys(actual).sort(), names);
    for (const name of names) checkSame(`shape of ${name}`, [...actual[name].dims], expected[name].shape);
  }
  return Math.max(...names.map((name) => differenceIn(name, batches)));
}

function differenceIn(name, batches) {
  const pairs = batches.map(({ expected, actual }) => [[...actual[name].data], expected[name].data]);
  if (name === 'label') {
    for (const [labels, wanted] of pairs) checkSame('labels', labels, wanted);
    return 0;
  }
  const scale = Math.max(...pairs.map(([, wanted]) => largest(wanted)));
  const differences = pairs.flatMap(([numbers, wanted]) => wanted.map((value, i) => numbers[i] - value));
  const most = largest(differences);
  return most === 0 ? 0 : most / scale;
}

function checkSame(what, actual, expected) {
  const [given, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (given !== wanted) throw new Error(`${what}: expected ${wanted}, given ${given}`);
}
