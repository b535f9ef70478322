// Updates along the gradient, its momentum or its sign: sgd, momentum, lion. Formulas: the contract.
#pragma once
#include "../kernel.inl"
#include "update.inl"

/** w ← fma(−lr, g₂, w₁). */
struct SgdRule {
  static constexpr int kStates = 0;
  static constexpr int operand(int) { return 0; }
  F minusRate;

  explicit SgdRule(const OpArgs& args) : minusRate(splat(-scaledRegister(args, RegLearningRate))) {}

  F next(F w1, F g2, StateVectors<0>&) const { return fma(minusRate, g2, w1); }
};

/** v ← fma(momentum, v, g₂); w ← fma(−lr, nesterov ? fma(momentum, v, g₂) : v, w₁). */
STEEPEST_IS_UPDATE(op_momentum);
struct MomentumRule {
  static constexpr int kStates = 1;
  static constexpr int operand(int) { return op_momentum::v; }
  F minusRate;
  F momentum;
  bool nesterov;

  explicit MomentumRule(const OpArgs& args)
      : minusRate(splat(-scaledRegister(args, RegLearningRate))),
        momentum(splat(args.scalar(op_momentum::momentum_))),
        nesterov(args.scalars[op_momentum::nesterov_] != 0) {}

  F next(F w1, F g2, StateVectors<1>& states) const {
    F& velocity = states.of[0];
    velocity = flushDenormal(fma(momentum, velocity, g2));
    return fma(minusRate, nesterov ? fma(momentum, velocity, g2) : velocity, w1);
  }
};

/** c = fma(beta1, m, oneMinusBeta1·g₂); w ← fma(c, 0, w₁ − lr·sign(c)); m ← fma(beta2, m, oneMinusBeta2·g₂). */
STEEPEST_IS_UPDATE(op_lion);
struct LionRule {
  static constexpr int kStates = 1;
  static constexpr int operand(int) { return op_lion::m; }
  F rate;
  F beta1;
  F oneMinusBeta1;
  F beta2;
  F oneMinusBeta2;

  explicit LionRule(const OpArgs& args)
      : rate(splat(scaledRegister(args, RegLearningRate))),
        beta1(splat(args.scalar(op_lion::beta1_))),
        oneMinusBeta1(splat(args.scalar(op_lion::oneMinusBeta1_))),
        beta2(splat(args.scalar(op_lion::beta2_))),
        oneMinusBeta2(splat(args.scalar(op_lion::oneMinusBeta2_))) {}

  F next(F w1, F g2, StateVectors<1>& states) const {
    F& mean = states.of[0];
    const F c = fma(beta1, mean, mul(oneMinusBeta1, g2));
    const F stepped = select(gt(c, zero()), sub(w1, rate), select(lt(c, zero()), add(w1, rate), w1));
    mean = flushDenormal(fma(beta2, mean, mul(oneMinusBeta2, g2)));
    // Signs alone would hide a gradient that is not finite.
    return fma(c, zero(), stepped);
  }
};

inline int op_sgd(const OpArgs& args, int64_t begin, int64_t end) { return updateRows<SgdRule>(args, begin, end); }
inline int op_momentum(const OpArgs& args, int64_t begin, int64_t end) {
  return updateRows<MomentumRule>(args, begin, end);
}
inline int op_lion(const OpArgs& args, int64_t begin, int64_t end) { return updateRows<LionRule>(args, begin, end); }
