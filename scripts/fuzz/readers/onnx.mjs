/** ONNX files of this package and of others. What is accepted has to work. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromOnnx, load } from 'steepest';
import { atOnce } from '#steepest/core/inParts.js';
import { decoding } from '#steepest/io/onnx/decode.js';
import { encodeOnnx } from '#steepest/io/onnx/encode.js';
import { changeBytes } from '../lib/bytes.mjs';
import { oneOf } from '../lib/draw.mjs';
import { NETWORKS } from '../lib/networks.mjs';
import { changeGraph } from '../lib/onnxGraph.mjs';
import { changeMessage } from '../lib/protobuf.mjs';
import { predictZeros, use } from '../lib/use.mjs';

const FIXTURES = new URL('../../../test/fixtures/', import.meta.url);
const MOST_NUMBERS = 2 ** 22;
/** Every so many bytes, a file is read by its path. */
const BY_PATH = 8;

const decode = (bytes) => atOnce(decoding(bytes));
const pathIn = (folder) => join(folder, 'read.onnx');

/** A file without the description beside its graph. */
function asForeign(bytes) {
  const model = decode(bytes);
  model.metadataProps.delete('model');
  return encodeOnnx(model);
}

/** The same with the keys of objects in order: a description in the metadata may have any. */
function inOrder(value) {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, inOrder(value[key])]));
}

export default {
  name: 'onnx',
  covers: ['fromOnnx'],
  codes: ['ERR_MODEL_FILE'],
  async seeds() {
    const made = {};
    for (const [name, make] of Object.entries(NETWORKS)) {
      made[name] = (await make()).toOnnx();
      made[`${name}-graph`] = asForeign(made[name]);
    }
    const fixture = (name) => JSON.parse(readFileSync(new URL(name, FIXTURES), 'utf8'));
    for (const [name, { file }] of Object.entries(fixture('onnx_models.json'))) {
      made[name.replaceAll(' ', '-')] = Buffer.from(file, 'base64');
    }
    return made;
  },
  mutate(draw, files) {
    const file = oneOf(draw, files);
    switch (draw(8)) {
      case 0:
        return changeBytes(draw, Buffer.from(file));
      case 1:
      case 2:
      case 3:
        return changeMessage(draw, file);
      default:
        return encodeOnnx(changeGraph(draw, decode(file)));
    }
  },
  async read(bytes, folder) {
    if (bytes.length % BY_PATH > 0) return fromOnnx(bytes);
    writeFileSync(pathIn(folder), bytes);
    return fromOnnx(pathIn(folder));
  },
  result: (model) => ({ config: inOrder(model.config), weights: model.getWeights() }),
  /** It can be printed, can predict, and is the same once saved, and once written as ONNX. */
  async check(model, _bytes, folder, digest) {
    if (numbersOf(model) <= MOST_NUMBERS) await predictZeros(model);
    const path = join(folder, 'read.safetensors');
    await model.save(path);
    if (digest(this.result(await load(path))) !== digest(this.result(model)))
      return 'saved and loaded, it differs';
    const written = await use(() => model.toOnnx());
    if (written === undefined) return undefined;
    const again = await fromOnnx(written);
    return digest(this.result(again)) === digest(this.result(model)) ? undefined : 'as ONNX, it differs';
  },
};

/** As many numbers as a sample has at most of its layers, from the summary's shapes. */
const numbersOf = (model) =>
  Math.max(
    ...[...model.summary().matchAll(/\[([\d, ]+)\]/g)].map(([, sizes]) =>
      sizes.split(',').reduce((a, b) => a * Number(b), 1),
    ),
  );
