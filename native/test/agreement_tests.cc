// Every kernel but gemm gives the portable kernels' bits, on shapes around the widths of all vectors.
#include <cstdio>
#include <cstring>
#include <limits>
#include <vector>

#include "agreement_specs.h"
#include "tests.h"

namespace steepest {
namespace {

/** Outputs of linear models: more than any tile takes at once. */
constexpr int64_t kOutputs = 8;

struct Shape {
  int64_t rows, cols;
  /** Elements between rows beyond their length. */
  int64_t padding;
};

/** An operand's memory, which has a guard of bytes behind it. */
struct Operand {
  std::vector<uint8_t> bytes;
  Matrix matrix;
};

/** Sometimes a special value: a zero, an infinity, a denormal, NaN. */
float special(Numbers& numbers) {
  constexpr float values[] = {0.0f,
                              -0.0f,
                              1e-41f,
                              -1e-41f,
                              88.5f,
                              -104.0f,
                              std::numeric_limits<float>::infinity(),
                              -std::numeric_limits<float>::infinity(),
                              std::numeric_limits<float>::quiet_NaN()};
  return values[numbers.word() % (sizeof values / sizeof values[0])];
}

template <class T, class Fn> void fill(Operand& operand, int64_t rows, int64_t cols, int64_t padding, DType dtype, Fn fn) {
  constexpr size_t guard = 64;
  const int64_t stride = cols + padding;
  operand.bytes.assign(static_cast<size_t>(rows * stride) * sizeof(T) + guard, 0xa5);
  operand.matrix = {operand.bytes.data(), rows, cols, stride, 1, dtype};
  T* values = reinterpret_cast<T*>(operand.bytes.data());
  for (int64_t i = 0; i < rows * stride; ++i) values[i] = static_cast<T>(fn());
}

/** Columns of a design matrix: one, x and y, in panels of eight. */
int64_t designCols(const Shape& shape) { return (shape.cols + 2 + 7) / 8 * 8; }

void makeOperand(Operand& operand, char letter, const Shape& shape, bool wild, Numbers& numbers) {
  const int64_t r = shape.rows;
  const int64_t c = shape.cols;
  const int64_t pad = shape.padding;
  const auto number = [&] { return wild && numbers.word() % 16 == 0 ? special(numbers) : 4 * numbers.next(); };
  const auto unit = [&] { return 0.5f + 0.5f * numbers.next(); };
  const auto below = [&](int64_t n) { return [&numbers, n] { return numbers.word() % static_cast<uint32_t>(n); }; };
  switch (letter) {
    case 'b': return fill<float>(operand, r, c, pad, DType::F32, number);
    case 'p': return fill<float>(operand, r, c, pad, DType::F32, unit);
    case 'v': return fill<float>(operand, 1, c, 0, DType::F32, number);
    case 'l': return fill<int32_t>(operand, 1, r, 0, DType::I32, below(c));
    case 's': return fill<float>(operand, r, 1, pad, DType::F32, number);
    case 't': return fill<float>(operand, 2 * r, c, pad, DType::F32, number);
    case 'u': return fill<uint8_t>(operand, 2 * r, c, pad, DType::U8, below(256));
    case 'i': return fill<uint32_t>(operand, 1, 2 * r, 0, DType::U32, below(2 * r));
    case 'I': return fill<int32_t>(operand, 1, 2 * r, 0, DType::I32, below(1000));
    case '3': return fill<float>(operand, r, 3 * c, pad, DType::F32, number);
    case 'd': return fill<double>(operand, 1, c, 0, DType::F64, unit);
    case 'U':
      return fill<double>(operand, 1, 6 * c, 0, DType::F64, unit);
    case 'q': return fill<float>(operand, 1, (r + 15) / 16, 0, DType::F32, unit);
    case 'x': return fill<float>(operand, c, r, pad, DType::F32, unit);
    case 'X': return fill<double>(operand, 2 * r, c, pad, DType::F64, number);
    case 'W': return fill<double>(operand, kOutputs, c, pad, DType::F64, number);
    case 'B': return fill<double>(operand, 1, kOutputs, 0, DType::F64, number);
    case 'Z': return fill<double>(operand, kOutputs, r, pad, DType::F64, number);
    case '1': return fill<double>(operand, 1, r, 0, DType::F64, number);
    case 'y': return fill<double>(operand, 1, r, 0, DType::F64, unit);
    case 'j': return fill<double>(operand, kOutputs, 2 * r, pad, DType::F64, unit);
    case 'w': return fill<double>(operand, 1, 2 * r, 0, DType::F64, unit);
    case 'L': return fill<int32_t>(operand, 1, 2 * r, 0, DType::I32, below(kOutputs));
    case 'Y': return fill<double>(operand, 2 * r, 1, pad, DType::F64, number);
    case 'K': return fill<double>(operand, r, designCols(shape), pad, DType::F64, number);
    case 'Q': return fill<double>(operand, designCols(shape), designCols(shape), pad, DType::F64, number);
    case 'N': return fill<double>(operand, 2 * designCols(shape) + 5, designCols(shape), pad, DType::F64, number);
    case 'P': return fill<double>(operand, designCols(shape), c, pad, DType::F64, number);
    case 'V': return fill<double>(operand, 1, c, 0, DType::F64, number);
    case 'M': return fill<double>(operand, 2, c + 1, pad, DType::F64, number);
    case 'S': return fill<double>(operand, (r + 15) / 16, 2 * c, pad, DType::F64, number);
    case 'T': return fill<float>(operand, 1, 2 * c, 0, DType::F32, number);
    case 'm': return fill<float>(operand, r, 2, pad, DType::F32, number);
    case 'D': return fill<double>(operand, 1, 1, 0, DType::F64, unit);
    case 'F': return fill<double>(operand, 2, c + 2, pad, DType::F64, unit);
    default: operand.matrix = {};
  }
}

/** Valid scalars of the kind. `turn` enumerates those that select something. */
void setScalars(OpArgs& args, OpKind kind, const Shape& shape, int turn) {
  for (int i = 0; i < kMaxScalars; ++i) args.scalars[i] = 0.1 * (i + 1);
  switch (kind) {
    case OpKind::GatherRows:
      args.scalars[op_gatherRows::scaled_] = turn % 2;
      break;
    case OpKind::Activation:
    case OpKind::ActivationBackward:
      args.scalars[op_activation::activation_] = turn % (static_cast<int>(Activation::Celu) + 1);
      break;
    case OpKind::ElementLoss:
      args.scalars[op_elementLoss::formula_] = turn % (static_cast<int>(LossFormula::KlDivergence) + 1);
      break;
    case OpKind::BinaryFocal:
    case OpKind::CategoricalFocal:  // Each has one flag.
      args.scalars[op_binaryFocal::onLogits_] = turn % 2;
      args.scalars[op_binaryFocal::gamma_] = 1.7;
      break;
    case OpKind::TopK:
      args.scalars[op_topK::k_] = 1 + turn % 3;
      break;
    case OpKind::Tally:
      args.scalars[op_tally::rule_] = turn % (static_cast<int>(TallyRule::Spaced) + 1);
      args.scalars[op_tally::bins_] = 3;
      args.scalars[op_tally::perColumn_] = 1;
      args.scalars[op_tally::firstColumn_] = 0;
      args.scalars[op_tally::columns_] = static_cast<double>(shape.cols);
      break;
    case OpKind::Dropout:
      args.scalars[op_dropout::threshold_] = 1073741824;
      args.scalars[op_dropout::seed_] = 7;
      args.scalars[op_dropout::stream_] = 9;
      break;
    case OpKind::Momentum:
      args.scalars[op_momentum::nesterov_] = turn % 2;
      break;
    case OpKind::Adam:
      args.scalars[op_adam::nesterov_] = turn % 2;
      break;
    case OpKind::Constrain:
      args.scalars[op_constrain::constraint_] = turn % 3;
      args.scalars[op_constrain::over_] = turn / 3 % 3;
      break;
    case OpKind::Shuffle:
      args.scalars[op_shuffle::seed_] = 3;
      args.scalars[op_shuffle::stream_] = turn;
      break;
    case OpKind::LogLinkLoss:
      args.scalars[op_logLinkLoss::family_] = turn % 2;
      break;
    case OpKind::CurvatureFactors:
      args.scalars[op_curvatureFactors::k_] = turn % kOutputs;
      args.scalars[op_curvatureFactors::l_] = turn / 2 % kOutputs;
      break;
    case OpKind::GatherDesign:
    case OpKind::NormalFold:
    case OpKind::TriangularSolve:  // Each has one flag.
      args.scalars[op_gatherDesign::intercept_] = turn % 2;
      break;
    case OpKind::GroupMoments:
    case OpKind::NormalizeBackward:  // Rows; images have tests of their own.
      args.scalars[op_groupMoments::pixels_] = 0;
      break;
    case OpKind::Normalize:
      args.scalars[op_normalize::pixels_] = 0;
      args.scalars[op_normalize::activation_] = turn % (static_cast<int>(Activation::Celu) + 1);
      break;
    case OpKind::LayerNorm:
    case OpKind::LayerNormBackward:
      args.scalars[op_layerNorm::pixels_] = 0;
      args.scalars[op_layerNorm::channels_] = static_cast<double>(shape.cols);
      break;
    case OpKind::Prelu:
      args.scalars[op_prelu::pixels_] = 0;
      break;
    case OpKind::JacobiRows:
      args.scalars[op_jacobiRows::tolerance_] = 1e-15;
      args.scalars[op_jacobiRows::maxSweeps_] = 3;
      break;
    default:
      break;
  }
  for (int i = 0; i < kMaxScalars; ++i) args.scalarsF[i] = static_cast<float>(args.scalars[i]);
}

int64_t rangeEnd(OpKind kind, const Shape& shape) {
  if (kind == OpKind::BiasGradient || kind == OpKind::TriangularSolve) return shape.cols;
  if (kind == OpKind::LinearGradient) return kOutputs;
  // One block of columns, one row, or all: all of them have a range from 0 to 1.
  if (kind == OpKind::ClipFactor || kind == OpKind::Constrain) return 1;
  switch (kind) {
    case OpKind::MergeMoments:
    case OpKind::MovingMoments:
    case OpKind::FrozenMoments:
    case OpKind::MergeGradientMeans:
    case OpKind::NormGradients:
      return shape.cols;
    case OpKind::GroupMoments:
    case OpKind::Normalize:
    case OpKind::NormalizeBackward:
    case OpKind::LayerNorm:
    case OpKind::LayerNormBackward:
    case OpKind::Prelu:
      return (shape.rows + 15) / 16;
    default:
      break;
  }
  return kind == OpKind::Penalty ? (shape.rows + 15) / 16 : shape.rows;
}

/** The same bytes, or numbers that are both NaN. */
template <class T> bool sameNumbers(const Operand& a, const Operand& b) {
  for (size_t i = 0; i + sizeof(T) <= a.bytes.size(); i += sizeof(T)) {
    T x, y;
    std::memcpy(&x, &a.bytes[i], sizeof x);
    std::memcpy(&y, &b.bytes[i], sizeof y);
    const bool bothNan = x != x && y != y;
    if (!bothNan && std::memcmp(&x, &y, sizeof x) != 0) return false;
  }
  return true;
}

bool same(const Operand& a, const Operand& b) {
  if (a.bytes == b.bytes) return true;
  if (a.matrix.dtype == DType::F64) return sameNumbers<double>(a, b);
  return a.matrix.dtype == DType::F32 && sameNumbers<float>(a, b);
}

/** Runs a kernel over memory of its own; returns its status. */
int runOn(const KernelTable& kernels, OpArgs args, OpKind kind, std::vector<Operand>& operands, const Shape& shape) {
  for (size_t i = 0; i < operands.size(); ++i) {
    args.operands[i] = operands[i].matrix;
    if (operands[i].matrix.given()) args.operands[i].data = operands[i].bytes.data();
  }
  return kernels.ops[static_cast<int>(kind)](args, 0, rangeEnd(kind, shape));
}

void compare(const KernelTable& kernels, const KernelTable& portable, const Spec& spec, const Shape& shape, int turn,
             float* workspace, Report& report) {
  Numbers numbers;
  for (int i = 0; i < turn; ++i) numbers.word();
  double registers[kRegisterCount] = {};
  registers[RegStep] = 3;
  registers[RegEpoch] = turn;
  registers[RegLearningRate] = 0.01;
  registers[RegStepSize] = 0.02;
  registers[RegInverseSqrtBias2] = 1.5;
  registers[RegGradientStep] = 0.003;
  registers[RegAccumulated] = turn % 3;
  registers[RegAverageDecay] = 0.25 * (turn % 4);
  OpArgs args = {};
  args.registers = registers;
  args.batchRows = shape.rows;
  args.batchStart = shape.rows / 2;
  args.workspace = workspace;
  setScalars(args, spec.kind, shape, turn);
  const int count = static_cast<int>(std::strlen(spec.operands));
  std::vector<Operand> ours(static_cast<size_t>(count));
  // An update of a wild number may stop at different places; its status is compared on tame ones.
  const bool wild = turn % 3 == 2;
  for (int i = 0; i < count; ++i) makeOperand(ours[static_cast<size_t>(i)], spec.operands[i], shape, wild, numbers);
  std::vector<Operand> theirs = ours;
  const int status = runOn(kernels, args, spec.kind, ours, shape);
  bool agrees = status == runOn(portable, args, spec.kind, theirs, shape);
  for (size_t i = 0; i < ours.size(); ++i) agrees = agrees && same(ours[i], theirs[i]);
  char what[128];
  std::snprintf(what, sizeof what, "%s (%s) rows=%lld cols=%lld turn=%d",
                kOpSchemas[static_cast<int>(spec.kind)].name, spec.operands, static_cast<long long>(shape.rows),
                static_cast<long long>(shape.cols), turn);
  report.check(agrees, kernels.isa, what);
}

}  // namespace

void testAgreement(const KernelTable& kernels, const KernelTable& portable, float* workspace, Report& report) {
  constexpr int64_t rows[] = {1, 5, 16, 19, 33};
  constexpr int64_t cols[] = {1, 2, 3, 4, 5, 7, 8, 9, 10, 15, 16, 17, 31, 32, 33, 70};
  // As many turns as there are activations, so that each meets every shape.
  constexpr int turns = static_cast<int>(Activation::Celu) + 1;
  for (const Spec& spec : kSpecs) {
    for (const int64_t r : rows) {
      for (const int64_t c : cols) {
        for (int turn = 0; turn < turns; ++turn) {
          compare(kernels, portable, spec, {r, c, turn % 4}, turn, workspace, report);
        }
      }
    }
  }
}

}  // namespace steepest
