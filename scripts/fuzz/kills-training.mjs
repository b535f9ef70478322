/**
 * Does a training that is killed end with the same bits? A process trains with checkpoints every 10
 * steps and is killed (SIGKILL) at a random moment, again and again, each time with another number
 * of workers and another instruction set, until it finishes. Every checkpoint must be readable after
 * every kill; model, optimizer and history must be those of an undisturbed run, bit for bit; and no
 * temporary file may remain.
 *
 *   node scripts/fuzz/kills-training.mjs [kills, 500] [--seed 1] [--training NAME]
 *
 * in a built checkout. The exit status is 1 if a file was unreadable, a run differed, or something
 * was left.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { backend, load } from '../../dist/bundle/esm/index.js';
import { drawFrom, oneOf } from './lib/draw.mjs';
import { TRAININGS } from './lib/trainings.mjs';

const EVERY_STEPS = 10;
const PRINT_EVERY = 50;
/** About as many as a run takes on a machine that does nothing else. */
const KILLS_PER_RUN = 6;
const ISAS = ['avx512', 'avx2', 'neon', 'portable'];

/** Trains to the end, and prints what came out: all bytes of the model, and the history. */
async function train(name, folder, workers) {
  const resume = folder && { folder: join(folder, 'run'), everySteps: EVERY_STEPS };
  const [model, toEnd] = TRAININGS[name]({ workers, ...(resume && { resume }) });
  process.stdout.write('.');
  const { history, bestEpoch, stopped } = await toEnd(model);
  const path = join(folder ?? (await mkdtemp(join(tmpdir(), 'steepest-'))), 'model.safetensors');
  await model.save(path);
  const bytes = await readFile(path, 'base64');
  if (!folder) await rm(join(path, '..'), { recursive: true });
  process.stdout.write(
    `${JSON.stringify({ history, bestEpoch, stopped, rate: model.learningRate, bytes })}\n`,
  );
}

/**
 * Runs a process that trains.
 * @param delayMs after which it is killed; undefined to let it finish
 * @returns what it printed at its end, undefined if it was killed before; and how long it trained
 */
async function run(name, folder, { workers, isa }, delayMs) {
  const self = fileURLToPath(import.meta.url);
  const args = [self, '--train', name, '--workers', String(workers), ...(folder ? ['--folder', folder] : [])];
  const env = { ...process.env, ...(isa && { STEEPEST_ISA: isa }) };
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
  let text = '';
  child.stdout.on('data', (data) => {
    text += data;
  });
  const ended = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), ended]);
  const begun = performance.now();
  const timer = delayMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), delayMs);
  const [status, signal] = await ended;
  clearTimeout(timer);
  if (status !== 0 && signal !== 'SIGKILL')
    throw new Error(`the training process ended with ${status ?? signal}`);
  return { printed: text.endsWith('\n') ? text.slice(1) : undefined, ms: performance.now() - begun };
}

/** Checkpoints that cannot be read. */
async function unreadable(folder) {
  let count = 0;
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.endsWith('.safetensors')) continue;
    await load(join(folder, name)).catch((error) => {
      console.error(`${name}: ${error.message}`);
      count++;
    });
  }
  return count;
}

/** What differs between two trainings, in words. */
function differences(a, b) {
  const [one, other] = [a, b].map((text) => JSON.parse(text));
  const keys = Object.keys(one).filter((key) => JSON.stringify(one[key]) !== JSON.stringify(other[key]));
  return (
    keys
      .map(
        (key) =>
          `${key} ${JSON.stringify(one[key]).slice(0, 300)} → ${JSON.stringify(other[key]).slice(0, 300)}`,
      )
      .join(', ') || 'the same'
  );
}

/** Kills a training until it finishes, or the kills are used up. */
async function killAndResume(name, expected, draw, most, isas) {
  const folder = await mkdtemp(join(tmpdir(), 'steepest-kills-'));
  const count = { kills: 0, unreadable: 0, different: 0, unswept: 0, finished: 1 };
  for (;;) {
    const machine = { workers: 1 + draw(3), isa: oneOf(draw, isas) };
    // A run may be killed at any of its moments. A machine that has become slower needs longer.
    const latestMs = Math.ceil(expected.ms * (1 + count.kills / KILLS_PER_RUN));
    const delayMs = count.kills < most ? draw(latestMs) : undefined;
    const { printed } = await run(name, folder, machine, delayMs);
    if (printed === undefined) count.kills++;
    count.unreadable += await unreadable(join(folder, 'run'));
    if (printed === undefined) continue;
    // The same call once more returns the result of the finished one.
    const again = await run(name, folder, machine);
    if (printed !== expected.printed || again.printed !== printed) {
      count.different++;
      console.error(
        `${name}: ${differences(expected.printed, printed)}; ${differences(printed, again.printed)}`,
      );
    }
    const left = (await readdir(join(folder, 'run'))).filter((file) => file.endsWith('.tmp'));
    count.unswept += left.length;
    await rm(folder, { recursive: true });
    return count;
  }
}

/** Instruction sets of this machine; undefined for the best, if there are no native kernels. */
async function isasHere() {
  if (backend().kind !== 'native') return [undefined];
  const here = [];
  for (const isa of ISAS) {
    const child = spawn(process.execPath, ['-e', "require('steepest').backend()"], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { ...process.env, STEEPEST_ISA: isa },
      stdio: 'ignore',
    });
    const [status] = await once(child, 'close');
    if (status === 0) here.push(isa);
  }
  return here;
}

async function main(kills, seed, names) {
  const draw = drawFrom(seed);
  const isas = await isasHere();
  const expected = {};
  for (const name of names) expected[name] = await run(name, undefined, { workers: 1 });
  const total = { kills: 0, finished: 0, unreadable: 0, different: 0, unswept: 0 };
  let printed = 0;
  for (let i = 0; total.kills < kills; i++) {
    const name = names[i % names.length];
    const count = await killAndResume(name, expected[name], draw, kills - total.kills, isas);
    for (const key of Object.keys(total)) total[key] += count[key];
    if (total.kills - printed < PRINT_EVERY && total.kills < kills) continue;
    printed = total.kills;
    console.log(
      `${total.kills} kills of ${total.finished} trainings (${isas.join(', ')}): ` +
        `${total.unreadable} unreadable files, ${total.different} with other bits, ` +
        `${total.unswept} temporary files left`,
    );
  }
  return total.unreadable + total.different + total.unswept === 0;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    training: { type: 'string' },
    train: { type: 'string' },
    folder: { type: 'string' },
    workers: { type: 'string', default: '1' },
  },
});
if (values.train !== undefined) {
  await train(values.train, values.folder, Number(values.workers));
} else {
  const kills = Number(positionals[0] ?? 500);
  if (!Number.isInteger(kills) || kills < 1) throw new Error('the number of kills is a whole number');
  const names = values.training === undefined ? Object.keys(TRAININGS) : [values.training];
  if (!names.every((name) => name in TRAININGS)) throw new Error(`known: ${Object.keys(TRAININGS)}`);
  process.exitCode = (await main(kills, Number(values.seed), names)) ? 0 : 1;
}
