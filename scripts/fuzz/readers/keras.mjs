/** Models that Keras saved: archives of a description and an HDF5 file, and older HDF5 files. */
import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { fromKeras, load } from 'steepest';
import { ReadBudget } from '#steepest/data/limits/readLimits.js';
import { unzip } from '#steepest/data/npy/zip.js';
import { changeBytes } from '../lib/bytes.mjs';
import { oneOf } from '../lib/draw.mjs';
import { changeJson } from '../lib/json.mjs';
import { zipOf } from '../lib/zip.mjs';

const FIXTURE = new URL('../../../test/fixtures/keras_models.json', import.meta.url);
/** Inputs larger than this would take long to predict. */
const MOST_INPUTS = 4096;

/** What is in the archives: descriptions as texts, and weights. */
const parts = [];

async function seeds() {
  const { cases, deflated } = JSON.parse(readFileSync(FIXTURE, 'utf8'));
  const decoded = (text) => Buffer.from(text, 'base64');
  const made = {
    stored: inflateSync(decoded(deflated.stored)),
    h5: inflateSync(decoded(deflated.h5)),
    ...Object.fromEntries(cases.map(({ keras }, i) => [`packed${i}`, decoded(keras)])),
  };
  for (const [name, file] of Object.entries(made)) {
    if (name === 'h5') continue;
    const files = await unzip(name, file, () => true, new ReadBudget(name, file.length, {}));
    parts.push({ config: files.get('config.json').toString(), weights: files.get('model.weights.h5') });
  }
  return made;
}

/** An archive that is right, or nearly, around what is damaged. */
function archive(draw) {
  const { config, weights } = oneOf(draw, parts);
  const kind = draw(8);
  const text = kind < 4 ? changeJson(draw, config) : config;
  const numbers = kind > 2 && kind < 7 ? changeBytes(draw, weights) : weights;
  const files = [
    { name: 'metadata.json', content: Buffer.from('{}') },
    { name: 'config.json', content: Buffer.from(text) },
    { name: 'model.weights.h5', content: numbers },
  ];
  return zipOf(draw, draw(30) === 0 ? files.slice(draw(3)) : files, kind === 7);
}

export default {
  name: 'keras',
  covers: [],
  codes: ['ERR_MODEL_FILE', 'ERR_DATA_LIMIT'],
  seeds,
  mutate: (draw, files) => (draw(4) > 0 ? archive(draw) : changeBytes(draw, oneOf(draw, files))),
  read: (bytes) => fromKeras(bytes),
  result: (model) => ({ config: model.config, weights: model.getWeights(), compiled: model.compileConfig }),
  /** It can be printed, can predict, and is the same once saved. */
  async check(model, _bytes, _folder, digest) {
    const { inputShape } = model.config.layers[0];
    const inputs = inputShape.reduce((a, b) => a * b, 1);
    model.summary();
    if (inputs <= MOST_INPUTS) {
      try {
        model.predictSync({ data: new Float32Array(inputs), shape: [1, ...inputShape] });
      } catch (error) {
        // Predictions that are not finite are refused.
        if (error?.name !== 'SteepestError' || error.code === 'ERR_PROGRAM') throw error;
      }
    }
    const again = await load(model.toBytes());
    return digest(this.result(again)) === digest(this.result(model))
      ? undefined
      : 'saved and loaded, it differs';
  },
};
