// exp, log and their kin, of nothing but + − × ÷ fma, integer operations and selects, so that every instruction set
// gives the same bits. src/kernels/typescript/exact/math.ts repeats each function operation by operation.
//
// Polynomial coefficients: scripts/coefficients/generate.py. Errors: scripts/measure-ulp, over every float32.
#pragma once
#include "kernel.inl"

/** log2(e), and ln 2 as a part of 15 bits, whose products with exponents are exact, plus the rest. */
constexpr float kLog2E = 1.44269502f;
constexpr float kLn2High = 0.693145752f;
constexpr float kLn2Low = 1.42860677e-06f;

/** 1.5·2²³: adding it leaves the nearest whole number in the low bits of the sum. */
constexpr float kRoundMagic = 12582912.0f;
constexpr int32_t kOneBits = 0x3f800000;
constexpr int32_t kSignBit = INT32_MIN;
constexpr int kMantissaBits = 23;

/** Beyond these exp is 0 (below half the smallest denormal, 2⁻¹⁵⁰) and infinite (above 2¹²⁸). */
constexpr float kExpLow = -104.0f;
constexpr float kExpHigh = 89.0f;
/** From here down expm1 rounds to −1 (e⁻⁸⁷ is far below 2⁻²⁵), and 2ⁿ is still a normal number. */
constexpr float kExpm1Low = -87.0f;

/** expm1(r) = r + r²·Q(r) for |r| ≤ ln2/2: relative error 2^−26.13. */
constexpr float kExpQ[] = {0.49999997f, 0.166665465f, 0.041667439f, 0.00836625881f, 0.00138702255f};
/** log(1+f) = f − f²/2 + f³·P(f) for √½ ≤ 1+f ≤ √2: relative error 2^−27.35. */
constexpr float kLogP[] = {0.333333313f, -0.250008196f, 0.200012416f,  -0.166234106f,
                           0.142015859f, -0.131595984f, 0.127621427f, -0.0763636231f};
/** tanh(x) = x + x·s·P(s), s = x² for |x| ≤ 0.625: relative error 2^−27.72. */
constexpr float kTanhP[] = {-0.333332807f, 0.133314058f, -0.0537365153f, 0.0206281673f, -0.00569229666f};
constexpr float kTanhSplit = 0.625f;
/** erf(x) = x + x·P(s), s = x² for |x| ≤ 0.921875: relative error 2^−30.06. */
constexpr float kErfP[] = {0.128379166f,  -0.376126289f,   0.112836257f,  -0.0268557295f,
                           0.00519239251f, -0.000804951473f, 7.99504851e-05f};
constexpr float kErfSplit = 0.921875f;
/** log(erfc(x)) = −x + x·Q(x) for 0.921875 ≤ x ≤ 4: error 2^−28.33 of erf. */
constexpr float kErfcQ[] = {-0.128513783f, -0.635720253f,  -0.105259314f,
                            0.0228883605f, -0.00321446196f, 0.000213925989f};
/** From here on erf rounds to 1. */
constexpr float kErfLimit = 4.0f;

/** Horner's rule: c[0] + x·(c[1] + x·(…)), one fma a coefficient. */
template <int N> inline F horner(const float (&c)[N], F x) {
  F sum = splat(c[N - 1]);
  STEEPEST_UNROLL
  for (int i = N - 2; i >= 0; --i) sum = fma(sum, x, splat(c[i]));
  return sum;
}

/** x with the sign bit of `sign`; x has none. */
inline F withSign(F x, F sign) { return asFloat(orI(asInt(x), andI(asInt(sign), splatI(kSignBit)))); }

/** x = n·ln2 + r with |r| ≤ ln2/2 (Cody & Waite 1980, chapter 6); `n` as a float and as kRoundMagic's bits + n. */
struct ExpParts {
  F n;
  I bits;
  F r;
};
inline ExpParts reduceExp(F x) {
  const F shifted = fma(x, splat(kLog2E), splat(kRoundMagic));
  const F n = sub(shifted, splat(kRoundMagic));
  const F r = fma(n, splat(-kLn2Low), fma(n, splat(-kLn2High), x));
  return {n, asInt(shifted), r};
}

/** eˣ. Error ≤ 1.04 ULP, denormal results included. */
inline F exp(F x) {
  // Where the result is 0, the product below is another one: one that underflows takes many
  // processors a hundred cycles. NaN passes both comparisons, and stays.
  const M none = lt(x, splat(kExpLow));
  const F low = select(none, zero(), x);
  const ExpParts parts = reduceExp(select(gt(low, splat(kExpHigh)), splat(kExpHigh), low));
  const F r = parts.r;
  const F p = add(fma(mul(r, r), horner(kExpQ, r), r), splat(1.0f));
  // 2ⁿ in two factors, for n from −150 to 128: the first product is exact, so a denormal result rounds once.
  // The magic number's own bits leave by the left in the shifts.
  const I half = shrArith<1>(parts.bits);
  const I rest = subI(parts.bits, half);
  const F scale1 = asFloat(addI(shl<kMantissaBits>(half), splatI(kOneBits)));
  const F scale2 = asFloat(addI(shl<kMantissaBits>(rest), splatI(kOneBits)));
  return select(none, zero(), mul(mul(p, scale1), scale2));
}

/** eˣ − 1 for x ≤ 0 (elu needs no other). Error ≤ 1.0 ULP; denormals give themselves, −0 gives +0. */
inline F expm1(F x) {
  const ExpParts parts = reduceExp(select(lt(x, splat(kExpm1Low)), splat(kExpm1Low), x));
  const F r = parts.r;
  const F q = fma(mul(r, r), horner(kExpQ, r), r);
  const F scale = asFloat(addI(shl<kMantissaBits>(parts.bits), splatI(kOneBits)));
  return fma(q, scale, sub(scale, splat(1.0f)));
}

/** k·ln2 + log(1+f), 1+f in [√½, √2). */
inline F logOfParts(F k, F f) {
  const F s = mul(f, f);
  const F cubic = mul(mul(f, s), horner(kLogP, f));
  const F low = fma(splat(-0.5f), s, fma(k, splat(kLn2Low), cubic));
  return fma(k, splat(kLn2High), add(f, low));
}

/** Natural logarithm. Error ≤ 0.9 ULP. log(±0) = −∞, log(x < 0) = NaN. */
inline F log(F x) {
  constexpr int32_t kSqrtHalfBits = 0x3f3504f3;
  constexpr int32_t kMantissaMask = (1 << kMantissaBits) - 1;
  constexpr float kSmallestNormal = 1.17549435e-38f;
  constexpr float kDenormalScale = 33554432.0f;  // 2²⁵: makes any denormal normal.
  const M tiny = lt(x, splat(kSmallestNormal));
  const F scaled = select(tiny, mul(x, splat(kDenormalScale)), x);
  // Counted from √½ the bits' exponent field is k, and the mantissa field that of m in [√½, √2).
  const I fromSqrtHalf = subI(asInt(scaled), splatI(kSqrtHalfBits));
  const I exponent = addI(shrArith<kMantissaBits>(fromSqrtHalf), select(tiny, splatI(-25), splatI(0)));
  const F m = asFloat(addI(andI(fromSqrtHalf, splatI(kMantissaMask)), splatI(kSqrtHalfBits)));
  const F finite = logOfParts(toFloat(exponent), sub(m, splat(1.0f)));

  const float infinity = std::numeric_limits<float>::infinity();
  const F nan = splat(std::numeric_limits<float>::quiet_NaN());
  const F special = select(eq(x, zero()), splat(-infinity), select(gt(x, zero()), x, nan));
  return select(andM(gt(x, zero()), lt(x, splat(infinity))), finite, special);
}

/** log(1 + e) for e in [0, 1]. Error ≤ 1.45 ULP. */
inline F log1p(F e) {
  constexpr float kSqrt2 = 1.41421354f;
  const F u = add(e, splat(1.0f));
  // What the sum lost, added back to f: small e keep all their bits.
  const F lost = sub(e, sub(u, splat(1.0f)));
  const M upper = gt(u, splat(kSqrt2));
  const F scale = select(upper, splat(0.5f), splat(1.0f));
  const F f = fma(lost, scale, fma(u, scale, splat(-1.0f)));
  return logOfParts(select(upper, splat(1.0f), zero()), f);
}

/** σ(x) = 1 / (1 + e⁻ˣ) from e = exp(−|x|), which never overflows. */
inline F sigmoidFrom(F x, F e) { return div(select(ge(x, zero()), splat(1.0f), e), add(e, splat(1.0f))); }

/** Logistic function. Error ≤ 2.4 ULP. */
inline F sigmoid(F x) { return sigmoidFrom(x, exp(neg(abs(x)))); }

/** Hyperbolic tangent. Error ≤ 1.4 ULP; the sign of zero is kept. */
inline F tanh(F x) {
  const F a = abs(x);
  const F s = mul(a, a);
  const F small = fma(mul(s, horner(kTanhP, s)), a, a);
  // tanh = 1 − 2/(e²ᵃ + 1).
  const F large = sub(splat(1.0f), div(splat(2.0f), add(exp(add(a, a)), splat(1.0f))));
  return withSign(select(lt(a, splat(kTanhSplit)), small, large), x);
}

/** max(x, 0) with +0 for −0 and for NaN. */
inline F positivePart(F x) { return select(gt(x, zero()), x, zero()); }

/** log(1 + eˣ) = max(x, 0) + log1p(exp(−|x|)). Error ≤ 1.71 ULP. */
inline F softplus(F x) { return add(positivePart(x), log1p(exp(neg(abs(x))))); }

/**
 * Error function. Error ≤ 1.1 ULP. In two ranges, erf = x + x·P(x²) and 1 − e^(log erfc), after N. Juffa's public
 * posts on single-precision erff; coefficients are our own.
 */
inline F erf(F x) {
  const F a = abs(x);
  const F small = fma(horner(kErfP, mul(a, a)), a, a);
  const F t = select(gt(a, splat(kErfLimit)), splat(kErfLimit), a);
  const F large = sub(splat(1.0f), exp(fma(horner(kErfcQ, t), t, neg(t))));
  return withSign(select(lt(a, splat(kErfSplit)), small, large), x);
}
