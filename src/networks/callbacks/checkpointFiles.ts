import { unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../../core/systemErrors.js';
import { makeFolderOf } from '../../io/makeFolder.js';
import type { CallbackModel } from './definition.js';

/** The checkpoints of one fit, the latest last. */
export class CheckpointFiles {
  private paths: string[] = [];
  /** The file that is being written. */
  private saving: Promise<void> | undefined;
  private failure: { error: unknown } | undefined;

  /** @param most how many to keep; undefined for all */
  constructor(private readonly most: number | undefined) {}

  get kept(): readonly string[] {
    return this.paths;
  }

  restore(paths: readonly string[]): void {
    this.paths = [...paths];
  }

  /**
   * Saves the model, then removes the oldest file if there are too many.
   * @param pathNow the path for what the model holds at the moment of the call
   * @throws SteepestError `ERR_MODEL_FILE`
   */
  async save(model: CallbackModel, pathNow: () => string): Promise<void> {
    const path = await withFolder(pathNow);
    // Reads the model's state before it waits for anything.
    await model.save(path);
    this.paths = [...this.paths.filter((other) => other !== path), path];
    while (this.most !== undefined && this.paths.length > this.most) {
      if (!(await isRemoved(this.paths[0] as string))) return;
      this.paths.shift();
    }
  }

  /**
   * Begins to save the model, unless a file is being written.
   * @throws SteepestError `ERR_MODEL_FILE` if an earlier one failed
   */
  saveMeanwhile(model: CallbackModel, pathNow: () => string): void {
    this.rethrow();
    if (this.saving !== undefined) return;
    this.saving = this.save(model, pathNow)
      .catch((error: unknown) => {
        this.failure = { error };
      })
      .finally(() => {
        this.saving = undefined;
      });
  }

  /** Waits for the file that is being written. @throws SteepestError `ERR_MODEL_FILE` */
  async finish(): Promise<void> {
    await this.saving;
    this.rethrow();
  }

  private rethrow(): void {
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure.error;
  }
}

/** A path whose folder exists; the pattern may have placeholders in the names of folders. */
async function withFolder(pathNow: () => string): Promise<string> {
  for (let made = ''; ; ) {
    const path = pathNow();
    const folder = dirname(path);
    if (folder === made) return path;
    await makeFolderOf(path, 'ERR_MODEL_FILE');
    made = folder;
  }
}

/** Removes a file. Where that fails, because another program reads it, it is tried again later. */
async function isRemoved(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    return systemCode(error) === 'ENOENT';
  }
}
