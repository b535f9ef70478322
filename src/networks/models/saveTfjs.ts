import { join } from 'node:path';
import { localPath } from '../../core/localPath.js';
import { writeFileAtomic } from '../../io/atomicWrite.js';
import { makeFolderOf } from '../../io/makeFolder.js';
import type { TfjsArtifacts } from '../exchange/tfjs/artifacts.js';
import { tfjsFiles } from '../exchange/tfjs/write.js';

/** Writes a model's files. @throws SteepestError `ERR_MODEL_FILE` or `ERR_ARGUMENT` */
export async function saveTfjs(folder: string | URL, artifacts: TfjsArtifacts): Promise<void> {
  const path = localPath('the folder to save to', folder);
  const files = tfjsFiles(artifacts).map(({ name, bytes }) => ({ path: join(path, name), bytes }));
  await makeFolderOf(files[0]!.path, 'ERR_MODEL_FILE');
  for (const file of files) await writeFileAtomic(file.path, file.bytes);
}
