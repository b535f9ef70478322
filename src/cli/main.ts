#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { nearestName } from '../core/nearest.js';
import { version } from '../core/packageInfo.cjs';
import { isError } from '../core/realm.js';
import { doctorCommand } from './doctor/command.js';
import { exampleCommand } from './example/command.js';
import { inspectCommand } from './inspect/command.js';
import { UsageError } from './usageError.js';

/** Runs a command with the arguments after its name. Returns the exit code. */
type Command = (args: readonly string[]) => Promise<number>;

const COMMANDS = new Map<string, Command>([
  ['doctor', doctorCommand],
  ['example', exampleCommand],
  ['inspect', inspectCommand],
]);

const USAGE = `Usage: steepest <command> [options]

Commands:
  doctor [--json]         what this machine runs, why, and whether it computes right; for bug reports
  inspect FILE [--json]   what is in a file of a model or of arrays, of other programs too
  example                 lists the examples
  example NAME [options]  runs one in this folder; --help after the name: its options
  example NAME --copy     copies its source into the folder NAME

Options:
  --help                  this text
  --version               the version of the package
`;

/** The exit code for an invalid command line, the same as in most Unix programs. */
const EXIT_USAGE = 2;

function refuse(problem: string): number {
  process.stderr.write(`steepest: ${problem}\n\n${USAGE}`);
  return EXIT_USAGE;
}

/** Options before the command. */
function topLevel(args: readonly string[]): number {
  const options = { help: { type: 'boolean' }, version: { type: 'boolean' } } as const;
  const { values } = parseArgs({ args: [...args], options, strict: true });
  if (values.version) process.stdout.write(`${version}\n`);
  else if (values.help) process.stdout.write(USAGE);
  else return refuse('no command');
  return 0;
}

function isUsageError(error: unknown): error is Error {
  if (error instanceof UsageError) return true;
  return isError(error) && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

async function main(args: readonly string[]): Promise<number> {
  try {
    const [name] = args;
    if (name === undefined || name.startsWith('-')) return topLevel(args);
    const command = COMMANDS.get(name);
    if (command === undefined) {
      const meant = nearestName(name, COMMANDS.keys());
      return refuse(`no command '${name}'${meant === undefined ? '' : `. Did you mean '${meant}'?`}`);
    }
    const rest = args.slice(1);
    if (rest[0] === '--help') return topLevel(rest);
    return await command(rest);
  } catch (error) {
    if (isUsageError(error)) return refuse(error.message);
    throw error;
  }
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
