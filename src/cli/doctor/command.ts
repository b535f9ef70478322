import { parseArgs } from 'node:util';
import { shutdown } from '../../parallel/threads.js';
import { checkChecksums, checksumProblems } from './checksums.js';
import { formatReport } from './format.js';
import { examine } from './report.js';

/**
 * `steepest doctor [--json]`: reports which kernels run on this machine and whether they compute
 * correctly.
 * @returns 1 if something is wrong, else 0
 */
export async function doctorCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean', default: false } },
    strict: true,
    allowPositionals: false,
  });
  const checksums = checkChecksums();
  // Print this immediately, because loading a damaged binary may end the process.
  for (const problem of checksumProblems(checksums)) process.stderr.write(`steepest: ${problem}\n`);
  const report = await examine(checksums);
  await shutdown();
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : formatReport(report));
  return report.problems.length === 0 ? 0 : 1;
}
