/** Models that Keras saved: archives of a description and an HDF5 file, and older HDF5 files. */
import { readFileSync } from 'node:fs';
import { inflateRawSync, inflateSync } from 'node:zlib';
import { fromKeras, load } from 'steepest';
import { changeBytes } from '../lib/bytes.mjs';
import { oneOf } from '../lib/draw.mjs';
import { changeJson } from '../lib/json.mjs';
import { predictZeros } from '../lib/use.mjs';
import { zipOf } from '../lib/zip.mjs';

const FIXTURE = new URL('../../../test/fixtures/keras_models.json', import.meta.url);
const LOCAL_SIGNATURE = 0x04034b50;

/** What is in the archives: descriptions as texts, and weights. Each process reads them anew. */
let parts;

async function seeds() {
  const { cases, deflated } = JSON.parse(readFileSync(FIXTURE, 'utf8'));
  const decoded = (text) => Buffer.from(text, 'base64');
  return {
    stored: inflateSync(decoded(deflated.stored)),
    h5: inflateSync(decoded(deflated.h5)),
    ...Object.fromEntries(cases.map(({ keras }, i) => [`packed${i}`, decoded(keras)])),
  };
}

/** The files of an archive that is right, by its local headers (APPNOTE.TXT, 4.3.7). */
function filesIn(archive) {
  const files = {};
  for (let at = 0; archive.readUInt32LE(at) === LOCAL_SIGNATURE; ) {
    const [method, packed] = [archive.readUInt16LE(at + 8), archive.readUInt32LE(at + 18)];
    const names = at + 30;
    const content = names + archive.readUInt16LE(at + 26) + archive.readUInt16LE(at + 28);
    const name = archive.toString('utf8', names, names + archive.readUInt16LE(at + 26));
    const bytes = archive.subarray(content, content + packed);
    files[name] = method === 0 ? bytes : inflateRawSync(bytes);
    at = content + packed;
  }
  return files;
}

const partsOf = (files) =>
  files
    .map((file) => Buffer.from(file))
    .filter((file) => file.readUInt32LE(0) === LOCAL_SIGNATURE)
    .map(filesIn)
    .map((found) => ({ config: found['config.json'].toString(), weights: found['model.weights.h5'] }));

/** An archive that is right, or nearly, around what is damaged. */
function archive(draw, seedFiles) {
  parts ??= partsOf(seedFiles);
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
  covers: ['fromKeras'],
  codes: ['ERR_MODEL_FILE', 'ERR_DATA_LIMIT'],
  seeds,
  mutate: (draw, files) => (draw(4) > 0 ? archive(draw, files) : changeBytes(draw, oneOf(draw, files))),
  read: (bytes) => fromKeras(bytes),
  result: (model) => ({ config: model.config, weights: model.getWeights(), compiled: model.compileConfig }),
  /** It can be printed, can predict, and is the same once saved. */
  async check(model, _bytes, _folder, digest) {
    model.summary();
    await predictZeros(model);
    const again = await load(model.toBytes());
    return digest(this.result(again)) === digest(this.result(model))
      ? undefined
      : 'saved and loaded, it differs';
  },
};
