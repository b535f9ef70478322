// Losses of predictions of any value: meanSquaredError, meanAbsoluteError, huber.
#pragma once
#include "../kernel.inl"
#include "../columns.inl"
#include "mean.inl"

struct SquaredErrorRow : LossRow {
  template <bool tail> void at(int64_t j, int g, int n) {
    const F d = sub(loadPart<tail>(x + j, n), loadPart<tail>(target + j, n));
    setLanes<tail>(loss.g[g], fma(d, d, loss.g[g]), n);
    if (dx != nullptr) storePart<tail>(dx + j, mul(d, scale), n);
  }
};

/** Range: rows of the mini-batch. */
inline int op_meanSquaredError(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_meanSquaredError;
  const LossOperands operands{args.at(y), args.at(target), kNoMatrix, args.at(dy), args.at(rowLoss)};
  return meanLoss<SquaredErrorRow>(args, operands, 2.0, begin, end);
}

struct AbsoluteErrorRow : LossRow {
  template <bool tail> void at(int64_t j, int g, int n) {
    const F d = sub(loadPart<tail>(x + j, n), loadPart<tail>(target + j, n));
    setLanes<tail>(loss.g[g], add(loss.g[g], abs(d)), n);
    if (dx == nullptr) return;
    // ±0 and NaN are their own gradients.
    const F gradient = select(gt(d, zero()), scale, select(lt(d, zero()), neg(scale), d));
    storePart<tail>(dx + j, gradient, n);
  }
};

/** Range: rows of the mini-batch. */
inline int op_meanAbsoluteError(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_meanAbsoluteError;
  const LossOperands operands{args.at(y), args.at(target), kNoMatrix, args.at(dy), args.at(rowLoss)};
  return meanLoss<AbsoluteErrorRow>(args, operands, 1.0, begin, end);
}

struct HuberRow : LossRow {
  F delta;
  template <bool tail> void at(int64_t j, int g, int n) {
    const F d = sub(loadPart<tail>(x + j, n), loadPart<tail>(target + j, n));
    const F size = abs(d);
    const M isLarge = gt(size, delta);
    // A NaN is not larger than anything and stays one.
    const F clipped = select(isLarge, delta, size);
    setLanes<tail>(loss.g[g], fma(clipped, fma(splat(-0.5f), clipped, size), loss.g[g]), n);
    if (dx == nullptr) return;
    const F limited = select(isLarge, select(gt(d, zero()), delta, neg(delta)), d);
    storePart<tail>(dx + j, mul(limited, scale), n);
  }
};

/** Range: rows of the mini-batch. */
inline int op_huber(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_huber;
  const LossOperands operands{args.at(y), args.at(target), kNoMatrix, args.at(dy), args.at(rowLoss)};
  return meanLoss<HuberRow>(args, operands, 1.0, begin, end, splat(args.scalar(delta_)));
}
