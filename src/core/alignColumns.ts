export type Align = 'left' | 'right';

/** Spaces between two columns. */
export const COLUMN_GAP = 2;
/** Digits of a number, and characters of a text, in a cell of a table that is printed. */
const DIGITS = 6;
const MOST_CHARACTERS = 24;

export const numberCell = (value: number): string => String(Number(value.toPrecision(DIGITS)));

/** Text on one line, cut if it is long. */
export function textCell(text: string): string {
  const line = text.replace(/[\n\r]+/g, ' ');
  return line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS - 1)}…` : line;
}

/** Formats rows of text as a table with a line under the header. */
export function alignColumns(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  align: readonly Align[],
): string {
  const gap = ' '.repeat(COLUMN_GAP);
  const widths = head.map((title, c) => Math.max(title.length, ...rows.map((row) => row[c]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, c) => (align[c] === 'right' ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!)))
      .join(gap)
      .trimEnd();
  return [line(head), widths.map((width) => '─'.repeat(width)).join(gap), ...rows.map(line)].join('\n');
}
