import { messageOf, show } from '../core/show.js';
import { modelFileError } from './modelFile.js';

/**
 * The JSON part of a model file that describes the model. The file may be hostile. Nesting and
 * number of objects are checked before any object is created, and every failure is an
 * `ERR_MODEL_FILE`.
 */

/**
 * Maximum nesting of lists and objects. Estimators nest at most 32 deep, with two levels each;
 * layers need 5.
 */
export const MAX_NESTING = 80;
/**
 * Maximum number of lists and objects: a million empty ones take 60 MB. A model of 8,192 layers has
 * about 60,000.
 */
export const MAX_CONTAINERS = 2 ** 20;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = [0x5b, 0x7b];
const CLOSING = [0x5d, 0x7d];

/**
 * Parses a JSON object from a file's metadata.
 * @param what its key in the metadata
 * @throws SteepestError `ERR_MODEL_FILE`
 */
export function parseDescription(text: string | undefined, what: string): Record<string, unknown> {
  return parseObject(text, `a JSON object as metadata '${what}'`);
}

/**
 * The same for any text that should be a JSON object.
 * @param expected what it should be, for errors
 * @throws SteepestError `ERR_MODEL_FILE`
 */
export function parseObject(text: string | undefined, expected: string): Record<string, unknown> {
  const refuse = (given: string, cause?: unknown): never => {
    throw modelFileError(expected, given, 'Save it again.', cause);
  };
  if (text === undefined) return refuse('none');
  const { nesting, containers } = extentOf(text);
  if (nesting > MAX_NESTING) return refuse(`one nested more than ${MAX_NESTING} deep`);
  if (containers > MAX_CONTAINERS) return refuse(`more than ${MAX_CONTAINERS} lists and objects`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse(show(messageOf(error)), error);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  return refuse(show(value));
}

/**
 * The nesting depth and the number of lists and objects in a JSON text. One pass, without a stack.
 */
function extentOf(text: string): { nesting: number; containers: number } {
  let depth = 0;
  let nesting = 0;
  let containers = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === BACKSLASH) i++;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else if (OPENING.includes(code)) {
      containers++;
      if (++depth > nesting) nesting = depth;
    } else if (CLOSING.includes(code)) depth--;
  }
  return { nesting, containers };
}
