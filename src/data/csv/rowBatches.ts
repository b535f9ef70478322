import { fileError } from '../fileErrors.js';
import type { ReadBudget } from '../limits/readLimits.js';
import { FastRows, type OpenBatch } from './fastRows.js';
import { checkFieldCount, type FieldDecoder } from './fields.js';
import { readHeader } from './header.js';
import { LineReader } from './lineReader.js';
import type { ResolvedOptions } from './options.js';
import { type CsvRecord, records } from './records.js';
import { type CsvSchema, SLOT_NONE, slotsOf } from './schema.js';

/** Approximate numbers in a batch: 2 MB, which stays in a cache while it is used. */
const BATCH_NUMBERS = 2 ** 18;
const MIN_BATCH_ROWS = 256;
const MAX_BATCH_ROWS = 2 ** 16;

/** The file's state when its schema was read. */
export interface FileStamp {
  size: number;
  modifiedMs: number;
}

export function defaultBatchRows(features: number): number {
  return Math.min(
    MAX_BATCH_ROWS,
    Math.max(MIN_BATCH_ROWS, Math.floor(BATCH_NUMBERS / Math.max(features, 1))),
  );
}

function newBatch(schema: CsvSchema, capacity: number): OpenBatch {
  return {
    x: new Float64Array(capacity * schema.featureNames.length),
    y: new Float64Array(capacity * schema.targetNames.length),
    rows: 0,
    capacity,
  };
}

function checkStamp(path: string, now: FileStamp, then: FileStamp | undefined): void {
  if (then === undefined || (now.size === then.size && now.modifiedMs === then.modifiedMs)) return;
  throw fileError(
    path,
    `to stay as it was when it was first read, ${then.size} bytes`,
    now.size === then.size ? 'a file written since' : `${now.size} bytes`,
    'Call data.csv again to read the new file.',
  );
}

/** The byte-level parser needs a delimiter of one byte. */
const isFast = (delimiter: string): boolean => delimiter.length === 1 && delimiter.charCodeAt(0) < 128;

/**
 * All rows of the file in batches of `batchRows`, the last one smaller. One batch is in memory at a
 * time; the next is parsed when it is requested, so that memory is constant for files of any size.
 */
export async function* rowBatches(
  options: ResolvedOptions,
  schema: CsvSchema,
  fields: FieldDecoder,
  batchRows: number,
  stamp: FileStamp | undefined,
  budget: ReadBudget,
): AsyncGenerator<OpenBatch> {
  const lines = await LineReader.open(options.origin, options.encoding, budget);
  try {
    checkStamp(options.path, lines.bytes, stamp);
    // Each row has at least one byte: small files need no large batches.
    const capacity = lines.bytes.zipped ? batchRows : Math.min(batchRows, lines.bytes.size + 1);
    await lines.next(1);
    const header = readHeader(lines, options);
    let position = header.position;
    let batch = newBatch(schema, capacity);
    let { line } = header;
    if (isFast(options.delimiter)) {
      const fast = new FastRows(options.path, schema, fields, options);
      fast.line = line;
      while (!fast.quoted) {
        if (budget.isDue) await budget.turn();
        position = fast.parse(lines.buffer, position, lines.end, batch);
        if (batch.rows === capacity) {
          yield batch;
          batch = newBatch(schema, capacity);
        } else if (!fast.quoted) {
          if (!(await lines.next(fast.line))) break;
          position = lines.begin;
        }
      }
      line = fast.line;
      if (!fast.quoted) position = Number.NaN;
    }
    if (!Number.isNaN(position)) {
      const slow = new SlowRows(options.path, schema, fields);
      for await (const record of records(options.path, lines.rest(position), options.delimiter, line)) {
        slow.add(record, batch);
        if (budget.isDue) await budget.turn();
        if (batch.rows < capacity) continue;
        yield batch;
        batch = newBatch(schema, capacity);
      }
    }
    if (batch.rows > 0) yield batch;
  } finally {
    await lines.close();
  }
}

/** Copies rows that csv-parse has split into batches. */
class SlowRows {
  private readonly slots: Int32Array;
  private readonly names: readonly string[];

  constructor(
    private readonly path: string,
    private readonly schema: CsvSchema,
    private readonly fields: FieldDecoder,
  ) {
    this.slots = slotsOf(schema);
    this.names = schema.columns.map(({ name }) => name);
  }

  add({ fields: texts, line }: CsvRecord, batch: OpenBatch): void {
    const { slots, schema } = this;
    checkFieldCount(this.path, this.names, texts.length, line);
    for (let j = 0; j < slots.length; j++) {
      const slot = slots[j]!;
      if (slot === SLOT_NONE) continue;
      const value = this.fields.decode(j, texts[j]!, line);
      if (slot >= 0) batch.x[batch.rows * schema.featureNames.length + slot] = value;
      else batch.y[batch.rows * schema.targetNames.length + (SLOT_NONE - 1 - slot)] = value;
    }
    batch.rows++;
  }
}
