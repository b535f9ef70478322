import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { fileError } from '../fileErrors.js';

/**
 * Text in UTF-8, without a character replaced.
 * @throws SteepestError `ERR_ARGUMENT` beside another encoding, which cannot apply; `ERR_DATA_FILE`
 *   for half a character
 */
export function bytesOfText(name: string, text: string, encoding: string | undefined): Uint8Array {
  if (encoding !== undefined && encoding !== 'utf-8') {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'no encoding for text, which is decoded',
      given: show(encoding),
      hint: 'Leave encoding out, or pass the bytes.',
    });
  }
  const at = text.search(/\p{Surrogate}/u);
  if (at < 0) return Buffer.from(text, 'utf8');
  const code = `0x${text.charCodeAt(at).toString(16)}`;
  throw fileError(name, 'to be text', `half a character, ${code}, at position ${at}`, 'Pass the bytes.');
}
