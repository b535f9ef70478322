// Cross-entropy of logits that are each a decision of their own: sigmoidCrossEntropy.
#pragma once
#include "../kernel.inl"
#include "../columns.inl"
#include "../math.inl"
#include "mean.inl"

/** u_j, σ(z_j) and dz_j; one exponential serves all three. */
struct SigmoidCrossEntropyRow : LossRow {
  template <bool tail> void at(int64_t j, int g, int n) {
    const F z = loadPart<tail>(x + j, n);
    const F t = loadPart<tail>(target + j, n);
    const F e = exp(neg(abs(z)));
    const F u = add(sub(positivePart(z), mul(z, t)), log1p(e));
    setLanes<tail>(loss.g[g], add(loss.g[g], u), n);
    const F chance = sigmoidFrom(z, e);
    if (p != nullptr) storePart<tail>(p + j, chance, n);
    if (dx != nullptr) storePart<tail>(dx + j, flushTiny(mul(sub(chance, t), scale)), n);
  }
};

/** Range: rows of the mini-batch. */
inline int op_sigmoidCrossEntropy(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_sigmoidCrossEntropy;
  const LossOperands operands{args.at(z), args.at(target), args.at(p), args.at(dz), args.at(rowLoss)};
  return meanLoss<SigmoidCrossEntropyRow>(args, operands, 1.0, begin, end);
}
