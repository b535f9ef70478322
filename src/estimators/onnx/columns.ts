import type { Graph } from './graph.js';

/** Columns that are chosen, multiplied or put back. */

/** Products of columns, all with the same number of factors. */
export interface Products {
  size: number;
  count: number;
  /** count × size numbers of columns. */
  factors: ArrayLike<number>;
}

/** All products next to each other: [N, products]. */
export function writeProducts(graph: Graph, x: string, groups: readonly Products[]): string {
  const values = groups.map(({ size, count, factors }) => {
    if (size === 0) return writeOnes(graph, x);
    let product: string | undefined;
    for (let t = 0; t < size; t++) {
      const columns = Array.from({ length: count }, (_, k) => factors[k * size + t]!);
      const factor = graph.columns(x, columns, 'factor');
      product = product === undefined ? factor : graph.op('Mul', [product, factor], 'product');
    }
    return product as string;
  });
  return graph.beside(values, 'products');
}

/** A column of ones: [N, 1]. */
export const writeOnes = (graph: Graph, x: string): string => writeConstant(graph, x, 1);

/** A column of one number, with as many rows as x: [N, 1]. */
function writeConstant(graph: Graph, x: string, value: number): string {
  const first = graph.columns(x, [0], 'first');
  // Not 0 · x + value, which is NaN where x is.
  const isMissing = graph.op('IsNaN', [first], 'isMissing');
  const number = graph.number('constant', value);
  return graph.op('Where', [isMissing, number, number], 'constantColumn');
}

/**
 * The columns of a table from some of them: zeros in the others.
 * @param kept the number of each column of x
 */
export function writeScattered(graph: Graph, x: string, kept: readonly number[], cols: number): string {
  const zero = writeConstant(graph, x, 0);
  const all = graph.beside([x, zero], 'withZero');
  const places = Array.from({ length: cols }, (_, j) => {
    const at = kept.indexOf(j);
    return at < 0 ? kept.length : at;
  });
  return graph.columns(all, places, 'scattered');
}
