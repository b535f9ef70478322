import { parseArgs } from 'node:util';
import { SteepestError } from '../../core/errors.js';
import { UsageError } from '../usageError.js';
import { formatInspection, jsonInspection } from './format.js';
import { inspectFile } from './inspectFile.js';

/**
 * `steepest inspect FILE [--json]`: what is in a file of a model or of arrays, ours or another
 * program's.
 * @returns 1 if the file cannot be read, else 0
 */
export async function inspectCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean', default: false } },
    strict: true,
    allowPositionals: true,
  });
  const [path] = positionals;
  if (path === undefined || positionals.length > 1) throw new UsageError('inspect needs one file');
  try {
    const { bytes, inspection } = await inspectFile(path);
    const print = values.json ? jsonInspection : formatInspection;
    process.stdout.write(print(path, bytes, inspection));
    return 0;
  } catch (error) {
    if (!(error instanceof SteepestError)) throw error;
    process.stderr.write(`steepest: ${error.code}: ${error.message}\n`);
    return 1;
  }
}
