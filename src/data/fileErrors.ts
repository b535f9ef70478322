import { SteepestError } from '../core/errors.js';
import { showPath, systemHint, systemReason } from '../core/systemErrors.js';

/** Longer texts are cut in messages. */
const SHOWN_CHARACTERS = 60;

/** A text of a file, as messages show it. */
export function shownText(text: string): string {
  const cut = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return JSON.stringify(cut);
}

/** The error for a file with invalid content. */
export function fileError(
  path: string,
  expected: string,
  given: string,
  hint: string,
  cause?: unknown,
): SteepestError {
  return new SteepestError(
    'ERR_DATA_FILE',
    { expected: `${showPath(path)} ${expected}`, given, hint },
    { cause },
  );
}

/** A system error as one with the file's name; a SteepestError is returned unchanged. */
export function systemError(path: string, what: string, error: unknown): SteepestError {
  if (error instanceof SteepestError) return error;
  const hint = systemHint(error, 'read', 'Check that the file exists, is readable and complete.');
  return fileError(path, what, systemReason(error), hint, error);
}
