// What happens to a gradient between its sum over the mini-batch and the update. Formulas: the contract.
#pragma once
#include "../kernel.inl"
#include "../columns.inl"
#include "update.inl"

/** sum ← sum + g. */
struct AccumulateRow {
  const float* g;
  float* sum;

  template <bool tail> void at(int64_t j, int, int n) {
    storePart<tail>(sum + j, add(loadPart<tail>(sum + j, n), loadPart<tail>(g + j, n)), n);
  }
};

/** g ← g + other. Range: rows of g. */
inline int op_addGradient(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_addGradient;
  for (int64_t i = begin; i < end; ++i) {
    AccumulateRow row{args.at(other).f32(i), args.at(g).f32(i)};
    eachVector(args.at(g).cols, row);
  }
  return StatusOk;
}

/** Range: rows of g. */
inline int op_accumulateGradient(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_accumulateGradient;
  const Matrix& from = args.at(g);
  const bool first = args.registers[RegAccumulated] == 0;
  for (int64_t i = begin; i < end; ++i) {
    AccumulateRow row{from.f32(i), args.at(total).f32(i)};
    if (first) {
      std::memmove(row.sum, row.g, static_cast<size_t>(from.cols) * sizeof(float));
    } else {
      eachVector(from.cols, row);
    }
  }
  return StatusOk;
}

/** g₃ of a row, from g or from the sum over mini-batches. */
struct FinishRow {
  WeightPenalty penalty;
  F count;
  F limit;
  bool clips;
  const float* w = nullptr;
  float* g = nullptr;
  const float* sum = nullptr;

  template <bool tail> void at(int64_t j, int, int n) {
    const F mean = sum == nullptr ? loadPart<tail>(g + j, n) : div(loadPart<tail>(sum + j, n), count);
    const F full = penalty.gradient(loadPart<tail>(w + j, n), mean);
    const F least = neg(limit);
    const F clipped = select(gt(full, limit), limit, select(lt(full, least), least, full));
    storePart<tail>(g + j, clips ? clipped : full, n);
  }
};

/** Float64 lane sum of the squares of a row. */
inline double rowSquares(const float* x, int64_t cols) {
  D s[kDGroups];
  for (int v = 0; v < kDGroups; ++v) s[v] = splatD(0);
  int64_t j = 0;
  for (; j + 16 <= cols; j += 16) {
    STEEPEST_UNROLL
    for (int v = 0; v < kDGroups; ++v) {
      const D value = loadF32D(x + j + v * kDLanes);
      s[v] = fmaD(value, value, s[v]);
    }
  }
  for (int v = 0; j < cols && v < kDGroups; ++v) {
    const int64_t left = cols - j - v * kDLanes;
    if (left <= 0) break;
    const D value = loadF32DN(x + j + v * kDLanes, static_cast<int>(left < kDLanes ? left : kDLanes));
    s[v] = fmaD(value, value, s[v]);
  }
  return sumGroupsD(s);
}

/** Range: rows of w. */
inline int op_finishGradient(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_finishGradient;
  const Matrix& weights = args.at(w);
  FinishRow row{WeightPenalty(args.scalar(l1_), args.scalar(l2x2_)), splat(args.registerF(RegAccumulated)),
                splat(args.scalar(clipValue_)), args.scalar(clipValue_) != 0};
  const bool changes = args.at(total).given() || row.penalty.hasL1 || row.penalty.hasL2 || row.clips;
  double* to = args.at(squares).given() ? args.at(squares).row<double>(0) : nullptr;
  for (int64_t i = begin; i < end; ++i) {
    row.w = weights.f32(i);
    row.g = args.at(g).f32(i);
    row.sum = rowOrNull(args.at(total), i);
    if (changes) eachVector(weights.cols, row);
    if (to != nullptr) to[i] = rowSquares(row.g, weights.cols);
  }
  return StatusOk;
}

/** Range: 0 … 1. */
inline int op_clipFactor(const OpArgs& args, int64_t, int64_t) {
  using namespace op_clipFactor;
  const double* from = args.at(squares).row<double>(0);
  const int64_t count = args.at(squares).cols;
  D s[kDGroups];
  for (int v = 0; v < kDGroups; ++v) s[v] = splatD(0);
  for (int64_t i = 0; i < count; i += 16) {
    for (int v = 0; v < kDGroups; ++v) {
      const int64_t left = count - i - v * kDLanes;
      if (left <= 0) break;
      s[v] = addD(s[v], loadDN(from + i + v * kDLanes, static_cast<int>(left < kDLanes ? left : kDLanes)));
    }
  }
  const double norm = std::sqrt(sumGroupsD(s));
  const double limit = args.scalars[limit_];
  *args.at(factor).row<double>(0) = norm > limit ? limit / norm : 1;
  return StatusOk;
}

/** g ← factor·g. Range: rows of g. */
inline int op_scaleGradient(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_scaleGradient;
  const double by = *args.at(factor).row<double>(0);
  if (by == 1) return StatusOk;
  for (int64_t i = begin; i < end; ++i) {
    float* row = args.at(g).f32(i);
    for (int64_t j = 0; j < args.at(g).cols; ++j) row[j] = static_cast<float>(by * static_cast<double>(row[j]));
  }
  return StatusOk;
}
