// Builds the C++ programs of native/CMakeLists.txt, one folder for each choice of sanitizers.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
export const work = join(root, 'build', 'fuzz');

/** Runs a program with its output on the console. @throws Error if it fails */
export function run(command, args) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (result.status === 0) return;
  const reason = result.error?.message ?? `ended with ${result.signal ?? result.status}`;
  throw new Error(`${command} ${args.join(' ')}: ${reason}`);
}

/** The same, quietly. @returns its exit code and what it printed */
export function capture(command, args, env = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, ...env },
  });
  if (result.error) throw result.error;
  return { status: result.status ?? result.signal, output: result.stdout, errors: result.stderr };
}

/**
 * @param sanitizers such as `address,undefined`, or '' for none
 * @returns the folder that holds the programs
 */
export function build(sanitizers, targets) {
  const folder = join(work, sanitizers === '' ? 'plain' : sanitizers.replace(',', '-'));
  mkdirSync(folder, { recursive: true });
  const configure = ['-S', 'native', '-B', folder, `-DSTEEPEST_SANITIZE=${sanitizers}`];
  const configured = capture('cmake', configure);
  if (configured.status !== 0) throw new Error(`cmake: ${configured.errors}`);
  const jobs = `${availableParallelism()}`;
  const built = capture('cmake', ['--build', folder, '--parallel', jobs, '--target', ...targets]);
  if (built.status !== 0) throw new Error(`cmake --build: ${built.output}${built.errors}`);
  return folder;
}
