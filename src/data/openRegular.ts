import { type Opened, openNow, otherThanFile } from '../io/openFile.js';
import { fileError, systemError } from './fileErrors.js';

/** The error for a file that the system cannot open, read or close. */
export const unreadable = (path: string, error: unknown): Error =>
  systemError(path, 'to be a file that can be read', error);

/**
 * Opens a data file. Pipes, devices and folders are refused without waiting for them.
 * @throws SteepestError `ERR_DATA_FILE`
 */
export async function openRegular(path: string): Promise<Opened> {
  const opened = await openNow(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const other = otherThanFile(opened.stats);
  if (other === undefined) return opened;
  await opened.file.close().catch(() => undefined);
  throw fileError(path, 'to be a file', other.given, other.hint);
}
