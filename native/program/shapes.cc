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

/** Rows of the mini-batch in a group of images. */
constexpr int64_t kGroupRows = 16;
/** Floats from one channel of a group of images to the next, see the contract. */
constexpr int64_t imagePlane(int64_t height, int64_t width) {
  const int64_t pixels = height * width;
  return (pixels % 32 == 0 ? pixels + 1 : pixels) * kGroupRows;
}
/** Bytes that hold 2 bits for each image of a group. */
constexpr int64_t kPackedIndexBytes = 4;
/** Elements of a pooling window that a byte can number. */
constexpr int64_t kWindowLimit = 256;

enum Side { Rows, Cols };

GemmBatch batchOf(const DecodedOp& op) {
  return static_cast<GemmBatch>(static_cast<int>(op.args.scalars[op_gemm::batch_]));
}

/** The rules of one op. After the first that fails, the others are not looked at. */
class Shapes {
 public:
  Shapes(const DecodedOp& op, int64_t maxRows, Refusal& refusal)
      : op_(op),
        maxGroups_((maxRows + kGroupRows - 1) / kGroupRows),
        maxRows_(op.split == Split::Groups ? maxGroups_ : maxRows),
        allRows_(maxRows),
        refusal_(refusal) {}

  bool ok() const { return ok_; }
  int64_t side(int operand, Side side) const {
    named_ |= 1u << operand;
    return side == Rows ? op_.at(operand).rows : op_.at(operand).cols;
  }
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
  /** Indices of 2 × 2 windows: 2 bits for each image and element. */
  void packedIndex(int operand, int64_t elements) {
    atLeast(operand, Rows, maxGroups_);
    exactly(operand, Cols, elements * kPackedIndexBytes);
  }

  /** Images: room for all groups, and so many elements each. */
  void images(int operand, int64_t channels, int64_t height, int64_t width) {
    atLeast(operand, Rows, maxGroups_);
    exactly(operand, Cols, channels * imagePlane(height, width));
  }
  /** Rows of the mini-batch, for an op on groups of them. */
  void allRows(int operand, int64_t cols) {
    atLeast(operand, Rows, allRows_);
    exactly(operand, Cols, cols);
  }
  /** A row for each group of the mini-batch. */
  void allGroups(int operand) { atLeast(operand, Rows, maxGroups_); }
  /** A scalar that is a whole number between two others. */
  int64_t whole(int index, int64_t least, int64_t most) {
    const double value = op_.args.scalars[index];
    const bool inRange = value >= static_cast<double>(least) && value <= static_cast<double>(most);
    if (ok_ && !(inRange && value == static_cast<double>(static_cast<int64_t>(value)))) {
      expect("scalar %d from %lld to %lld", index, static_cast<long long>(least), static_cast<long long>(most));
      ok_ = refusal_.give("%.17g", value);
    }
    return ok_ ? static_cast<int64_t>(value) : 1;
  }
  /** A condition of the op's own. */
  void require(bool holds, const char* what) {
    if (!ok_ || holds) return;
    expect("%s", what);
    ok_ = refusal_.give("something else");
  }
  bool isByGroups() const { return op_.split == Split::Groups; }
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
  /**
   * Refuses an operand that no rule has named: a kernel would go by the sizes of the others and read or write past its end.
   * So an op whose rules somebody forgot to write is never run.
   */
  void everyOperandNamed() {
    for (int operand = 0; ok_ && operand < op_.schema().operandCount; ++operand) {
      if (!has(operand) || (named_ >> operand & 1u) != 0) continue;
      expect("a rule in shapes.cc for operand %s", op_.schema().operands[operand].name);
      ok_ = refusal_.give("none");
    }
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
  const int64_t maxGroups_;
  /** Rows of batch matrices: groups for ops on images. */
  const int64_t maxRows_;
  const int64_t allRows_;
  Refusal& refusal_;
  bool ok_ = true;
  /** One bit for each operand that a rule has looked at. */
  mutable uint32_t named_ = 0;
  static_assert(kMaxOperands <= 32);
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
      s.atLeast(dst, Cols, 1 + s.side(x, Cols) + s.side(y, Cols));
      s.exactly(frame, Rows, 2);
      return s.exactly(frame, Cols, 1 + s.side(x, Cols) + s.side(y, Cols));
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

/** Sizes of images stay below this, so that products of a few of them fit 63 bits. */
constexpr int64_t kImageLimit = 1 << 15;

/** Sizes of images of an operand. */
struct ImageSizes {
  int64_t channels, height, width;

  int64_t elements() const { return channels * height * width; }
};

/** What a convolution reads and makes. */
struct ConvSizes {
  ImageSizes x, y;
};

/** All ops of a convolution have its scalars first. */
ConvSizes convSizes(Shapes& s, int weights) {
  using namespace op_conv2d;
  const auto size = [&](int scalar) { return s.whole(scalar, 1, kImageLimit); };
  const ImageSizes in = {size(channels_), size(height_), size(width_)};
  const ImageSizes out = {s.side(weights, Cols), size(outHeight_), size(outWidth_)};
  const int64_t kernelH = size(kernelH_);
  const int64_t kernelW = size(kernelW_);
  const int64_t top = s.whole(top_, 0, (kernelH - 1) * size(dilationH_));
  const int64_t left = s.whole(left_, 0, (kernelW - 1) * size(dilationW_));
  const int64_t groups = size(groups_);
  s.require((out.height - 1) * size(strideH_) - top < in.height && (out.width - 1) * size(strideW_) - left < in.width,
            "kernels that begin within the image");
  s.require(in.channels % groups == 0, "channels in equal groups");
  s.require(out.channels % groups == 0, "outputs in equal groups");
  s.exactly(weights, Rows, kernelH * kernelW * (in.channels / groups));
  return {in, out};
}

/** What Winograd's tiles are made for. */
void requireThreeByThree(Shapes& s) {
  using namespace op_conv2d;
  for (const int kernel : {kernelH_, kernelW_}) s.whole(kernel, 3, 3);
  for (const int one : {strideH_, strideW_, dilationH_, dilationW_, groups_}) s.whole(one, 1, 1);
}

ImageSizes halved(const ImageSizes& sizes) { return {sizes.channels, sizes.height / 2, sizes.width / 2}; }

void checkWeightsWinograd(Shapes& s) {
  using namespace op_conv2dWeightsWinograd;
  const auto size = [&](int scalar) { return s.whole(scalar, 1, kImageLimit); };
  const ImageSizes in = {size(channels_), size(height_), size(width_)};
  const ImageSizes out = {s.side(du, Cols), size(outHeight_), size(outWidth_)};
  const int64_t top = s.whole(top_, 0, 2);
  const int64_t left = s.whole(left_, 0, 2);
  s.require(out.height - 1 - top < in.height && out.width - 1 - left < in.width, "kernels that begin within the image");
  s.exactly(du, Rows, 16 * in.channels);
  s.images(x, in.channels, in.height, in.width);
  s.images(dz, out.channels, out.height, out.width);
}

/** What its tiles are made for: every tap inside the image, a step at a time. */
void checkMaxPoolWeights(Shapes& s) {
  using namespace op_conv2dMaxPoolWeights;
  const ConvSizes c = convSizes(s, dw);
  for (const int one : {strideH_, strideW_, dilationH_, dilationW_, groups_}) s.whole(one, 1, 1);
  for (const int none : {top_, left_}) s.whole(none, 0, 0);
  const int64_t kernelW = s.whole(kernelW_, 1, 5);
  const int64_t kernelH = s.whole(kernelH_, 1, kImageLimit);
  s.require(c.y.height + kernelH - 1 <= c.x.height && c.y.width + kernelW - 1 <= c.x.width, "kernels within the image");
  const ImageSizes pooled = halved(c.y);
  s.require(pooled.height > 0 && pooled.width > 0, "at least one window");
  s.images(x, c.x.channels, c.x.height, c.x.width);
  s.images(dy, pooled.channels, pooled.height, pooled.width);
  s.packedIndex(index, pooled.channels * pooled.height * pooled.width);
}

void checkConv(Shapes& s, const DecodedOp& op) {
  if (op.kind == OpKind::Conv2dWinograd || op.kind == OpKind::Conv2dMaxPoolWinograd ||
      op.kind == OpKind::Conv2dInputWinograd || op.kind == OpKind::Conv2dWeightsWinograd) {
    requireThreeByThree(s);
  }
  const auto images = [&](int operand, const ImageSizes& sizes) {
    s.images(operand, sizes.channels, sizes.height, sizes.width);
  };
  if (op.kind == OpKind::Conv2d || op.kind == OpKind::Conv2dWinograd || op.kind == OpKind::Conv2dRows) {  // The same operands and scalars.
    using namespace op_conv2d;
    const ConvSizes c = convSizes(s, w);
    if (op.kind != OpKind::Conv2dRows) {
      images(x, c.x);
      images(y, c.y);
    } else {
      s.allRows(x, c.x.elements());
      s.allRows(y, c.y.elements());
    }
    s.vector(bias);
    s.exactly(bias, Cols, c.y.channels);
  } else if (op.kind == OpKind::Conv2dInput || op.kind == OpKind::Conv2dInputWinograd) {
    namespace at = op_conv2dInput;
    const ConvSizes c = convSizes(s, at::w);
    images(at::dz, c.y);
    images(at::dx, c.x);
    if (s.has(at::s)) images(at::s, c.x);
  } else if (op.kind == OpKind::Conv2dWeights) {
    using namespace op_conv2dWeights;
    const ConvSizes c = convSizes(s, dw);
    images(x, c.x);
    images(dz, c.y);
  } else if (op.kind == OpKind::Conv2dWeightsWinograd) {
    checkWeightsWinograd(s);
  } else if (op.kind == OpKind::Conv2dMaxPoolWeights) {
    checkMaxPoolWeights(s);
  } else {
    using namespace op_conv2dMaxPool;
    const ConvSizes c = convSizes(s, w);
    const ImageSizes pooled = halved(c.y);
    s.require(pooled.height > 0 && pooled.width > 0, "at least one window");
    images(x, c.x);
    images(y, pooled);
    s.vector(bias);
    s.exactly(bias, Cols, c.y.channels);
    if (s.has(index)) s.packedIndex(index, pooled.channels * pooled.height * pooled.width);
  }
}

void checkMaxPool2x2Backward(Shapes& s) {
  namespace at = op_maxPool2x2Backward;
  const auto size = [&](int scalar) { return s.whole(scalar, 1, kImageLimit); };
  const ImageSizes whole = {size(at::channels_), size(at::height_), size(at::width_)};
  const ImageSizes pooled = halved(whole);
  s.require(pooled.height > 0 && pooled.width > 0, "at least one window");
  s.images(at::dz, whole.channels, whole.height, whole.width);
  s.images(at::dy, pooled.channels, pooled.height, pooled.width);
  s.packedIndex(at::index, pooled.channels * pooled.height * pooled.width);
  if (s.has(at::s)) s.images(at::s, pooled.channels, pooled.height, pooled.width);
}

/** Pooling: window sizes that fit, and every window with an element in the image. */
void checkPool(Shapes& s, OpKind kind) {
  using namespace op_maxPool2d;
  const int64_t channels = s.whole(channels_, 1, kImageLimit);
  const int64_t height = s.whole(height_, 1, kImageLimit);
  const int64_t width = s.whole(width_, 1, kImageLimit);
  const int64_t poolH = s.whole(poolH_, 1, kImageLimit);
  const int64_t poolW = s.whole(poolW_, 1, kImageLimit);
  const int64_t strideH = s.whole(strideH_, 1, kImageLimit);
  const int64_t strideW = s.whole(strideW_, 1, kImageLimit);
  const int64_t top = s.whole(top_, 0, poolH - 1);
  const int64_t left = s.whole(left_, 0, poolW - 1);
  const int64_t outHeight = s.whole(outHeight_, 1, kImageLimit);
  const int64_t outWidth = s.whole(outWidth_, 1, kImageLimit);
  s.require((outHeight - 1) * strideH - top < height && (outWidth - 1) * strideW - left < width,
            "windows that meet the image");
  const bool isMax = kind == OpKind::MaxPool2d || kind == OpKind::MaxPool2dBackward;
  s.require(!isMax || poolH * poolW <= kWindowLimit, "windows of at most 256 elements");
  if (kind == OpKind::MaxPool2d) {
    s.images(x, channels, height, width);
    s.images(y, channels, outHeight, outWidth);
    if (s.has(index)) s.images(index, channels, outHeight, outWidth);
  } else if (kind == OpKind::MaxPool2dBackward) {
    s.images(op_maxPool2dBackward::dx, channels, height, width);
    s.images(op_maxPool2dBackward::dy, channels, outHeight, outWidth);
    s.images(op_maxPool2dBackward::index, channels, outHeight, outWidth);
    if (s.has(op_maxPool2dBackward::s)) s.images(op_maxPool2dBackward::s, channels, outHeight, outWidth);
  } else if (kind == OpKind::MaxPool2dRows || kind == OpKind::AveragePool2dRows) {
    s.allRows(op_maxPool2dRows::x, channels * height * width);
    s.allRows(op_maxPool2dRows::y, channels * outHeight * outWidth);
  } else if (kind == OpKind::AveragePool2d) {
    s.images(op_averagePool2d::x, channels, height, width);
    s.images(op_averagePool2d::y, channels, outHeight, outWidth);
  } else {
    s.images(op_averagePool2dBackward::dx, channels, height, width);
    s.images(op_averagePool2dBackward::dy, channels, outHeight, outWidth);
  }
}

/** The rules of drawing windows and of gathering through them. */
void checkWindows(Shapes& s, OpKind kind) {
  if (kind == OpKind::DrawWindows) {
    using namespace op_drawWindows;
    const int64_t height = s.whole(height_, 1, kImageLimit);
    const int64_t width = s.whole(width_, 1, kImageLimit);
    s.batch(windows);
    s.exactly(windows, Cols, s.whole(outHeight_, 1, kImageLimit) + s.whole(outWidth_, 1, kImageLimit));
    s.atLeast(before, Rows, s.side(windows, Rows));
    s.exactly(before, Cols, height + width);
    for (const int least : {topLeast_, leftLeast_}) s.whole(least, -kImageLimit, kImageLimit);
    for (const int count : {topCount_, leftCount_}) s.whole(count, 1, 2 * kImageLimit);
    return;
  }
  using namespace op_gatherWindows;
  const int64_t channels = s.whole(channels_, 1, kImageLimit);
  const int64_t height = s.whole(height_, 1, kImageLimit);
  const int64_t width = s.whole(width_, 1, kImageLimit);
  const int64_t outHeight = s.whole(outHeight_, 1, kImageLimit);
  const int64_t outWidth = s.whole(outWidth_, 1, kImageLimit);
  s.exactly(src, Cols, channels * height * width);
  s.vector(index);
  s.allRows(windows, outHeight + outWidth);
  if (kind == OpKind::GatherImageWindows) return s.images(dst, channels, outHeight, outWidth);
  s.batch(dst);
  s.exactly(dst, Cols, channels * outHeight * outWidth);
}

/** The rules of ops on images. */
void checkImages(Shapes& s, const DecodedOp& op) {
  switch (op.kind) {
    case OpKind::GatherImages: {
      using namespace op_gatherImages;
      const int64_t channels = s.whole(channels_, 1, kImageLimit);
      const int64_t height = s.whole(height_, 1, kImageLimit);
      const int64_t width = s.whole(width_, 1, kImageLimit);
      s.images(dst, channels, height, width);
      s.exactly(src, Cols, channels * height * width);
      return s.vector(index);
    }
    case OpKind::DrawWindows:
    case OpKind::GatherWindows:
    case OpKind::GatherImageWindows:
      return checkWindows(s, op.kind);
    case OpKind::PadImages:
    case OpKind::PadRows: {  // The same operands and scalars.
      using namespace op_padImages;
      const int64_t channels = s.whole(channels_, 1, kImageLimit);
      const int64_t height = s.whole(height_, 1, kImageLimit);
      const int64_t width = s.whole(width_, 1, kImageLimit);
      const int64_t top = s.whole(top_, 0, kImageLimit);
      const int64_t left = s.whole(left_, 0, kImageLimit);
      const int64_t outHeight = s.whole(outHeight_, 1, kImageLimit);
      const int64_t outWidth = s.whole(outWidth_, 1, kImageLimit);
      s.require(top + height <= outHeight && left + width <= outWidth, "a padded image that holds the image");
      if (op.kind == OpKind::PadRows) {
        s.allRows(x, channels * height * width);
        return s.allRows(y, channels * outHeight * outWidth);
      }
      s.images(x, channels, height, width);
      return s.images(y, channels, outHeight, outWidth);
    }
    case OpKind::Conv2d:
    case OpKind::Conv2dRows:
    case OpKind::Conv2dInput:
    case OpKind::Conv2dWeights:
    case OpKind::Conv2dMaxPool:
    case OpKind::Conv2dWinograd:
    case OpKind::Conv2dMaxPoolWinograd:
    case OpKind::Conv2dInputWinograd:
    case OpKind::Conv2dWeightsWinograd:
    case OpKind::Conv2dMaxPoolWeights:
      return checkConv(s, op);
    case OpKind::WinogradGradient: {
      using namespace op_winogradGradient;
      const int64_t channels = s.side(dw, Rows) / 9;
      s.exactly(dw, Rows, 9 * channels);
      s.exactly(du, Rows, 16 * channels);
      return s.exactly(du, Cols, s.side(dw, Cols));
    }
    case OpKind::MaxPool2x2Backward:
      return checkMaxPool2x2Backward(s);
    case OpKind::ChannelSums: {
      using namespace op_channelSums;
      s.vector(db);
      return s.images(dz, s.side(db, Cols), s.whole(height_, 1, kImageLimit), s.whole(width_, 1, kImageLimit));
    }
    case OpKind::MaxPool2d:
    case OpKind::MaxPool2dBackward:
    case OpKind::AveragePool2d:
    case OpKind::AveragePool2dBackward:
    case OpKind::MaxPool2dRows:
    case OpKind::AveragePool2dRows:
      return checkPool(s, op.kind);
    case OpKind::ImagesToRows:
    case OpKind::RowsToImages: {
      using namespace op_imagesToRows;
      const int64_t channels = s.whole(channels_, 1, kImageLimit);
      const int64_t height = s.whole(height_, 1, kImageLimit);
      const int64_t width = s.whole(width_, 1, kImageLimit);
      const int64_t cols = channels * height * width;
      if (op.kind == OpKind::ImagesToRows) {
        s.images(x, channels, height, width);
        return s.allRows(y, cols);
      }
      s.allRows(op_rowsToImages::x, cols);
      if (s.has(op_rowsToImages::s)) s.images(op_rowsToImages::s, channels, height, width);
      return s.images(op_rowsToImages::y, channels, height, width);
    }
    default:
      return;
  }
}

/** Pixels of an image. */
constexpr int64_t kPixelLimit = kImageLimit * kImageLimit;

/** Images of so many channels and pixels, or with no pixels rows of so many columns. */
void checkSamples(Shapes& s, int64_t pixels, std::initializer_list<int> operands, int64_t channels) {
  s.require(channels > 0, "a channel or more");
  for (const int operand : operands) {
    if (!s.has(operand)) continue;
    if (pixels == 0) {
      s.allRows(operand, channels);
    } else {
      s.images(operand, channels, 1, pixels);
    }
  }
}

/** Float64 sums of groups: two for each channel. */
void checkSums(Shapes& s, int sums, int64_t channels) {
  s.allGroups(sums);
  s.exactly(sums, Cols, 2 * channels);
}

/** Optional vectors with a number for each channel. */
void checkVectors(Shapes& s, std::initializer_list<int> vectors, int64_t channels) {
  for (const int vector : vectors) {
    s.vector(vector);
    s.exactly(vector, Cols, channels);
  }
}

/** Columns of a row. */
constexpr int64_t kColumnLimit = int64_t{1} << 32;

/** The rules of batch normalisation. */
void checkBatchNorm(Shapes& s, const DecodedOp& op) {
  switch (op.kind) {
    case OpKind::GroupMoments: {
      using namespace op_groupMoments;
      const int64_t pixels = s.whole(pixels_, 0, kPixelLimit);
      const int64_t channels = s.side(sums, Cols) / 2;
      checkSums(s, sums, channels);
      return checkSamples(s, pixels, {x, dy}, channels);
    }
    case OpKind::MergeMoments: {
      using namespace op_mergeMoments;
      const int64_t channels = s.side(stats, Cols) / 2;
      s.whole(pixels_, 1, kPixelLimit);
      checkSums(s, sums, channels);
      return checkVectors(s, {stats}, 2 * channels);
    }
    case OpKind::MovingMoments: {
      using namespace op_movingMoments;
      const int64_t channels = s.side(mean, Cols);
      s.whole(pixels_, 1, kPixelLimit);
      checkSums(s, sums, channels);
      return checkVectors(s, {mean, variance}, channels);
    }
    case OpKind::FrozenMoments: {
      using namespace op_frozenMoments;
      const int64_t channels = s.side(mean, Cols);
      checkVectors(s, {mean, variance}, channels);
      return checkVectors(s, {stats}, 2 * channels);
    }
    case OpKind::Normalize: {
      using namespace op_normalize;
      const int64_t pixels = s.whole(pixels_, 0, kPixelLimit);
      const int64_t channels = s.side(stats, Cols) / 2;
      checkVectors(s, {stats}, 2 * channels);
      checkVectors(s, {gamma, beta}, channels);
      return checkSamples(s, pixels, {x, y}, channels);
    }
    case OpKind::MergeSlopes: {
      using namespace op_mergeSlopes;
      const int64_t channels = s.side(stats, Cols) / 2;
      s.whole(pixels_, 1, kPixelLimit);
      checkSums(s, sums, channels);
      return checkVectors(s, {stats, means}, 2 * channels);
    }
    case OpKind::NormalizeBackward: {
      using namespace op_normalizeBackward;
      const int64_t pixels = s.whole(pixels_, 0, kPixelLimit);
      const int64_t channels = s.side(stats, Cols) / 2;
      checkVectors(s, {stats, means}, 2 * channels);
      checkVectors(s, {gamma}, channels);
      return checkSamples(s, pixels, {x, dy, dx}, channels);
    }
    case OpKind::NormGradients: {
      using namespace op_normGradients;
      const int64_t channels = s.side(sums, Cols) / 2;
      checkSums(s, sums, channels);
      checkVectors(s, {stats}, 2 * channels);
      return checkVectors(s, {dGamma, dBeta}, channels);
    }
    case OpKind::FoldNorm: {
      using namespace op_foldNorm;
      s.same(w, {y});
      return checkVectors(s, {bias, mean, variance, gamma, beta, yBias}, s.side(w, Cols));
    }
    default:
      return;
  }
}

/** The rules of layer normalisation. */
void checkLayerNorm(Shapes& s, const DecodedOp& op) {
  if (op.kind == OpKind::LayerNorm) {
    using namespace op_layerNorm;
    const int64_t pixels = s.whole(pixels_, 0, kPixelLimit);
    const int64_t channels = s.whole(channels_, 1, kColumnLimit);
    checkSamples(s, pixels, {x, y}, channels);
    checkVectors(s, {gamma, beta}, channels);
    checkSamples(s, pixels, {stats}, 2);
  }
  if (op.kind == OpKind::LayerNormBackward) {
    using namespace op_layerNormBackward;
    const int64_t pixels = s.whole(pixels_, 0, kPixelLimit);
    const int64_t channels = s.whole(channels_, 1, kColumnLimit);
    checkSamples(s, pixels, {x, dy, dx}, channels);
    checkVectors(s, {gamma}, channels);
    checkSamples(s, pixels, {stats}, 2);
    if (s.has(sums)) checkSums(s, sums, channels);
  }
}

/** Ops on images, whose range is groups of them. */
bool isByGroups(OpKind kind) {
  switch (kind) {
    case OpKind::GroupMoments:
    case OpKind::Normalize:
    case OpKind::NormalizeBackward:
    case OpKind::LayerNorm:
    case OpKind::LayerNormBackward:
    case OpKind::GatherImages:
    case OpKind::PadImages:
    case OpKind::Conv2d:
    case OpKind::Conv2dInput:
    case OpKind::Conv2dMaxPool:
    case OpKind::Conv2dWinograd:
    case OpKind::Conv2dMaxPoolWinograd:
    case OpKind::Conv2dInputWinograd:
    case OpKind::MaxPool2x2Backward:
    case OpKind::MaxPool2d:
    case OpKind::MaxPool2dBackward:
    case OpKind::AveragePool2d:
    case OpKind::AveragePool2dBackward:
    case OpKind::ImagesToRows:
    case OpKind::RowsToImages:
    case OpKind::GatherImageWindows:
      return true;
    default:
      return false;
  }
}

/** Elementwise ops run over rows as well as over groups. */
bool mayBeByGroups(OpKind kind) {
  return isByGroups(kind) || kind == OpKind::Activation || kind == OpKind::ActivationBackward ||
         kind == OpKind::ScaleShift || kind == OpKind::Dropout;
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
      checkImages(s, op);
      checkBatchNorm(s, op);
      checkLayerNorm(s, op);
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
  if ((op.split == Split::Groups && !mayBeByGroups(op.kind)) || (op.split != Split::Groups && isByGroups(op.kind))) {
    refusal.expect("op %lld (%s): split groups for ops on images, and only for those", number, op.schema().name);
    return refusal.give("another");
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
    case OpKind::Conv2dWeights:
      return op.at(op_conv2dWeights::dw).rows;
    case OpKind::Conv2dMaxPoolWeights:
      return op.at(op_conv2dMaxPoolWeights::dw).rows;
    case OpKind::Conv2dWeightsWinograd:
      return op.at(op_conv2dWeightsWinograd::du).rows;
    case OpKind::WinogradGradient:
      return op.at(op_winogradGradient::dw).rows;
    case OpKind::ChannelSums:
      return op.at(op_channelSums::db).cols;
    case OpKind::MergeMoments:
      return op.at(op_mergeMoments::stats).cols / 2;
    case OpKind::MovingMoments:
      return op.at(op_movingMoments::mean).cols;
    case OpKind::FrozenMoments:
      return op.at(op_frozenMoments::mean).cols;
    case OpKind::MergeSlopes:
    case OpKind::NormGradients:
      return op.at(op_mergeSlopes::sums).cols / 2;
    case OpKind::FoldNorm:
      return op.at(op_foldNorm::w).rows;
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
  shapes.everyOperandNamed();
  return shapes.ok() && checkSplit(op, refusal);
}

}  // namespace steepest
