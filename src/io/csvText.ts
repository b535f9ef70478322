/** CSV as RFC 4180 describes it, with `\n` at the end of lines; written, and read as far as logs need. */

export type Cell = string | number | undefined;

/** Text that a reader would take apart or trim if it were not quoted. */
const needsQuotes = (text: string, separator: string): boolean =>
  text.includes(separator) || /["\n\r]|^\s|\s$/.test(text);

/** Text as one field, quoted where it has to be. */
export const csvField = (text: string, separator: string): string =>
  needsQuotes(text, separator) ? `"${text.replaceAll('"', '""')}"` : text;

function cellText(cell: Cell, separator: string): string {
  if (cell === undefined) return '';
  return csvField(String(cell), separator);
}

/** One line. Numbers have the digits that give the same float64 again; undefined is an empty cell. */
export const csvLine = (cells: readonly Cell[], separator: string): string =>
  `${cells.map((cell) => cellText(cell, separator)).join(separator)}\n`;

/** The number of cells of a line, with or without its end. */
export function countCells(line: string, separator: string): number {
  const outside = line.replace(/"[^"]*"/g, '');
  return outside.split(separator).length;
}
