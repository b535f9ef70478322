import { fileURLToPath } from 'node:url';
import { SteepestError } from './errors.js';
import { isBuffer, isPromise, isUrl } from './realm.js';
import { show } from './show.js';

function bad(what: string, given: string, hint: string, cause?: unknown): never {
  const parts = { expected: `${what} to be a path or a file: URL`, given, hint };
  throw new SteepestError('ERR_ARGUMENT', parts, { cause });
}

/** The scheme of a remote address: `https://`, `s3://`. */
const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\//i;

const ELSEWHERE = 'Download it before reading, or upload it after saving.';

/**
 * The path of a local file.
 * @throws SteepestError `ERR_ARGUMENT` for remote URLs and for values that are neither text nor a
 *   URL
 */
export function localPath(what: string, path: string | URL): string {
  if (typeof path === 'string') return checkedText(what, path);
  if (!isUrl(path) || typeof path.href !== 'string') return bad(what, show(path), hintOf(path));
  const { href } = path;
  if (!href.startsWith('file:')) bad(what, show(href), ELSEWHERE);
  try {
    return fileURLToPath(href);
  } catch (error) {
    const hint =
      "Write new URL('./model.safetensors', import.meta.url), without a host and with '/' unescaped.";
    return bad(what, show(href), hint, error);
  }
}

function checkedText(what: string, path: string): string {
  if (path === '') bad(what, "''", 'Name a file.');
  if (path.includes('\0')) bad(what, show(path), 'Remove the zero byte.');
  if (!ADDRESS.test(path)) return path;
  const isFile = /^file:/i.test(path);
  return bad(what, show(path), isFile ? 'Pass it as new URL(…).' : ELSEWHERE);
}

function hintOf(path: unknown): string {
  if (isPromise(path)) return 'Put await before it.';
  return ArrayBuffer.isView(path) || isBuffer(path)
    ? 'Name a file: this function takes no bytes, and a path in a Buffer needs toString().'
    : 'Name a file.';
}
