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

/** λ and λ·α of selu (Klambauer et al. 2017). */
constexpr float kSeluScale = 1.05070102f;
constexpr float kSeluScaleAlpha = 1.75809932f;
constexpr float kSixth = 0.166666672f;
constexpr float kThird = 0.333333343f;
/** From here on tanh(softplus(x)) is 1 in float32, and e⁴ˣ still finite. */
constexpr float kMishHigh = 20.0f;

/** min(x, most), and NaN for NaN. */
inline F atMost(F x, float most) { return select(gt(x, splat(most)), splat(most), x); }

/** max(x, 0), and NaN for NaN. */
inline F relu(F x) { return select(lt(x, zero()), zero(), x); }

inline F hardSigmoid(F x) { return mul(atMost(relu(add(x, splat(3.0f))), 6.0f), splat(kSixth)); }

/** n = e² + 2e for e = eˣ: tanh(log(1 + e)) = n / (n + 2). */
inline F mishTerm(F e) { return mul(e, add(e, splat(2.0f))); }

inline F mish(F x) {
  const F n = mishTerm(exp(atMost(x, kMishHigh)));
  return mul(x, div(n, add(n, splat(2.0f))));
}

/** f′ = n/(n + 2) + x·4e·(e + 1)/(n + 2)². */
inline F mishDerivative(F x) {
  const F low = atMost(x, kMishHigh);
  const F e = exp(low);
  const F n = mishTerm(e);
  const F d = add(n, splat(2.0f));
  const F derivative = mul(div(mul(splat(4.0f), e), d), div(add(e, splat(1.0f)), d));
  return fma(low, derivative, div(n, d));
}

/** f′ = σ(x)·(1 + x·σ(−x)). */
inline F siluDerivative(F x) {
  const F e = exp(neg(abs(x)));
  return mul(sigmoidFrom(x, e), fma(x, sigmoidFrom(neg(x), e), splat(1.0f)));
}

inline F hardSwishDerivative(F x) {
  const F inside = fma(x, splat(kThird), splat(0.5f));
  return select(ge(splat(-3.0f), x), zero(), select(ge(x, splat(3.0f)), splat(1.0f), inside));
}

/** The activations that are used less: see activate. */
inline F activateRare(Activation f, F x, F alpha) {
  switch (f) {
    case Activation::Silu:
      return mul(x, sigmoid(x));
    case Activation::Selu:
      return select(lt(x, zero()), mul(splat(kSeluScaleAlpha), expm1(x)), mul(splat(kSeluScale), x));
    case Activation::Relu6:
      return atMost(relu(x), 6.0f);
    case Activation::HardSigmoid:
      return hardSigmoid(x);
    case Activation::HardSwish:
      return mul(x, hardSigmoid(x));
    case Activation::Mish:
      return mish(x);
    case Activation::Softsign:
      return div(x, add(splat(1.0f), abs(x)));
    case Activation::Exponential:
      return exp(x);
    case Activation::Celu:
      return select(lt(x, zero()), mul(alpha, expm1(div(x, alpha))), x);
    default:
      return x;
  }
}

inline F activateBackwardRare(Activation f, F g, F s, F alpha) {
  switch (f) {
    case Activation::Silu:
      return flushTiny(mul(g, siluDerivative(s)));
    case Activation::Selu:
      return select(gt(s, zero()), mul(splat(kSeluScale), g), mul(g, add(s, splat(kSeluScaleAlpha))));
    case Activation::Relu6:
      return select(andM(gt(s, zero()), lt(s, splat(6.0f))), g, zero());
    case Activation::HardSigmoid:
      return select(andM(gt(s, zero()), lt(s, splat(1.0f))), mul(g, splat(kSixth)), zero());
    case Activation::HardSwish:
      return mul(g, hardSwishDerivative(s));
    case Activation::Mish:
      return flushTiny(mul(g, mishDerivative(s)));
    case Activation::Softsign: {
      const F rest = sub(splat(1.0f), abs(s));
      return mul(g, mul(rest, rest));
    }
    case Activation::Exponential:
      return flushTiny(mul(g, s));
    case Activation::Celu:
      return select(gt(s, zero()), g, mul(g, add(div(s, alpha), splat(1.0f))));
    default:
      return g;
  }
}

/** The same once for all loops in which `f` is not known before they run. */
STEEPEST_NOINLINE F activateRareOnce(Activation f, F x, F alpha) { return activateRare(f, x, alpha); }
STEEPEST_NOINLINE F activateBackwardRareOnce(Activation f, F g, F s, F alpha) {
  return activateBackwardRare(f, g, s, alpha);
}

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
    default:
      return activateRareOnce(f, x, alpha);
  }
}

/**
 * g ⊙ f′, from s: the output f(x), but the input x for gelu, softplus, silu, hardSwish and mish.
 * Products with a derivative that shrinks with an exponential are flushed. Branches ask s > 0 and
 * not s < 0: an output of a negative x may have been rounded to −0, while one of a positive x is x
 * itself.
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
      return flushTiny(mul(g, fma(s, normalPdf(s), normalCdf(s))));
    case Activation::Sigmoid:
      return flushTiny(mul(g, mul(s, sub(splat(1.0f), s))));
    case Activation::Tanh:
      return mul(g, fma(neg(s), s, splat(1.0f)));
    case Activation::Softplus:
      return flushTiny(mul(g, sigmoid(s)));
    default:
      return activateBackwardRareOnce(f, g, s, alpha);
  }
}

/** Where `f` is a constant, all of it is in the loop. */
constexpr bool isRare(Activation f) { return f > Activation::Softplus; }
template <Activation f> inline F activateInline(F x, F alpha) {
  return isRare(f) ? activateRare(f, x, alpha) : activate(f, x, alpha);
}
template <Activation f> inline F activateBackwardInline(F g, F s, F alpha) {
  return isRare(f) ? activateBackwardRare(f, g, s, alpha) : activateBackward(f, g, s, alpha);
}

/** One row of y = f(x). The activation is a constant of the type, so no branch is left in the loop. */
template <Activation f> struct ActivationRow {
  const float* x;
  float* y;
  F alpha;

  template <bool tail> void at(int64_t j, int, int n) {
    storePart<tail>(y + j, activateInline<f>(loadPart<tail>(x + j, n), alpha), n);
  }
};

template <Activation f> struct ActivationBackwardRow {
  const float* dy;
  const float* s;
  float* dx;
  F alpha;

  template <bool tail> void at(int64_t j, int, int n) {
    const F g = loadPart<tail>(dy + j, n);
    storePart<tail>(dx + j, activateBackwardInline<f>(g, loadPart<tail>(s + j, n), alpha), n);
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
    activationRows<Activation::Silu>,      activationRows<Activation::Selu>,
    activationRows<Activation::Relu6>,     activationRows<Activation::HardSigmoid>,
    activationRows<Activation::HardSwish>, activationRows<Activation::Mish>,
    activationRows<Activation::Softsign>,  activationRows<Activation::Exponential>,
    activationRows<Activation::Celu>,
};
constexpr RowsFn kActivationBackwardRows[] = {
    activationBackwardRows<Activation::Linear>,    activationBackwardRows<Activation::Relu>,
    activationBackwardRows<Activation::LeakyRelu>, activationBackwardRows<Activation::Elu>,
    activationBackwardRows<Activation::Gelu>,      activationBackwardRows<Activation::Sigmoid>,
    activationBackwardRows<Activation::Tanh>,      activationBackwardRows<Activation::Softplus>,
    activationBackwardRows<Activation::Silu>,      activationBackwardRows<Activation::Selu>,
    activationBackwardRows<Activation::Relu6>,     activationBackwardRows<Activation::HardSigmoid>,
    activationBackwardRows<Activation::HardSwish>, activationBackwardRows<Activation::Mish>,
    activationBackwardRows<Activation::Softsign>,  activationBackwardRows<Activation::Exponential>,
    activationBackwardRows<Activation::Celu>,
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
