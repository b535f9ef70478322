import { basename } from 'node:path';
import { SteepestError } from '../../core/errors.js';
import { type Aliases, didYouMean } from '../../core/nearest.js';
import { show } from '../../core/show.js';
import { formatLog } from '../training/logs.js';

/**
 * File names with placeholders, such as `runs/{epoch:03d}-{valLoss}.safetensors`. A placeholder is
 * the name of a number in braces, with a format or without: `{epoch:03d}` pads with zeros to three
 * digits, `{valLoss:.2f}` rounds to two decimals. `{{` and `}}` are braces.
 */
export interface FilePattern {
  /** The names of its placeholders. */
  readonly names: readonly string[];
  /** The path that it gives for these numbers. */
  fill(values: Readonly<Record<string, number>>): string;
}

/** A piece of a pattern: text as it is, or a placeholder. */
type Piece = string | { name: string; format: (value: number) => string };

const PIECES = /\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g;
/** Formats as Python writes them; only what names of files need. */
const FORMAT = /^(?:(?:0?(\d{1,2}))?d?|\.(\d{1,2})f?)$/;

const ALIASES: Aliases = { batch: 'step', globalStep: 'step', iteration: 'step', lr: 'learningRate' };

/**
 * Reads a pattern.
 * @param what the option, for messages
 * @throws SteepestError `ERR_ARGUMENT` for braces or formats that are wrong
 */
export function parsePattern(what: string, path: string): FilePattern {
  const pieces = [...path.matchAll(PIECES)].map(([text, placeholder]): Piece => {
    if (text === '{{' || text === '}}') return text[0] as string;
    if (text === '{' || text === '}') return refuseBrace(what, path);
    return placeholder === undefined ? text : readPlaceholder(what, placeholder);
  });
  if (basename(path) === '' || /[\\/]$/.test(path)) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${what} to end with the name of a file`,
      given: show(path),
      hint: `Write '${path.replace(/[\\/]+$/, '')}/{epoch}.safetensors'.`,
    });
  }
  return {
    names: pieces.flatMap((piece) => (typeof piece === 'string' ? [] : [piece.name])),
    fill: (values) =>
      pieces.map((piece) => (typeof piece === 'string' ? piece : piece.format(values[piece.name]!))).join(''),
  };
}

/**
 * Refuses placeholders that nothing fills.
 * @param known the numbers that there will be
 * @throws SteepestError `ERR_UNKNOWN_NAME`
 */
export function checkPattern(what: string, { names }: FilePattern, known: readonly string[]): void {
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new SteepestError('ERR_UNKNOWN_NAME', {
      expected: `${what} to have only the placeholders ${known.map((one) => `{${one}}`).join(', ')}`,
      given: `{${name}}`,
      hint: didYouMean(name, known, 'Use one of the listed names; {{ and }} are braces.', ALIASES),
    });
  }
}

function readPlaceholder(what: string, placeholder: string): Piece {
  const [name = '', format] = placeholder.trim().split(/:(.*)/s);
  if (format === undefined) return { name, format: plain };
  const [, digits, decimals] = FORMAT.exec(format) ?? refuseFormat(what, name, format);
  if (decimals !== undefined) return { name, format: (value) => value.toFixed(Number(decimals)) };
  return { name, format: (value) => String(value).padStart(Number(digits ?? 0), '0') };
}

/** As progress shows numbers. */
const plain = (value: number): string => (Number.isInteger(value) ? String(value) : formatLog(value));

function refuseBrace(what: string, path: string): never {
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what} to have placeholders such as {epoch}`,
    given: show(path),
    hint: 'Close each brace, or write {{ and }} for braces that belong to the name.',
  });
}

function refuseFormat(what: string, name: string, format: string): never {
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what} to have formats such as {epoch:03d} and {loss:.4f}`,
    given: `{${name}:${format}}`,
    hint: `Write {${name}}.`,
  });
}
