// Categorical cross-entropy in which well-classified rows count less: categoricalFocal.
#pragma once
#include "../kernel.inl"
#include "../columns.inl"
#include "../math.inl"
#include "../elementwise/softmax.inl"
#include "binary_focal.inl"
#include "probability_cross_entropy.inl"

/** What a row of scores is: probabilities that softmax makes of logits, or the quotients of scores by their sum. */
struct FocalRow {
  const float* x;
  bool onLogits;
  /** First column of the largest logit. */
  int32_t first;
  F largest;
  /** Lane sum of the exponentials of all other columns. */
  F others;
  F s;
  F logSum;
};

/** One vector of a row's columns. */
struct FocalPart {
  F p;
  /** 1 − p, without cancellation on logits. */
  F rest;
  /** −log p. */
  F surprise;
  M isInside;
};

template <bool tail> inline FocalPart focalPart(const FocalRow& row, int64_t j, int n) {
  const F v = loadPart<tail>(row.x + j, n);
  if (!row.onLogits) {
    const F share = div(v, row.s);
    const F q = clipped(share);
    return {q, sub(splat(1.0f), q), neg(log(q)), eq(q, share)};
  }
  const F z = sub(v, row.largest);
  const F p = div(exp(z), row.s);
  const F rest = select(isLabel(j, row.first), div(row.others, row.s), sub(splat(1.0f), p));
  return {p, rest, sub(row.logSum, z), eq(zero(), zero())};
}

/** Lane sum of exp(x_j − m) without column `first`. */
struct OtherExponentials {
  const float* x;
  F largest;
  int32_t first;
  Lanes16 lanes;

  template <bool tail> void at(int64_t j, int g, int n) {
    const F e = exp(sub(loadPart<tail>(x + j, n), largest));
    setLanes<tail>(lanes.g[g], add(lanes.g[g], select(isLabel(j, first), zero(), e)), n);
  }
};

inline FocalRow focalRowOf(const float* x, int64_t cols, bool onLogits) {
  if (!onLogits) {
    SumOfRow total{x, Lanes16::zero()};
    eachVector(cols, total);
    return {x, false, 0, zero(), zero(), splat(sum(total.lanes)), zero()};
  }
  const float largest = maxOfRow(x, cols);
  int32_t first = 0;
  while (first < cols - 1 && !(x[first] == largest)) ++first;
  OtherExponentials rest{x, splat(largest), first, Lanes16::zero()};
  eachVector(cols, rest);
  const float r = sum(rest.lanes);
  const F s = splat(r + 1.0f);
  return {x, true, first, splat(largest), splat(r), s, r > 1.0f ? log(s) : log1p(splat(r))};
}

/** The loss, p, and c into dx. */
struct FocalLoss {
  const FocalRow& row;
  const float* target;
  float* p;
  float* dx;
  F gamma;
  F alpha;
  Lanes16 loss;
  Lanes16 total;

  template <bool tail> void at(int64_t j, int g, int n) {
    const FocalPart part = focalPart<tail>(row, j, n);
    const F base = atLeast(part.rest, kLeastBase);
    const F weight = mul(mul(alpha, loadPart<tail>(target + j, n)), exp(mul(gamma, log(base))));
    setLanes<tail>(loss.g[g], fma(weight, part.surprise, loss.g[g]), n);
    if (p != nullptr) storePart<tail>(p + j, part.p, n);
    if (dx == nullptr) return;
    const F more = div(mul(mul(gamma, part.surprise), part.p), base);
    const F c = select(part.isInside, mul(weight, add(splat(1.0f), more)), zero());
    storePart<tail>(dx + j, c, n);
    setLanes<tail>(total.g[g], add(total.g[g], c), n);
  }
};

/** dx from c. */
struct FocalGradient {
  const FocalRow& row;
  float* dx;
  F total;
  F scale;

  template <bool tail> void at(int64_t j, int, int n) {
    const FocalPart part = focalPart<tail>(row, j, n);
    const F c = loadPart<tail>(dx + j, n);
    const F derivative =
        row.onLogits ? fma(part.p, sub(total, c), neg(mul(c, part.rest))) : div(sub(total, div(c, part.p)), row.s);
    storePart<tail>(dx + j, flushTiny(mul(derivative, scale)), n);
  }
};

/** Range: rows of the mini-batch. */
inline int op_categoricalFocal(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_categoricalFocal;
  const int64_t cols = args.at(x).cols;
  const F scale = splat(scaleOver(1.0, args.batchRows));
  for (int64_t r = begin; r < end; ++r) {
    const FocalRow row = focalRowOf(args.at(x).f32(r), cols, args.scalar(onLogits_) != 0.0f);
    FocalLoss sums{row,
                   args.at(target).f32(r),
                   rowOrNull(args.at(p), r),
                   rowOrNull(args.at(dx), r),
                   splat(args.scalar(gamma_)),
                   splat(args.scalar(alpha_)),
                   Lanes16::zero(),
                   Lanes16::zero()};
    eachVector(cols, sums);
    *args.at(rowLoss).f32(r) = sum(sums.loss);
    if (sums.dx == nullptr) continue;
    FocalGradient gradient{row, sums.dx, splat(sum(sums.total)), scale};
    eachVector(cols, gradient);
  }
  return StatusOk;
}
