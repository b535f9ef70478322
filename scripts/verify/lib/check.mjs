// What the steps share: assertions that say what they found, and the way to say that a machine lacks something.
import { spawnSync } from 'node:child_process';

/** Thrown by a step that this machine cannot take. */
export class Absent extends Error {}

export function check(condition, message) {
  if (!condition) throw new Error(message);
}

export function checkEqual(given, expected, what) {
  const [a, b] = [JSON.stringify(given), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: expected ${b}, given ${a}`);
}

const FIVE_MINUTES = 300_000;
/** A compiler that builds its C++ library for a new target may warn of every line of it. */
const MOST_OUTPUT = 1 << 28;

/** Runs a program to its end; @throws Error with its output if it fails. @returns what it printed */
export function run(command, args, options = {}) {
  const settings = { encoding: 'utf8', timeout: FIVE_MINUTES, maxBuffer: MOST_OUTPUT, ...options };
  const result = spawnSync(command, args, settings);
  if (result.status === 0) return result.stdout;
  const reason = result.error?.message ?? `ended with ${result.signal ?? result.status}`;
  throw new Error(
    `${command} ${args.join(' ')}: ${reason}\n${result.stdout ?? ''}${result.stderr ?? ''}`.trim(),
  );
}

/** The first of these programs that is on the PATH. */
export function program(...names) {
  const found = names.find((name) => spawnSync('which', [name]).status === 0);
  if (found === undefined) throw new Absent(`${names.join(' or ')} is not installed`);
  return found;
}
