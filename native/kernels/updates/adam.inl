// Updates by bias-corrected means of gradients: adam (also adamw's, nadam's and amsgrad's) and adamax. Bias corrections
// come as registers. Formulas: the contract.
#pragma once
#include "../kernel.inl"
#include "update.inl"
#include "mean_squares.inl"

/** m, v, and the largest v so far for amsgrad; nesterov looks ahead as nadam does. */
STEEPEST_IS_UPDATE(op_adam);
template <bool amsgrad, bool nesterov> struct AdamRule {
  static constexpr int kStates = amsgrad ? 3 : 2;
  static constexpr int operand(int i) { return i == 0 ? op_adam::m : i == 1 ? op_adam::v : op_adam::vMax; }
  F stepSize;
  F gradientStep;
  F inverseSqrtBias2;
  F beta1;
  F oneMinusBeta1;
  MeanOfSquares squares;
  F epsilon;

  explicit AdamRule(const OpArgs& args)
      : stepSize(splat(scaledRegister(args, RegStepSize))),
        gradientStep(splat(scaledRegister(args, RegGradientStep))),
        inverseSqrtBias2(splat(args.registerF(RegInverseSqrtBias2))),
        beta1(splat(args.scalar(op_adam::beta1_))),
        oneMinusBeta1(splat(args.scalar(op_adam::oneMinusBeta1_))),
        squares(args.scalar(op_adam::beta2_), args.scalar(op_adam::oneMinusBeta2_)),
        epsilon(splat(args.scalar(op_adam::epsilon_))) {}

  F next(F w1, F g2, StateVectors<kStates>& states) const {
    F& mean = states.of[0];
    F& meanSquare = states.of[1];
    mean = flushDenormal(fma(beta1, mean, mul(oneMinusBeta1, g2)));
    meanSquare = squares.next(meanSquare, g2);
    F& largest = states.of[kStates - 1];
    if (amsgrad) largest = flushDenormal(larger(largest, meanSquare));
    const F spread = fma(sqrt(largest), inverseSqrtBias2, epsilon);
    // A mean that decays is near the denormal numbers for long, and its product among them before
    // it is.
    if (nesterov) return sub(w1, div(fma(gradientStep, g2, mul(stepSize, flushTiny(mean))), spread));
    return fma(neg(stepSize), div(mean, spread), w1);
  }
};

/** u ← larger(beta2·u, |g₂|); w ← fma(−stepSize, m / (u + epsilon), w₁). */
STEEPEST_IS_UPDATE(op_adamax);
struct AdamaxRule {
  static constexpr int kStates = 2;
  static constexpr int operand(int i) { return i == 0 ? op_adamax::m : op_adamax::u; }
  F stepSize;
  F beta1;
  F oneMinusBeta1;
  F beta2;
  F epsilon;

  explicit AdamaxRule(const OpArgs& args)
      : stepSize(splat(scaledRegister(args, RegStepSize))),
        beta1(splat(args.scalar(op_adamax::beta1_))),
        oneMinusBeta1(splat(args.scalar(op_adamax::oneMinusBeta1_))),
        beta2(splat(args.scalar(op_adamax::beta2_))),
        epsilon(splat(args.scalar(op_adamax::epsilon_))) {}

  F next(F w1, F g2, StateVectors<2>& states) const {
    F& mean = states.of[0];
    F& largest = states.of[1];
    mean = flushDenormal(fma(beta1, mean, mul(oneMinusBeta1, g2)));
    largest = flushDenormal(larger(mul(beta2, largest), abs(g2)));
    return fma(neg(stepSize), div(mean, add(largest, epsilon)), w1);
  }
};

inline int op_adam(const OpArgs& args, int64_t begin, int64_t end) {
  const bool amsgrad = args.at(op_adam::vMax).given();
  const bool nesterov = args.scalars[op_adam::nesterov_] != 0;
  if (amsgrad && nesterov) return updateRows<AdamRule<true, true>>(args, begin, end);
  if (amsgrad) return updateRows<AdamRule<true, false>>(args, begin, end);
  if (nesterov) return updateRows<AdamRule<false, true>>(args, begin, end);
  return updateRows<AdamRule<false, false>>(args, begin, end);
}
inline int op_adamax(const OpArgs& args, int64_t begin, int64_t end) {
  return updateRows<AdamaxRule>(args, begin, end);
}
