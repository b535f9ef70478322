// The upper triangle of AᵀA in float64, without fused operations, so that JavaScript has the same
// bits.
#pragma once
#include "../kernel.inl"
#include "../tiles_f64.inl"

/**
 * Registers decide the tiles: accumulators, one vector of a row for each column of them, and a
 * broadcast.
 */
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
  double* to = out.row<double>(i) + j;
  const double* from = a.row<double>(0);
  loadTile(to, out.rowStride, acc);
  addRowProducts(from + i, from + j, a.rowStride, rows, acc, [](D y, D x, D sum) { return addD(sum, mulD(y, x)); });
  storeTile(to, out.rowStride, acc);
}

inline int op_gram(const OpArgs& args, int64_t, int64_t end) {
  using namespace op_gram;
  const Matrix& from = args.at(a);
  const Matrix& to = args.at(out);
  for (int64_t i = 0; i < from.cols; i += kGramRows) {
    eachStrip<kGramVectors>(i / kGramPanel * kGramPanel, from.cols, [&](int64_t j, auto vectors) {
      gramTile<decltype(vectors)::value>(from, end, to, i, j);
    });
  }
  return StatusOk;
}
