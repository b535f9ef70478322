/** Checkpoints of a fit with `resume`. What is accepted is trained to the end. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { callbacks, layers, sequential } from 'steepest';
import { decodeSafetensors, encodeSafetensors } from '#steepest/io/safetensors.js';
import { contentHash } from '#steepest/networks/models/resume/checkpointFile.js';
import { oneOf } from '../lib/draw.mjs';
import { changeModelFile } from '../lib/modelFile.mjs';

const x = Array.from({ length: 24 }, (_, i) => [i % 5, (i % 7) / 7]);
const y = x.map(([a, b]) => [a * b]);
/** Every so many bytes, the hash stays as it was: such a file is damaged, not hostile. */
const DAMAGED = 8;

function build() {
  const model = sequential({
    layers: [layers.dense({ units: 3, inputShape: [2] }), layers.batchNorm(), layers.dense({ units: 1 })],
  });
  return model.compile({ optimizer: 'adam', loss: 'meanSquaredError', metrics: ['mae'] });
}

const train = async (folder, epochs) => {
  const model = build();
  const result = await model.fit(x, y, {
    epochs,
    batchSize: 4,
    workers: 1,
    validationSplit: 0.25,
    resume: { folder, everySteps: 1, keepLast: 99 },
    callbacks: callbacks.earlyStopping({ patience: 9, restoreBest: true }),
  });
  return { result, weights: model.getWeights() };
};

/** The file with the hash of what it holds. */
async function hostile(bytes) {
  try {
    const { tensors, metadata } = decodeSafetensors(bytes);
    return encodeSafetensors(tensors, { ...metadata, hash: await contentHash({ tensors, metadata }) });
  } catch {
    return bytes;
  }
}

export default {
  name: 'checkpoint',
  covers: [],
  codes: ['ERR_MODEL_FILE', 'ERR_RESUME', 'ERR_DIVERGED'],
  async seeds(folder) {
    const run = join(folder, 'run');
    await train(run, 3);
    const made = {};
    for (const name of readdirSync(run)) made[name] = readFileSync(join(run, name));
    rmSync(run, { recursive: true });
    return made;
  },
  mutate: (draw, files) => changeModelFile(draw, oneOf(draw, files)),
  async read(bytes, folder) {
    const run = join(folder, 'run');
    rmSync(run, { recursive: true, force: true });
    mkdirSync(run);
    const file = bytes.length % DAMAGED === 0 ? bytes : await hostile(bytes);
    const name = bytes.length % 2 === 0 ? 'result' : 'checkpoint-000000000010';
    writeFileSync(join(run, `${name}.safetensors`), file);
    return train(run, 4);
  },
};
