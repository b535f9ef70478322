import { pipeline, Readable } from 'node:stream';
import type { CsvError, Info, Options } from 'csv-parse';
import { SteepestError } from '../../core/errors.js';
import { isError } from '../../core/realm.js';
import { fileError, systemError } from '../fileErrors.js';
import { csvParser, csvParserSync } from './csvParse.cjs';
import { MAX_LINE_BYTES } from './lineReader.js';

/** The fields of one row, and the line of the file on which it begins. */
export interface CsvRecord {
  fields: readonly string[];
  line: number;
}

interface WithInfo {
  record: string[];
  info: Info;
}

function parserOptions(delimiter: string): Options {
  return {
    delimiter,
    record_delimiter: ['\r\n', '\n'],
    // The number of fields is checked elsewhere, where a message can name the columns.
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_LINE_BYTES,
    info: true,
  };
}

/** Checked by name, because csv-parse has a separate error class for each of its entries. */
function isCsvError(error: unknown): error is CsvError {
  return isError(error) && error.constructor.name === 'CsvError';
}

/** @param begun the line on which the record began */
function parserError(path: string, error: unknown, begun: number, lineOffset: number): SteepestError {
  if (error instanceof SteepestError) return error;
  if (!isCsvError(error)) return systemError(path, 'to be readable', error);
  const found = Number((error as { lines?: unknown }).lines);
  const line = Number.isFinite(found) ? found + lineOffset : begun;
  switch (error.code) {
    case 'CSV_QUOTE_NOT_CLOSED':
    case 'CSV_MAX_RECORD_SIZE':
      return fileError(
        path,
        'to close every quote',
        `one that stays open from the row that begins at line ${begun} on`,
        'Close it there, or double a quote that is meant as a character ("").',
        error,
      );
    case 'INVALID_OPENING_QUOTE':
      return fileError(
        path,
        'to have quotes around whole fields only',
        `one inside an unquoted field at line ${line}`,
        'Quote the whole field and double the quote in it: "5"" pipe".',
        error,
      );
    case 'CSV_INVALID_CLOSING_QUOTE':
      return fileError(
        path,
        'to have a delimiter or a line end after a closing quote',
        `other text at line ${line}`,
        'Double a quote that is meant as a character ("").',
        error,
      );
    default:
      return fileError(path, `to be CSV at line ${line}`, error.message, 'Fix that line.', error);
  }
}

function countOf(character: '\n' | '\r', fields: readonly string[]): number {
  let count = 0;
  for (const field of fields) {
    for (let at = field.indexOf(character); at >= 0; at = field.indexOf(character, at + 1)) count++;
  }
  return count;
}

/**
 * Rows of pieces of a file, by csv-parse: quoted fields, delimiters of several characters, fields
 * with line ends.
 * @param line the line on which the first piece begins
 * @throws SteepestError `ERR_DATA_FILE` with the line
 */
export async function* records(
  path: string,
  pieces: AsyncIterable<Buffer>,
  delimiter: string,
  line: number,
): AsyncGenerator<CsvRecord> {
  const parser = csvParser().parse(parserOptions(delimiter));
  // Errors of either stream reach the loop; pipeline requires the callback.
  pipeline(Readable.from(pieces), parser, () => undefined);
  let nextLine = line;
  // csv-parse counts \r inside a field as a line.
  let offset = line - 1;
  try {
    for await (const { record, info } of parser as AsyncIterable<WithInfo>) {
      offset -= countOf('\r', record);
      nextLine = info.lines + offset + 1;
      yield { fields: record, line: info.lines + offset - countOf('\n', record) };
    }
  } catch (error) {
    throw parserError(path, error, nextLine, offset);
  }
}

/** The fields of one line, or of several if quotes span them; undefined if it is blank. */
export function parseLine(
  path: string,
  text: string,
  delimiter: string,
  line: number,
): readonly string[] | undefined {
  try {
    const options = { ...parserOptions(delimiter), info: false };
    const [first] = csvParserSync().parse(text, options) as unknown as string[][];
    return first;
  } catch (error) {
    throw parserError(path, error, line, line - 1);
  }
}
