/** Names of text encodings, and their decoders. utf8Reader.ts reads the files. */
import { unknownName } from '../../core/errors.js';
import type { Aliases } from '../../core/nearest.js';

/**
 * Encodings of files, by their names in the WHATWG Encoding Standard (encoding.spec.whatwg.org).
 * `latin1` is read as windows-1252, which differs only where Latin-1 has control characters.
 */
const ENCODINGS = [
  'utf-8',
  'utf-16',
  'utf-16le',
  'utf-16be',
  'latin1',
  ...Array.from({ length: 9 }, (_, i) => `windows-125${i}`),
  'windows-874',
  ...[2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16].map((part) => `iso-8859-${part}`),
  'macintosh',
  'x-mac-cyrillic',
  'ibm866',
  'koi8-r',
  'koi8-u',
  'gbk',
  'gb18030',
  'big5',
  'euc-jp',
  'shift_jis',
  'euc-kr',
] as const;

/** Names of encodings in Python, R, Excel and Windows. */
const ALIASES: Aliases = {
  utf: 'utf-8',
  ascii: 'utf-8',
  usAscii: 'utf-8',
  unicode: 'utf-16',
  utf8sig: 'utf-8',
  'utf-8-bom': 'utf-8',
  utf8mb4: 'utf-8',
  ansi: 'windows-1252',
  mbcs: 'windows-1252',
  windows: 'windows-1252',
  western: 'windows-1252',
  mac: 'macintosh',
  macroman: 'macintosh',
  gb2312: 'gbk',
  cp932: 'shift_jis',
  cp936: 'gbk',
  cp949: 'euc-kr',
  cp950: 'big5',
};

/** Bytes 80 … 9f of windows-1252; five of them have no character. */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';
const FIRST = 0x80;

/** Decodes pieces of a file. */
export interface Decoder {
  /**
   * The text of the next bytes; an incomplete character at the end is returned by the next call.
   * @throws Error for bytes that have no character
   */
  decode(bytes: Uint8Array): string;
  /** @throws Error if the last call left an incomplete character */
  end(): void;
}

/**
 * windows-1252 by its table, because some releases of Node.js decode bytes 80 … 9f as control
 * characters.
 */
const windows1252: Decoder = {
  decode: (bytes) =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      .toString('latin1')
      .replace(/[\x80-\x9f]/g, (byte) => {
        const character = WINDOWS_1252[byte.charCodeAt(0) - FIRST]!;
        if (character === byte) throw new Error('a byte without a character');
        return character;
      }),
  end: () => undefined,
};

/** @param encoding a name that {@link checkEncoding} returned, but not `utf-16` */
export function decoderOf(encoding: string): Decoder {
  if (encoding === 'windows-1252') return windows1252;
  // A byte order mark is not text; the reader of the file has removed it.
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  return {
    decode: (bytes) => decoder.decode(bytes, { stream: true }),
    end: () => void decoder.decode(),
  };
}

/**
 * The encoding's standard name. Accepts all labels of the standard, and an underscore instead of a
 * hyphen.
 * @throws SteepestError `ERR_UNKNOWN_NAME`
 */
export function checkEncoding(given: unknown): string | undefined {
  if (given === undefined) return undefined;
  const name = nameOf(given);
  return name ?? unknownName('encoding', given, ENCODINGS, ALIASES);
}

const squeeze = (name: string): string => name.replace(/[\s_-]/g, '');

function nameOf(given: unknown): string | undefined {
  if (typeof given !== 'string') return undefined;
  const label = given.trim().toLowerCase();
  const ours = ENCODINGS.find((name) => squeeze(name) === squeeze(label));
  if (ours !== undefined) return ours === 'latin1' ? 'windows-1252' : ours;
  if (squeeze(label) === 'utf8sig') return 'utf-8';
  // The standard reads ASCII as windows-1252; here ASCII means that no other bytes occur.
  if (label.includes('ascii')) return undefined;
  for (const spelling of [label, label.replaceAll('_', '-')]) {
    try {
      const name = new TextDecoder(spelling).encoding;
      // Other encodings have states between characters, in which a line end may mean something
      // else.
      if ((ENCODINGS as readonly string[]).includes(name)) return name;
    } catch {
      // Not a label of the standard.
    }
  }
  return undefined;
}
