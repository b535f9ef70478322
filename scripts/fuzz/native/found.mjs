// Programs in which the fuzzer found faults, kept so that these never come back: found.json holds
// what was wrong, the program, and the lengths of its buffers in bytes.
import { readFileSync } from 'node:fs';
import { REGISTER_COUNT, REGISTERS } from '#steepest/kernels/contract.js';
import { encodeProgram } from '#steepest/kernels/encode.js';

/**
 * `{ what, refused, rows, buffers, program }`: whether bind() refuses it; otherwise it has to run to
 * its end.
 */
export const found = JSON.parse(readFileSync(new URL('./found.json', import.meta.url), 'utf8'));

/** The same as cases of a corpus. */
export function foundCases() {
  return found.map(({ program, buffers, rows }) => {
    const registers = new Float64Array(REGISTER_COUNT);
    registers[REGISTERS.rows] = rows;
    return { words: encodeProgram(program), buffers, registers };
  });
}
