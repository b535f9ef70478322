import { SteepestError } from '../../core/errors.js';

/** Which columns PolynomialFeatures multiplies, ordered by size as in scikit-learn. */

/**
 * Limit on the factors of all products; more are a mistake, and their column numbers alone would
 * take 64 MiB.
 */
const MOST_FACTORS = 2 ** 24;

/** Which products to form. */
export interface ProductSpec {
  cols: number;
  /** Factors of a product: from `least` to `most`. */
  least: number;
  most: number;
  /** Only products of different columns. */
  interactionOnly: boolean;
  /** Start with an empty product, 1. */
  includeBias: boolean;
}

/** All products of one size. */
export interface ProductGroup {
  size: number;
  count: number;
  /** count × size column numbers, ascending within a product. */
  factors: Uint32Array;
}

/**
 * The number of products of each size, computed without forming them: C(cols + size − 1, size), or
 * C(cols, size) of different columns.
 * @throws SteepestError `ERR_MEMORY` for too many
 */
export function countProducts(spec: ProductSpec): { size: number; count: number }[] {
  const { cols, least, most, interactionOnly, includeBias } = spec;
  // Applies even if no product has a factor, because the names alone would fill the memory.
  if (cols > MOST_FACTORS) return tooMany(cols, cols);
  const sizes = includeBias ? [{ size: 0, count: 1 }] : [];
  const first = Math.max(1, least);
  const last = interactionOnly ? Math.min(most, cols) : most;
  if (first > last) return sizes;
  // A single product of that many factors exceeds the limit, so the loop is bounded.
  if (first > MOST_FACTORS) return tooMany(first, cols);
  let count = 1;
  let factors = 0;
  for (let size = 1; size <= last; size++) {
    // In this order every quotient is a whole number: C(n, k) = C(n − 1, k − 1)·n / k, and similar.
    count = (count * (interactionOnly ? cols - size + 1 : cols + size - 1)) / size;
    if (size < first) continue;
    factors += count * size;
    if (!(factors <= MOST_FACTORS)) return tooMany(factors, cols);
    sizes.push({ size, count });
  }
  return sizes;
}

function tooMany(factors: number, cols: number): never {
  throw new SteepestError('ERR_MEMORY', {
    expected: `at most ${MOST_FACTORS} factors in all products`,
    given: `${factors.toPrecision(3)} or more, of ${cols} columns`,
    hint: 'Lower degree, set interactionOnly, or choose columns first.',
  });
}

/** The products themselves. */
export function listProducts(spec: ProductSpec): ProductGroup[] {
  return countProducts(spec).map(({ size, count }) => ({ size, count, factors: listOf(size, count, spec) }));
}

/** All products of a size, in the order of their column numbers. */
function listOf(size: number, count: number, { cols, interactionOnly }: ProductSpec): Uint32Array {
  const factors = new Uint32Array(count * size);
  const step = interactionOnly ? 1 : 0;
  const product = Uint32Array.from({ length: size }, (_, i) => i * step);
  for (let k = 0; k < count; k++) {
    factors.set(product, k * size);
    let i = size - 1;
    while (i >= 0 && product[i]! >= cols - 1 - (size - 1 - i) * step) i--;
    if (i < 0) break;
    product[i]!++;
    for (i++; i < size; i++) product[i] = product[i - 1]! + step;
  }
  return factors;
}
