import { fileURLToPath } from 'node:url';
import { SteepestError } from './errors.js';
import { show } from './show.js';

function bad(what: string, given: string, mend: string): never {
  throw new SteepestError('ERR_ARGUMENT', { expected: `${what} to be a path or a file: URL`, given, mend });
}

/** The path of a local file. @throws SteepestError `ERR_ARGUMENT` for URLs of other places */
export function localPath(what: string, path: string | URL): string {
  if (path instanceof URL) {
    if (path.protocol === 'file:') return fileURLToPath(path);
    bad(what, path.href, 'Download the file first.');
  }
  if (typeof path === 'string' && path !== '') return path;
  return bad(what, show(path), 'Name a file.');
}
