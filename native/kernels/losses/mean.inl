// Losses that are a mean over the columns of a row of a function of prediction and target alone.
#pragma once
#include "../kernel.inl"
#include "../columns.inl"

/** Where such a loss finds a row, and the lanes that it adds to; `p` and `dx` are null where they are not wanted. */
struct LossRow {
  const float* x;
  const float* target;
  /** Probabilities of logits; no other loss has them. */
  float* p;
  float* dx;
  F scale;
  Lanes16 loss;
};

struct LossOperands {
  const Matrix& x;
  const Matrix& target;
  const Matrix& p;
  const Matrix& dx;
  const Matrix& rowLoss;
};

/** In place of an operand that a loss does not have. */
constexpr Matrix kNoMatrix{nullptr, 0, 0, 0, 0, DType::F32};

/** Column 0 of `n` rows from `first` on, and back. */
inline void takeColumn(const Matrix& from, int64_t first, int n, float* to) {
  for (int i = 0; i < n; ++i) to[i] = *from.f32(first + i);
}
inline void putColumn(const float* from, const Matrix& to, int64_t first, int n) {
  for (int i = 0; i < n && to.given(); ++i) *to.f32(first + i) = from[i];
}

/**
 * The rows of matrices of one column, kLanes of them as one row, or a vector would hold one number. Each row's loss
 * is then one lane's value: the other 15 would have been +0, and the mean divides by 1.
 */
template <class Row, class... Own>
inline void oneColumnLoss(const LossOperands& o, F scale, int64_t begin, int64_t end, Own... own) {
  for (int64_t r = begin; r < end; r += kLanes) {
    const int n = static_cast<int>(end - r < kLanes ? end - r : kLanes);
    float x[kLanes] = {};
    float target[kLanes] = {};
    float p[kLanes] = {};
    float dx[kLanes] = {};
    float loss[kLanes];
    takeColumn(o.x, r, n, x);
    takeColumn(o.target, r, n, target);
    Row row{{x, target, o.p.given() ? p : nullptr, o.dx.given() ? dx : nullptr, scale, Lanes16::zero()}, own...};
    row.template at<false>(0, 0, kLanes);
    store(loss, row.loss.g[0]);
    putColumn(p, o.p, r, n);
    putColumn(dx, o.dx, r, n);
    putColumn(loss, o.rowLoss, r, n);
  }
}

/**
 * rowLoss = lane sum / C for each row, and p and dx; dx is scaled by numerator / (R·C). If `isMean` is false, C is 1.
 * `own` is what a Row has beyond a LossRow.
 */
template <class Row, bool isMean = true, class... Own>
inline int meanLoss(const OpArgs& args, const LossOperands& o, double numerator, int64_t begin, int64_t end,
                    Own... own) {
  const int64_t cols = o.x.cols;
  const int64_t terms = isMean ? cols : 1;
  const F scale = splat(scaleOver(numerator, args.batchRows * terms));
  if (cols == 1) {
    oneColumnLoss<Row>(o, scale, begin, end, own...);
    return StatusOk;
  }
  for (int64_t r = begin; r < end; ++r) {
    Row row{{o.x.f32(r), o.target.f32(r), rowOrNull(o.p, r), rowOrNull(o.dx, r), scale, Lanes16::zero()}, own...};
    eachVector(cols, row);
    *o.rowLoss.f32(r) = sum(row.loss) / static_cast<float>(terms);
  }
  return StatusOk;
}
