/** Uses a model that a reader has accepted. */

/** Inputs larger than this would take long to predict. */
const MOST_INPUTS = 4096;

/**
 * What it computes may be refused, in our words: predictions that are not finite, for example.
 * Programs that cannot run were to be found before.
 */
export async function use(call) {
  try {
    return await call();
  } catch (error) {
    if (error?.name !== 'SteepestError' || error.code === 'ERR_PROGRAM') throw error;
    return undefined;
  }
}

/** Predicts for a sample of zeros. */
export async function predictZeros(model) {
  const { inputShape } = model.config.layers[0];
  const inputs = inputShape.reduce((a, b) => a * b, 1);
  if (inputs > MOST_INPUTS) return;
  await use(() => model.predictSync({ data: new Float32Array(inputs), shape: [1, ...inputShape] }));
}
