/** Files of estimators. What is accepted has to work. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadEstimator } from 'steepest';
import { oneOf } from '../lib/draw.mjs';
import { ESTIMATORS } from '../lib/fitted.mjs';
import { changeModelFile } from '../lib/modelFile.mjs';
import { use } from '../lib/use.mjs';

const METHODS = ['toString', 'toSaved', 'clone', 'getFeatureNamesOut', 'inference', 'summary'];
const BY_PATH = 8;

const pathIn = (folder) => join(folder, 'read.safetensors');

/** Outputs more than this would take long to name and to compute, whoever fitted them. */
const MOST_OUTPUTS = 2 ** 16;

/** As a file says it: JSON has no -0. */
function asSaved({ type, params, state }) {
  if (state === undefined) return { type, json: JSON.stringify(params) };
  const { tensors, attributes, children = {} } = state;
  const inside = Object.entries(children).map(([name, child]) => [name, asSaved(child)]);
  return { type, tensors, json: JSON.stringify([params, attributes]), inside };
}

export default {
  name: 'estimator',
  covers: ['loadEstimator'],
  codes: ['ERR_MODEL_FILE'],
  async seeds(folder) {
    const made = {};
    for (const [name, [, make]] of Object.entries(ESTIMATORS)) {
      await (await make()).save(pathIn(folder));
      made[name] = readFileSync(pathIn(folder));
    }
    return made;
  },
  mutate: (draw, files) => changeModelFile(draw, oneOf(draw, files)),
  async read(bytes, folder) {
    if (bytes.length % BY_PATH > 0) return loadEstimator(bytes);
    writeFileSync(pathIn(folder), bytes);
    return loadEstimator(pathIn(folder));
  },
  result: (estimator) => asSaved(estimator.toSaved()),
  /** It can be printed, can predict or transform, and is the same once saved. */
  async check(estimator, _bytes, folder, digest) {
    const isLarge = ((await use(() => estimator.nOutputFeatures)) ?? 0) > MOST_OUTPUTS;
    for (const method of METHODS) {
      if (!isLarge || method !== 'getFeatureNamesOut') await use(() => estimator[method]?.());
    }
    const [x] = ESTIMATORS[estimator.constructor.name];
    if (!isLarge) {
      await use(() => (estimator.predict === undefined ? estimator.transform(x) : estimator.predict(x)));
    }
    await estimator.save(pathIn(folder));
    const again = await loadEstimator(pathIn(folder));
    return digest(this.result(again)) === digest(this.result(estimator))
      ? undefined
      : 'saved and loaded, it differs';
  },
};
