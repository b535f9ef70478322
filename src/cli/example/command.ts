import { spawn } from 'node:child_process';
import { constants, copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { nearestName } from '../../core/nearest.js';
import { UsageError } from '../usageError.js';
import { exampleFile, exampleNames, exampleSources, exampleSummary, examplesFolder } from './examples.js';

/**
 * By Unix convention, the exit code of a program ended by a signal is 128 + the signal number. This
 * code stands for any signal.
 */
const EXIT_SIGNAL = 130;

function list(): string {
  const names = exampleNames();
  const width = Math.max(...names.map((name) => name.length));
  return [
    'Examples: `steepest example NAME` runs one here, `steepest example NAME --help` says more of it,',
    'and `steepest example NAME --copy` puts its source into the folder NAME.',
    '',
    ...names.map((name) => `  ${name.padEnd(width)}  ${exampleSummary(name)}`),
    '',
  ].join('\n');
}

function known(name: string): string {
  const names = exampleNames();
  if (names.includes(name)) return name;
  const meant = nearestName(name, names);
  const hint = meant === undefined ? `There are ${names.join(', ')}.` : `Did you mean '${meant}'?`;
  throw new UsageError(`no example '${name}'. ${hint}`);
}

/** Runs an example in the current folder with the remaining arguments. @returns its exit code */
function runExample(name: string, args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [exampleFile(name), ...args], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? EXIT_SIGNAL));
  });
}

/** Copies an example into a new folder in the current one. Never overwrites a file. */
function copyExample(name: string): number {
  if (existsSync(name)) throw new UsageError(`there is a '${name}' here already: move it, or go elsewhere`);
  for (const path of exampleSources(name)) {
    const target = join(name, path);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(examplesFolder, path), target, constants.COPYFILE_EXCL);
  }
  process.stdout.write(
    `Copied to ${join(name, '/')}. Run it with: node ${join(name, `${name}.mjs`)}\n` +
      'It imports steepest: `npm install steepest` here first, if you have not.\n',
  );
  return 0;
}

/**
 * `steepest example [NAME [--copy | options of the example]]`: lists the examples, runs one, or
 * copies its source.
 * @returns the example's exit code
 */
export async function exampleCommand(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name.startsWith('-')) {
    const { values } = parseArgs({ args: [...args], options: { copy: { type: 'boolean' } }, strict: true });
    if (values.copy) throw new UsageError('--copy goes after the name of an example');
    process.stdout.write(list());
    return 0;
  }
  known(name);
  if (!rest.includes('--copy')) return runExample(name, rest);
  if (rest.length > 1) throw new UsageError('--copy goes with no other option');
  return copyExample(name);
}
