import type { CommandSpec, OptionSpec } from './commandSpec.js';
import { EXIT_MEANINGS } from './exitCodes.js';
import { countRange, flagOf, rangeText } from './optionValue.js';

/** The help texts, made of the table of commands. docs/command.md uses the same phrases. */

const WIDTH = 88;
/** Longer terms stand on a line of their own. */
const MOST_TERM = 26;

const PLACEHOLDERS: Readonly<Record<OptionSpec['type'], string>> = {
  text: 'TEXT',
  path: 'FILE',
  list: 'A,B,…',
  count: 'N',
  number: 'X',
  port: 'PORT',
  bytes: 'SIZE',
  duration: 'TIME',
  flag: '',
};

/** Lines of at most `width` characters. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

const hasUnit = (spec: OptionSpec): boolean => spec.type === 'bytes' || spec.type === 'duration';

/** A default as one would type it: 10000000 bytes are `10mb`. */
function defaultText(spec: OptionSpec, value: number | string): string {
  if (typeof value === 'string' || !hasUnit(spec)) return String(value);
  const units =
    spec.type === 'bytes'
      ? ([
          ['gb', 1e9],
          ['mb', 1e6],
          ['kb', 1e3],
        ] as const)
      : ([
          ['m', 60_000],
          ['s', 1000],
          ['ms', 1],
        ] as const);
  const [unit, size] = units.find(([, factor]) => value >= factor && value % factor === 0) ?? ['', 1];
  return `${value / size}${unit}`;
}

/** What an option takes beside its phrase: choices, range, default. */
export function optionNotes(spec: OptionSpec): string[] {
  const notes: string[] = [];
  if ('choices' in spec && spec.choices) notes.push(spec.choices.join(', '));
  if ('words' in spec && spec.words) notes.push(`a number or ${spec.words.join(', ')}`);
  if (spec.type === 'count' && spec.range) notes.push(rangeText(countRange(spec)));
  if (spec.type === 'number' && spec.range) notes.push(rangeText(spec.range, spec.open));
  if (spec.required) notes.push('required');
  if ('default' in spec && spec.default !== undefined)
    notes.push(`default: ${defaultText(spec, spec.default)}`);
  return notes;
}

/** An option as one types it: `-o, --out FILE`. */
export function optionTerm(name: string, spec: OptionSpec): string {
  const value = spec.placeholder ?? PLACEHOLDERS[spec.type];
  const short = spec.short === undefined ? '' : `-${spec.short}, `;
  return `${short}${flagOf(name)}${value === '' ? '' : ` ${value}`}`;
}

/** `DATA [MODEL] FILE…`. */
function argumentsText({ arguments: list, rest }: CommandSpec): string {
  const names = list.map(({ name, optional, many }) => {
    const text = name.toUpperCase() + (many ? '…' : '');
    return optional ? `[${text}]` : text;
  });
  return [...names, ...(rest === undefined ? [] : [`[${rest}]`])].join(' ');
}

/** `steepest train DATA [options]`. */
export function usageLine(spec: CommandSpec): string {
  const isOptional = ({ required }: OptionSpec): boolean => !required;
  const options = Object.values(spec.options).some(isOptional) ? '[options]' : '';
  return ['steepest', spec.name, argumentsText(spec), ...neededTerms(spec), options]
    .filter(Boolean)
    .join(' ');
}

/** Options that have to be given, as one types them. */
const neededTerms = ({ options }: CommandSpec): string[] =>
  Object.entries(options)
    .filter(([, { required }]) => required)
    .map(([name, option]) => optionTerm(name, { ...option, short: undefined } as OptionSpec));

/** `train DATA`, with required options, for lists. */
export function shortUsage(spec: CommandSpec): string {
  const words = argumentsText({ ...spec, rest: undefined } as CommandSpec);
  return [spec.name, words, ...neededTerms(spec)].filter(Boolean).join(' ');
}

/** Terms with their phrases beside them, or below if a term is long. */
function definitions(rows: readonly (readonly [term: string, phrase: string])[]): string[] {
  const width = Math.min(MOST_TERM, Math.max(...rows.map(([term]) => term.length)));
  const indent = ' '.repeat(width + 4);
  return rows.flatMap(([term, phrase]) => {
    const lines = wrap(phrase, WIDTH - indent.length);
    const [first = ''] = lines;
    const beside =
      term.length <= width ? [`  ${term.padEnd(width)}  ${first}`] : [`  ${term}`, indent + first];
    return [...beside, ...lines.slice(1).map((line) => indent + line)];
  });
}

/** The phrase of an option, with its notes in brackets. */
export function optionPhrase(spec: OptionSpec): string {
  const notes = optionNotes(spec);
  return notes.length === 0 ? spec.help : `${spec.help} (${notes.join('; ')})`;
}

/** What its exit codes mean. */
export const exitMeanings = (spec: CommandSpec): [code: string, meaning: string][] =>
  Object.entries({ ...EXIT_MEANINGS, ...spec.exitCodes });

/** The help of one command. */
export function commandHelp(spec: CommandSpec): string {
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', `${title}:`, ...lines];
  const options = Object.entries(spec.options).map(
    ([name, option]) => [optionTerm(name, option), optionPhrase(option)] as const,
  );
  const names = spec.arguments.map(({ name, help }) => [name.toUpperCase(), help] as const);
  const examples = spec.examples.flatMap(({ command, does }) => [`  ${command}`, `      ${does}`]);
  return [
    `Usage: ${usageLine(spec)}`,
    '',
    ...wrap(`${spec.summary[0]!.toUpperCase()}${spec.summary.slice(1)}.`, WIDTH),
    ...(spec.details === undefined ? [] : wrap(spec.details, WIDTH)),
    ...section('Arguments', names.length === 0 ? [] : definitions(names)),
    ...section('Options', definitions([...options, ['-h, --help', 'this text']])),
    ...section('Examples', examples),
    ...section('Exit codes', definitions(exitMeanings(spec))),
    '',
  ].join('\n');
}

/** The help of the program: a line for each command. */
export function programHelp(specs: readonly CommandSpec[]): string {
  return [
    'Usage: steepest COMMAND [arguments] [options]',
    '',
    'Commands:',
    ...definitions(specs.map((spec) => [shortUsage(spec), spec.summary] as const)),
    '',
    'Options:',
    ...definitions([
      ['-h, --help', "this text; after a command's name: its arguments, options and examples"],
      ['-v, --version', 'the version of the package'],
    ]),
    '',
  ].join('\n');
}
