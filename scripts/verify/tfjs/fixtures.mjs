// Writes test/fixtures/tfjs.json: models that TensorFlow.js has made, some with quantised weights,
// with inputs and the outputs that it computes.
//   npm ci --ignore-scripts && node fixtures.mjs
import { writeFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { draws, savedBy, theirNetwork } from './models.mjs';

/** Seeds whose models have, together, all layers. Small ones: the file is part of the repository. */
const SEEDS = [2, 5, 7, 9, 12, 17, 20, 26, 31, 40];
const ROWS = 3;

const base64 = (buffer) => Buffer.from(buffer).toString('base64');

/** @param model that was saved; the artifacts are loaded if there is none */
async function caseOf(title, artifacts, inputShape, seed, saved) {
  const model = saved ?? (await tf.loadLayersModel(tf.io.fromMemory(artifacts)));
  const d = draws(seed);
  const size = inputShape.reduce((a, b) => a * b, ROWS);
  const x = Array.from({ length: size }, () => Math.fround(Math.round((4 * d.next() - 2) * 1000) / 1000));
  const output = model.predict(tf.tensor(x, [ROWS, ...inputShape]));
  const y = [...(await output.data())];
  const { weightData, ...rest } = artifacts;
  return {
    title,
    artifacts: { ...rest, weightData: base64(weightData) },
    x,
    shape: [ROWS, ...inputShape],
    y,
  };
}

/** The same model with weights stored as fewer bits. */
function quantized({ weightSpecs, weightData, ...rest }, dtype) {
  const numbers = new Float32Array(weightData);
  const pieces = [];
  let at = 0;
  const specs = weightSpecs.map((spec) => {
    const count = spec.shape.reduce((a, b) => a * b, 1);
    const own = numbers.subarray(at, at + count);
    at += count;
    if (dtype === 'float16') {
      pieces.push(Buffer.from(Uint16Array.from(own, halfOf).buffer));
      return { ...spec, quantization: { dtype, original_dtype: 'float32' } };
    }
    const [min, max] = [Math.min(...own), Math.max(...own)];
    const steps = dtype === 'uint8' ? 255 : 65535;
    const scale = (max - min) / steps || 1;
    const Type = dtype === 'uint8' ? Uint8Array : Uint16Array;
    const stored = Type.from(own, (value) => Math.round((value - min) / scale));
    pieces.push(Buffer.from(stored.buffer));
    return { ...spec, quantization: { dtype, scale, min, original_dtype: 'float32' } };
  });
  const all = Buffer.concat(pieces);
  return {
    ...rest,
    weightSpecs: specs,
    weightData: all.buffer.slice(all.byteOffset, all.byteOffset + all.length),
  };
}

/** A float16 of a small normal number, cut off. */
function halfOf(value) {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0];
  const exponent = ((bits >> 23) & 0xff) - 112;
  if (exponent <= 0) return (bits >> 16) & 0x8000;
  return ((bits >> 16) & 0x8000) | (exponent << 10) | ((bits >> 13) & 0x3ff);
}

const cases = [];
for (const seed of SEEDS) {
  const { model, inputShape } = theirNetwork(tf, seed);
  const artifacts = await savedBy(tf, model);
  const names = model.layers.map((layer) => layer.getClassName()).join(', ');
  cases.push(await caseOf(`${model.getClassName()}: ${names}`, artifacts, inputShape, seed, model));
}
const { model, inputShape } = theirNetwork(tf, 20);
for (const dtype of ['uint8', 'uint16', 'float16']) {
  const artifacts = quantized(await savedBy(tf, model), dtype);
  cases.push(await caseOf(`weights as ${dtype}`, artifacts, inputShape, 20));
}
const compiled = tf.sequential({
  layers: [
    tf.layers.dense({ units: 4, inputShape: [3], activation: 'relu' }),
    tf.layers.dense({ units: 2, activation: 'softmax' }),
  ],
});
compiled.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
await compiled.fit(tf.ones([4, 3]), tf.oneHot([0, 1, 0, 1], 2), { epochs: 1, verbose: 0 });
cases.push(
  await caseOf(
    'compiled, with the state of its optimizer',
    await savedBy(tf, compiled, { includeOptimizer: true }),
    [3],
    1,
  ),
);

const file = new URL('../../../test/fixtures/tfjs.json', import.meta.url);
writeFileSync(file, `${JSON.stringify({ tfjs: tf.version.tfjs, cases })}\n`);
console.log(`${cases.length} models, ${cases.map(({ title }) => title).join('\n')}`);
