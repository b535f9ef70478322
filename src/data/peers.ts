import { SteepestError } from '../core/errors.js';
import { messageOf } from '../core/show.js';

/** The error messages of import and require for a package that is not installed. */
const NOT_FOUND: readonly unknown[] = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'];

/** The hint for a package that may be installed but could not be loaded. */
const HINTS: Readonly<Record<string, string>> = {
  ERR_REQUIRE_ESM: 'It is an ES module: call this from one, or use Node.js 20.19, 22.12 or later.',
  ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING:
    'It is an ES module, and this program runs in node:vm without a loader: use Node.js 20.12 or later.',
  ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING_FLAG:
    'It is an ES module: use Node.js 20.12 or later, or run the test runner with NODE_OPTIONS=--experimental-vm-modules.',
};

/** The error for an optional package that could not be loaded (peerModules.cts). */
export function peerError(name: string, what: string, error: unknown): SteepestError {
  const code = String((error as NodeJS.ErrnoException | null | undefined)?.code);
  const absent = NOT_FOUND.includes(code) && messageOf(error).includes(`'${name}'`);
  return new SteepestError(
    'ERR_MISSING_PEER',
    {
      expected: `the package '${name}', which ${what} needs`,
      given: absent ? 'none installed' : `one that does not load (${messageOf(error)})`,
      hint: absent ? `Run npm install ${name}.` : (HINTS[code] ?? `Install it again: npm install ${name}.`),
    },
    { cause: error },
  );
}
