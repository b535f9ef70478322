import { spawn } from 'node:child_process';
import { constants, copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nearestName } from '../../core/nearest.js';
import type { Read } from '../commandSpec.js';
import { EXIT } from '../exitCodes.js';
import { print } from '../output.js';
import { UsageError } from '../usageError.js';
import type { exampleSpec } from './command.js';
import { exampleFile, exampleNames, exampleSources, exampleSummary, examplesFolder } from './examples.js';

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
    child.on('close', (code) => resolve(code ?? EXIT.stopped));
  });
}

/** Copies an example into a new folder in the current one. Never overwrites a file. */
async function copyExample(name: string): Promise<number> {
  if (existsSync(name)) throw new UsageError(`there is a '${name}' here already: move it, or go elsewhere`);
  for (const path of exampleSources(name)) {
    const target = join(name, path);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(examplesFolder, path), target, constants.COPYFILE_EXCL);
  }
  await print(
    `Copied to ${join(name, '/')}. Run it with: node ${join(name, `${name}.mjs`)}\n` +
      'It imports steepest: `npm install steepest` here first, if you have not.\n',
  );
  return EXIT.done;
}

/**
 * `steepest example [NAME [--copy | options of the example]]`: lists the examples, runs one, or
 * copies its source.
 * @returns the example's exit code
 */
export async function runExampleCommand(args: Read<typeof exampleSpec>): Promise<number> {
  const { arguments: given, options, rest } = args;
  if (options.copy) throw new UsageError('--copy goes after the name of an example');
  if (given.name === undefined) {
    await print(list());
    return EXIT.done;
  }
  const name = known(given.name);
  if (!rest.includes('--copy')) return runExample(name, rest);
  if (rest.length > 1) throw new UsageError('--copy goes with no other option');
  return copyExample(name);
}
