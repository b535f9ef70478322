import type { Read } from '../commandSpec.js';
import { print } from '../output.js';
import type { inspectSpec } from './command.js';
import { formatInspection, jsonInspection } from './format.js';
import { inspectFile } from './inspectFile.js';

/** `steepest inspect FILE`: what is in a file of a model or of arrays, ours or another program's. */
export async function runInspect({
  arguments: { file },
  options,
}: Read<typeof inspectSpec>): Promise<number> {
  const { bytes, inspection } = await inspectFile(file);
  await print((options.json ? jsonInspection : formatInspection)(file, bytes, inspection));
  return 0;
}
