/** Ops that copy mini-batch rows from and to tables, and the op that shuffles rows. */
import { cols, elementBytes, elements, given, perElement, plus, rows, select, times } from './expression.js';
import { atMost, batch, batchVector, exactly, vector } from './rules.js';
import { f32, finite, flag, i32, op, optional, output, table, u32, word } from './schema.js';

/** Rows of the table `src`, or of `index` if it is given. */
export const gathered = select(given('index'), cols('index'), rows('src'));
/** The table is as large as the data set. A step reads or writes as many rows as `rowsOf` has. */
export const moved = (rowsOf: string, tableOf: string) =>
  times(elements(rowsOf), plus(elementBytes(rowsOf), elementBytes(tableOf)));
export const GATHER = { src: table, index: optional(u32), dst: output(f32) };
export const SCALING = { scaled: flag, scale: finite, offset: finite };

/** An index contains row numbers as 32-bit words. */
const INDEX_LIMIT = 2 ** 32;

export const rowOps = {
  /**
   * dst[r] = src[index[batchStart + r]] (or src[batchStart + r] without `index`), as float32.
   * With `scaled` = 1 each element becomes fma(x, scale, offset).
   */
  gatherRows: op(() => ({
    operands: GATHER,
    scalars: SCALING,
    tableRows: gathered,
    rules: () => [batch('dst'), exactly(cols('src'), cols('dst'), 'as many as dst'), vector('index')],
    flops: perElement('dst', 2),
    bytes: moved('dst', 'src'),
  })),
  /** dst[0][r] = src[0][index[batchStart + r]]; src and dst are vectors (one row). */
  gatherLabels: op(() => ({
    operands: { src: i32, index: optional(u32), dst: output(i32) },
    tableRows: select(given('index'), cols('index'), cols('src')),
    rules: () => [batchVector('dst'), vector('src', 'index')],
    flops: 0,
    bytes: moved('dst', 'src'),
  })),
  /** dst[batchStart + r] = src[r]. */
  copyRows: op(() => ({
    operands: { src: f32, dst: output(f32) },
    tableRows: rows('dst'),
    rules: () => [batch('src'), exactly(cols('dst'), cols('src'), 'as many as src')],
    flops: 0,
    bytes: moved('src', 'dst'),
  })),
  /**
   * index = 0 … n−1, then Fisher–Yates from i = n−1 down to 1: swap index[i] with index[j],
   * j = ⌊u·(i+1) / 2³²⌋, u = word 0 of Threefry-2x32-20, key (seed, stream), counter (epoch, i).
   */
  shuffle: op(() => ({
    operands: { index: output(u32) },
    scalars: { seed: word, stream: word },
    splits: 'none',
    range: cols('index'),
    rules: () => [vector('index'), atMost(cols('index'), INDEX_LIMIT, 'row numbers of 32 bits')],
    flops: 0,
  })),
};
