// Tiles of float64 accumulators, which stay in registers: MR rows of NV vectors.
#pragma once
#include "kernel.inl"

/**
 * Calls `body(column, vectors)` for strips of `most`, 2 and 1 vectors that cover [begin, end), both
 * multiples of kDLanes. `vectors` is a constant: `decltype(vectors)::value`.
 */
template <int most, class Body> inline void eachStrip(int64_t begin, int64_t end, const Body& body) {
  int64_t c = begin;
  for (; c + most * kDLanes <= end; c += most * kDLanes) body(c, std::integral_constant<int, most>());
  if constexpr (most > 2) {
    for (; c + 2 * kDLanes <= end; c += 2 * kDLanes) body(c, std::integral_constant<int, 2>());
  }
  for (; c < end; c += kDLanes) body(c, std::integral_constant<int, 1>());
}

template <int MR, int NV> STEEPEST_INLINE void loadTile(const double* from, int64_t stride, D (&acc)[MR][NV]) {
  STEEPEST_UNROLL
  for (int i = 0; i < MR; ++i) {
    STEEPEST_UNROLL
    for (int n = 0; n < NV; ++n) acc[i][n] = loadD(from + i * stride + n * kDLanes);
  }
}

template <int MR, int NV> STEEPEST_INLINE void storeTile(double* to, int64_t stride, const D (&acc)[MR][NV]) {
  STEEPEST_UNROLL
  for (int i = 0; i < MR; ++i) {
    STEEPEST_UNROLL
    for (int n = 0; n < NV; ++n) storeD(to + i * stride + n * kDLanes, acc[i][n]);
  }
}

/** acc[i][…] = chain over rows r of add(v[r][i], x[r][…], ·) from acc[i][…]. */
template <int MR, int NV, class Add>
STEEPEST_INLINE void addRowProducts(const double* v, const double* x, int64_t stride, int64_t rows, D (&acc)[MR][NV],
                                    Add add) {
  for (int64_t r = 0; r < rows; ++r) {
    D values[NV];
    STEEPEST_UNROLL
    for (int n = 0; n < NV; ++n) values[n] = loadD(x + n * kDLanes);
    STEEPEST_UNROLL
    for (int i = 0; i < MR; ++i) {
      const D factor = splatD(v[i]);
      STEEPEST_UNROLL
      for (int n = 0; n < NV; ++n) acc[i][n] = add(factor, values[n], acc[i][n]);
    }
    x += stride;
    v += stride;
  }
}
