/**
 * Functions that activations and losses share, in float64. `Math.exp` and its kin differ in their last bits
 * between machines; what is left after rounding to float32 is within the tolerance of these kernels.
 */

/** 1/√2. */
const SQRT_HALF = Math.SQRT1_2;
/** 1/√(2π). */
const INVERSE_SQRT_TWO_PI = 0.3989422804014327;
/** 1/√π. */
const INVERSE_SQRT_PI = 0.5641895835477563;

/** Below this, erf is computed itself; above, erfc is (Cody). */
const ERF_LIMIT = 0.46875;
/** From here on erfc follows its asymptotic form (Cody). */
const ERFC_LIMIT = 4;

// Rational approximations of degree 4, 8 and 5, relative error below 2⁻⁵⁶: W. J. Cody, "Rational Chebyshev
// Approximations for the Error Function", Mathematics of Computation 23 (1969). Highest power first.
const ERF_P = [
  0.18577770618460315, 3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694,
];
const ERF_Q = [1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171];
const ERFC_P = [
  2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001,
  881.952221241769, 1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
];
const ERFC_Q = [
  1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597,
  4362.619090143247, 3439.3676741437216, 1230.3393548037495,
];
const TAIL_P = [
  0.016315387137302097, 0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275,
  0.0006587491615298378,
];
const TAIL_Q = [
  1, 2.568520192289822, 1.8729528499234673, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918,
];

function horner(coefficients: readonly number[], x: number): number {
  let sum = coefficients[0]!;
  for (let i = 1; i < coefficients.length; i++) sum = sum * x + coefficients[i]!;
  return sum;
}

/** 1 − erf(x) for x ≥ ERF_LIMIT, without cancellation. */
function erfcAbove(x: number): number {
  const scale = Math.exp(-x * x);
  if (x <= ERFC_LIMIT) return (scale * horner(ERFC_P, x)) / horner(ERFC_Q, x);
  const u = 1 / (x * x);
  return (scale / x) * (INVERSE_SQRT_PI - (u * horner(TAIL_P, u)) / horner(TAIL_Q, u));
}

/** Φ(x), the normal distribution function. */
export function normalCdf(x: number): number {
  const t = Math.abs(x) * SQRT_HALF;
  if (t < ERF_LIMIT) {
    const z = t * t;
    const erf = (t * horner(ERF_P, z)) / horner(ERF_Q, z);
    return x < 0 ? 0.5 - 0.5 * erf : 0.5 + 0.5 * erf;
  }
  const tail = 0.5 * erfcAbove(t);
  return x < 0 ? tail : 1 - tail;
}

/** φ(x), the normal density. */
export function normalDensity(x: number): number {
  return INVERSE_SQRT_TWO_PI * Math.exp(-0.5 * x * x);
}

/** 1 / (1 + exp(−x)), without overflow. */
export function sigmoid(x: number): number {
  const e = Math.exp(-Math.abs(x));
  return (x < 0 ? e : 1) / (1 + e);
}

/** log(1 + exp(x)), without overflow. */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
