// Updates divided by the root of a mean of squares, without bias corrections: rmsprop (also adagrad's), adadelta.
// Formulas: the contract.
#pragma once
#include "../kernel.inl"
#include "update.inl"

/** A mean of squares of gradients. */
struct MeanOfSquares {
  F rho;
  F oneMinusRho;
  /**
   * Smaller gradients count as 0: their part of the mean, itself a product, would be a denormal
   * number.
   */
  F least;

  MeanOfSquares(float rhoValue, float oneMinusRhoValue)
      : rho(splat(rhoValue)),
        oneMinusRho(splat(oneMinusRhoValue)),
        least(sqrt(div(splat(std::numeric_limits<float>::min()), oneMinusRho))) {}

  /** The new v, fma(rho, v, (oneMinusRho·g)·g). */
  F next(F v, F g) const {
    const F counted = select(lt(abs(g), least), zero(), g);
    return flushDenormal(fma(rho, v, mul(mul(oneMinusRho, counted), counted)));
  }
};

/** v, m if it is centered and b if it has momentum; what remains of w is the contract's. */
STEEPEST_IS_UPDATE(op_rmsprop);
template <bool centered, bool hasMomentum> struct RmspropRule {
  static constexpr int kStates = 1 + (centered ? 1 : 0) + (hasMomentum ? 1 : 0);
  static constexpr int operand(int i) {
    return i == 0 ? op_rmsprop::v : i == 1 && centered ? op_rmsprop::m : op_rmsprop::b;
  }
  F rate;
  MeanOfSquares squares;
  F epsilon;
  F momentum;

  explicit RmspropRule(const OpArgs& args)
      : rate(splat(scaledRegister(args, RegLearningRate))),
        squares(args.scalar(op_rmsprop::rho_), args.scalar(op_rmsprop::oneMinusRho_)),
        epsilon(splat(args.scalar(op_rmsprop::epsilon_))),
        momentum(splat(args.scalar(op_rmsprop::momentum_))) {}

  F next(F w1, F g2, StateVectors<kStates>& states) const {
    F& meanSquare = states.of[0];
    meanSquare = squares.next(meanSquare, g2);
    F variance = meanSquare;
    if (centered) {
      F& mean = states.of[1 % kStates];
      mean = flushDenormal(fma(squares.rho, mean, mul(squares.oneMinusRho, g2)));
      // Rounding can make it negative. NaN stays NaN.
      variance = larger(zero(), fma(neg(mean), mean, meanSquare));
    }
    const F spread = add(sqrt(variance), epsilon);
    if (!hasMomentum) return fma(neg(rate), div(g2, spread), w1);
    F& velocity = states.of[kStates - 1];
    velocity = flushDenormal(fma(momentum, velocity, div(g2, spread)));
    return fma(neg(rate), velocity, w1);
  }
};

/** v and d are means of squares of gradients and of steps; w ← fma(−lr, δ, w₁). */
STEEPEST_IS_UPDATE(op_adadelta);
struct AdadeltaRule {
  static constexpr int kStates = 2;
  static constexpr int operand(int i) { return i == 0 ? op_adadelta::v : op_adadelta::d; }
  F minusRate;
  MeanOfSquares squares;
  F epsilon;

  explicit AdadeltaRule(const OpArgs& args)
      : minusRate(splat(-scaledRegister(args, RegLearningRate))),
        squares(args.scalar(op_adadelta::rho_), args.scalar(op_adadelta::oneMinusRho_)),
        epsilon(splat(args.scalar(op_adadelta::epsilon_))) {}

  F next(F w1, F g2, StateVectors<2>& states) const {
    F& gradients = states.of[0];
    F& steps = states.of[1];
    gradients = squares.next(gradients, g2);
    const F delta = mul(div(sqrt(add(steps, epsilon)), sqrt(add(gradients, epsilon))), g2);
    steps = squares.next(steps, delta);
    return fma(minusRate, delta, w1);
  }
};

inline int op_rmsprop(const OpArgs& args, int64_t begin, int64_t end) {
  const bool centered = args.at(op_rmsprop::m).given();
  const bool hasMomentum = args.at(op_rmsprop::b).given();
  if (centered && hasMomentum) return updateRows<RmspropRule<true, true>>(args, begin, end);
  if (centered) return updateRows<RmspropRule<true, false>>(args, begin, end);
  if (hasMomentum) return updateRows<RmspropRule<false, true>>(args, begin, end);
  return updateRows<RmspropRule<false, false>>(args, begin, end);
}
inline int op_adadelta(const OpArgs& args, int64_t begin, int64_t end) {
  return updateRows<AdadeltaRule>(args, begin, end);
}
