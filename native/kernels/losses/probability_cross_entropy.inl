// Cross-entropies of probabilities: categoricalCrossEntropy, binaryCrossEntropy.
#pragma once
#include "../kernel.inl"
#include "../columns.inl"
#include "../math.inl"
#include "mean.inl"
#include "softmax_cross_entropy.inl"

/** Probabilities are clipped to [ε, 1−ε], so that their logarithms are finite (Keras's backend epsilon). */
constexpr float kClipLow = 1e-7f;
constexpr float kClipHigh = 1.0f - kClipLow;

inline F clipped(F p) {
  const F high = select(gt(p, splat(kClipHigh)), splat(kClipHigh), p);
  return select(lt(p, splat(kClipLow)), splat(kClipLow), high);
}

/** Lane sum of a row. */
struct SumOfRow {
  const float* x;
  Lanes16 lanes;

  template <bool tail> void at(int64_t j, int g, int n) {
    setLanes<tail>(lanes.g[g], add(lanes.g[g], loadPart<tail>(x + j, n)), n);
  }
};

/** What to hold a row of probabilities against: a distribution, or a class number where `target` is null. */
struct Wanted {
  const float* target;
  int32_t label;

  template <bool tail> F at(int64_t j, int n) const {
    return target != nullptr ? loadPart<tail>(target + j, n) : select(isLabel(j, label), splat(1.0f), zero());
  }
};

/** loss and A. */
struct CategoricalLoss {
  const float* p;
  Wanted wanted;
  F s;
  Lanes16 loss;
  Lanes16 inside;

  template <bool tail> void at(int64_t j, int g, int n) {
    const F t = wanted.at<tail>(j, n);
    const F share = div(loadPart<tail>(p + j, n), s);
    const F q = clipped(share);
    setLanes<tail>(loss.g[g], fma(neg(t), log(q), loss.g[g]), n);
    setLanes<tail>(inside.g[g], add(inside.g[g], select(eq(q, share), t, zero())), n);
  }
};

/** dp_j = ((A − (in_j ? t_j / q_j : 0)) / s)·scale1. */
struct CategoricalGradient {
  const float* p;
  float* dp;
  Wanted wanted;
  F s;
  F inside;
  F scale;

  template <bool tail> void at(int64_t j, int, int n) {
    const F t = wanted.at<tail>(j, n);
    const F share = div(loadPart<tail>(p + j, n), s);
    const F q = clipped(share);
    const F pull = select(eq(q, share), div(t, q), zero());
    storePart<tail>(dp + j, mul(div(sub(inside, pull), s), scale), n);
  }
};

/** Range: rows of the mini-batch. */
inline int op_categoricalCrossEntropy(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_categoricalCrossEntropy;
  const int64_t cols = args.at(p).cols;
  const F scale = splat(scaleOver(1.0, args.batchRows));
  for (int64_t r = begin; r < end; ++r) {
    Wanted wanted{rowOrNull(args.at(target), r), 0};
    if (wanted.target == nullptr) {
      wanted.label = labelOf(args.at(labels), r);
      if (!isClass(wanted.label, cols)) return StatusIndexOutOfRange;
    }
    const float* scores = args.at(p).f32(r);
    SumOfRow total{scores, Lanes16::zero()};
    eachVector(cols, total);
    const F s = splat(sum(total.lanes));
    CategoricalLoss sums{scores, wanted, s, Lanes16::zero(), Lanes16::zero()};
    eachVector(cols, sums);
    *args.at(rowLoss).f32(r) = sum(sums.loss);
    if (!args.at(dp).given()) continue;
    CategoricalGradient row{scores, args.at(dp).f32(r), wanted, s, splat(sum(sums.inside)), scale};
    eachVector(cols, row);
  }
  return StatusOk;
}

/** u_j and dp_j. */
struct BinaryCrossEntropyRow : LossRow {
  template <bool tail> void at(int64_t j, int g, int n) {
    const F chance = loadPart<tail>(x + j, n);
    const F t = loadPart<tail>(target + j, n);
    const F q = clipped(chance);
    const F other = sub(splat(1.0f), q);
    const F otherTerm = mul(sub(splat(1.0f), t), log(other));
    const F u = fma(neg(t), log(q), neg(otherTerm));
    setLanes<tail>(loss.g[g], add(loss.g[g], u), n);
    if (dx == nullptr) return;
    const F gradient = mul(div(sub(q, t), mul(q, other)), scale);
    storePart<tail>(dx + j, select(eq(q, chance), gradient, zero()), n);
  }
};

/** Range: rows of the mini-batch. */
inline int op_binaryCrossEntropy(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_binaryCrossEntropy;
  const LossOperands operands{args.at(p), args.at(target), kNoMatrix, args.at(dp), args.at(rowLoss)};
  return meanLoss<BinaryCrossEntropyRow>(args, operands, 1.0, begin, end);
}
