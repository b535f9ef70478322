// Sums of weights by bins of outputs: tally.
#pragma once
#include "../kernel.inl"
#include "softmax_cross_entropy.inl"

/** The largest output of a row is a yes unless it is about 0. */
constexpr float kLeastYes = 1e-9f;

/**
 * How many of the thresholds 1/bins, 2/bins … lie below v, at most bins − 1. As in Keras, the product is a float:
 * v equal to a rounded threshold is not above it.
 */
inline int64_t spacedBin(float v, int64_t bins) {
  const float x = v * static_cast<float>(bins);
  if (!(x > 0)) return 0;
  if (x >= static_cast<float>(bins)) return bins - 1;
  const int32_t whole = static_cast<int32_t>(x);
  return static_cast<float>(whole) == x ? whole - 1 : whole;
}

/** How a row's outputs get their bins. */
struct TallyBins {
  TallyRule rule;
  float threshold;
  int64_t bins;
  float largest;

  void startRow(const float* row, int64_t cols) {
    if (rule != TallyRule::Largest) return;
    largest = -std::numeric_limits<float>::infinity();
    for (int64_t j = 0; j < cols; ++j) largest = row[j] > largest ? row[j] : largest;
  }

  int64_t of(float v) const {
    if (rule == TallyRule::Spaced) return spacedBin(v, bins);
    const bool isYes = rule == TallyRule::Above ? v > threshold : v >= largest && (v > kLeastYes || v < -kLeastYes);
    return isYes && bins > 1 ? 1 : 0;
  }
};

/** Runs whole. */
inline int op_tally(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_tally;
  const Matrix& scores = args.at(p);
  TallyBins bins{static_cast<TallyRule>(static_cast<int32_t>(args.scalars[rule_])), args.scalar(threshold_),
                 static_cast<int64_t>(args.scalars[bins_]), 0.0f};
  const int64_t first = static_cast<int64_t>(args.scalars[firstColumn_]);
  const int64_t columnCount = static_cast<int64_t>(args.scalars[columns_]);
  const int64_t stride = args.scalars[perColumn_] != 0 ? 2 * bins.bins : 0;
  double* to = args.at(sums).row<double>(0);
  for (int64_t r = begin; r < end; ++r) {
    const float* wanted = rowOrNull(args.at(target), r);
    const int32_t label = wanted == nullptr ? labelOf(args.at(labels), r) : 0;
    if (wanted == nullptr && !isClass(label, scores.cols)) return StatusIndexOutOfRange;
    const double weight = args.at(weights).given() ? *args.at(weights).f32(r) : 1.0;
    const float* row = scores.f32(r);
    bins.startRow(row, scores.cols);
    for (int64_t i = 0; i < columnCount; ++i) {
      const int64_t c = first + i;
      const bool isPositive = wanted == nullptr ? c == label : wanted[c] > 0.5f;
      to[i * stride + 2 * bins.of(row[c]) + (isPositive ? 1 : 0)] += weight;
    }
  }
  return StatusOk;
}
