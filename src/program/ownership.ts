/**
 * Which ranks own which columns. A rank that owns columns of a weight matrix computes these columns
 * of the layer's output for all rows of the mini-batch, and their gradient and update. The weights
 * and the optimizer's arrays then never leave its core's cache; only activations cross. Owners are
 * chosen once for a fit; any number of ranks may then run it.
 */
export interface Ownership {
  /** Widths of the parts into which the columns of a weight matrix are cut, by its name. */
  widths: ReadonlyMap<string, readonly number[]>;
  /**
   * Number of copies of the first layer's input: each owner of columns gathers all rows itself. 0
   * if ranks share one.
   */
  inputCopies: number;
}

/** Every matrix is shared. */
export const NOBODY: Ownership = { widths: new Map(), inputCopies: 0 };

/** Columns or rows of a parameter, for one owner. */
export interface Part {
  index: number;
  /** Number of parts. */
  of: number;
  over: 'columns' | 'rows';
  first: number;
  count: number;
}

/** The rank that owns a part: each has a run of them. */
export const ownerOf = ({ index, of }: Pick<Part, 'index' | 'of'>, workers: number): number =>
  Math.floor((index * workers) / of);

/** The parts of the given widths. */
export function partsFor(widths: readonly number[], over: Part['over']): Part[] {
  let first = 0;
  return widths.map((count, index) => {
    const part = { index, of: widths.length, over, first, count };
    first += count;
    return part;
  });
}
