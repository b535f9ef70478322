import { messageOf } from './show.js';

/**
 * Describes the operating system's errors about files: without the path, which our messages already
 * have, and with a hint for each cause.
 */

/** What the file was opened for. */
export type FileUse = 'read' | 'write';

/**
 * Maximum length of a quoted reason, in characters: messages of zlib and other programs may be
 * long.
 */
const MOST = 160;

/** Maximum length of a path that is shown in full, in characters. */
const MOST_OF_PATH = 240;
const END_OF_PATH = 80;

/** A path in quotes. A very long one keeps both ends: the folder and the file name. */
export function showPath(path: string): string {
  const line = path.replace(/[\n\r\u2028\u2029]+/g, ' ');
  if (line.length <= MOST_OF_PATH) return `'${line}'`;
  const start = line.slice(0, MOST_OF_PATH - END_OF_PATH);
  return `'${start} … ${line.slice(-END_OF_PATH)}' (${path.length} characters)`;
}

/** The code of a system error, such as `ENOENT`. */
export const systemCode = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
};

/** The system's own message: `ENOENT: no such file or directory`. */
export function systemReason(error: unknown): string {
  const message = messageOf(error);
  // Node.js appends the call and the path, ", open '/a/b'"; a path may be thousands of characters
  // long.
  const words = /^E[A-Z0-9]+: [^,]*/.exec(message)?.[0] ?? message;
  return words.length > MOST ? `${words.slice(0, MOST)} …` : words;
}

const HINTS: Readonly<Record<string, string | Readonly<Record<FileUse, string>>>> = {
  EACCES: {
    read: 'Give this user the right to read it.',
    write: 'Give this user the right to write to the file and to its folder, or name another folder.',
  },
  EPERM: {
    read: 'Give this user the right to read it.',
    write: 'The file or its folder is protected: remove the protection, or name another folder.',
  },
  ENOENT: {
    read: 'Check the path: a relative one starts at process.cwd().',
    write: 'Make the folder first: await mkdir(folder, { recursive: true }).',
  },
  EROFS: 'The disk is mounted for reading only: name a folder on another one.',
  ENOSPC: 'The disk is full: make room, or name a folder on another one.',
  EDQUOT: "This user's share of the disk is used up: make room, or name a folder on another one.",
  EFBIG: 'The file system or the limits of this process do not allow files of this size.',
  EISDIR: 'It is a folder: name a file in it.',
  ENOTDIR: 'A part of the path before its last name is no folder, or a file is followed by a slash.',
  ENAMETOOLONG: 'Shorten the name: file systems take names of up to 255 bytes.',
  ELOOP: 'Its links lead in a circle: remove one of them.',
  EMFILE: 'This process has too many files open: close some.',
  ENFILE: 'The system has too many files open: close some.',
  EBUSY: 'It is in use or a mount point: name another file, or mount its folder instead of the file.',
  ETXTBSY: 'It is a program that is running: name another file.',
  EXDEV: 'The file is mounted by itself: mount its folder instead.',
  EPIPE: 'The reader of the pipe has closed it: keep it open until all bytes are read.',
  ENXIO: 'Nothing reads from it, or it is a socket: name a file.',
  EIO: 'The disk reports a fault: check it, or name a folder on another one.',
  ERR_INVALID_ARG_VALUE: 'Check the path: it may not hold a zero byte.',
  ERR_FS_FILE_TOO_LARGE: 'Files of up to 2 GiB can be read.',
};

/** The hint for a system error; `otherwise` if its code is not known here. */
export function systemHint(error: unknown, use: FileUse, otherwise: string): string {
  const code = systemCode(error) ?? '';
  if (code.startsWith('Z_')) return 'The compressed file is damaged or cut off: download or write it again.';
  const hint = Object.hasOwn(HINTS, code) ? HINTS[code] : undefined;
  return (typeof hint === 'object' ? hint[use] : hint) ?? otherwise;
}
