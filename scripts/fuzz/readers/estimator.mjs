/** Files of estimators. What is accepted has to work. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadEstimator } from 'steepest';
import { oneOf } from '../lib/draw.mjs';
import { ESTIMATORS } from '../lib/fitted.mjs';
import { changeModelFile } from '../lib/modelFile.mjs';

const METHODS = ['toString', 'toSaved', 'clone', 'getFeatureNamesOut', 'inference', 'summary'];
const BY_PATH = 8;

const pathIn = (folder) => join(folder, 'read.safetensors');

/** What it computes may be refused, in our words. */
async function use(call) {
  try {
    return await call();
  } catch (error) {
    if (error?.name !== 'SteepestError' || error.code === 'ERR_PROGRAM') throw error;
    return undefined;
  }
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
  result: (estimator) => estimator.toSaved(),
  /** It can be printed, can predict or transform, and is the same once saved. */
  async check(estimator, _bytes, folder, digest) {
    for (const method of METHODS) await use(() => estimator[method]?.());
    const [x] = ESTIMATORS[estimator.constructor.name];
    await use(() => (estimator.predict === undefined ? estimator.transform(x) : estimator.predict(x)));
    await estimator.save(pathIn(folder));
    const again = await loadEstimator(pathIn(folder));
    return digest(again.toSaved()) === digest(estimator.toSaved())
      ? undefined
      : 'saved and loaded, it differs';
  },
};
