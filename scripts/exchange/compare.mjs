// How near the outputs of an exported graph are to what this package predicts.

/**
 * What the rounding of float32 alone may make, in units of the largest number of an output over all
 * rows that were tried: a number that is near 0 because large ones cancel has no more correct digits
 * than they.
 */
const MOST_DIFFERENCE = 1e-6;
/**
 * The same where rounding is enlarged: by layerNorm, which divides by the deviation of a pixel's few
 * channels, however small it is, and in sums of many products, which cancel to a small one.
 */
const MOST_ENLARGED = 2e-6;
const MANY_PRODUCTS = 500;

/** How far two implementations of a network in float32 may be apart. */
export function mostDifference(model) {
  const hasLayerNorm = model.config.layers.some(({ type }) => type === 'layerNorm');
  const products = model.getWeights().map(({ shape }) => shape.slice(0, -1).reduce((a, b) => a * b, 1));
  return hasLayerNorm || products.some((count) => count > MANY_PRODUCTS) ? MOST_ENLARGED : MOST_DIFFERENCE;
}

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
