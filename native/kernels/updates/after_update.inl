// What happens to parameters after their update: constraints, transposes and averages. Formulas: the contract.
#pragma once
#include "../kernel.inl"
#include "../columns.inl"
#include "gradients.inl"

constexpr int64_t kConstrainedCols = 16;
/** Keras's epsilon: a norm of 0 divides nothing. */
constexpr double kNormEpsilon = 1e-7;

/** A constraint on the elements of w. */
struct Constraint {
  const Matrix& w;
  const Matrix& wT;
  ConstraintKind kind;
  double limit;

  double factorOf(double squares) const {
    const double norm = std::sqrt(squares);
    const double wanted = kind == ConstraintKind::UnitNorm ? 1 : norm < limit ? norm : limit;
    return wanted / (kNormEpsilon + norm);
  }
  void scale(int64_t i, int64_t j, double factor) const {
    float* at = w.f32(i) + j;
    const float old = *at;
    const float next = kind != ConstraintKind::NonNeg ? static_cast<float>(static_cast<double>(old) * factor)
                       : old < 0                      ? 0.0f
                                                      : old;
    *at = next;
    if (wT.given()) wT.f32(j)[i] = next;
  }
  void row(int64_t i, double factor) const {
    for (int64_t j = 0; j < w.cols; ++j) scale(i, j, factor);
  }
  void columns(int64_t first, int64_t last) const {
    double factors[kConstrainedCols] = {};
    for (int64_t i = 0; i < w.rows; ++i) {
      const float* from = w.f32(i);
      for (int64_t j = first; j < last; ++j) {
        // The product is exact, so a fused multiply-add rounds alike.
        const double value = static_cast<double>(from[j]);
        factors[j - first] += value * value;
      }
    }
    for (int64_t j = first; j < last; ++j) factors[j - first] = factorOf(factors[j - first]);
    for (int64_t i = 0; i < w.rows; ++i) {
      for (int64_t j = first; j < last; ++j) scale(i, j, factors[j - first]);
    }
  }
};

/** Range: blocks of columns, rows, or 0 … 1. */
inline int op_constrain(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_constrain;
  const Matrix& weights = args.at(w);
  const Constraint rule{weights, args.at(wT), static_cast<ConstraintKind>(static_cast<int>(args.scalars[constraint_])),
                        args.scalars[limit_]};
  switch (static_cast<Constrained>(static_cast<int>(args.scalars[over_]))) {
    case Constrained::Columns:
      for (int64_t b = begin; b < end; ++b) {
        const int64_t last = (b + 1) * kConstrainedCols;
        rule.columns(b * kConstrainedCols, last < weights.cols ? last : weights.cols);
      }
      break;
    case Constrained::Rows:
      for (int64_t i = begin; i < end; ++i) rule.row(i, rule.factorOf(rowSquares(weights.f32(i), weights.cols)));
      break;
    case Constrained::All: {
      double squares = 0;
      for (int64_t i = 0; i < weights.rows; ++i) squares += rowSquares(weights.f32(i), weights.cols);
      const double factor = rule.factorOf(squares);
      for (int64_t i = 0; i < weights.rows; ++i) rule.row(i, factor);
    }
  }
  return StatusOk;
}

/** wT ← wᵀ. Range: rows of w. */
inline int op_transposeRows(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_transposeRows;
  const Matrix& from = args.at(w);
  const Matrix& to = args.at(wT);
  transposeMatrix(from.f32(begin), from.rowStride, to.f32(0) + begin, to.rowStride, end - begin, from.cols);
  return StatusOk;
}

/** e ← d·e + (1 − d)·w. */
struct AverageRow {
  F keep;
  F share;
  const float* w = nullptr;
  float* e = nullptr;

  template <bool tail> void at(int64_t j, int, int n) {
    const F next = fma(keep, loadPart<tail>(e + j, n), mul(share, loadPart<tail>(w + j, n)));
    storePart<tail>(e + j, flushDenormal(next), n);
  }
};

/** Range: rows of w. */
inline int op_average(const OpArgs& args, int64_t begin, int64_t end) {
  using namespace op_average;
  const double decay = args.registers[RegAverageDecay];
  AverageRow row{splat(static_cast<float>(decay)), splat(static_cast<float>(1 - decay))};
  for (int64_t i = begin; i < end; ++i) {
    row.w = args.at(w).f32(i);
    row.e = args.at(e).f32(i);
    eachVector(args.at(w).cols, row);
  }
  return StatusOk;
}
