// exp and log in float64 without fused operations, so that JavaScript can follow them step by step.
#pragma once
#include "kernel.inl"

/** x·log2(e) + 1.5·2^52 has the nearest whole number in its last bits. */
constexpr double kShiftD = 6755399441055744.0;
constexpr double kLog2eD = 1.4426950408889634;
/** ln 2 in two parts: the first has 21 bits, so that n·kLn2HighD is exact for |n| < 2^32. */
constexpr double kLn2HighD = 0.6931467056274414;
constexpr double kLn2LowD = 4.7493250390316726e-07;
/** exp(x) counts as 0 below this; above it the result is a normal number. */
constexpr double kLeastExpD = -708.0;
/** 1/k! for k = 13 … 3: |r| ≤ ln(2)/2 makes the next term of the series less than 2^-57. */
constexpr double kExpSeriesD[] = {1.6059043836821613e-10, 2.08767569878681e-09,  2.505210838544172e-08,
                                  2.755731922398589e-07,  2.7557319223985893e-06, 2.48015873015873e-05,
                                  0.0001984126984126984,  0.001388888888888889,   0.008333333333333333,
                                  0.041666666666666664,   0.16666666666666666};
/** 2/(2k+1) for k = 10 … 1, the series of log((1+s)/(1−s))/s − 2 in s². |s| ≤ 3 − 2√2 makes the next term less than 2^-58. */
constexpr double kLogSeriesD[] = {0.09523809523809523, 0.10526315789473684, 0.11764705882352941, 0.13333333333333333,
                                  0.15384615384615385, 0.18181818181818182, 0.2222222222222222,  0.2857142857142857,
                                  0.4,                 0.6666666666666666};
constexpr double kSqrt2D = 1.4142135623730951;

/** exp(x) for x ≤ 0 or NaN. */
inline D expD(D x) {
  const D shifted = addD(mulD(x, splatD(kLog2eD)), splatD(kShiftD));
  const D n = subD(shifted, splatD(kShiftD));
  const D r = subD(subD(x, mulD(n, splatD(kLn2HighD))), mulD(n, splatD(kLn2LowD)));
  D q = splatD(kExpSeriesD[0]);
  STEEPEST_UNROLL
  for (int i = 1; i < 11; ++i) q = addD(mulD(q, r), splatD(kExpSeriesD[i]));
  q = addD(mulD(q, r), splatD(0.5));
  const D p = addD(addD(mulD(mulD(r, r), q), r), splatD(1.0));
  const D scaled = mulD(p, pow2D(shifted));
  return selectD(ltD(x, splatD(kLeastExpD)), splatD(0.0), scaled);
}

/** log(x) for normal x > 0 or NaN. (The series after W. Kahan's reduction: x = 2^e·m, m between √½ and √2.) */
inline D logD(D x) {
  D m = mantissaD(x);
  D e = exponentD(x);
  const MD large = ltD(splatD(kSqrt2D), m);
  m = selectD(large, mulD(m, splatD(0.5)), m);
  e = selectD(large, addD(e, splatD(1.0)), e);
  const D f = subD(m, splatD(1.0));
  const D s = divD(f, addD(f, splatD(2.0)));
  const D z = mulD(s, s);
  D q = splatD(kLogSeriesD[0]);
  STEEPEST_UNROLL
  for (int i = 1; i < 10; ++i) q = addD(mulD(q, z), splatD(kLogSeriesD[i]));
  // log(1 + f) = f − s·(f − z·q), and e·ln 2 joins from its small part on.
  const D low = subD(mulD(e, splatD(kLn2LowD)), mulD(s, subD(f, mulD(z, q))));
  const D result = addD(mulD(e, splatD(kLn2HighD)), addD(f, low));
  return selectD(eqD(x, x), result, x);
}

/** log(1 + t) for 0 ≤ t ≤ 1 or NaN: the rounding error of 1 + t is given back. */
inline D log1pD(D t) {
  const D u = addD(t, splatD(1.0));
  return addD(logD(u), divD(subD(t, subD(u, splatD(1.0))), u));
}
