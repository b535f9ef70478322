import { parseArgs } from 'node:util';
import { didYouMean } from '../core/nearest.js';
import type { CommandSpec, OptionSpec, Read } from './commandSpec.js';
import { flagOf, optionValue, valueWords } from './optionValue.js';
import { UsageError } from './usageError.js';

/**
 * Reads a command line by the spec of its command. `node:util` splits it; what the spec says is
 * checked here, because `parseArgs` knows neither types nor suggestions, and its messages do not
 * name the command's own options.
 */

type Value = string | number | boolean | string[];
type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number];
type OptionToken = Extract<Token, { kind: 'option' }>;

/** Whether the arguments ask for help: before `--` and before what is passed on. */
export const asksForHelp = (args: readonly string[], spec: CommandSpec): boolean =>
  split(args, spec).own.some((arg, i, own) => isHelp(arg) && !own.slice(0, i).includes('--'));

export const isHelp = (arg: string | undefined): boolean => arg === '--help' || arg === '-h';

/** The types of options as `parseArgs` takes them, by the name that one types. */
function parsedOptions(spec: CommandSpec) {
  return Object.fromEntries(
    Object.entries(spec.options).map(([name, { type, short }]) => [
      flagOf(name).slice(2),
      { type: type === 'flag' ? ('boolean' as const) : ('string' as const), ...(short && { short }) },
    ]),
  );
}

const tokensOf = (args: readonly string[], spec: CommandSpec): Token[] =>
  parseArgs({
    args: [...args],
    options: parsedOptions(spec),
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens;

/** The arguments of the command itself, and those that it passes on. */
function split(
  args: readonly string[],
  spec: CommandSpec,
): { own: readonly string[]; rest: readonly string[] } {
  if (spec.rest === undefined) return { own: args, rest: [] };
  const first = tokensOf(args, spec).find(({ kind }) => kind === 'positional');
  const end = first === undefined ? args.length : first.index + 1;
  return { own: args.slice(0, end), rest: args.slice(end) };
}

/** The option that a token names. */
function optionOf(token: OptionToken, spec: CommandSpec): [name: string, option: OptionSpec] {
  const found = Object.entries(spec.options).find(([name]) => flagOf(name) === `--${token.name}`);
  if (found !== undefined) return found;
  const { aliases = {} } = spec;
  const flags = [...Object.keys(spec.options).map(flagOf), '--help'];
  const elsewhere = Object.entries(aliases).map(([theirs, ours]) => [`--${theirs}`, ours && flagOf(ours)]);
  const otherwise = `'steepest ${spec.name} --help' lists the options.`;
  const meant = didYouMean(`--${token.name}`, flags, otherwise, Object.fromEntries(elsewhere));
  throw new UsageError(`${spec.name} has no option '${token.rawName}'. ${meant}`);
}

/** The value of an option as it stands in the command line. */
function givenValue(token: OptionToken, name: string, option: OptionSpec): Value {
  const { value, inlineValue } = token;
  const flag = flagOf(name);
  if (option.type === 'flag') {
    if (value === undefined) return true;
    throw new UsageError(`${flag} takes no value, not '${value}'`);
  }
  const isNumber = /^-\.?\d/.test(value ?? '');
  if (value === undefined || (!inlineValue && value.startsWith('-') && value !== '-' && !isNumber)) {
    const next = value === undefined ? '' : `: for a value that begins with '-' write ${flag}=${value}`;
    throw new UsageError(`${flag} needs ${valueWords(option)}${next}`);
  }
  return optionValue(name, option, value);
}

function readOptions(tokens: readonly OptionToken[], spec: CommandSpec): Record<string, Value | undefined> {
  const values: Record<string, Value | undefined> = {};
  for (const token of tokens) {
    const [name, option] = optionOf(token, spec);
    const value = givenValue(token, name, option);
    const before = values[name];
    if (before !== undefined && !Array.isArray(before))
      throw new UsageError(`${flagOf(name)} is given twice`);
    values[name] = Array.isArray(before) ? [...before, ...(value as string[])] : value;
  }
  for (const [name, option] of Object.entries(spec.options)) {
    const usual = 'default' in option ? option.default : undefined;
    values[name] ??= option.type === 'flag' ? false : usual;
    if (option.required && values[name] === undefined) {
      throw new UsageError(`${spec.name} needs ${flagOf(name)}: ${option.help}`);
    }
  }
  return values;
}

function readPositionals(
  given: readonly string[],
  spec: CommandSpec,
): Record<string, string | string[] | undefined> {
  const values: Record<string, string | string[] | undefined> = {};
  let used = 0;
  for (const { name, help, optional, many } of spec.arguments) {
    const mine = many ? given.slice(used) : given.slice(used, used + 1);
    used += mine.length;
    if (mine.length === 0 && !optional)
      throw new UsageError(`${spec.name} needs ${name.toUpperCase()}: ${help}`);
    if (mine.includes('')) throw new UsageError(`${name.toUpperCase()} of ${spec.name} is an empty text`);
    values[name] = many ? mine : mine[0];
  }
  if (used < given.length) {
    const most = spec.arguments.length;
    const words =
      most === 0 ? 'no argument' : `only ${spec.arguments.map(({ name }) => name.toUpperCase()).join(' ')}`;
    throw new UsageError(`${spec.name} takes ${words}, not also '${given[used]}'`);
  }
  return values;
}

/**
 * Reads the arguments after a command's name.
 * @throws UsageError that names the argument and what it takes
 */
export function readArguments<S extends CommandSpec>(args: readonly string[], spec: S): Read<S> {
  const { own, rest } = split(args, spec);
  const tokens = tokensOf(own, spec);
  const isOption = (token: Token): token is OptionToken => token.kind === 'option';
  const options = readOptions(tokens.filter(isOption), spec);
  const given = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []));
  const values = { arguments: readPositionals(given, spec), options, rest };
  // What is read by a spec has the types of that spec.
  return values as unknown as Read<S>;
}
