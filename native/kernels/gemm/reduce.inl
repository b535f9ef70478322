// Sums over the rows of the mini-batch: biasGradient, rowSums.
#pragma once
#include "../kernel.inl"

/** Columns that biasGradient sums at a time: four vectors hide the latency of the additions. */
constexpr int64_t kBiasVectors = 4;

/** db[j] = ((dz[0][j] + dz[1][j]) + …) for V vectors of columns from j on; `tail` lanes in the last one. */
template <int V> inline void biasColumns(const Matrix& dz, float* db, int64_t rows, int64_t j, int tail) {
  F acc[V];
  for (int v = 0; v < V; ++v) acc[v] = zero();
  for (int64_t r = 0; r < rows; ++r) {
    const float* row = dz.f32(r) + j;
    STEEPEST_UNROLL
    for (int v = 0; v < V; ++v) {
      const F x = v == V - 1 ? loadN(row + v * kLanes, tail) : load(row + v * kLanes);
      // The chain starts from row 0 itself, not from 0 + row 0: that would lose a −0.
      acc[v] = r == 0 ? x : add(acc[v], x);
    }
  }
  for (int v = 0; v < V; ++v) {
    if (v == V - 1) {
      storeN(db + j + v * kLanes, acc[v], tail);
    } else {
      store(db + j + v * kLanes, acc[v]);
    }
  }
}

/** db (1×C) from dz (R×C); 0 where R = 0. Range: columns. */
inline int op_biasGradient(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_biasGradient;
  const Matrix& from = args.at(dz);
  float* to = args.at(db).f32();
  int64_t j = begin;
  for (; j + kBiasVectors * kLanes <= end; j += kBiasVectors * kLanes) {
    biasColumns<kBiasVectors>(from, to, args.batchRows, j, kLanes);
  }
  for (; j < end; j += kLanes) {
    const int tail = static_cast<int>(end - j < kLanes ? end - j : kLanes);
    biasColumns<1>(from, to, args.batchRows, j, tail);
  }
  return StatusOk;
}

inline bool isFinite(double value) { return value - value == 0; }

/** totals (1×J, float64) += the rows of stats (R×J) and the penalty. Runs whole. */
inline int op_rowSums(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_rowSums;
  const Matrix& from = args.at(stats);
  double* to = args.at(totals).row<double>(0);
  bool finite = true;
  for (int64_t j = 0; j < from.cols; ++j) {
    double sum = to[j];
    for (int64_t r = begin; r < end; ++r) {
      const double value = from.f32(r)[j];
      if (j == 0) finite = finite && isFinite(value);
      sum += value;
    }
    to[j] = sum;
  }
  const Matrix& terms = args.at(penalty);
  if (terms.given()) {
    double sum = 0;
    for (int64_t i = 0; i < terms.cols; ++i) sum += terms.f32()[i];
    finite = finite && isFinite(sum);
    to[0] += static_cast<double>(args.batchRows) * sum;
  }
  return finite ? StatusOk : StatusLossNotFinite;
}
