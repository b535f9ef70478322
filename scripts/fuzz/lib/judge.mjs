/** Gives a reader one file and says whether it behaved. */
import { digest } from './digest.mjs';

/** Longer messages flood a log. */
const MOST_MESSAGE = 2500;

/** @returns what is wrong with an error that a reader threw, or undefined */
function wrongRefusal(error, codes) {
  const { name, code, message, expected, given, hint } = Object(error);
  if (name !== 'SteepestError') {
    return `an error that is no SteepestError: ${error?.stack ?? String(error)}`;
  }
  if (!codes.includes(code)) return `code ${code}, which this reader does not have: ${error.stack}`;
  if (message.length > MOST_MESSAGE) return `a message of ${message.length} characters: ${message}`;
  const isWhole = [expected, given, hint].every((part) => typeof part === 'string' && part !== '');
  return isWhole ? undefined : `a message without expected, given or hint: ${message}`;
}

/**
 * Reads a file. One that is accepted is read twice, and must be the same both times; then the
 * reader's own oracle looks at it.
 * @param {import('../readers/index.mjs').Reader} reader
 * @param {Uint8Array} bytes
 * @param {string} folder for the reader's own files
 * @returns {Promise<{ outcome: string, fault?: string }>} 'accepted' or the code of the refusal
 */
export async function judge(reader, bytes, folder) {
  let first;
  try {
    first = await reader.read(bytes, folder);
  } catch (error) {
    return { outcome: error?.code ?? 'no code', fault: wrongRefusal(error, reader.codes) };
  }
  try {
    const before = digest(reader.result?.(first) ?? first);
    const again = await reader.read(bytes, folder);
    if (digest(reader.result?.(again) ?? again) !== before) {
      return { outcome: 'accepted', fault: 'the second reading gives other values than the first' };
    }
    return { outcome: 'accepted', fault: await reader.check?.(first, bytes, folder, digest) };
  } catch (error) {
    return { outcome: 'accepted', fault: `accepted, but then: ${error?.stack ?? String(error)}` };
  }
}
