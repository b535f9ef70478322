// Whole numbers in float64, without the C library's floor: binaries need no libm.
#pragma once
#include <cmath>
#include <cstdint>

namespace steepest {

/** The largest whole number that is not above `x`; infinities and NaN as they are. */
inline double wholeBelow(double x) {
  constexpr double kAllWhole = 4503599627370496.0;  // 2^52: from here on every float64 is whole.
  if (!(std::fabs(x) < kAllWhole)) return x;
  const double towardsZero = static_cast<double>(static_cast<int64_t>(x));
  return towardsZero > x ? towardsZero - 1 : towardsZero;
}

inline bool isWhole(double x) { return x == wholeBelow(x); }

}  // namespace steepest
