// The upper triangle of AᵀA in float64, without fused operations, so that JavaScript has the same bits.
#pragma once
#include "../kernel.inl"

/** Registers decide the tiles: accumulators, one vector of a row for each column of them, and a broadcast. */
constexpr int kGramRows = 4;
#if defined(STEEPEST_ISA_AVX512) || defined(STEEPEST_ISA_NEON)
constexpr int kGramVectors = 4;
#else
constexpr int kGramVectors = 2;
#endif
/** Columns whose elements begin together. */
constexpr int64_t kGramPanel = 8;

/** out[i … i+3][j …] for V vectors of columns, over all rows. */
template <int V>
inline void gramTile(const Matrix& a, int64_t rows, const Matrix& out, int64_t i, int64_t j) {
  D acc[kGramRows][V];
  STEEPEST_UNROLL
  for (int m = 0; m < kGramRows; ++m) {
    STEEPEST_UNROLL
    for (int v = 0; v < V; ++v) acc[m][v] = loadD(out.row<double>(i + m) + j + v * kDLanes);
  }
  const double* row = a.row<double>(0);
  for (int64_t r = 0; r < rows; ++r, row += a.rowStride) {
    D values[V];
    STEEPEST_UNROLL
    for (int v = 0; v < V; ++v) values[v] = loadD(row + j + v * kDLanes);
    STEEPEST_UNROLL
    for (int m = 0; m < kGramRows; ++m) {
      const D factor = splatD(row[i + m]);
      STEEPEST_UNROLL
      for (int v = 0; v < V; ++v) acc[m][v] = addD(acc[m][v], mulD(factor, values[v]));
    }
  }
  STEEPEST_UNROLL
  for (int m = 0; m < kGramRows; ++m) {
    STEEPEST_UNROLL
    for (int v = 0; v < V; ++v) storeD(out.row<double>(i + m) + j + v * kDLanes, acc[m][v]);
  }
}

inline int op_gram(const OpArgs& args, int64_t, int64_t end) {
  using namespace op_gram;
  const Matrix& from = args.at(a);
  const Matrix& to = args.at(out);
  for (int64_t i = 0; i < from.cols; i += kGramRows) {
    int64_t j = i / kGramPanel * kGramPanel;
    for (; j + kGramVectors * kDLanes <= from.cols; j += kGramVectors * kDLanes) {
      gramTile<kGramVectors>(from, end, to, i, j);
    }
    if constexpr (kGramVectors > 2) {
      for (; j + 2 * kDLanes <= from.cols; j += 2 * kDLanes) gramTile<2>(from, end, to, i, j);
    }
    for (; j < from.cols; j += kDLanes) gramTile<1>(from, end, to, i, j);
  }
  return StatusOk;
}
