// Writes the section on the command in README.md and the reference in docs/command.md again, between
// their markers. Both come from the table of commands.
//   npm run build:ts && node scripts/docs/command.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { COMMANDS } from '#steepest/cli/commands.js';
import { optionPhrase, optionTerm, shortUsage, usageLine } from '#steepest/cli/help.js';

const specs = COMMANDS.map(({ spec }) => spec);
const MARKER = /(<!-- commands -->\n)[\s\S]*?(<!-- end commands -->)/;

/** A cell of a Markdown table. */
const cell = (text) => text.replaceAll('|', '\\|');
const table = (head, rows) =>
  rows.length === 0
    ? []
    : [
        `| ${head.join(' | ')} |`,
        `|${'---|'.repeat(head.length)}`,
        ...rows.map((row) => `| ${row.join(' | ')} |`),
        '',
      ];

/** A line for each command, with a link to its part of the reference. */
const summaries = () =>
  specs.map((spec) => [
    `\`npx steepest ${cell(shortUsage(spec))}\``,
    `${cell(spec.summary)} ([more](docs/command.md#${spec.name}))`,
  ]);

export const readmeSection = () => [...table(['command', ''], summaries())].join('\n');

/** The reference of one command. */
function reference(spec) {
  const options = Object.entries(spec.options).map(([name, option]) => [
    `\`${cell(optionTerm(name, option))}\``,
    cell(optionPhrase(option)),
  ]);
  const names = spec.arguments.map(({ name, help }) => [`\`${name.toUpperCase()}\``, cell(help)]);
  const examples = spec.examples.flatMap(({ command, does }) => [`# ${does}`, command]);
  const exits = Object.entries(spec.exitCodes ?? {}).map(([code, meaning]) => `${code}, ${meaning}`);
  const summary = `${spec.summary[0].toUpperCase()}${spec.summary.slice(1)}.`;
  return [
    `### ${spec.name}`,
    '',
    '```text',
    usageLine(spec),
    '```',
    '',
    summary,
    ...(spec.details === undefined ? [] : [spec.details]),
    '',
    ...table(['argument', ''], names),
    ...table(['option', ''], options),
    '```sh',
    ...examples,
    '```',
    '',
    ...(exits.length === 0 ? [] : [`Exit code ${exits.join('; ')}.`, '']),
  ];
}

/** Long lines of prose, broken at 100 columns; rows of tables and code stay. */
function wrapped(line) {
  if (line.length <= 100 || line.startsWith('|')) return line;
  const lines = [''];
  for (const word of line.split(' ')) {
    const last = lines.at(-1);
    if (last !== '' && last.length + 1 + word.length > 100) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.join('\n');
}

export const referenceSection = () => specs.flatMap(reference).map(wrapped).join('\n');

/** The pages with what stands between their markers, by path. */
export const sections = { 'README.md': readmeSection, 'docs/command.md': referenceSection };

/** A page with its section written again. */
export function withSection(page, text) {
  if (!MARKER.test(page)) throw new Error('the page has no <!-- commands --> … <!-- end commands -->');
  return page.replace(MARKER, (_, begin, end) => `${begin}\n${text}\n${end}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const [path, section] of Object.entries(sections)) {
    const file = fileURLToPath(new URL(`../../${path}`, import.meta.url));
    writeFileSync(file, withSection(readFileSync(file, 'utf8'), section()));
  }
}
