import { lstat, readdir, readFile, readlink, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/**
 * Temporary files that a killed process left behind, and how they are distinguished from those of
 * a save that goes on: by the process in their name, where it can be asked after, or by a day without a
 * write.
 */

/** Enough that two writers never choose the same temporary name. */
const NAME_BYTES = 6;
/** Bytes of the mark of a machine. */
const MARK_BYTES = 8;
/** No save goes so long without a write. */
const OLD_MS = 24 * 60 * 60 * 1000;
const NAME = /^\.steepest-(?:([0-9a-f]{16})-(\d{1,10})-)?[0-9a-f]{12}\.tmp$/;

// Not by node:crypto, whose import every user of the package would wait for.
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const randomHex = (bytes: number): string => toHex(crypto.getRandomValues(new Uint8Array(bytes)));

let mark: Promise<string | undefined> | undefined;

/**
 * What says that a process number means the same process: this start of the system, on this
 * machine, in this container. Undefined where the system does not tell.
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

/** A name for a temporary file, of this process alone. */
export async function temporaryName(): Promise<string> {
  mark ??= readMark();
  const own = await mark;
  // It may be that too many files were open just now.
  if (own === undefined) mark = undefined;
  const process_ = own === undefined ? '' : `${own}-${process.pid}-`;
  // Not made from the target's name, which may be as long as names can be.
  return `.steepest-${process_}${randomHex(NAME_BYTES)}.tmp`;
}

/**
 * Removes what killed saves left in a folder. It never fails: a save does not depend on it.
 * @param temporary this save's own file there, whose time is that of the folder's clock
 */
export async function removeLeftovers(folder: string, temporary: string): Promise<void> {
  try {
    const names = (await readdir(folder)).filter((name) => NAME.test(name) && name !== temporary);
    if (names.length === 0) return;
    const { mtimeMs: now, uid } = await lstat(join(folder, temporary));
    for (const name of names) await removeIfLeft(join(folder, name), NAME.exec(name)!, { now, uid });
  } catch {
    // The folder may not be listed, or the like.
  }
}

async function removeIfLeft(
  path: string,
  [, machine, pid]: RegExpExecArray,
  own: { now: number; uid: number },
): Promise<void> {
  try {
    const stats = await lstat(path);
    // What the superuser writes takes over the owner of what it replaces.
    const isOwn = own.uid === 0 || stats.uid === own.uid;
    if (!stats.isFile() || !isOwn) return;
    const isKnown = machine !== undefined && machine === (await mark);
    const isLeft = isKnown ? !isAlive(Number(pid)) : own.now - stats.mtimeMs > OLD_MS;
    if (isLeft) await unlink(path);
  } catch {
    // Another save has removed it.
  }
}

/** Whether there is such a process. A number that another has by now counts as alive. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
