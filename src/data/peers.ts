import { SteepestError } from '../core/errors.js';

/** What import and require say when a package is not installed. */
const NOT_FOUND: readonly unknown[] = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'];

/**
 * The error for a package that users install only if they need it and that could not be loaded. Those who load one write
 * `try { … await import('name') } catch`, where bundlers see that it may be absent.
 */
export function peerError(name: string, what: string, error: unknown): SteepestError {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const reason = error instanceof Error ? error.message : String(error);
  return new SteepestError(
    'ERR_MISSING_PEER',
    {
      expected: `the package '${name}', which ${what} needs`,
      given: NOT_FOUND.includes(code) ? 'none installed' : reason,
      mend:
        code === 'ERR_REQUIRE_ESM'
          ? 'It is an ES module: call this from one, or use Node.js 20.19, 22.12 or later.'
          : `Run npm install ${name}.`,
    },
    { cause: error },
  );
}
