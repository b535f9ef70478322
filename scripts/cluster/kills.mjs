/**
 * Does a job of several ranks that is killed end with the same bits? A network is trained over 1 to 5
 * ranks with checkpoints, and one rank or all of them are killed (SIGKILL) at a random moment, again
 * and again, each time with another number of ranks, until a job finishes. Model, optimizer and
 * history of every rank must be those of one process that nobody has disturbed, bit for bit.
 *
 *   node scripts/cluster/kills.mjs [kills, 100] [--seed 1] [--launcher local|openmpi|mpich]
 *
 * in a built checkout. The exit status is 1 if a run differed.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { callbacks, layers, sequential } from '../../dist/bundle/esm/index.js';
import { drawFrom } from '../fuzz/lib/draw.mjs';

const SELF = fileURLToPath(import.meta.url);
const SHARDS = 8;
const MOST_RANKS = 5;
/** A job may be killed while it starts, while it trains, and at its end. */
const LATEST_KILL = 1.2;
const PRINT_EVERY = 10;
const LAUNCHERS = {
  openmpi: ['mpirun.openmpi', '--allow-run-as-root', '--oversubscribe'],
  mpich: ['mpirun.mpich'],
};

const ROWS = 320;
const x = Array.from({ length: ROWS }, (_, i) => [Math.sin(i), Math.cos(3 * i), (i % 7) / 7, (i % 5) / 5]);
const y = x.map(([a, b, c]) => [a * b + c]);

const build = () =>
  sequential({
    seed: 3,
    layers: [
      layers.dense({ units: 24, inputShape: [4] }),
      layers.batchNorm(),
      layers.activation({ activation: 'tanh' }),
      layers.dropout({ rate: 0.2 }),
      layers.dense({ units: 1 }),
    ],
  }).compile({
    optimizer: { name: 'adam', learningRate: 0.01, globalClipNorm: 1 },
    loss: 'meanSquaredError',
    metrics: ['mae'],
  });

/** Trains one rank to the end, and prints a hash of everything that came out. */
async function train(folder, isAlone) {
  const { cluster } = await import('../../dist/bundle/esm/cluster.js');
  const ranks = await cluster({ alone: isAlone, timeoutMs: 60_000 });
  const model = build();
  const { history, bestEpoch } = await model.fit(x, y, {
    cluster: ranks,
    shards: SHARDS,
    workers: 1,
    epochs: 30,
    batchSize: 48,
    validationSplit: 0.2,
    callbacks: [
      callbacks.reduceOnPlateau({ patience: 2, minDelta: 0.01 }),
      callbacks.earlyStopping({ patience: 40 }),
    ],
    resume: { folder: join(folder, 'run'), everySteps: 10 },
  });
  const path = join(folder, `model.${ranks.rank}.safetensors`);
  await model.save(path);
  const hash = createHash('sha256').update(await readFile(path));
  hash.update(JSON.stringify({ history, bestEpoch, rate: model.learningRate }));
  process.stdout.write(`${hash.digest('hex')}\n`);
  await ranks.close();
}

/** Starts a job. @returns its processes, and the texts that they print */
function start(folder, size, launcher) {
  const args = [SELF, '--train', folder];
  const options = { stdio: ['ignore', 'pipe', 'ignore'], detached: true };
  if (size === 1) return [spawn(process.execPath, [...args, '--alone'], options)];
  if (launcher !== 'local') {
    const [command, ...own] = LAUNCHERS[launcher];
    return [spawn(command, [...own, '-n', String(size), process.execPath, ...args], options)];
  }
  return Array.from({ length: size }, (_, rank) => {
    const place = { STEEPEST_CLUSTER_RANK: rank, STEEPEST_CLUSTER_SIZE: size };
    const env = { ...process.env, ...place, STEEPEST_CLUSTER_ADDRESS: join(folder, 'rank') };
    return spawn(process.execPath, args, { ...options, env });
  });
}

/**
 * Runs a job.
 * @param kill after how many milliseconds a process is killed, and which; undefined for none
 * @returns what its ranks have printed, and how long it ran
 */
async function run(folder, size, launcher, kill) {
  const begun = performance.now();
  const children = start(folder, size, launcher);
  let text = '';
  for (const child of children)
    child.stdout.on('data', (data) => {
      text += data;
    });
  const end = (child) => {
    // A launcher is killed with its ranks: alone, it would leave them to find out.
    try {
      process.kill(launcher === 'local' ? child.pid : -child.pid, 'SIGKILL');
    } catch {}
  };
  const timer = kill && setTimeout(() => end(children[kill.rank % children.length]), kill.ms);
  await Promise.all(children.map((child) => once(child, 'close')));
  clearTimeout(timer);
  return { printed: text.split('\n').filter(Boolean), ms: performance.now() - begun };
}

async function main(kills, seed, launcher) {
  const draw = drawFrom(seed);
  const first = await mkdtemp(join(tmpdir(), 'steepest-ranks-'));
  const { printed: expected } = await run(first, 1, launcher);
  await rm(first, { recursive: true });
  const usualMs = new Map();
  const count = { kills: 0, jobs: 0, finished: 0, different: 0 };
  let printed = 0;
  while (count.kills < kills) {
    const folder = await mkdtemp(join(tmpdir(), 'steepest-ranks-'));
    for (;;) {
      const size = 1 + draw(MOST_RANKS);
      const latestMs = Math.ceil(LATEST_KILL * (usualMs.get(size) ?? 3000));
      const kill = count.kills < kills ? { ms: draw(latestMs), rank: draw(MOST_RANKS) } : undefined;
      const result = await run(folder, size, launcher, kill);
      count.jobs++;
      const isWhole = result.printed.length === size;
      if (isWhole) usualMs.set(size, result.ms);
      if (kill && !isWhole) count.kills++;
      const wrong = result.printed.filter((hash) => hash !== expected[0]);
      count.different += wrong.length;
      if (wrong.length > 0) console.error(`${size} ranks: ${wrong.join(', ')} instead of ${expected[0]}`);
      if (isWhole) break;
      if (kill === undefined) throw new Error(`${size} ranks did not finish`);
    }
    count.finished++;
    const left = (await readdir(join(folder, 'run'))).filter((file) => file.endsWith('.tmp'));
    if (left.length > 0) console.error(`left: ${left.join(', ')}`);
    count.different += left.length;
    await rm(folder, { recursive: true });
    if (count.kills - printed < PRINT_EVERY && count.kills < kills) continue;
    printed = count.kills;
    console.log(
      `${count.kills} kills of ${count.finished} trainings over 1 to ${MOST_RANKS} ranks (${launcher}): ` +
        `${count.different} with other bits`,
    );
  }
  return count.different === 0;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    launcher: { type: 'string', default: 'local' },
    train: { type: 'string' },
    alone: { type: 'boolean', default: false },
  },
});
if (values.train !== undefined) await train(values.train, values.alone);
else {
  const kills = Number(positionals[0] ?? 100);
  if (!Number.isInteger(kills) || kills < 1) throw new Error('the number of kills is a whole number');
  process.exitCode = (await main(kills, Number(values.seed), values.launcher)) ? 0 : 1;
}
