/** Files of networks. What is accepted has to work. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'steepest';
import { oneOf } from '../lib/draw.mjs';
import { changeModelFile } from '../lib/modelFile.mjs';
import { NETWORKS } from '../lib/networks.mjs';
import { predictZeros, use } from '../lib/use.mjs';

/** Every so many bytes, a file is read by its path. */
const BY_PATH = 8;

const pathIn = (folder) => join(folder, 'read.safetensors');

export default {
  name: 'network',
  covers: ['load'],
  codes: ['ERR_MODEL_FILE'],
  async seeds(folder) {
    const made = {};
    for (const [name, make] of Object.entries(NETWORKS)) {
      await (await make()).save(pathIn(folder));
      made[name] = readFileSync(pathIn(folder));
    }
    return made;
  },
  mutate: (draw, files) => changeModelFile(draw, oneOf(draw, files)),
  async read(bytes, folder) {
    if (bytes.length % BY_PATH > 0) return load(bytes);
    writeFileSync(pathIn(folder), bytes);
    return load(pathIn(folder));
  },
  result: (model) => ({ config: model.config, weights: model.getWeights() }),
  /** It can be printed, can predict, and is the same once saved. */
  async check(model, _bytes, folder, digest) {
    await use(() => model.summary());
    await predictZeros(model);
    await model.save(pathIn(folder));
    const again = await load(pathIn(folder));
    return digest(this.result(again)) === digest(this.result(model))
      ? undefined
      : 'saved and loaded, it differs';
  },
};
