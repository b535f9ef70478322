// Losses of each element on its own: elementLoss. The table of formulas is in the contract.
#pragma once
#include "../kernel.inl"
#include "../columns.inl"
#include "../math.inl"
#include "mean.inl"

/** Keras's backend epsilon. */
constexpr float kLossEpsilon = 1e-7f;
constexpr float kLn2 = 0.693147182f;

/** An element's loss and derivative. */
struct LossAndSlope {
  F loss;
  F derivative;
};

/** x, but not below `least`; NaN stays. */
inline F atLeast(F x, float least) { return select(lt(x, splat(least)), splat(least), x); }
/** x above 0, y below, and d itself where it is ±0 or NaN. */
inline F bySign(F d, F above, F below) { return select(gt(d, zero()), above, select(lt(d, zero()), below, d)); }

struct LogCosh {
  static constexpr bool isMean = true;
  static LossAndSlope of(F y, F t, F) {
    const F d = sub(y, t);
    const F size = abs(d);
    const F m = neg(expm1(neg(size)));
    const F v = sub(splat(1.0f), m);
    const M isSmall = lt(size, splat(1.25f));
    const F rest = log1p(select(isSmall, div(mul(m, m), add(v, v)), mul(v, v)));
    return {select(isSmall, rest, add(sub(size, splat(kLn2)), rest)), tanh(d)};
  }
};

struct Quantile {
  static constexpr bool isMean = true;
  static LossAndSlope of(F y, F t, F a) {
    const F d = sub(y, t);
    const F rest = sub(splat(1.0f), a);
    return {select(gt(d, zero()), mul(rest, d), neg(mul(a, d))), bySign(d, rest, neg(a))};
  }
};

struct Poisson {
  static constexpr bool isMean = true;
  static LossAndSlope of(F y, F t, F) {
    const F v = add(y, splat(kLossEpsilon));
    return {fma(neg(t), log(v), y), sub(splat(1.0f), div(t, v))};
  }
};

struct SquaredLogarithmic {
  static constexpr bool isMean = true;
  static LossAndSlope of(F y, F t, F) {
    const F q = atLeast(y, kLossEpsilon);
    const F s = atLeast(t, kLossEpsilon);
    const F h = sub(q, s);
    const M isBelow = lt(h, zero());
    const F x = div(abs(h), add(select(isBelow, q, s), splat(1.0f)));
    const F w = add(x, splat(1.0f));
    const F l = add(log(w), div(sub(x, sub(w, splat(1.0f))), w));
    const F derivative = div(mul(splat(2.0f), select(isBelow, neg(l), l)), add(q, splat(1.0f)));
    return {mul(l, l), select(gt(y, splat(kLossEpsilon)), derivative, zero())};
  }
};

struct AbsolutePercentage {
  static constexpr bool isMean = true;
  static LossAndSlope of(F y, F t, F) {
    const F d = sub(y, t);
    const F k = div(splat(100.0f), atLeast(abs(t), kLossEpsilon));
    return {mul(abs(d), k), bySign(d, k, neg(k))};
  }
};

/** −1 for a target of 0. */
inline F signTarget(F t) { return select(eq(t, zero()), splat(-1.0f), t); }

struct Hinge {
  static constexpr bool isMean = true;
  static LossAndSlope of(F y, F t, F) {
    const F s = neg(signTarget(t));
    const F m = fma(s, y, splat(1.0f));
    return {atLeast(m, 0.0f), select(gt(m, zero()), s, zero())};
  }
};

struct SquaredHinge {
  static constexpr bool isMean = true;
  static LossAndSlope of(F y, F t, F) {
    const F s = signTarget(t);
    const F h = atLeast(fma(neg(s), y, splat(1.0f)), 0.0f);
    return {mul(h, h), mul(mul(splat(-2.0f), h), s)};
  }
};

struct KlDivergence {
  static constexpr bool isMean = false;
  static F clip(F p) { return atLeast(select(gt(p, splat(1.0f)), splat(1.0f), p), kLossEpsilon); }
  static LossAndSlope of(F y, F t, F) {
    const F q = clip(y);
    const F s = clip(t);
    const F x = div(s, q);
    return {mul(s, log(x)), select(eq(q, y), neg(x), zero())};
  }
};

template <class Formula> struct ElementRow : LossRow {
  F parameter;
  template <bool tail> void at(int64_t j, int g, int n) {
    const LossAndSlope of = Formula::of(loadPart<tail>(x + j, n), loadPart<tail>(target + j, n), parameter);
    setLanes<tail>(loss.g[g], add(loss.g[g], of.loss), n);
    if (dx != nullptr) storePart<tail>(dx + j, mul(of.derivative, scale), n);
  }
};

template <class Formula> inline int elementRows(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_elementLoss;
  const LossOperands operands{args.at(y), args.at(target), kNoMatrix, args.at(dy), args.at(rowLoss)};
  const F a = splat(args.scalar(parameter_));
  return meanLoss<ElementRow<Formula>, Formula::isMean>(args, operands, 1.0, begin, end, a);
}

/** In the order of LossFormula. */
constexpr KernelFn kElementLosses[] = {
    elementRows<LogCosh>,
    elementRows<Quantile>,
    elementRows<Poisson>,
    elementRows<SquaredLogarithmic>,
    elementRows<AbsolutePercentage>,
    elementRows<Hinge>,
    elementRows<SquaredHinge>,
    elementRows<KlDivergence>,
};

/** Range: rows of the mini-batch. */
inline int op_elementLoss(const OpArgs& args, int64_t begin, int64_t end) {
  return kElementLosses[static_cast<int>(args.scalars[op_elementLoss::formula_])](args, begin, end);
}
