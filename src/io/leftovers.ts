import { lstat, readdir, readFile, readlink, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/**
 * Temporary files left by killed processes. They are distinguished from those of a running save by
 * the process number in their name or, where the process cannot be checked, by a day without a
 * write.
 */

/** Random bytes in a name: enough that two writers never choose the same one. */
const NAME_BYTES = 6;
/** Bytes of the machine identifier. */
const MARK_BYTES = 8;
/** No save goes this long without a write. */
const OLD_MS = 24 * 60 * 60 * 1000;
const NAME = /^\.steepest-(?:([0-9a-f]{16})-(\d{1,10})-)?[0-9a-f]{12}\.tmp$/;

// Not node:crypto, whose import would delay every user of the package.
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const randomHex = (bytes: number): string => toHex(crypto.getRandomValues(new Uint8Array(bytes)));

let mark: Promise<string | undefined> | undefined;

/**
 * Identifies the scope in which a process number is unique: this boot of the system, on this
 * machine, in this container. Undefined where the system does not provide it.
 */
async function readMark(): Promise<string | undefined> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    const numbers = await readlink('/proc/self/ns/pid');
    const text = new TextEncoder().encode(`${hostname()} ${boot} ${numbers}`);
    return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', text)).subarray(0, MARK_BYTES));
  } catch {
    return undefined;
  }
}

/** A name for a temporary file, unique to this process. */
export async function temporaryName(): Promise<string> {
  mark ??= readMark();
  const own = await mark;
  // Too many files may have been open at that moment.
  if (own === undefined) mark = undefined;
  const process_ = own === undefined ? '' : `${own}-${process.pid}-`;
  // Not derived from the target's name, which may already have the maximum length.
  return `.steepest-${process_}${randomHex(NAME_BYTES)}.tmp`;
}

/**
 * Removes files that killed saves left in a folder. It never fails, so that a save does not depend
 * on it.
 * @param temporary this save's own file there; its time shows the clock of the folder's file system
 */
export async function removeLeftovers(folder: string, temporary: string): Promise<void> {
  try {
    const names = (await readdir(folder)).filter((name) => NAME.test(name) && name !== temporary);
    if (names.length === 0) return;
    const { mtimeMs: now, uid } = await lstat(join(folder, temporary));
    for (const name of names) await removeIfLeft(join(folder, name), NAME.exec(name)!, { now, uid });
  } catch {
    // The folder may not be readable, for example.
  }
}

async function removeIfLeft(
  path: string,
  [, machine, pid]: RegExpExecArray,
  own: { now: number; uid: number },
): Promise<void> {
  try {
    const stats = await lstat(path);
    // A file written by the superuser gets the owner of the file it replaces.
    const isOwn = own.uid === 0 || stats.uid === own.uid;
    if (!stats.isFile() || !isOwn) return;
    const isKnown = machine !== undefined && machine === (await mark);
    const isLeft = isKnown ? !isAlive(Number(pid)) : own.now - stats.mtimeMs > OLD_MS;
    if (isLeft) await unlink(path);
  } catch {
    // Another save has removed it.
  }
}

/** Whether such a process exists. A number that another process has taken since counts as alive. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
