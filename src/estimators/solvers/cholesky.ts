/**
 * The Cholesky factor of a symmetric matrix whose rows and columns are scaled to a diagonal of 1.
 */
export interface ScaledFactor {
  readonly size: number;
  /** The fraction that was added to the scaled diagonal; 0 for a positive definite matrix. */
  readonly damping: number;
  /** x ← A⁻¹·x in place. */
  solve(x: Float64Array): void;
}

/** Initial fraction of the diagonal that is added if the matrix is not positive definite. */
const FIRST_DAMPING = 1e-12;
const DAMPING_GROWTH = 100;
const MOST_DAMPINGS = 9;
/** A pivot below this fraction of its diagonal is rounding error, not curvature. */
const PIVOT_PRECISION = 8 * Number.EPSILON;

/** Σ_k a[p + k]·a[q + k]: four chains hide the latency of an addition. */
function dotOf(a: Float64Array, p: number, q: number, n: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let k = 0;
  for (; k + 4 <= n; k += 4) {
    s0 += a[p + k]! * a[q + k]!;
    s1 += a[p + k + 1]! * a[q + k + 1]!;
    s2 += a[p + k + 2]! * a[q + k + 2]!;
    s3 += a[p + k + 3]! * a[q + k + 3]!;
  }
  for (; k < n; k++) s0 += a[p + k]! * a[q + k]!;
  return s0 + s1 + (s2 + s3);
}

/**
 * Computes the Cholesky factor L of A + damping·diag(A) in place of A's lower triangle. @returns
 * false if A is not positive definite
 */
function factorInPlace(a: Float64Array, n: number, damping: number): boolean {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const sum = a[i * n + j]! - dotOf(a, i * n, j * n, j);
      a[i * n + j] = sum / a[j * n + j]!;
    }
    const diagonal = a[i * n + i]! * (1 + damping);
    const pivot = diagonal - dotOf(a, i * n, i * n, i);
    if (!(pivot > PIVOT_PRECISION * diagonal)) return false;
    a[i * n + i] = Math.sqrt(pivot);
  }
  return true;
}

/** Solves L·Lᵀ·x = b in place of b. */
function substitute(l: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= l[i * n + k]! * b[k]!;
    b[i] = sum / l[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    const value = b[i]! / l[i * n + i]!;
    b[i] = value;
    for (let k = 0; k < i; k++) b[k] = b[k]! - l[i * n + k]! * value;
  }
}

/**
 * Factors a symmetric positive semidefinite matrix. It is scaled to a diagonal of 1 first, so that
 * the units of columns do not matter; a row and column of zeros becomes one of the identity. If the
 * matrix is not positive definite, the smallest tried multiple of its diagonal is added.
 * @param a row by row; not modified
 */
export function factorScaled(a: Float64Array, size: number): ScaledFactor {
  const scale = Float64Array.from({ length: size }, (_, i) => {
    const diagonal = a[i * (size + 1)]!;
    return diagonal > 0 ? 1 / Math.sqrt(diagonal) : 1;
  });
  const scaled = new Float64Array(size * size);
  let damping = 0;
  for (let i = 0; i < MOST_DAMPINGS; i++) {
    for (let r = 0; r < size; r++) {
      for (let c = 0; c < r; c++) scaled[r * size + c] = a[r * size + c]! * scale[r]! * scale[c]!;
      scaled[r * (size + 1)] = 1;
    }
    if (factorInPlace(scaled, size, damping)) return { size, damping, solve: solver(scaled, scale) };
    damping = damping === 0 ? FIRST_DAMPING : damping * DAMPING_GROWTH;
  }
  // Not even nearly semidefinite, such as with NaN: only the scales remain.
  const solve = (x: Float64Array): void => {
    for (let i = 0; i < size; i++) x[i] = x[i]! * scale[i]! * scale[i]!;
  };
  return { size, damping: Number.POSITIVE_INFINITY, solve };
}

function solver(l: Float64Array, scale: Float64Array): (x: Float64Array) => void {
  const n = scale.length;
  const scaleIt = (x: Float64Array): void => {
    for (let i = 0; i < n; i++) x[i] = x[i]! * scale[i]!;
  };
  return (x) => {
    scaleIt(x);
    substitute(l, n, x);
    scaleIt(x);
  };
}
