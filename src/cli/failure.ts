import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SteepestError } from '../core/errors.js';
import { packageFolder, version } from '../core/packageInfo.cjs';
import { isError } from '../core/realm.js';
import { show } from '../core/show.js';
import { EXIT } from './exitCodes.js';

/** What stderr says of an error that ended a command, and the exit code. */

/** The bundle and the tests' modules each have the class: its fields tell it. */
function isSteepestError(error: unknown): error is SteepestError {
  return (
    error instanceof SteepestError || (isError(error) && error.name === 'SteepestError' && 'hint' in error)
  );
}

/** Where to report a fault of the package. */
function bugsAddress(): string {
  const { bugs } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { bugs: string };
  return bugs;
}

/** The text for stderr. */
export function failureText(error: unknown): string {
  if (isSteepestError(error)) {
    const { code, expected, given, hint } = error;
    return `steepest: ${code}: expected ${expected}, given ${given}\nhint: ${hint}\n`;
  }
  const stack = isError(error) ? (error.stack ?? String(error)) : show(error);
  return [
    stack,
    '',
    `steepest ${version} did not expect this error: it is a fault of the package.`,
    `Please report it, with these lines and the output of 'npx steepest doctor':`,
    `${bugsAddress()}`,
    '',
  ].join('\n');
}

export const failureCode = (error: unknown): number =>
  isSteepestError(error) && error.code === 'ERR_ABORTED' ? EXIT.stopped : EXIT.failed;
