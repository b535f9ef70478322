import { once } from 'node:events';
import { EXIT } from './exitCodes.js';

/** What the commands print: results to stdout, all else to stderr. */

/** Prints to stdout, and waits while its reader is slower than we are. */
export async function print(text: string | Uint8Array): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

/** One JSON object, for `--json`. */
export const printJson = (value: unknown): Promise<void> => print(`${JSON.stringify(value, null, 2)}\n`);

/** A line for people, on stderr. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** A reader that has seen enough ends the program, without a word: `steepest … | head`. */
export function endOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // Windows says EOF.
      if (error.code === 'EPIPE' || error.code === 'EOF') process.exit(EXIT.closedPipe);
      throw error;
    });
  }
}
