import { readFileSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';

/** By Unix custom: a command line that cannot be understood. */
const EXIT_USAGE = 2;

const whole = (text, least) => {
  const number = Number(text);
  return text.trim() !== '' && Number.isInteger(number) && number >= least ? number : undefined;
};

const isFolder = (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/**
 * What an option of each kind takes, in words, and how its
 * text is read; undefined where it cannot be.
 */
const KINDS = {
  text: ['some text', (text) => (text === '' ? undefined : text)],
  folder: ['a folder that is there', (text) => (isFolder(text) ? text : undefined)],
  count: ['a whole number above 0', (text) => whole(text, 1)],
  seed: ['a whole number', (text) => whole(text, 0)],
  number: [
    'a number from 0 on',
    (text) => (text.trim() !== '' && Number(text) >= 0 ? Number(text) : undefined),
  ],
  workers: ["a whole number above 0, or 'auto'", (text) => (text === 'auto' ? text : whole(text, 1))],
};

/** An example's first comment: what it does and how it is run. */
function firstComment(url) {
  const lines = readFileSync(new URL(url), 'utf8').split('\n');
  const end = lines.findIndex((line) => !line.startsWith('//'));
  return lines
    .slice(0, end)
    .map((line) => line.replace(/^\/\/ ?/, ''))
    .join('\n');
}

/**
 * Reads the command line of an example. `--help` prints the example's first comment; a mistake
 * prints it with what is wrong.
 * @param {string} url the example's `import.meta.url`
 * @param {Record<string, keyof typeof KINDS>} kinds of its options
 */
export function readOptions(url, kinds) {
  const refuse = (problem) => {
    console.error(`${problem}\n\n${firstComment(url)}`);
    process.exit(EXIT_USAGE);
  };
  const names = Object.keys(kinds);
  const known = {
    help: { type: 'boolean' },
    ...Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
  };
  let parsed;
  try {
    parsed = parseArgs({ options: known });
  } catch (error) {
    refuse(error.message);
  }
  const { values } = parsed;
  if (values.help) {
    console.log(firstComment(url));
    process.exit(0);
  }
  const options = {};
  for (const name of names.filter((name) => values[name] !== undefined)) {
    const [wanted, read] = KINDS[kinds[name]];
    options[name] = read(values[name]);
    if (options[name] === undefined) refuse(`--${name} takes ${wanted}, not '${values[name]}'.`);
  }
  return { options };
}
