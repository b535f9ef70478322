// What is counted for people: argmaxAccuracy, topK, thresholdAccuracy, r2Terms, weighColumns.
#pragma once
#include "../kernel.inl"
#include "../columns.inl"
#include "../threefry.inl"
#include "softmax_cross_entropy.inl"

/** The first column that no later one exceeds; NaN exceeds nothing. */
inline int64_t argmaxOfRow(const float* x, int64_t cols) {
  int64_t best = 0;
  float largest = x[0];
  for (int64_t j = 1; j < cols; ++j) {
    const bool larger = x[j] > largest;
    best = larger ? j : best;
    largest = larger ? x[j] : largest;
  }
  return best;
}

/** Range: rows of the mini-batch. */
inline int op_argmaxAccuracy(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_argmaxAccuracy;
  const int64_t cols = args.at(p).cols;
  for (int64_t r = begin; r < end; ++r) {
    int64_t wanted;
    if (args.at(labels).given()) {
      const int32_t label = labelOf(args.at(labels), r);
      if (!isClass(label, cols)) return StatusIndexOutOfRange;
      wanted = label;
    } else {
      wanted = argmaxOfRow(args.at(target).f32(r), cols);
    }
    *args.at(out).f32(r) = argmaxOfRow(args.at(p).f32(r), cols) == wanted ? 1.0f : 0.0f;
  }
  return StatusOk;
}

/** Range: rows of the mini-batch. */
inline int op_topK(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_topK;
  const int64_t cols = args.at(p).cols;
  const double most = args.scalars[k_];
  for (int64_t r = begin; r < end; ++r) {
    const bool byLabel = args.at(labels).given();
    const int64_t wanted = byLabel ? labelOf(args.at(labels), r) : argmaxOfRow(args.at(target).f32(r), cols);
    if (wanted < 0 || wanted >= cols) return StatusIndexOutOfRange;
    const float* scores = args.at(p).f32(r);
    const float score = scores[wanted];
    int64_t above = 0;
    for (int64_t j = 0; j < cols; ++j) above += scores[j] <= score ? 0 : 1;
    *args.at(out).f32(r) = static_cast<double>(above) < most ? 1.0f : 0.0f;
  }
  return StatusOk;
}

/** Range: rows of the mini-batch. */
inline int op_weighColumns(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_weighColumns;
  const int64_t last = args.at(values).cols - 1;
  for (int64_t r = begin; r < end; ++r) {
    const float weight = *args.at(weights).f32(r);
    float* row = args.at(values).f32(r);
    for (int64_t j = 0; j < last; ++j) row[j] *= weight;
    row[last] = weight;
  }
  return StatusOk;
}

/** Counts the columns where p and target lie on the same side. */
struct SameSideRow {
  const float* p;
  const float* target;
  F threshold;
  I counts;

  template <bool tail> void at(int64_t j, int, int n) {
    const M guess = gt(loadPart<tail>(p + j, n), threshold);
    const M truth = gt(loadPart<tail>(target + j, n), splat(0.5f));
    const M same = orM(andM(guess, truth), notM(orM(guess, truth)));
    counts = addI(counts, select(tail ? andM(same, firstN(n)) : same, splatI(1), splatI(0)));
  }
};

/** Range: rows of the mini-batch. */
inline int op_thresholdAccuracy(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_thresholdAccuracy;
  const int64_t cols = args.at(p).cols;
  const F threshold = splat(args.scalar(threshold_));
  for (int64_t r = begin; r < end; ++r) {
    SameSideRow row{args.at(p).f32(r), args.at(target).f32(r), threshold, splatI(0)};
    eachVector(cols, row);
    int32_t lanes[kLanes];
    storeI(lanes, row.counts);
    int64_t count = 0;
    for (int i = 0; i < kLanes; ++i) count += lanes[i];
    *args.at(out).f32(r) = static_cast<float>(count) / static_cast<float>(cols);
  }
  return StatusOk;
}

/** Range: rows of the mini-batch. */
inline int op_r2Terms(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_r2Terms;
  const float* origin = args.at(shift).f32();
  for (int64_t r = begin; r < end; ++r) {
    const float* guess = args.at(y).f32(r);
    const float* truth = args.at(target).f32(r);
    float* terms = args.at(out).f32(r);
    for (int64_t c = 0; c < args.at(y).cols; ++c) {
      const float d = truth[c] - guess[c];
      const float u = truth[c] - origin[c];
      terms[3 * c] = d * d;
      terms[3 * c + 1] = u;
      terms[3 * c + 2] = u * u;
    }
  }
  return StatusOk;
}
