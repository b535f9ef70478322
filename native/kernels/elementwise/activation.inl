// Elementwise activations and their derivatives. The table of formulas is in the contract.
#pragma once
#include "../kernel.inl"
#include "../columns.inl"
#include "../math.inl"

/** 1/√2 and 1/√(2π). */
constexpr float kSqrtHalf = 0.707106769f;
constexpr float kInverseSqrt2Pi = 0.398942292f;

/** Φ(x), the normal distribution function. */
inline F normalCdf(F x) { return mul(splat(0.5f), add(erf(mul(x, splat(kSqrtHalf))), splat(1.0f))); }

/** φ(x), its density. */
inline F normalPdf(F x) { return mul(splat(kInverseSqrt2Pi), exp(mul(mul(splat(-0.5f), x), x))); }

/** f(x). */
inline F activate(Activation f, F x, F alpha) {
  switch (f) {
    case Activation::Linear:
      return x;
    case Activation::Relu:
      return select(lt(x, zero()), zero(), x);
    case Activation::LeakyRelu:
      return select(lt(x, zero()), mul(alpha, x), x);
    case Activation::Elu:
      return select(lt(x, zero()), mul(alpha, expm1(x)), x);
    case Activation::Gelu:
      return mul(x, normalCdf(x));
    case Activation::Sigmoid:
      return sigmoid(x);
    case Activation::Tanh:
      return tanh(x);
    case Activation::Softplus:
      return softplus(x);
  }
  return x;
}

/**
 * g ⊙ f′, from s: the output f(x), but the input x for gelu and softplus. Branches ask s > 0 and not s < 0: an
 * output of a negative x may have been rounded to −0, while one of a positive x is x itself.
 */
inline F activateBackward(Activation f, F g, F s, F alpha) {
  switch (f) {
    case Activation::Linear:
      return g;
    case Activation::Relu:
      return select(gt(s, zero()), g, zero());
    case Activation::LeakyRelu:
      return select(gt(s, zero()), g, mul(alpha, g));
    case Activation::Elu:
      return select(gt(s, zero()), g, mul(g, add(s, alpha)));
    case Activation::Gelu:
      return mul(g, fma(s, normalPdf(s), normalCdf(s)));
    case Activation::Sigmoid:
      return mul(g, mul(s, sub(splat(1.0f), s)));
    case Activation::Tanh:
      return mul(g, fma(neg(s), s, splat(1.0f)));
    case Activation::Softplus:
      return mul(g, sigmoid(s));
  }
  return g;
}

/** One row of y = f(x). The activation is a constant of the type, so no branch is left in the loop. */
template <Activation f> struct ActivationRow {
  const float* x;
  float* y;
  F alpha;

  template <bool tail> void at(int64_t j, int, int n) {
    storePart<tail>(y + j, activate(f, loadPart<tail>(x + j, n), alpha), n);
  }
};

template <Activation f> struct ActivationBackwardRow {
  const float* dy;
  const float* s;
  float* dx;
  F alpha;

  template <bool tail> void at(int64_t j, int, int n) {
    const F g = loadPart<tail>(dy + j, n);
    storePart<tail>(dx + j, activateBackward(f, g, loadPart<tail>(s + j, n), alpha), n);
  }
};

template <Activation f> inline void activationRows(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_activation;
  const F alpha = splat(args.scalar(alpha_));
  for (int64_t r = begin; r < end; ++r) {
    ActivationRow<f> row{args.at(x).f32(r), args.at(y).f32(r), alpha};
    eachVector(args.at(x).cols, row);
  }
}

template <Activation f> inline void activationBackwardRows(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_activationBackward;
  const F alpha = splat(args.scalar(alpha_));
  for (int64_t r = begin; r < end; ++r) {
    ActivationBackwardRow<f> row{args.at(dy).f32(r), args.at(s).f32(r), args.at(dx).f32(r), alpha};
    eachVector(args.at(dx).cols, row);
  }
}

/** In the order of Activation. */
using RowsFn = void (*)(const OpArgs&, int64_t begin, int64_t end);
constexpr RowsFn kActivationRows[] = {
    activationRows<Activation::Linear>,    activationRows<Activation::Relu>,
    activationRows<Activation::LeakyRelu>, activationRows<Activation::Elu>,
    activationRows<Activation::Gelu>,      activationRows<Activation::Sigmoid>,
    activationRows<Activation::Tanh>,      activationRows<Activation::Softplus>,
};
constexpr RowsFn kActivationBackwardRows[] = {
    activationBackwardRows<Activation::Linear>,    activationBackwardRows<Activation::Relu>,
    activationBackwardRows<Activation::LeakyRelu>, activationBackwardRows<Activation::Elu>,
    activationBackwardRows<Activation::Gelu>,      activationBackwardRows<Activation::Sigmoid>,
    activationBackwardRows<Activation::Tanh>,      activationBackwardRows<Activation::Softplus>,
};

/** y = f(x). Range: rows of the mini-batch. */
inline int op_activation(const OpArgs& args, int64_t begin, int64_t end) {
  kActivationRows[static_cast<int>(args.scalars[op_activation::activation_])](args, begin, end);
  return StatusOk;
}

/** dx = dy ⊙ f′. Range: rows of the mini-batch. */
inline int op_activationBackward(const OpArgs& args, int64_t begin, int64_t end) {
  kActivationBackwardRows[static_cast<int>(args.scalars[op_activationBackward::activation_])](args, begin, end);
  return StatusOk;
}
