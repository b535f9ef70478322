// Updates of the weights: sgd, momentum, rmsprop, adam. One pass over w, its gradient and its state; wT is written
// from the same rows while they are in cache. Formulas: the contract.
#pragma once
#include "../kernel.inl"
#include "../columns.inl"
#include "../transpose.inl"

/** Rows and columns that are updated before they are transposed: 16 KB of w. A slice begins at a multiple of 16. */
constexpr int64_t kUpdateRows = 16;
constexpr int64_t kUpdateCols = 256;

/** The penalties' own gradient, added to that of the loss. */
struct WeightPenalty {
  F l1;
  F l2x2;
  bool hasL1;
  bool hasL2;

  WeightPenalty(float l1Value, float l2x2Value)
      : l1(splat(l1Value)), l2x2(splat(l2x2Value)), hasL1(l1Value != 0), hasL2(l2x2Value != 0) {}

  F gradient(F w, F g) const {
    const F g1 = hasL2 ? fma(l2x2, w, g) : g;
    if (!hasL1) return g1;
    return select(gt(w, zero()), add(g1, l1), select(lt(w, zero()), sub(g1, l1), g1));
  }
};

/** Notices NaN and infinity among new weights: without their sign bit, both exceed every finite number's bits. */
struct FiniteCheck {
  I largest = splatI(0);

  template <bool tail> void see(F w, int n) {
    const I bits = shl<1>(asInt(w));
    largest = maxU(largest, tail ? select(firstN(n), bits, splatI(0)) : bits);
  }
  int status() const {
    const I infinity = splatI(static_cast<int32_t>(0xff000000u));
    return any(geU(largest, infinity)) ? StatusParameterNotFinite : StatusOk;
  }
};

/** w ← fma(−lr, g₂, w). */
struct SgdRule {
  const Matrix& matrixW;
  const Matrix& matrixG;
  WeightPenalty penalty;
  F minusRate;
  float* w = nullptr;
  const float* g = nullptr;
  FiniteCheck check{};

  explicit SgdRule(const OpArgs& args)
      : matrixW(args.at(op_sgd::w)),
        matrixG(args.at(op_sgd::g)),
        penalty(args.scalar(op_sgd::l1_), args.scalar(op_sgd::l2x2_)),
        minusRate(splat(-args.registerF(RegLearningRate))) {}

  void place(int64_t row, int64_t col) {
    w = matrixW.f32(row) + col;
    g = matrixG.f32(row) + col;
  }
  template <bool tail> void at(int64_t j, int, int n) {
    const F old = loadPart<tail>(w + j, n);
    const F g2 = penalty.gradient(old, loadPart<tail>(g + j, n));
    const F next = fma(minusRate, g2, old);
    check.see<tail>(next, n);
    storePart<tail>(w + j, next, n);
  }
};

/** v ← fma(momentum, v, g₂); w ← fma(−lr, nesterov ? fma(momentum, v, g₂) : v, w). */
struct MomentumRule {
  const Matrix& matrixW;
  const Matrix& matrixG;
  const Matrix& matrixV;
  WeightPenalty penalty;
  F minusRate;
  F momentum;
  bool nesterov;
  float* w = nullptr;
  const float* g = nullptr;
  float* v = nullptr;
  FiniteCheck check{};

  explicit MomentumRule(const OpArgs& args)
      : matrixW(args.at(op_momentum::w)),
        matrixG(args.at(op_momentum::g)),
        matrixV(args.at(op_momentum::v)),
        penalty(args.scalar(op_momentum::l1_), args.scalar(op_momentum::l2x2_)),
        minusRate(splat(-args.registerF(RegLearningRate))),
        momentum(splat(args.scalar(op_momentum::momentum_))),
        nesterov(args.scalars[op_momentum::nesterov_] != 0) {}

  void place(int64_t row, int64_t col) {
    w = matrixW.f32(row) + col;
    g = matrixG.f32(row) + col;
    v = matrixV.f32(row) + col;
  }
  template <bool tail> void at(int64_t j, int, int n) {
    const F old = loadPart<tail>(w + j, n);
    const F g2 = penalty.gradient(old, loadPart<tail>(g + j, n));
    const F velocity = fma(momentum, loadPart<tail>(v + j, n), g2);
    const F next = fma(minusRate, nesterov ? fma(momentum, velocity, g2) : velocity, old);
    check.see<tail>(next, n);
    storePart<tail>(v + j, velocity, n);
    storePart<tail>(w + j, next, n);
  }
};

/** v ← fma(rho, v, (oneMinusRho·g₂)·g₂); w ← w − (lr·g₂) / (√v + epsilon). */
struct RmspropRule {
  const Matrix& matrixW;
  const Matrix& matrixG;
  const Matrix& matrixV;
  WeightPenalty penalty;
  F rate;
  F rho;
  F oneMinusRho;
  F epsilon;
  float* w = nullptr;
  const float* g = nullptr;
  float* v = nullptr;
  FiniteCheck check{};

  explicit RmspropRule(const OpArgs& args)
      : matrixW(args.at(op_rmsprop::w)),
        matrixG(args.at(op_rmsprop::g)),
        matrixV(args.at(op_rmsprop::v)),
        penalty(args.scalar(op_rmsprop::l1_), args.scalar(op_rmsprop::l2x2_)),
        rate(splat(args.registerF(RegLearningRate))),
        rho(splat(args.scalar(op_rmsprop::rho_))),
        oneMinusRho(splat(args.scalar(op_rmsprop::oneMinusRho_))),
        epsilon(splat(args.scalar(op_rmsprop::epsilon_))) {}

  void place(int64_t row, int64_t col) {
    w = matrixW.f32(row) + col;
    g = matrixG.f32(row) + col;
    v = matrixV.f32(row) + col;
  }
  template <bool tail> void at(int64_t j, int, int n) {
    const F old = loadPart<tail>(w + j, n);
    const F g2 = penalty.gradient(old, loadPart<tail>(g + j, n));
    const F meanSquare = fma(rho, loadPart<tail>(v + j, n), mul(mul(oneMinusRho, g2), g2));
    const F next = sub(old, div(mul(rate, g2), add(sqrt(meanSquare), epsilon)));
    check.see<tail>(next, n);
    storePart<tail>(v + j, meanSquare, n);
    storePart<tail>(w + j, next, n);
  }
};

/** m, v and w as Kingma & Ba; bias corrections come as registers, decay is decoupled. */
struct AdamRule {
  const Matrix& matrixW;
  const Matrix& matrixG;
  const Matrix& matrixM;
  const Matrix& matrixV;
  WeightPenalty penalty;
  F stepSize;
  F inverseSqrtBias2;
  F beta1;
  F oneMinusBeta1;
  F beta2;
  F oneMinusBeta2;
  F epsilon;
  F minusDecay;
  bool decays;
  float* w = nullptr;
  const float* g = nullptr;
  float* m = nullptr;
  float* v = nullptr;
  FiniteCheck check{};

  explicit AdamRule(const OpArgs& args)
      : matrixW(args.at(op_adam::w)),
        matrixG(args.at(op_adam::g)),
        matrixM(args.at(op_adam::m)),
        matrixV(args.at(op_adam::v)),
        penalty(args.scalar(op_adam::l1_), args.scalar(op_adam::l2x2_)),
        stepSize(splat(args.registerF(RegStepSize))),
        inverseSqrtBias2(splat(args.registerF(RegInverseSqrtBias2))),
        beta1(splat(args.scalar(op_adam::beta1_))),
        oneMinusBeta1(splat(args.scalar(op_adam::oneMinusBeta1_))),
        beta2(splat(args.scalar(op_adam::beta2_))),
        oneMinusBeta2(splat(args.scalar(op_adam::oneMinusBeta2_))),
        epsilon(splat(args.scalar(op_adam::epsilon_))),
        minusDecay(neg(mul(splat(args.registerF(RegLearningRate)), splat(args.scalar(op_adam::weightDecay_))))),
        decays(args.scalar(op_adam::weightDecay_) != 0) {}

  void place(int64_t row, int64_t col) {
    w = matrixW.f32(row) + col;
    g = matrixG.f32(row) + col;
    m = matrixM.f32(row) + col;
    v = matrixV.f32(row) + col;
  }
  template <bool tail> void at(int64_t j, int, int n) {
    const F old = loadPart<tail>(w + j, n);
    const F g2 = penalty.gradient(old, loadPart<tail>(g + j, n));
    const F decayed = decays ? fma(minusDecay, old, old) : old;
    const F mean = fma(beta1, loadPart<tail>(m + j, n), mul(oneMinusBeta1, g2));
    const F meanSquare = fma(beta2, loadPart<tail>(v + j, n), mul(mul(oneMinusBeta2, g2), g2));
    const F spread = fma(sqrt(meanSquare), inverseSqrtBias2, epsilon);
    const F next = sub(decayed, div(mul(stepSize, mean), spread));
    check.see<tail>(next, n);
    storePart<tail>(m + j, mean, n);
    storePart<tail>(v + j, meanSquare, n);
    storePart<tail>(w + j, next, n);
  }
};

/** Applies a rule to rows `[begin, end)` of w, and writes their columns of wT where it is given. */
template <class Rule>
inline int updateRows(const OpArgs& args, const Matrix& w, const Matrix& wT, int64_t begin, int64_t end) {
  Rule rule(args);
  for (int64_t top = begin; top < end; top += kUpdateRows) {
    const int64_t rows = end - top < kUpdateRows ? end - top : kUpdateRows;
    for (int64_t left = 0; left < w.cols; left += kUpdateCols) {
      const int64_t cols = w.cols - left < kUpdateCols ? w.cols - left : kUpdateCols;
      for (int64_t i = top; i < top + rows; ++i) {
        rule.place(i, left);
        eachVector(cols, rule);
      }
      if (!wT.given()) continue;
      transposeMatrix(w.f32(top) + left, w.rowStride, wT.f32(left) + top, wT.rowStride, rows, cols);
    }
  }
  return rule.check.status();
}

/** Range of each: rows of w. */
inline int op_sgd(const OpArgs& args, int64_t begin, int64_t end) {
  return updateRows<SgdRule>(args, args.at(op_sgd::w), args.at(op_sgd::wT), begin, end);
}
inline int op_momentum(const OpArgs& args, int64_t begin, int64_t end) {
  return updateRows<MomentumRule>(args, args.at(op_momentum::w), args.at(op_momentum::wT), begin, end);
}
inline int op_rmsprop(const OpArgs& args, int64_t begin, int64_t end) {
  return updateRows<RmspropRule>(args, args.at(op_rmsprop::w), args.at(op_rmsprop::wT), begin, end);
}
inline int op_adam(const OpArgs& args, int64_t begin, int64_t end) {
  return updateRows<AdamRule>(args, args.at(op_adam::w), args.at(op_adam::wT), begin, end);
}
