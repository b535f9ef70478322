import { SteepestError } from '../core/errors.js';

/** What Node.js and require say when a package is not installed. */
const NOT_FOUND: readonly unknown[] = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'];

/**
 * Loads a package that users install only if they need it.
 * @param load `() => import('name')`, so that bundlers see the name
 * @throws SteepestError `ERR_MISSING_PEER` that names the package, if it is not installed or cannot be loaded
 */
export async function importPeer<T>(name: string, what: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException | undefined)?.code;
    const missing = NOT_FOUND.includes(code);
    throw new SteepestError(
      'ERR_MISSING_PEER',
      {
        expected: `the package '${name}', which ${what} needs`,
        given: missing ? 'none installed' : error instanceof Error ? error.message : String(error),
        mend:
          code === 'ERR_REQUIRE_ESM'
            ? 'It is an ES module: call this from one, or use Node.js 20.19, 22.12 or later.'
            : `Run npm install ${name}.`,
      },
      { cause: error },
    );
  }
}
