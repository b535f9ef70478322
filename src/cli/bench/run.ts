import { availableParallelism } from 'node:os';
import { shutdown } from '../../parallel/threads.js';
import type { Read } from '../commandSpec.js';
import { EXIT } from '../exitCodes.js';
import { print, printJson } from '../output.js';
import { UsageError } from '../usageError.js';
import { bench } from './bench.js';
import type { benchSpec } from './command.js';
import { formatBench } from './format.js';
import { ProgressLine } from './progressLine.js';

/** `steepest bench`: what this machine does in a second. */
export async function runBench({ options }: Read<typeof benchSpec>): Promise<number> {
  const cores = availableParallelism();
  const { seconds, workers = cores, json } = options;
  if (workers > cores) {
    throw new UsageError(
      `--workers takes a whole number from 1 to ${cores} on this machine, not '${workers}'`,
    );
  }
  const progress = new ProgressLine(seconds);
  try {
    const result = await bench({ seconds, workers, onProgress: (...what) => progress.show(...what) });
    progress.clear();
    await (json ? printJson(result) : print(formatBench(result)));
    return EXIT.done;
  } finally {
    progress.clear();
    await shutdown();
  }
}
