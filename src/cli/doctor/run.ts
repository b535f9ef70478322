import { shutdown } from '../../parallel/threads.js';
import type { Read } from '../commandSpec.js';
import { print, printJson, say } from '../output.js';
import { checkChecksums, checksumProblems } from './checksums.js';
import type { doctorSpec } from './command.js';
import { formatReport } from './format.js';
import { examine } from './report.js';

/**
 * `steepest doctor`: reports which kernels run on this machine and whether they compute correctly.
 * @returns 1 if something is wrong, else 0
 */
export async function runDoctor({ options }: Read<typeof doctorSpec>): Promise<number> {
  const checksums = checkChecksums();
  // Print this immediately, because loading a damaged binary may end the process.
  for (const problem of checksumProblems(checksums)) say(`steepest: ${problem}`);
  const report = await examine(checksums);
  await shutdown();
  await (options.json ? printJson(report) : print(formatReport(report)));
  return report.problems.length === 0 ? 0 : 1;
}
