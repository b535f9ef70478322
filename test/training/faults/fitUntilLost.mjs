// Fits a model until a thread is lost, then tells what has become of it, and what training for
// exactly as many steps gives. Prints JSON. Run by lost-thread.test.ts.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layers, sequential } from 'steepest';

const x = Array.from({ length: 64 }, (_, r) => [Math.sin(r), Math.cos(r), r / 64]);
const y = x.map(([a, b]) => [a * b]);
/** Two steps per epoch, in row order. */
const options = { batchSize: 32, shuffle: false, progress: false };

const build = () =>
  sequential({
    seed: 1,
    layers: [layers.dense({ units: 8, activation: 'tanh', inputShape: [3] }), layers.dense({ units: 1 })],
  }).compile({ optimizer: 'adam', loss: 'meanSquaredError' });

const folder = mkdtempSync(join(tmpdir(), 'steepest-lost-'));
/** The counters that a model's file has, and all arrays of it. */
async function saved(model) {
  const path = join(folder, 'model.safetensors');
  await model.save(path);
  const bytes = readFileSync(path);
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + Number(bytes.readBigUInt64LE(0))));
  return { counters: JSON.parse(header.__metadata__.training), bytes: bytes.toString('base64') };
}

const model = build();
const before = Number(process.env.EPOCHS_BEFORE);
// On one thread, and not the one that is lost.
if (before > 0) await model.fit(x, y, { ...options, epochs: before, workers: 1 });
const error = await model.fit(x, y, { ...options, epochs: 1000, workers: 3 }).catch((reason) => reason);
const { counters, bytes } = await saved(model);
const expected = build();
if (counters.epochs > 0) await expected.fit(x, y, { ...options, epochs: counters.epochs, workers: 1 });
const wanted = await saved(expected);
rmSync(folder, { recursive: true });
console.log(
  JSON.stringify({ code: error.code, counters, wanted: wanted.counters, isSame: bytes === wanted.bytes }),
);
