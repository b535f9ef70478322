import { eachRange, type InParts, inSlices } from '../../../core/inParts.js';
import { isDate, typedArrayName } from '../../../core/realm.js';
import { STRIPE, Xxhash32 } from '../../../core/xxhash32.js';
import { DataTable } from '../../../data/dataTable.js';
import { Sequential } from '../../../networks/models/sequential.js';

/**
 * Hashes of what a call is given, so that ranks of a cluster can tell whether they were given the
 * same. A hash depends on what is in a value and not on how the engine stores it. It finds
 * mistakes, and is no protection against intent.
 */

/** Elements of a list that are hashed at once if all are numbers. */
const LIST_PART = 2 ** 13;
/** Bytes of an array that are hashed before the event loop may run: a fraction of a millisecond. */
const BYTES_PART = 2 ** 20;

/** Settings that may differ between ranks, because no result depends on them. */
const WITHOUT_EFFECT = /(^|__)(workers|nJobs)$/;

const encoder = new TextEncoder();
const ZEROS = new Uint8Array(STRIPE);

class ValueHash {
  private readonly hash = new Xxhash32();
  /** Objects around the one that is being hashed: one of them inside it closes a ring. */
  private readonly around = new Set<object>();

  text(text: string): void {
    const bytes = encoder.encode(`${text.length} ${text}`);
    this.hash.update(bytes);
    this.fill(bytes.length);
  }

  /** Fills the last stripe with zeros, so that the next array is hashed where it lies: no copy. */
  private fill(length: number): void {
    this.hash.update(ZEROS.subarray(0, -length & (STRIPE - 1)));
  }

  digest(): string {
    return this.hash.digest().toString(16).padStart(8, '0');
  }

  *add(value: unknown): InParts<void> {
    if (typeof value === 'number') return this.text(`number ${Object.is(value, -0) ? '-0' : value}`);
    if (typeof value === 'function') return this.text(`function ${String(value)}`);
    if (typeof value !== 'object' || value === null) return this.text(`${typeof value} ${String(value)}`);
    if (this.around.has(value)) return this.text('ring');
    this.around.add(value);
    yield* this.object(value);
    this.around.delete(value);
  }

  private *object(value: object): InParts<void> {
    if (Array.isArray(value)) return yield* this.list(value);
    if (ArrayBuffer.isView(value)) return yield* this.bytes(value);
    if (value instanceof DataTable) return yield* this.table(value);
    if (value instanceof Sequential) return yield* this.bytes(value.toBytes());
    if (isDate(value)) return this.text(`date ${value.getTime()}`);
    if (value instanceof Map || value instanceof Set) return yield* this.list([...value]);
    this.text(value.constructor?.name ?? 'object');
    // What an estimator is given decides what it learns.
    const given = 'getParams' in value && typeof value.getParams === 'function' ? value.getParams() : value;
    const fields = given as Readonly<Record<string, unknown>>;
    for (const name of Object.keys(fields).sort()) {
      if (WITHOUT_EFFECT.test(name)) continue;
      this.text(name);
      yield* this.add(fields[name]);
    }
  }

  private *list(list: readonly unknown[]): InParts<void> {
    this.text(`list ${list.length}`);
    for (let begin = 0; begin < list.length; begin += LIST_PART) {
      if (begin > 0) yield;
      const part = list.slice(begin, begin + LIST_PART);
      if (part.every((item) => typeof item === 'number')) {
        yield* this.bytes(Float64Array.from(part as number[]));
      } else for (const item of part) yield* this.add(item);
    }
  }

  private *bytes(array: ArrayBufferView): InParts<void> {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    this.text(`${typedArrayName(array)} ${bytes.length}`);
    const update = (begin: number, end: number): void => {
      this.hash.update(bytes.subarray(begin, end));
    };
    yield* eachRange(bytes.length, update, BYTES_PART);
    this.fill(bytes.length);
  }

  private *table(table: DataTable): InParts<void> {
    this.text(`table ${table.rows}`);
    for (const name of table.columnNames) {
      this.text(name);
      yield* this.add(table.column(name));
      yield;
    }
  }
}

function* hashing(value: unknown): InParts<string> {
  const hash = new ValueHash();
  yield* hash.add(value);
  return hash.digest();
}

/** Eight hexadecimal digits; the event loop runs meanwhile. */
export const hashOf = (value: unknown): Promise<string> => inSlices(hashing(value));
