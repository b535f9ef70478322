// From a CSV to a served prediction in four commands, as a new user types them: train, evaluate,
// serve, and a request. Also for test/package, with the built bundle.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { check, checkEqual } from './check.mjs';

/** Customers, of whom those leave that are new and pay much: learnable, with some chance in it. */
export function customers(count, seed) {
  let state = seed;
  const random = () => {
    // Lehmer's generator, as Park and Miller (1988) give it.
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
  const lines = Array.from({ length: count }, (_, i) => {
    const tenure = Math.floor(random() * 70);
    const charge = 20 + random() * 100;
    const contract = ['monthly', 'yearly'][Math.floor(random() * 2)];
    const leaning = charge / 25 - tenure / 8 + (contract === 'monthly' ? 1 : -1);
    const left = random() < 1 / (1 + Math.exp(-leaning)) ? 'yes' : 'no';
    return `${1000 + i},${tenure},${charge.toFixed(2)},${contract},${left}`;
  });
  return ['id,tenure,charge,contract,left', ...lines, ''].join('\n');
}

const ROW = { tenure: 2, charge: 95, contract: 'monthly' };
/** A server that does not begin or end is a fault. */
const MOST_MS = 60_000;

/** Runs a command to its end. @throws Error with what it printed, unless it ends with 0 */
function run({ program, before, cwd, env }, args) {
  const { status, stdout, stderr } = spawnSync(program, [...before, ...args], { cwd, env, encoding: 'utf8' });
  check(status === 0, `steepest ${args.join(' ')}: ended with ${status}\n${stdout}${stderr}`);
  return stdout;
}

/** The address that `serve --json` prints first. */
async function addressOf(server) {
  let text = '';
  for await (const piece of server.stdout) {
    text += piece;
    if (text.includes('\n')) return JSON.parse(text.split('\n')[0]).url;
  }
  throw new Error(`steepest serve: ended before it listened\n${text}`);
}

async function ask(url) {
  const body = JSON.stringify({ row: ROW, proba: true });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/predict`, { method: 'POST', headers, body });
  const text = await answer.text();
  check(answer.status === 200, `POST /predict: ${answer.status} ${text}`);
  return JSON.parse(text);
}

/**
 * The four commands in an empty folder.
 * @param place `program` with the arguments `before`, in the folder `cwd`, with the variables `env`
 *   and `guard`: options of Node.js for the server, whose stdin is a pipe from this process
 * @returns the accuracy on rows that were not trained on
 */
export async function fourCommands(place) {
  const { program, before, cwd, env, guard = [] } = place;
  writeFileSync(join(cwd, 'customers.csv'), customers(600, 11));
  writeFileSync(join(cwd, 'later.csv'), customers(300, 12));
  run(place, ['train', 'customers.csv', '--target', 'left']);
  const { scores } = JSON.parse(run(place, ['evaluate', 'model.safetensors', 'later.csv', '--json']));
  const [accuracy] = scores;
  check(
    accuracy.value > accuracy.baseline + 0.1,
    `accuracy ${accuracy.value}, baseline ${accuracy.baseline}`,
  );

  writeFileSync(join(cwd, 'one.csv'), `${Object.keys(ROW)}\n${Object.values(ROW)}\n`);
  const [alone] = JSON.parse(
    run(place, ['predict', 'model.safetensors', 'one.csv', '--proba', '--json']),
  ).predictions;
  const serve = ['serve', 'model.safetensors', '--port', '0', '--json'];
  // A group of its own: Ctrl-C reaches npx and the server that it starts.
  const options = { cwd, env, stdio: ['pipe', 'pipe', 'ignore'], detached: true };
  const server = spawn(program, [...guard, ...before, ...serve], options);
  // Windows has neither groups nor Ctrl-C for other programs: there the server is ended at once.
  const isWindows = process.platform === 'win32';
  const stop = (signal) => (isWindows ? server.kill(signal) : process.kill(-server.pid, signal));
  const late = setTimeout(() => stop('SIGKILL'), MOST_MS);
  const end = once(server, 'close');
  try {
    const url = await addressOf(server);
    const served = await ask(url);
    checkEqual(served.prediction, alone.prediction, 'the served prediction');
    checkEqual(alone.prediction, 'yes', 'the prediction for a new customer who pays much');
    stop('SIGINT');
    const [code] = await end;
    // npx has an exit code of its own after Ctrl-C.
    if (program !== 'npx' && !isWindows) checkEqual(code, 0, 'the exit code of steepest serve');
    const still = await fetch(`${url}/health`).catch(() => undefined);
    checkEqual(still, undefined, 'an answer after the end of the server');
  } catch (error) {
    if (server.exitCode === null && server.signalCode === null) stop('SIGKILL');
    throw error;
  } finally {
    clearTimeout(late);
  }
  return accuracy.value;
}
