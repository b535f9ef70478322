/**
 * Is a file ever lost or damaged? A process saves models and estimators of different sizes over one
 * another, again and again, and is killed (SIGKILL) at a random moment. Each file must then be one
 * of the whole ones, byte for byte, and the next save must remove what the killed one left.
 *
 *   node scripts/fuzz/kills.mjs [kills, 1000] [--seed 1]
 *
 * in a built checkout. The exit status is 1 if a file was lost or damaged, or something was left.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { data, layers, OneHotEncoder, sequential } from '../../dist/bundle/esm/index.js';

/** The latest moment of a kill after the first save: some ten saves. */
const MOST_DELAY_MS = 40;
const PRINT_EVERY = 100;

const network = (units) =>
  sequential({ layers: [layers.dense({ units, inputShape: [units] })], seed: units });
const encoder = (count) =>
  new OneHotEncoder().fit(
    new data.DataTable({ name: Array.from({ length: count }, (_, i) => `category ${i}`) }),
  );

/** The files, and for each what is saved into it by turns. */
const makeFiles = async () => ({
  'small-and-large': [network(4), network(700)],
  'two-sizes': [network(60), network(64)],
  estimator: [await encoder(3), await encoder(20_000)],
});

async function saveForEver(folder) {
  const files = await makeFiles();
  await Promise.all(
    Object.entries(files).map(async ([name, things]) => {
      for (let i = 0; ; i++) {
        await things[i % things.length].save(join(folder, name));
        if (i === 0) process.stdout.write('.');
      }
    }),
  );
}

/** Numbers from 0 to 1 (mulberry32, by Tommy Ettinger). */
function randomOf(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What each file may be. */
async function wholeBytes(folder, files) {
  const whole = new Map();
  for (const [name, things] of Object.entries(files)) {
    const states = [];
    for (const thing of things) {
      await thing.save(join(folder, name));
      states.push(await readFile(join(folder, name)));
    }
    whole.set(name, states);
  }
  return whole;
}

const isTemporary = (name) => name.endsWith('.tmp');

async function killOnce(folder, delayMs) {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), '--save-into', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  child.kill('SIGKILL');
  const [, signal] = await once(child, 'exit');
  if (signal !== 'SIGKILL') throw new Error('the saving process ended by itself');
}

async function run(kills, seed) {
  const folder = await mkdtemp(join(tmpdir(), 'steepest-kills-'));
  const random = randomOf(seed);
  const files = await makeFiles();
  const whole = await wholeBytes(folder, files);
  const count = { lost: 0, damaged: 0, interrupted: 0, unswept: 0 };
  for (let i = 1; i <= kills; i++) {
    await killOnce(folder, random() * MOST_DELAY_MS);
    for (const [name, states] of whole) {
      const now = await readFile(join(folder, name)).catch(() => undefined);
      if (now === undefined) count.lost++;
      else if (!states.some((state) => state.equals(now))) count.damaged++;
    }
    count.interrupted += (await readdir(folder)).filter(isTemporary).length;
    await files['two-sizes'][0].save(join(folder, 'two-sizes'));
    count.unswept += (await readdir(folder)).filter(isTemporary).length;
    if (i % PRINT_EVERY === 0 || i === kills) {
      console.log(
        `${i} kills, ${count.interrupted} saves interrupted: ${count.lost} lost, ` +
          `${count.damaged} damaged, ${count.unswept} temporary files left`,
      );
    }
  }
  await rm(folder, { recursive: true });
  return count.lost + count.damaged + count.unswept === 0;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string', default: '1' }, 'save-into': { type: 'string' } },
});
if (values['save-into'] !== undefined) await saveForEver(values['save-into']);
const kills = Number(positionals[0] ?? 1000);
if (!Number.isInteger(kills) || kills < 1) throw new Error('the number of kills is a whole number');
process.exitCode = (await run(kills, Number(values.seed))) ? 0 : 1;
