import { type Align, alignColumns } from '../../core/alignColumns.js';
import { bytesText } from '../../core/units.js';
import { type Fact, type Inspection, shapeText } from './inspection.js';

/** A cell of text; longer ones are cut. */
const MOST_CHARACTERS = 60;
/** Items of a list that are printed. */
const MOST_ITEMS = 8;

function text(fact: Fact, title: string): string {
  if (typeof fact === 'number') return fact.toLocaleString('en-US', { maximumFractionDigits: 6 });
  if (typeof fact === 'object') {
    const isShape = title === 'shape' || fact.every((item) => typeof item === 'number');
    if (isShape && fact.length <= MOST_ITEMS) return shapeText(fact);
    const more = fact.length > MOST_ITEMS ? `, … (${fact.length})` : '';
    return line(fact.slice(0, MOST_ITEMS).join(', ') + more);
  }
  return line(String(fact));
}

/** On one line, without what a terminal would take for a command. */
function line(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a file may hold any text.
  const plain = value.replace(/[\0-\x1f\x7f-\x9f]+/g, ' ');
  return plain.length > MOST_CHARACTERS ? `${plain.slice(0, MOST_CHARACTERS - 1)}…` : plain;
}

/** For people: facts as `name   value`, tables with a line under the head. */
export function formatInspection(path: string, bytes: number, { kind, facts, tables }: Inspection): string {
  const all = Object.entries(facts).filter((entry): entry is [string, Fact] => entry[1] !== undefined);
  const lines: [string, string][] = [
    ['file', `${path}, ${bytesText(bytes)}`],
    ['kind', kind],
    ...all.map(([name, fact]): [string, string] => [name, text(fact, name)]),
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  const parts = [lines.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')];
  for (const { head, rows } of tables) {
    if (rows.length === 0) continue;
    const align = head.map(
      (_, c): Align => (rows.every((row) => typeof row[c] === 'number') ? 'right' : 'left'),
    );
    parts.push(
      alignColumns(
        head,
        rows.map((row) => row.map((cell, c) => text(cell, head[c]!))),
        align,
      ),
    );
  }
  return `${parts.join('\n\n')}\n`;
}

/** For programs: facts as fields, tables as lists of objects. */
export function jsonInspection(path: string, bytes: number, { kind, facts, tables }: Inspection): string {
  const lists = tables.map(({ name, head, rows }) => [
    name,
    rows.map((row) => Object.fromEntries(head.map((title, c) => [title, row[c]]))),
  ]);
  return `${JSON.stringify({ file: path, bytes, kind, ...facts, ...Object.fromEntries(lists) }, null, 2)}\n`;
}
