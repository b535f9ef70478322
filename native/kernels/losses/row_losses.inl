// Losses that couple the columns of a row, and rows of class numbers: categoricalHinge, cosineSimilarity, oneHot.
#pragma once
#include "../kernel.inl"
#include "../columns.inl"
#include "../elementwise/softmax.inl"
#include "element_loss.inl"
#include "softmax_cross_entropy.inl"

/** The lane sum of fma(a_j, b_j, lane). */
inline float dotOfRows(const float* a, const float* b, int64_t cols) {
  DotOfRow dot{a, b, Lanes16::zero()};
  eachVector(cols, dot);
  return sum(dot.lanes);
}

/** Range: rows of the mini-batch. */
inline int op_categoricalHinge(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_categoricalHinge;
  const int64_t cols = args.at(y).cols;
  const float scale = scaleOver(1.0, args.batchRows);
  for (int64_t r = begin; r < end; ++r) {
    const float* scores = args.at(y).f32(r);
    const float* wanted = args.at(target).f32(r);
    const float right = dotOfRows(wanted, scores, cols);
    int64_t worst = 0;
    float wrong = -std::numeric_limits<float>::infinity();
    for (int64_t j = 0; j < cols; ++j) {
      const float score = (1.0f - wanted[j]) * scores[j];
      worst = score > wrong ? j : worst;
      wrong = score > wrong ? score : wrong;
    }
    const float margin = (wrong - right) + 1.0f;
    *args.at(rowLoss).f32(r) = margin < 0.0f ? 0.0f : margin;
    if (!args.at(dy).given()) continue;
    float* gradient = args.at(dy).f32(r);
    for (int64_t j = 0; j < cols; ++j) {
      const float derivative = (j == worst ? 1.0f - wanted[j] : 0.0f) - wanted[j];
      gradient[j] = margin > 0.0f ? derivative * scale : 0.0f;
    }
  }
  return StatusOk;
}

struct CosineGradient {
  const float* y;
  const float* t;
  float* dy;
  F a;
  F b;
  F c;
  F scale;

  template <bool tail> void at(int64_t j, int, int n) {
    const F unit = div(loadPart<tail>(y + j, n), a);
    const F wanted = div(loadPart<tail>(t + j, n), b);
    storePart<tail>(dy + j, mul(div(fma(c, unit, neg(wanted)), a), scale), n);
  }
};

/** Range: rows of the mini-batch. */
inline int op_cosineSimilarity(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_cosineSimilarity;
  const int64_t cols = args.at(y).cols;
  const F scale = splat(scaleOver(1.0, args.batchRows));
  for (int64_t r = begin; r < end; ++r) {
    const float* guess = args.at(y).f32(r);
    const float* truth = args.at(target).f32(r);
    const float norm = firstLane(sqrt(splat(dotOfRows(guess, guess, cols))));
    const F a = atLeast(splat(norm), kLossEpsilon);
    const F b = atLeast(sqrt(splat(dotOfRows(truth, truth, cols))), kLossEpsilon);
    const F c = div(div(splat(dotOfRows(truth, guess, cols)), b), a);
    *args.at(rowLoss).f32(r) = firstLane(neg(c));
    if (!args.at(dy).given()) continue;
    CosineGradient row{guess, truth, args.at(dy).f32(r), a, b, norm > kLossEpsilon ? c : zero(), scale};
    eachVector(cols, row);
  }
  return StatusOk;
}

struct OneHotRow {
  float* y;
  int32_t label;
  F on;
  F off;

  template <bool tail> void at(int64_t j, int, int n) { storePart<tail>(y + j, select(isLabel(j, label), on, off), n); }
};

/** Range: rows of the mini-batch. */
inline int op_oneHot(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_oneHot;
  for (int64_t r = begin; r < end; ++r) {
    const int32_t label = labelOf(args.at(labels), r);
    if (!isClass(label, args.at(y).cols)) return StatusIndexOutOfRange;
    OneHotRow row{args.at(y).f32(r), label, splat(args.scalar(on_)), splat(args.scalar(off_))};
    eachVector(args.at(y).cols, row);
  }
  return StatusOk;
}
