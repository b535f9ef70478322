import type { Column } from '../column.js';

/** A table by columns. */
export interface Frame {
  readonly rows: number;
  /** The names of the columns, all different. */
  readonly names: readonly string[];
  /** False where the order of the names has no meaning, as with keys of objects. */
  readonly isOrdered: boolean;
  has(name: string): boolean;
  /** Numbers with NaN, or text with null; of a column that exists. Never modified. */
  column(name: string): Column;
}
