// How near the outputs of an exported graph are to what this package predicts.
import { Draws } from './draws.mjs';

/**
 * What the rounding of float32 alone may make, in units of the largest number of an output over all
 * rows that were tried: a number that is near 0 because large ones cancel has no more correct
 * digits than they.
 */
export const MOST_DIFFERENCE = 1e-6;
/** A change in the last place of a float32. */
const LAST_PLACE = 2 ** -23;
const CHANGES = 3;
/** How many times what such changes make rounding may make, which happens at every operation. */
const TIMES = 3;

/**
 * How far two implementations of a network in float32 may be apart. Where its outputs move farther
 * when its weights change in their last place, the network itself enlarges rounding: a layerNorm
 * that divides by a small deviation does, and sums that cancel.
 */
export async function mostDifference(model, x) {
  const draws = new Draws(7);
  const weights = model.getWeights();
  const { data: outputs } = await model.predict(x);
  let farthest = 0;
  for (let i = 0; i < CHANGES; i++) {
    const changed = weights.map(({ data, shape }) => ({
      data: data.map((value) => value * (1 + draws.pick([-LAST_PLACE, LAST_PLACE]))),
      shape,
    }));
    model.setWeights(changed);
    const moved = await model.predict(x);
    farthest = Math.max(farthest, largest(outputs.map((value, k) => moved.data[k] - value)));
  }
  model.setWeights(weights);
  const enlarged = farthest === 0 ? 0 : (TIMES * farthest) / largest(outputs);
  return Math.max(MOST_DIFFERENCE, enlarged);
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

/** @throws Error unless both are the same as JSON */
export function checkSame(what, actual, expected) {
  const [given, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (given !== wanted) throw new Error(`${what}: expected ${wanted}, given ${given}`);
}
