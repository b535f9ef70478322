// Binary cross-entropy in which well-classified elements count less: binaryFocal.
#pragma once
#include "../kernel.inl"
#include "../columns.inl"
#include "../math.inl"
#include "element_loss.inl"
#include "mean.inl"
#include "probability_cross_entropy.inl"

/** Smallest normal number: below it, the logarithm of a power's base would be that of 0. */
constexpr float kLeastBase = 1.17549435e-38f;

struct FocalWeights {
  F gamma;
  F positive;
  F negative;
  /** Of an element with this target; `other` is 1 − t. */
  F of(F t, F other) const { return fma(t, positive, mul(other, negative)); }
};

struct BinaryFocalLogitsRow : LossRow {
  FocalWeights weights;
  template <bool tail> void at(int64_t j, int g, int n) {
    const F z = loadPart<tail>(x + j, n);
    const F t = loadPart<tail>(target + j, n);
    const F other = sub(splat(1.0f), t);
    const F e = exp(neg(abs(z)));
    const F chance = sigmoidFrom(z, e);
    const F rest = sigmoidFrom(neg(z), e);
    const F miss = atLeast(fma(t, rest, mul(other, chance)), kLeastBase);
    const F u = add(sub(positivePart(z), mul(z, t)), log1p(e));
    const F k = mul(exp(mul(weights.gamma, log(miss))), weights.of(t, other));
    setLanes<tail>(loss.g[g], add(loss.g[g], mul(k, u)), n);
    if (p != nullptr) storePart<tail>(p + j, chance, n);
    if (dx == nullptr) return;
    const F turn = mul(mul(weights.gamma, u), fma(splat(-2.0f), t, splat(1.0f)));
    const F own = fma(other, chance, neg(mul(t, rest)));
    const F derivative = mul(k, fma(turn, div(mul(chance, rest), miss), own));
    storePart<tail>(dx + j, flushTiny(mul(derivative, scale)), n);
  }
};

struct BinaryFocalRow : LossRow {
  FocalWeights weights;
  template <bool tail> void at(int64_t j, int g, int n) {
    const F chance = loadPart<tail>(x + j, n);
    const F t = loadPart<tail>(target + j, n);
    const F other = sub(splat(1.0f), t);
    const F c = clipped(chance);
    const F rest = sub(splat(1.0f), c);
    const F u = fma(neg(t), log(c), neg(mul(other, log(rest))));
    const F miss = atLeast(fma(t, sub(splat(1.0f), chance), mul(other, chance)), kLeastBase);
    const F l = log(miss);
    const F weight = weights.of(t, other);
    const F k = mul(exp(mul(weights.gamma, l)), weight);
    setLanes<tail>(loss.g[g], add(loss.g[g], mul(k, u)), n);
    if (dx == nullptr) return;
    const F turn = mul(mul(weights.gamma, u), fma(splat(-2.0f), t, splat(1.0f)));
    const F power = mul(exp(mul(sub(weights.gamma, splat(1.0f)), l)), weight);
    const F own = select(eq(c, chance), div(sub(c, t), mul(c, rest)), zero());
    storePart<tail>(dx + j, flushTiny(mul(fma(power, turn, mul(own, k)), scale)), n);
  }
};

/** Range: rows of the mini-batch. */
inline int op_binaryFocal(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_binaryFocal;
  const bool onLogits = args.scalar(onLogits_) != 0.0f;
  const Matrix& chances = onLogits ? args.at(p) : kNoMatrix;
  const LossOperands operands{args.at(x), args.at(target), chances, args.at(dx), args.at(rowLoss)};
  const FocalWeights weights{splat(args.scalar(gamma_)), splat(args.scalar(positiveWeight_)),
                             splat(args.scalar(negativeWeight_))};
  const auto run =
      onLogits ? meanLoss<BinaryFocalLogitsRow, true, FocalWeights> : meanLoss<BinaryFocalRow, true, FocalWeights>;
  return run(args, operands, 1.0, begin, end, weights);
}
