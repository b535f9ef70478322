import { readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { AppendedFile } from '../../io/appendedFile.js';
import { type Scalar, scalarsRecord, versionRecord } from '../../io/eventFile.js';

/** TensorBoard shows a folder of event files as one run and reads them in the order of their names. */
const NAME = /^events\.out\.tfevents\.(\d{10})\./;
/** Digits of the time in a name, so that names sort by it until the year 2286. */
const TIME_DIGITS = 10;
const MOST_OF_HOST = 64;
/** Points are kept for this long before they are written, unless an epoch ends. */
const FLUSH_MS = 1000;

let count = 0;

/** The event file of one run. */
export class EventLog {
  private pending: Uint8Array[] = [];
  private writtenMs = Date.now();

  private constructor(private readonly file: AppendedFile) {}

  /**
   * Creates a new file in the folder of a run; files that are there stay.
   * @throws SteepestError `ERR_DATA_FILE`
   */
  static async create(folder: string): Promise<EventLog> {
    const seconds = Math.floor(Date.now() / 1000);
    const latest = await latestIn(folder);
    // TensorBoard turns to a file only when those before it in the order of names have ended.
    const time = String(Math.max(seconds, latest + 1)).padStart(TIME_DIGITS, '0');
    const name = `events.out.tfevents.${time}.${host()}.${process.pid}.${count++}.v2`;
    return new EventLog(await AppendedFile.open(join(folder, name), { first: versionRecord(now()) }));
  }

  /** Adds the values of a step, to be written later. */
  add(step: number, scalars: readonly Scalar[]): void {
    this.pending.push(scalarsRecord(now(), step, scalars));
  }

  /** Writes what has waited for a second. @throws SteepestError `ERR_DATA_FILE` */
  async flushSometimes(): Promise<void> {
    if (Date.now() - this.writtenMs >= FLUSH_MS) await this.flush();
  }

  /** Writes everything. @throws SteepestError `ERR_DATA_FILE` */
  async flush(): Promise<void> {
    const records = this.pending;
    this.pending = [];
    this.writtenMs = Date.now();
    await this.file.append(Buffer.concat(records));
  }
}

const now = (): number => Date.now() / 1000;

/** The name of this machine, in characters that every file system takes. */
const host = (): string =>
  hostname()
    .replace(/[^A-Za-z0-9-]/g, '-')
    .slice(0, MOST_OF_HOST) || 'host';

/** The time in the latest name; 0 without event files. A folder that cannot be read fails later. */
async function latestIn(folder: string): Promise<number> {
  const names = await readdir(folder).catch((): string[] => []);
  return names.reduce((latest, name) => Math.max(latest, Number(NAME.exec(name)?.[1] ?? 0)), 0);
}
