import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, show } from '../../core/show.js';
import { clearTimeout, setTimeout } from '../../core/timers.js';
import type { Log } from './log.js';
import { type LoadedModel, readModel, servedFrom, signatureOf } from './model/loadServed.js';
import type { ServeTimes } from './options.js';

/** Loads the model's file whenever it changes. */
export interface Reloading {
  path: string;
  times: Pick<ServeTimes, 'pollMs' | 'settleMs'>;
  log: Log;
  /** A new model, whole and valid. */
  onLoaded(model: LoadedModel): void;
  onFailed(): void;
}

/**
 * Watches a model's file. A newer one is loaded beside the model that answers; one that is damaged,
 * or still being written, changes nothing.
 *
 * The system's reports are fast, but many network disks have none, so the file's size and time are
 * also looked at every second. A folder is watched, not the file: a rename puts another file in its
 * place.
 */
export class Reloader {
  private watcher: FSWatcher | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** The file that was read last, with or without success. */
  private seen: string;
  private isStopped = false;
  private isGone = false;
  private running: Promise<void> | undefined;
  /** Whether to look again after the one that runs, and whether then by order. */
  private again: 'look' | 'load' | undefined;

  /**
   * @param current what answers now
   * @param signature the file that it came from
   */
  constructor(
    private readonly reloading: Reloading,
    private current: LoadedModel,
    signature: string,
  ) {
    this.seen = signature;
  }

  /** Begins to watch. */
  watch(): void {
    const { path } = this.reloading;
    try {
      this.watcher = watch(dirname(path), { persistent: false }, () => this.look());
      // The folder may go; the clock goes on.
      this.watcher.on('error', () => this.watcher?.close());
    } catch {
      // A system without reports, or with too many watchers.
    }
    this.poll();
  }

  /** Loads the file now, also if it looks as before. Ends when it is loaded or refused. */
  load(): Promise<void> {
    return this.start('load');
  }

  stop(): void {
    this.isStopped = true;
    this.watcher?.close();
    clearTimeout(this.timer);
  }

  private poll(): void {
    if (this.isStopped) return;
    this.timer = setTimeout(() => {
      this.look();
      this.poll();
    }, this.reloading.times.pollMs);
    this.timer.unref();
  }

  private look(): void {
    if (!this.isStopped) void this.start('look');
  }

  private start(why: 'look' | 'load'): Promise<void> {
    if (this.running !== undefined) {
      if (this.again !== 'load') this.again = why;
      return this.running;
    }
    this.running = this.runAll(why).finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async runAll(why: 'look' | 'load'): Promise<void> {
    let next: 'look' | 'load' | undefined = why;
    while (next !== undefined && !this.isStopped) {
      this.again = undefined;
      await this.run(next === 'load');
      next = this.again;
    }
  }

  private async run(isOrdered: boolean): Promise<void> {
    const { path, log } = this.reloading;
    let signature: string;
    try {
      signature = await signatureOf(path);
    } catch (error) {
      if (!this.isGone || isOrdered) this.fail(`there is no model to load: ${messageOf(error)}`, isOrdered);
      this.isGone = true;
      return;
    }
    if (this.isGone) this.seen = '';
    this.isGone = false;
    if (!isOrdered && signature === this.seen) return;
    if (!(await this.isSettled(signature))) return;
    try {
      const { bytes, digest } = await readModel(path);
      // Written meanwhile: what was read is neither file.
      if ((await signatureOf(path)) !== signature) {
        this.again ??= 'look';
        return;
      }
      this.seen = signature;
      if (digest === this.current.digest) {
        if (isOrdered) log.say('info', 'reload', 'the model is the same as before', { sha256: digest });
        return;
      }
      const model = await servedFrom(path, bytes, digest);
      this.take(model);
    } catch (error) {
      this.seen = signature;
      this.fail(`the new model is not used: ${describe(error)}`, true);
    }
  }

  /** Whether the file stays as it is; otherwise it is looked at again. */
  private async isSettled(signature: string): Promise<boolean> {
    await new Promise((resolve) => {
      setTimeout(resolve, this.reloading.times.settleMs);
    });
    const later = await signatureOf(this.reloading.path).catch(() => undefined);
    if (later === signature) return true;
    this.again ??= 'look';
    return false;
  }

  private take(model: LoadedModel): void {
    if (this.isStopped) return;
    const { log, onLoaded } = this.reloading;
    const { info, reader } = model.served;
    const before = this.current.served;
    this.current = model;
    onLoaded(model);
    log.say('info', 'reload', `a new model answers: ${info.type} of sha256 ${model.digest.slice(0, SHOWN)}`, {
      type: info.type,
      sha256: model.digest,
    });
    const isOther =
      JSON.stringify([before.reader.inputs, before.info.classes]) !==
      JSON.stringify([reader.inputs, info.classes]);
    if (isOther) log.say('warning', 'reload', 'it takes other inputs or has other classes than before');
  }

  private fail(message: string, counts: boolean): void {
    this.reloading.log.say('warning', 'reload', `${message}; the model before goes on answering`);
    if (counts) this.reloading.onFailed();
  }
}

/** Digits of a digest in a line for people. */
const SHOWN = 12;

const describe = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error
    ? `${String(error.code)}: ${messageOf(error)}`
    : show(error);
