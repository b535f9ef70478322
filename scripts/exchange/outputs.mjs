/**
 * What a network's graph has to return for x, by the names of its outputs: { data, shape } of
 * numbers or text, from the network's own predictions.
 */
export async function expectedOutputs(model, options, x) {
  const { data, shape } = await model.predict(x);
  const output = { output: { data: Array.from(data), shape: [...shape] } };
  if (model.classes === undefined || options.labels === false) return output;
  const label = await classesOf(model, x);
  if (label === undefined) return output;
  const labels = { label: { data: label, shape: [label.length] } };
  const probabilities = await probabilitiesOf(model, x);
  return probabilities === undefined ? { ...labels, ...output } : { ...labels, probabilities };
}

/** Undefined for a network of values. */
async function classesOf(model, x) {
  try {
    return await model.predictClasses(x);
  } catch (error) {
    if (error.code !== 'ERR_ARGUMENT') throw error;
    return undefined;
  }
}

/** Undefined for a network of scores. */
async function probabilitiesOf(model, x) {
  const { classes } = model;
  let top;
  try {
    top = await model.predictTop(x, classes.length);
  } catch (error) {
    if (error.code !== 'ERR_ARGUMENT') throw error;
    return undefined;
  }
  const data = top.flatMap((row) => classes.map((name) => row.find((one) => one.class === name).probability));
  return { data, shape: [top.length, classes.length] };
}
