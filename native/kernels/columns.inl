// How kernels walk the columns of a row, so that each states only what happens to one vector of them.
#pragma once
#include "kernel.inl"

/**
 * Calls `body.at<false>(j, g, kLanes)` for every full vector of columns from j on and `body.at<true>(j, g, n)` for
 * the n columns left over. `g` is the vector's place among the 16 virtual lanes (`Lanes16::g`).
 */
template <class Body> inline void eachVector(int64_t cols, Body& body) {
  int64_t j = 0;
  for (; j + 16 <= cols; j += 16) {
    STEEPEST_UNROLL
    for (int g = 0; g < kGroups; ++g) body.template at<false>(j + g * kLanes, g, kLanes);
  }
  for (int g = 0; j < cols; ++g, j += kLanes) {
    if (j + kLanes <= cols) {
      body.template at<false>(j, g, kLanes);
    } else {
      body.template at<true>(j, g, static_cast<int>(cols - j));
    }
  }
}

template <bool tail> inline F loadPart(const float* p, int n) { return tail ? loadN(p, n) : load(p); }

template <bool tail> inline void storePart(float* p, F value, int n) {
  if (tail) {
    storeN(p, value, n);
  } else {
    store(p, value);
  }
}

/**
 * Gives virtual lanes their new values, but not those past the row's end: even adding +0 to them could turn a −0
 * that underflow left there.
 */
template <bool tail> inline void setLanes(F& lanes, F value, int n) {
  lanes = tail ? select(firstN(n), value, lanes) : value;
}

/** Lane 0. */
inline float firstLane(F v) {
  float lanes[kLanes];
  store(lanes, v);
  return lanes[0];
}

/** fl(numerator / count), the quotient rounded once from float64: the contract's scale1, scaleC, scale2C. */
inline float scaleOver(double numerator, int64_t count) {
  return static_cast<float>(numerator / static_cast<double>(count));
}

/** Row r of an optional operand; null if it is absent. */
inline float* rowOrNull(const Matrix& matrix, int64_t r) { return matrix.given() ? matrix.f32(r) : nullptr; }
