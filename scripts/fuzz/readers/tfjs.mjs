/**
 * Models of TensorFlow.js. A file here is the length of model.json in four bytes, model.json, and the
 * weights beside it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromTfjs } from 'steepest';
import { changeBytes } from '../lib/bytes.mjs';
import { oneOf } from '../lib/draw.mjs';
import { changeJson } from '../lib/json.mjs';
import { NETWORKS } from '../lib/networks.mjs';
import keras from './keras.mjs';

const FIXTURE = new URL('../../../test/fixtures/tfjs.json', import.meta.url);
const SHARD = 'weights.bin';
const LENGTH_BYTES = 4;

function pack(json, weights) {
  const text = Buffer.from(json);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(text.length);
  return Buffer.concat([length, text, weights]);
}

/** The parts of a file, as far as it has them. */
function unpack(bytes) {
  const file = Buffer.from(bytes);
  const length = file.length < LENGTH_BYTES ? 0 : file.readUInt32LE(0);
  return {
    json: file.subarray(LENGTH_BYTES, LENGTH_BYTES + length),
    weights: file.subarray(LENGTH_BYTES + length),
  };
}

/** @param {object} artifacts `weightData` as bytes */
function packed({ weightSpecs, weightData, ...rest }) {
  const weightsManifest = [{ paths: [SHARD], weights: weightSpecs }];
  return pack(JSON.stringify({ ...rest, weightsManifest }), Buffer.from(weightData));
}

async function seeds() {
  const made = {};
  for (const [name, make] of Object.entries(NETWORKS)) {
    try {
      made[name] = packed((await make()).toTfjs());
    } catch (error) {
      // TensorFlow.js does not have all layers.
      if (error.code !== 'ERR_ARGUMENT') throw error;
    }
  }
  const { cases } = JSON.parse(readFileSync(FIXTURE, 'utf8'));
  for (const { title, artifacts } of cases) {
    made[title] = packed({ ...artifacts, weightData: Buffer.from(artifacts.weightData, 'base64') });
  }
  return made;
}

function mutate(draw, files) {
  const file = oneOf(draw, files);
  const { json, weights } = unpack(file);
  switch (draw(6)) {
    case 0:
      return pack(json, changeBytes(draw, weights));
    case 1:
      return pack(changeBytes(draw, json), weights);
    default:
      return pack(changeJson(draw, json.toString()), weights);
  }
}

export default {
  ...keras,
  name: 'tfjs',
  covers: ['fromTfjs'],
  seeds,
  mutate,
  async read(bytes, folder) {
    const { json, weights } = unpack(bytes);
    writeFileSync(join(folder, 'model.json'), json);
    writeFileSync(join(folder, SHARD), weights);
    return fromTfjs(join(folder, 'model.json'));
  },
};
