// One line that says what is running, on a terminal only: logs and files stay free of it.

const { stdout } = process;

/** Replaces the line; an empty text takes it away. */
export function progress(text) {
  if (!stdout.isTTY) return;
  stdout.write(`\r\x1b[2K${text === '' ? '' : `\x1b[2m  ${text.slice(0, stdout.columns - 3)}\x1b[0m`}`);
}
