#include "shapes.h"

#include <cstdio>
#include <initializer_list>

namespace steepest {
namespace {

/** Rows of a weight matrix per block of the penalty op. */
constexpr int64_t kPenaltyBlockRows = 16;
/** Columns that r2Terms writes for each column of y. */
constexpr int64_t kR2Terms = 3;
/** Columns of a QR factorisation come in panels. */
constexpr int64_t kQrPanelCols = 8;
/** An index holds row numbers as 32-bit words. */
constexpr int64_t kIndexLimit = int64_t{1} << 32;

enum Side { Rows, Cols };

GemmBatch batchOf(const DecodedOp& op) {
  return static_cast<GemmBatch>(static_cast<int>(op.args.scalars[op_gemm::batch_]));
}

/** The rules of one op. After the first that fails, the others are not looked at. */
class Shapes {
 public:
  Shapes(const DecodedOp& op, int64_t maxRows, Refusal& refusal) : op_(op), maxRows_(maxRows), refusal_(refusal) {}

  bool ok() const { return ok_; }
  int64_t side(int operand, Side side) const { return side == Rows ? op_.at(operand).rows : op_.at(operand).cols; }
  bool has(int operand) const { return op_.at(operand).given(); }

  void exactly(int operand, Side which, int64_t count) {
    if (ok_ && has(operand) && side(operand, which) != count) refuse(operand, which, "", count);
  }
  void atLeast(int operand, Side which, int64_t count) {
    if (ok_ && has(operand) && side(operand, which) < count) refuse(operand, which, "at least ", count);
  }
  void atMost(int operand, Side which, int64_t count) {
    if (ok_ && has(operand) && side(operand, which) > count) refuse(operand, which, "at most ", count);
  }

  void multiple(int operand, Side which, int64_t unit) {
    if (ok_ && side(operand, which) % unit != 0) refuse(operand, which, "a multiple of ", unit);
  }

  /** Matrices of the mini-batch: room for maxRows rows, and the same number of columns. */
  void batch(int first, std::initializer_list<int> others = {}) {
    atLeast(first, Rows, maxRows_);
    for (const int other : others) {
      atLeast(other, Rows, maxRows_);
      exactly(other, Cols, side(first, Cols));
    }
  }
  /** A column of the mini-batch, such as the loss of each row. */
  void batchColumn(int operand) {
    atLeast(operand, Rows, maxRows_);
    atLeast(operand, Cols, 1);
  }
  void vector(int operand) { exactly(operand, Rows, 1); }
  /** Matrices with a column for each row of the mini-batch, and the same number of rows. */
  void transposedBatch(int first, std::initializer_list<int> others = {}) {
    atLeast(first, Cols, maxRows_);
    for (const int other : others) {
      atLeast(other, Cols, maxRows_);
      exactly(other, Rows, side(first, Rows));
    }
  }
  /** A vector with an element for each row of the mini-batch. */
  void batchVector(int operand) {
    vector(operand);
    atLeast(operand, Cols, maxRows_);
  }
  /** Matrices of the very same shape. */
  void same(int first, std::initializer_list<int> others) {
    for (const int other : others) {
      exactly(other, Rows, side(first, Rows));
      exactly(other, Cols, side(first, Cols));
    }
  }
  /** Exactly one of labels and target is there, and fits the scores. */
  void classes(int scores, int labels, int target) {
    if (ok_ && has(labels) == has(target)) {
      expect("exactly one of labels and target");
      ok_ = refusal_.give("%s", has(labels) ? "both" : "neither");
    }
    if (has(labels)) batchVector(labels);
    batch(scores, {target});
    atLeast(scores, Cols, 1);
  }
  /** An optional operand that a scalar makes necessary. */
  void needs(int operand, bool needed) {
    if (!ok_ || !needed || has(operand)) return;
    expect("operand %s, as its scalars say", op_.schema().operands[operand].name);
    ok_ = refusal_.give("none");
  }

 private:
  template <class... Args> void expect(const char* format, Args... args) {
    char what[96];
    std::snprintf(what, sizeof what, format, args...);
    refusal_.expect("op %lld (%s): %s", static_cast<long long>(op_.number), op_.schema().name, what);
  }
  void refuse(int operand, Side which, const char* relation, int64_t count) {
    const char* name = op_.schema().operands[operand].name;
    const char* unit = which == Rows ? "rows" : "cols";
    expect("operand %s with %s%lld %s", name, relation, static_cast<long long>(count), unit);
    ok_ = refusal_.give("%lld", static_cast<long long>(side(operand, which)));
  }

  const DecodedOp& op_;
  const int64_t maxRows_;
  Refusal& refusal_;
  bool ok_ = true;
};

void checkGemm(Shapes& s, const DecodedOp& op, int64_t maxRows) {
  using namespace op_gemm;
  s.exactly(a, Rows, s.side(c, Rows));
  s.exactly(b, Cols, s.side(c, Cols));
  s.exactly(b, Rows, s.side(a, Cols));
  s.vector(bias);
  s.exactly(bias, Cols, s.side(c, Cols));
  s.same(c, {d});
  s.needs(bias, op.args.scalars[init_] == static_cast<int>(GemmInit::Bias));
  s.needs(d, op.args.scalars[epilogue_] == static_cast<int>(GemmEpilogue::Derivative));
  if (batchOf(op) == GemmBatch::M) s.atLeast(c, Rows, maxRows);
  if (batchOf(op) == GemmBatch::K) s.atLeast(a, Cols, maxRows);
}

/** Updates have w, wT and g in the same places. */
void checkUpdate(Shapes& s, std::initializer_list<int> state) {
  using namespace op_sgd;
  s.same(w, {g});
  s.same(w, state);
  s.exactly(wT, Rows, s.side(w, Cols));
  s.exactly(wT, Cols, s.side(w, Rows));
}

void checkLoss(Shapes& s, int scores, std::initializer_list<int> others, int rowLoss) {
  s.batch(scores, others);
  s.batchColumn(rowLoss);
}

/** The rules of ops that move rows or sum over them. */
void checkMoves(Shapes& s, OpKind kind) {
  switch (kind) {
    case OpKind::GatherRows: {
      using namespace op_gatherRows;
      s.batch(dst);
      s.exactly(src, Cols, s.side(dst, Cols));
      return s.vector(index);
    }
    case OpKind::GatherLabels: {
      using namespace op_gatherLabels;
      s.batchVector(dst);
      s.vector(src);
      return s.vector(index);
    }
    case OpKind::CopyRows: {
      using namespace op_copyRows;
      s.batch(src);
      return s.exactly(dst, Cols, s.side(src, Cols));
    }
    case OpKind::BiasGradient: {
      using namespace op_biasGradient;
      s.batch(dz);
      s.vector(db);
      return s.exactly(db, Cols, s.side(dz, Cols));
    }
    case OpKind::RowSums: {
      using namespace op_rowSums;
      s.batchColumn(stats);
      s.vector(totals);
      s.exactly(totals, Cols, s.side(stats, Cols));
      return s.vector(penalty);
    }
    case OpKind::Shuffle: {
      s.vector(op_shuffle::index);
      return s.atMost(op_shuffle::index, Cols, kIndexLimit);
    }
    case OpKind::Penalty: {
      using namespace op_penalty;
      s.vector(partial);
      return s.exactly(partial, Cols, (s.side(w, Rows) + kPenaltyBlockRows - 1) / kPenaltyBlockRows);
    }
    default:
      return;
  }
}

/** The rules of least squares. */
void checkLeastSquares(Shapes& s, OpKind kind) {
  switch (kind) {
    case OpKind::GatherDesign: {
      using namespace op_gatherDesign;
      s.batch(dst);
      s.vector(weight);
      s.exactly(y, Rows, s.side(x, Rows));
      s.exactly(weight, Cols, s.side(x, Rows));
      // A column more, for the intercept: the rule is the same with and without one.
      return s.atLeast(dst, Cols, 1 + s.side(x, Cols) + s.side(y, Cols));
    }
    case OpKind::QrFold: {
      using namespace op_qrFold;
      s.batch(a);
      s.multiple(r, Cols, kQrPanelCols);
      s.exactly(r, Rows, s.side(r, Cols));
      return s.exactly(a, Cols, s.side(r, Cols));
    }
    case OpKind::TriangularSolve: {
      using namespace op_triangularSolve;
      s.exactly(r, Rows, s.side(r, Cols));
      return s.exactly(b, Rows, s.side(r, Cols));
    }
    case OpKind::NormalResidual: {
      using namespace op_normalResidual;
      s.exactly(y, Rows, s.side(x, Rows));
      s.vector(weight);
      s.exactly(weight, Cols, s.side(x, Rows));
      s.exactly(coef, Rows, s.side(y, Cols));
      s.exactly(coef, Cols, s.side(x, Cols));
      s.vector(intercept);
      s.exactly(intercept, Cols, s.side(y, Cols));
      s.exactly(moments, Rows, 2 * s.side(y, Cols));
      return s.exactly(moments, Cols, 1 + s.side(x, Cols));
    }
    case OpKind::JacobiRows: {
      using namespace op_jacobiRows;
      s.exactly(b, Rows, s.side(a, Rows));
      s.vector(sweeps);
      return s.exactly(sweeps, Cols, 1);
    }
    default:
      return;
  }
}

/** The rules of losses and metrics. */
void checkLosses(Shapes& s, OpKind kind) {
  switch (kind) {
    case OpKind::SoftmaxCrossEntropy: {
      using namespace op_softmaxCrossEntropy;
      s.classes(z, labels, target);
      return checkLoss(s, z, {p, dz}, rowLoss);
    }
    case OpKind::SigmoidCrossEntropy: {
      using namespace op_sigmoidCrossEntropy;
      return checkLoss(s, z, {target, p, dz}, rowLoss);
    }
    case OpKind::CategoricalCrossEntropy: {
      using namespace op_categoricalCrossEntropy;
      s.classes(p, labels, target);
      return checkLoss(s, p, {dp}, rowLoss);
    }
    case OpKind::BinaryCrossEntropy: {
      using namespace op_binaryCrossEntropy;
      return checkLoss(s, p, {target, dp}, rowLoss);
    }
    case OpKind::MeanSquaredError:
    case OpKind::MeanAbsoluteError: {
      using namespace op_meanSquaredError;
      return checkLoss(s, y, {target, dy}, rowLoss);
    }
    case OpKind::ArgmaxAccuracy: {
      using namespace op_argmaxAccuracy;
      s.classes(p, labels, target);
      return s.batchColumn(out);
    }
    case OpKind::ThresholdAccuracy: {
      using namespace op_thresholdAccuracy;
      return checkLoss(s, p, {target}, out);
    }
    case OpKind::WeightRows: {
      using namespace op_weightRows;
      s.batchColumn(weights);
      if (s.has(dz)) s.batch(dz);
      return s.batchColumn(rowLoss);
    }
    case OpKind::R2Terms: {
      using namespace op_r2Terms;
      s.batch(y, {target});
      s.vector(shift);
      s.exactly(shift, Cols, s.side(y, Cols));
      s.batch(out);
      return s.exactly(out, Cols, kR2Terms * s.side(y, Cols));
    }
    default:
      return;
  }
}

/** The rules of linear models in float64. */
void checkLinear(Shapes& s, OpKind kind) {
  switch (kind) {
    case OpKind::LinearScores: {
      using namespace op_linearScores;
      s.transposedBatch(z);
      s.exactly(w, Rows, s.side(z, Rows));
      s.exactly(x, Cols, s.side(w, Cols));
      s.vector(bias);
      return s.exactly(bias, Cols, s.side(w, Rows));
    }
    case OpKind::LogisticLoss: {
      using namespace op_logisticLoss;
      s.transposedBatch(z, {p, dz});
      s.atLeast(z, Rows, 1);
      s.vector(labels);
      s.vector(weights);
      s.vector(totals);
      return s.atLeast(totals, Cols, 1);
    }
    case OpKind::LinearGradient: {
      using namespace op_linearGradient;
      s.transposedBatch(dz);
      s.exactly(dw, Rows, s.side(dz, Rows));
      s.exactly(x, Cols, s.side(dw, Cols));
      s.vector(db);
      return s.exactly(db, Cols, s.side(dw, Rows));
    }
    case OpKind::CurvatureRows: {
      using namespace op_curvatureRows;
      s.transposedBatch(out);
      s.exactly(out, Rows, s.side(x, Cols) + 1);
      s.batchVector(pk);
      if (s.has(pl)) s.batchVector(pl);
      return s.vector(weights);
    }
    default:
      return;
  }
}

void checkOperands(Shapes& s, const DecodedOp& op, int64_t maxRows) {
  switch (op.kind) {
    case OpKind::Gemm:
      return checkGemm(s, op, maxRows);
    case OpKind::Activation:
    case OpKind::ScaleShift:
    case OpKind::Dropout:
    case OpKind::Softmax:  // All have x and y in the same places.
      return s.batch(op_activation::x, {op_activation::y});
    case OpKind::ActivationBackward:
      return s.batch(op_activationBackward::dx, {op_activationBackward::dy, op_activationBackward::s});
    case OpKind::SoftmaxBackward:
      return s.batch(op_softmaxBackward::dx, {op_softmaxBackward::dy, op_softmaxBackward::y});
    case OpKind::Sgd:
      return checkUpdate(s, {});
    case OpKind::Momentum:
      return checkUpdate(s, {op_momentum::v});
    case OpKind::Rmsprop:
      return checkUpdate(s, {op_rmsprop::v});
    case OpKind::Adam:
      return checkUpdate(s, {op_adam::m, op_adam::v});
    default:
      checkMoves(s, op.kind);
      checkLosses(s, op.kind);
      checkLinear(s, op.kind);
      checkLeastSquares(s, op.kind);
  }
}

/** Ops whose result is one whole, so that ranks cannot share them. */
bool isIndivisible(OpKind kind) {
  return kind == OpKind::RowSums || kind == OpKind::Shuffle || kind == OpKind::LogisticLoss || kind == OpKind::QrFold ||
         kind == OpKind::JacobiRows || kind == OpKind::NormalResidual;
}

bool checkSplit(const DecodedOp& op, Refusal& refusal) {
  const long long number = static_cast<long long>(op.number);
  const int64_t range = rangeOf(op);
  if (op.split == Split::Rows && (range != kBatchRange || isIndivisible(op.kind))) {
    refusal.expect("op %lld (%s): a split other than rows, as its range is not the mini-batch", number,
                   op.schema().name);
    return refusal.give("rows");
  }
  if (op.split != Split::Slice) return true;
  if (isIndivisible(op.kind)) {
    refusal.expect("op %lld (%s): split all or first", number, op.schema().name);
    return refusal.give("slice");
  }
  if (range != kBatchRange && op.end > range) {
    refusal.expect("op %lld (%s): a slice within [0, %lld)", number, op.schema().name, static_cast<long long>(range));
    return refusal.give("[%lld, %lld)", static_cast<long long>(op.begin), static_cast<long long>(op.end));
  }
  return true;
}

}  // namespace

int64_t rangeOf(const DecodedOp& op) {
  switch (op.kind) {
    case OpKind::Gemm:
      return batchOf(op) == GemmBatch::M ? kBatchRange : op.at(op_gemm::c).rows;
    case OpKind::BiasGradient:
      return op.at(op_biasGradient::db).cols;
    case OpKind::Penalty:
      return op.at(op_penalty::partial).cols;
    case OpKind::Sgd:
    case OpKind::Momentum:
    case OpKind::Rmsprop:
    case OpKind::Adam:
      return op.at(op_sgd::w).rows;
    case OpKind::Shuffle:
      return op.at(op_shuffle::index).cols;
    case OpKind::LinearGradient:
      return op.at(op_linearGradient::dw).rows;
    case OpKind::TriangularSolve:
      return op.at(op_triangularSolve::b).cols;
    case OpKind::JacobiRows:
      return op.at(op_jacobiRows::a).rows;
    default:
      return kBatchRange;
  }
}

bool checkShapes(const DecodedOp& op, int64_t maxRows, Refusal& refusal) {
  Shapes shapes(op, maxRows, refusal);
  checkOperands(shapes, op, maxRows);
  return shapes.ok() && checkSplit(op, refusal);
}

}  // namespace steepest
