import { nearestName } from '../core/nearest.js';
import { version } from '../core/packageInfo.cjs';
import type { Command, CommandSpec } from './commandSpec.js';
import { COMMANDS } from './commands.js';
import { EXIT } from './exitCodes.js';
import { failureCode, failureText } from './failure.js';
import { commandHelp, programHelp, usageLine } from './help.js';
import { print } from './output.js';
import { asksForHelp, isHelp, readArguments } from './readArguments.js';
import { UsageError } from './usageError.js';

const specs = COMMANDS.map(({ spec }) => spec);

/** A wrong command line: what is wrong, how it goes, where more is said. Short enough to be read. */
function refuse(problem: string, spec?: CommandSpec): number {
  const usage = spec === undefined ? 'steepest COMMAND [arguments] [options]' : usageLine(spec);
  const help = spec === undefined ? 'steepest --help' : `steepest ${spec.name} --help`;
  process.stderr.write(`steepest: ${problem}\nUsage: ${usage}\nMore: ${help}\n`);
  return EXIT.usage;
}

/** The command of that name. */
function commandNamed(name: string): Command {
  const command = COMMANDS.find(({ spec }) => spec.name === name);
  if (command !== undefined) return command;
  const meant = nearestName(
    name,
    specs.map((spec) => spec.name),
  );
  const hint = meant === undefined ? `'steepest --help' lists them.` : `Did you mean '${meant}'?`;
  throw new UsageError(`no command '${name}'. ${hint}`);
}

/** Options before a command, and `help [NAME]`. */
async function topLevel(args: readonly string[]): Promise<number> {
  const [first, name, ...more] = args;
  if (first === undefined) return refuse('no command');
  if (more.length > 0) return refuse(`unexpected argument '${more[0]}'`);
  if (isHelp(first) || first === 'help') {
    await print(name === undefined ? programHelp(specs) : commandHelp(commandNamed(name).spec));
    return EXIT.done;
  }
  if (first !== '--version' && first !== '-v') {
    const meant = nearestName(first, ['--help', '--version']);
    return refuse(`no option '${first}'${meant === undefined ? '' : `. Did you mean '${meant}'?`}`);
  }
  if (name !== undefined) return refuse(`unexpected argument '${name}'`);
  await print(`${version}\n`);
  return EXIT.done;
}

async function runCommand({ spec, run }: Command, args: readonly string[]): Promise<number> {
  if (asksForHelp(args, spec)) {
    await print(commandHelp(spec));
    return EXIT.done;
  }
  try {
    return await run(readArguments(args, spec));
  } catch (error) {
    if (error instanceof UsageError) return refuse(error.message, spec);
    throw error;
  }
}

/**
 * Runs a command line, and prints what it says.
 * @param args what follows `steepest`
 * @returns the exit code
 */
export async function runProgram(args: readonly string[]): Promise<number> {
  try {
    const [name] = args;
    if (name === undefined || name.startsWith('-') || name === 'help') return await topLevel(args);
    return await runCommand(commandNamed(name), args.slice(1));
  } catch (error) {
    if (error instanceof UsageError) return refuse(error.message);
    process.stderr.write(failureText(error));
    return failureCode(error);
  }
}
