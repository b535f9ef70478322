import { Xxhash32 } from '../../core/xxhash32.js';
import type { Table } from '../../data/sharedRows.js';
import type { RowStore } from './rowStore.js';

/**
 * A hash of the rows of a pass in the order in which they are trained on: a later fit then knows
 * whether a stream delivers the same rows again.
 */
export class RowHash {
  value = 0;
  private readonly tables: readonly { bytes: Uint8Array; rowBytes: number }[];

  constructor({ x, y, weights }: Pick<RowStore, 'x' | 'y' | 'weights'>) {
    this.tables = [x, y, ...(weights ? [weights] : [])].map(({ data, cols }: Table) => ({
      bytes: new Uint8Array(data.buffer),
      rowBytes: cols * data.BYTES_PER_ELEMENT,
    }));
  }

  /** A pass begins. */
  restart(): void {
    this.value = 0;
  }

  /** @param rows numbers in the store of the next mini-batch */
  add(rows: Uint32Array): void {
    const hash = new Xxhash32(this.value);
    for (const row of rows) {
      for (const { bytes, rowBytes } of this.tables) {
        hash.update(bytes.subarray(row * rowBytes, (row + 1) * rowBytes));
      }
    }
    this.value = hash.digest();
  }
}
