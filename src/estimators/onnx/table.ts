import { SteepestError } from '../../core/errors.js';
import type { Graph } from './graph.js';

/** What a column holds: float64, or text. */
export type ColumnType = 'number' | 'text';

/** The columns that an estimator takes. */
export interface OnnxColumns {
  /** Undefined if they had no names in the fit. */
  names: readonly string[] | undefined;
  /** What each holds; undefined for a column that is not used. */
  types: readonly (ColumnType | undefined)[];
}

/** Columns of numbers. */
export const numberColumns = ({
  cols,
  names,
}: {
  cols: number;
  names: readonly string[] | undefined;
}): OnnxColumns => ({ names, types: Array<ColumnType>(cols).fill('number') });

/** Some columns next to each other, as one value of the graph: [N, cols]. */
export interface Block {
  readonly value: string;
  /** `'integer'`, int64, only for numbers of classes. */
  readonly type: ColumnType | 'integer';
  readonly cols: number;
}

/** A table on its way through a graph. */
export class OnnxTable {
  private matrix: string | undefined;
  private firsts: readonly number[] | undefined;

  constructor(readonly blocks: readonly Block[]) {}

  /** A table of one matrix of float64, [N, cols]. */
  static ofNumbers(value: string, cols: number): OnnxTable {
    return new OnnxTable([{ value, type: 'number', cols }]);
  }

  /** Tables next to each other. */
  static beside(tables: readonly OnnxTable[]): OnnxTable {
    return new OnnxTable(tables.flatMap(({ blocks }) => blocks));
  }

  get cols(): number {
    return this.blocks.reduce((sum, { cols }) => sum + cols, 0);
  }

  /**
   * All columns as one matrix of float64.
   * @throws SteepestError `ERR_ARGUMENT` for text
   */
  numbers(graph: Graph): string {
    if (this.blocks.some(({ type }) => type === 'text')) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'columns of numbers',
        given: 'columns of text among them',
        hint: 'Encode text first, for example with OneHotEncoder.',
      });
    }
    this.matrix ??= graph.beside(
      this.blocks.map(({ value }) => value),
      'numbers',
    );
    return this.matrix;
  }

  /** One column: [N, 1]. */
  column(graph: Graph, j: number): Block {
    return this.pick(graph, [j]).blocks[0]!;
  }

  /** Some columns, in this order. */
  pick(graph: Graph, columns: readonly number[]): OnnxTable {
    const picked: { block: Block; within: number[] }[] = [];
    for (const j of columns) {
      const { block, within } = this.place(j);
      const last = picked.at(-1);
      if (last?.block === block) last.within.push(within);
      else picked.push({ block, within: [within] });
    }
    return new OnnxTable(
      picked.map(({ block, within }) => {
        const isWhole = within.length === block.cols && within.every((k, i) => k === i);
        if (isWhole) return block;
        return { ...block, value: graph.columns(block.value, within, 'picked'), cols: within.length };
      }),
    );
  }

  /** Columns of one type next to each other, with the number of the first. */
  runs(graph: Graph): (Block & { first: number })[] {
    const runs: { type: Block['type']; first: number; values: string[]; cols: number }[] = [];
    let first = 0;
    for (const { value, type, cols } of this.blocks) {
      const last = runs.at(-1);
      if (last?.type === type) {
        last.values.push(value);
        last.cols += cols;
      } else runs.push({ type, first, values: [value], cols });
      first += cols;
    }
    return runs.map(({ values, ...run }) => ({ ...run, value: graph.beside(values, run.type) }));
  }

  /** The block of a column, and its place there. */
  private place(j: number): { block: Block; within: number } {
    this.firsts ??= firstColumns(this.blocks);
    const { firsts } = this;
    let low = 0;
    let high = firsts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (firsts[middle]! <= j) low = middle;
      else high = middle;
    }
    return { block: this.blocks[low]!, within: j - firsts[low]! };
  }
}

/** The number of the first column of each block. */
function firstColumns(blocks: readonly Block[]): number[] {
  let first = 0;
  return blocks.map(({ cols }) => {
    first += cols;
    return first - cols;
  });
}
