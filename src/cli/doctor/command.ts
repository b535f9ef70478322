import { JSON_OPTION } from '../commandOptions.js';
import type { CommandSpec } from '../commandSpec.js';

export const doctorSpec = {
  name: 'doctor',
  summary: 'what this machine runs, why, and whether it computes right; for bug reports',
  details:
    'Prints a block of text to paste into a report: versions, processor, kernels, checksums of ' +
    'the binaries, and a self-test. It takes about five seconds.',
  arguments: [],
  options: { json: JSON_OPTION },
  examples: [{ command: 'npx steepest doctor', does: 'checks this machine' }],
  exitCodes: { 0: 'no problem found', 1: 'there are problems, which the report names' },
} as const satisfies CommandSpec;
