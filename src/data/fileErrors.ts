import { SteepestError } from '../core/errors.js';
import { showPath, systemHint, systemReason } from '../core/systemErrors.js';

/** Texts longer than this are cut in messages. */
const SHOWN_CHARACTERS = 60;

/** A text of a file, as messages show it. */
export function shownText(text: string): string {
  const cut = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return JSON.stringify(cut);
}

/** The error for a file that is not what it should be. */
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

/** What the system says, as an error with the file's name; our own errors stay as they are. */
export function systemError(path: string, what: string, error: unknown): SteepestError {
  if (error instanceof SteepestError) return error;
  const hint = systemHint(error, 'read', 'Check that the file is there, may be read and is whole.');
  return fileError(path, what, systemReason(error), hint, error);
}
