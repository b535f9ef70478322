import { vi } from 'vitest';
import { runProgram } from '#steepest/cli/program.js';

export interface Said {
  status: number;
  stdout: string;
  stderr: string;
}

const textOf = (calls: readonly unknown[][]): string =>
  calls
    .map(([piece]) => (typeof piece === 'string' ? piece : Buffer.from(piece as Uint8Array).toString()))
    .join('');

/** `npx steepest …` in this process, which takes milliseconds; one at a time. */
export async function steepest(...args: string[]): Promise<Said> {
  const [out, err] = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation(() => true),
  );
  try {
    const status = await runProgram(args);
    return { status, stdout: textOf(out!.mock.calls), stderr: textOf(err!.mock.calls) };
  } finally {
    out!.mockRestore();
    err!.mockRestore();
  }
}
