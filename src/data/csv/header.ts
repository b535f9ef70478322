import { SteepestError } from '../../core/errors.js';
import { fileError, shownText } from '../fileErrors.js';
import type { LineReader } from './lineReader.js';
import { isDecimal } from './number.js';
import type { ResolvedOptions } from './options.js';
import { parseLine } from './records.js';

/** The names, and where the rows begin. */
export interface Header {
  names: readonly string[];
  /** Position of the first row in the reader's buffer. */
  position: number;
  /** Line of the first row. */
  line: number;
}

const LF = 10;
const CR = 13;
const QUOTE = 34;
/** Other common delimiters: suggested if the one given does not occur. */
const DELIMITERS = [';', '\t', '|', ','] as const;

/** Where the record at `position` ends, including its line end; undefined if a quote stays open. */
function recordEnd({ buffer, end }: LineReader, position: number): number | undefined {
  let open = false;
  for (let at = position; at < end; at++) {
    // A doubled quote closes and reopens, which gives the same result.
    if (buffer[at] === QUOTE) open = !open;
    else if (buffer[at] === LF && !open) return at + 1;
  }
  return undefined;
}

function countLines(buffer: Buffer, begin: number, end: number): number {
  let lines = 0;
  for (let at = begin; at < end; at++) if (buffer[at] === LF) lines++;
  return lines;
}

/** The first record that is not blank. */
function firstRecord(
  lines: LineReader,
  { path, delimiter }: ResolvedOptions,
  start: number,
): { fields: readonly string[]; begin: number; end: number; line: number } {
  let line = 1;
  for (let begin = start; begin < lines.end; ) {
    const end = recordEnd(lines, begin);
    if (end === undefined) {
      throw fileError(
        path,
        'to close every quote',
        `one that stays open from the row that begins at line ${line} on`,
        'Close it there, or double a quote that is meant as a character ("").',
      );
    }
    const blank = end - begin === 1 || (end - begin === 2 && lines.buffer[begin] === CR);
    const fields = blank
      ? undefined
      : parseLine(path, lines.buffer.toString('utf8', begin, end), delimiter, line);
    if (fields !== undefined) return { fields, begin, end, line };
    line += countLines(lines.buffer, begin, end);
    begin = end;
  }
  throw emptyFile(path);
}

function emptyFile(path: string): SteepestError {
  return new SteepestError('ERR_EMPTY', {
    expected: `'${path}' to hold a table`,
    given: 'an empty file',
    hint: 'Check the path, and that the file was written to its end.',
  });
}

/** @throws SteepestError for invalid names */
function checkNames(
  names: readonly string[],
  { path, header, delimiter }: ResolvedOptions,
  line: number,
): void {
  const where = `line ${line}, the header,`;
  if (names.some((name) => name.includes('\r'))) {
    throw fileError(path, 'to have lines that end with \\n or \\r\\n', '\\r alone', 'Convert its line ends.');
  }
  if (names.some((name) => name.includes('\0'))) {
    const hint = "If the file is UTF-16, pass encoding: 'utf-16le' or 'utf-16be'.";
    throw fileError(path, `${where} to be text`, `a zero byte in ${shownText(names.join(delimiter))}`, hint);
  }
  if (header === undefined && names.every((name) => isDecimal(name))) {
    throw fileError(
      path,
      `to have column names in its first line`,
      `numbers only: ${shownText(names.join(delimiter))}`,
      'Pass header: false if that line is data, or a list of names; header: true if these are the names.',
    );
  }
  const empty = names.indexOf('');
  // The index of a data frame is often written without a name: one column may have an empty name.
  if (empty > 0) {
    throw fileError(path, `${where} to name every column`, `none for column ${empty + 1}`, 'Add the name.');
  }
  const first = new Map<string, number>();
  names.forEach((name, i) => {
    const earlier = first.get(name);
    first.set(name, i);
    if (earlier === undefined) return;
    throw fileError(
      path,
      `${where} to have names that differ`,
      `${shownText(name)} as columns ${earlier + 1} and ${i + 1}`,
      'Rename one of them in the file.',
    );
  });
  const [only] = names;
  const other = DELIMITERS.find((mark) => mark !== delimiter && only?.includes(mark));
  if (names.length === 1 && other !== undefined) {
    throw fileError(
      path,
      `${where} to have columns separated by ${shownText(delimiter)}`,
      shownText(only!),
      `Pass delimiter: ${shownText(other)}.`,
    );
  }
}

/** Reads the names of the columns; the reader already has the first lines. */
export function readHeader(lines: LineReader, options: ResolvedOptions): Header {
  const { header } = options;
  const first = firstRecord(lines, options, lines.begin);
  if (Array.isArray(header) || header === false) {
    const names = Array.isArray(header)
      ? (header as readonly string[])
      : first.fields.map((_, i) => `column${i}`);
    return { names, position: first.begin, line: first.line };
  }
  const names = first.fields.map((name) => name.trim());
  checkNames(names, options, first.line);
  const line = first.line + countLines(lines.buffer, first.begin, first.end);
  return { names, position: first.end, line };
}

export { emptyFile };
