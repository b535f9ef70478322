// Peak memory of this process, and processes of their own to measure it in.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Peak resident bytes. On Linux `maxRSS` would do, but a child inherits its parent's; VmHWM is the process's own. */
export function peakBytes() {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}

/**
 * Runs a script of this folder again, in a process of its own, whose peak is not that of others.
 * @param url `import.meta.url` of the script
 * @returns the JSON that it prints
 */
export function inOwnProcess(url, args) {
  const child = spawnSync(process.execPath, [fileURLToPath(url), ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.status !== 0) throw new Error(`${basename(fileURLToPath(url))} ended with ${child.status}`);
  return JSON.parse(child.stdout);
}

/** Bytes as megabytes. */
export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;

/** What is printed of a table that was read once. */
export function readingLine({ bytes, rows, took, bare, peak, note = '' }) {
  return (
    `${(bytes / 1e9).toFixed(2).padStart(6)} GB, ${rows} rows: ${(bytes / 1e6 / took).toFixed(0)} MB/s, ${note}` +
    `peak ${megabytes(peak)} resident, ${megabytes(bare)} of them before the first row`
  );
}
