// What all updates of weights share: the gradient of the penalties, decay, the search for NaN and infinity, and the
// walk over w, its gradient and the optimizer's arrays. wT is written from the same rows while they are in cache.
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

/** w₁: decay that does not pass through the gradient. */
struct WeightDecay {
  F minusDecay;
  bool decays;

  WeightDecay(float rate, float weightDecay)
      : minusDecay(neg(mul(splat(rate), splat(weightDecay)))), decays(weightDecay != 0) {}

  F of(F w) const { return decays ? fma(minusDecay, w, w) : w; }
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

/** b if either is NaN. */
inline F larger(F a, F b) { return select(gt(a, b), a, b); }

/** A register that a layer's own rate scales: the product in float64, rounded once. */
inline float scaledRegister(const OpArgs& args, Register r) {
  return static_cast<float>(args.registers[r] * args.scalars[op_sgd::rateScale_]);
}

/** The operands and scalars of every update have the places that they have in sgd; its arrays follow g. */
#define STEEPEST_IS_UPDATE(kind)                                                                                 \
  static_assert(kind::w == op_sgd::w && kind::wT == op_sgd::wT && kind::g == op_sgd::g, "an update's operands"); \
  static_assert(kind::l1_ == op_sgd::l1_ && kind::l2x2_ == op_sgd::l2x2_, "an update's penalties");              \
  static_assert(kind::rateScale_ == op_sgd::rateScale_ && kind::weightDecay_ == op_sgd::weightDecay_, "its scalars")

/** Vectors of an optimizer's arrays at one place. */
template <int count> struct StateVectors {
  F of[count > 0 ? count : 1];
};

/**
 * Applies a rule to rows `[begin, end)` of w, and writes their columns of wT where it is given. A rule has kStates
 * arrays, whose operands `Rule::operand(i)` are, and computes
 * `F next(F w1, F g2, StateVectors<kStates>& states)`: the new w, and the arrays' new values, none of them denormal.
 */
template <class Rule> struct Update {
  static constexpr int kStates = Rule::kStates;
  const Rule rule;
  const Matrix& matrixW;
  const Matrix& matrixG;
  const Matrix* matrices[kStates > 0 ? kStates : 1];
  const WeightPenalty penalty;
  const WeightDecay decay;
  float* w = nullptr;
  const float* g = nullptr;
  float* states[kStates > 0 ? kStates : 1];
  FiniteCheck check{};

  explicit Update(const OpArgs& args)
      : rule(args),
        matrixW(args.at(op_sgd::w)),
        matrixG(args.at(op_sgd::g)),
        penalty(args.scalar(op_sgd::l1_), args.scalar(op_sgd::l2x2_)),
        decay(scaledRegister(args, RegLearningRate), args.scalar(op_sgd::weightDecay_)) {
    for (int i = 0; i < kStates; ++i) matrices[i] = &args.at(Rule::operand(i));
  }

  void place(int64_t row, int64_t col) {
    w = matrixW.f32(row) + col;
    g = matrixG.f32(row) + col;
    for (int i = 0; i < kStates; ++i) states[i] = matrices[i]->f32(row) + col;
  }
  template <bool tail> void at(int64_t j, int, int n) {
    const F old = loadPart<tail>(w + j, n);
    const F g2 = penalty.gradient(old, loadPart<tail>(g + j, n));
    StateVectors<kStates> vectors;
    STEEPEST_UNROLL
    for (int i = 0; i < kStates; ++i) vectors.of[i] = loadPart<tail>(states[i] + j, n);
    const F next = flushDenormal(rule.next(decay.of(old), g2, vectors));
    check.see<tail>(next, n);
    STEEPEST_UNROLL
    for (int i = 0; i < kStates; ++i) storePart<tail>(states[i] + j, vectors.of[i], n);
    storePart<tail>(w + j, next, n);
  }
};

/** Range: rows of w. */
template <class Rule> inline int updateRows(const OpArgs& args, int64_t begin, int64_t end) {
  const Matrix& w = args.at(op_sgd::w);
  const Matrix& wT = args.at(op_sgd::wT);
  Update<Rule> update(args);
  for (int64_t top = begin; top < end; top += kUpdateRows) {
    const int64_t rows = end - top < kUpdateRows ? end - top : kUpdateRows;
    for (int64_t left = 0; left < w.cols; left += kUpdateCols) {
      const int64_t cols = w.cols - left < kUpdateCols ? w.cols - left : kUpdateCols;
      for (int64_t i = top; i < top + rows; ++i) {
        update.place(i, left);
        eachVector(cols, update);
      }
      if (!wT.given()) continue;
      transposeMatrix(w.f32(top) + left, w.rowStride, wT.f32(left) + top, wT.rowStride, rows, cols);
    }
  }
  return update.check.status();
}
