#include "program.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <new>

#include "shapes.h"

namespace steepest {
namespace {

/** Statuses after which the rest of a phase would work on values that mean nothing. */
constexpr int kEndsPhase = StatusLossNotFinite | StatusIndexOutOfRange;
constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();
constexpr uintptr_t kCacheLineBytes = 64;
/** Rows of the mini-batch in a group of images. */
constexpr int64_t kGroupRows = 16;

bool isRowPhase(int phase) { return phase == PhaseRows || phase > PhaseMerge; }

/** The smaller number of columns of two vectors, either of which may be absent. */
int64_t columnLimit(const Matrix& a, const Matrix& b) {
  const int64_t ofA = a.given() ? a.cols : kNoLimit;
  const int64_t ofB = b.given() ? b.cols : kNoLimit;
  return ofA < ofB ? ofA : ofB;
}

/** Rows that an op's table holds for batchStart + row; no limit for ops that do not use it. */
int64_t rowLimitOf(const DecodedOp& op) {
  switch (op.kind) {
    case OpKind::CopyRows:
      return op.at(op_copyRows::dst).rows;
    case OpKind::GatherImages:
      return op.at(op_gatherImages::index).given() ? op.at(op_gatherImages::index).cols
                                                   : op.at(op_gatherImages::src).rows;
    case OpKind::GatherWindows:
    case OpKind::GatherImageWindows:  // Both have src and index in the same places.
    case OpKind::GatherRows:
      return op.at(op_gatherRows::index).given() ? op.at(op_gatherRows::index).cols : op.at(op_gatherRows::src).rows;
    case OpKind::GatherLabels:
      return op.at(op_gatherLabels::index).given() ? op.at(op_gatherLabels::index).cols
                                                   : op.at(op_gatherLabels::src).cols;
    case OpKind::LinearScores:
      return op.at(op_linearScores::x).rows;
    case OpKind::LinearGradient:
      return op.at(op_linearGradient::x).rows;
    case OpKind::LogisticLoss:
      return columnLimit(op.at(op_logisticLoss::labels), op.at(op_logisticLoss::weights));
    case OpKind::CurvatureRows: {
      const int64_t rows = op.at(op_curvatureRows::x).rows;
      const int64_t weights = columnLimit(op.at(op_curvatureRows::weights), op.at(op_curvatureRows::weights));
      return rows < weights ? rows : weights;
    }
    case OpKind::GatherDesign:
      return op.at(op_gatherDesign::x).rows;
    case OpKind::NormalResidual:
      return op.at(op_normalResidual::x).rows;
    default:
      return kNoLimit;
  }
}

}  // namespace

Program* Program::bind(const KernelTable& kernels, const ProgramSource& source, const double* registers,
                       Refusal& refusal) {
  Program* program = new (std::nothrow) Program();
  if (program == nullptr) {
    refusal.expect("memory for a program");
    refusal.giveNoMemory();
    return nullptr;
  }
  program->registers_ = registers;
  if (program->decode(source, kernels, refusal)) return program;
  delete program;
  return nullptr;
}

Program::~Program() {
  std::free(phases_);
  std::free(steps_);
  std::free(scratch_);
}

bool Program::reserve(int64_t opCount, Refusal& refusal) {
  phases_ = static_cast<PhasePlan*>(std::malloc(static_cast<size_t>(phaseCount_) * sizeof(PhasePlan)));
  // One more: malloc(0) may be null.
  steps_ = static_cast<Step*>(std::malloc(static_cast<size_t>(opCount + 1) * sizeof(Step)));
  if (phases_ != nullptr && steps_ != nullptr) return true;
  refusal.expect("memory for %lld ops", static_cast<long long>(opCount));
  return refusal.giveNoMemory();
}

/**
 * What Winograd's ops keep: transformed weights of `in` × `out` channels, or transformed gradients of `slopes` outputs, and tiles of
 * `read` channels. See native/kernels/winograd.inl, whose constants these are.
 */
int64_t winogradFloats(int64_t weights, int64_t read, int64_t slopes) {
  constexpr int64_t points = 16;
  constexpr int64_t row = 64;
  constexpr int64_t apart = 64;
  const int64_t ofSlopes = slopes == 0 ? 0 : row * ((slopes + 15) / 16 * 16) + apart;
  return std::max(kWorkspaceFloats, points * (weights + read * row + apart + ofSlopes));
}

/** Floats of scratch memory that an op needs; where there is any, there are kWorkspaceFloats. */
int64_t workspaceFloats(const DecodedOp& op) {
  switch (op.kind) {
    case OpKind::Gemm:
      return mayPack(op.at(op_gemm::b)) ? kWorkspaceFloats : 0;
    case OpKind::Conv2d:
      return std::max(kWorkspaceFloats, op.at(op_conv2d::w).rows * op.at(op_conv2d::w).cols);
    case OpKind::Conv2dInput:
      return std::max(kWorkspaceFloats, op.at(op_conv2dInput::w).rows * op.at(op_conv2dInput::w).cols);
    case OpKind::Conv2dMaxPool:
      return std::max(kWorkspaceFloats, op.at(op_conv2dMaxPool::w).rows * op.at(op_conv2dMaxPool::w).cols);
    case OpKind::Conv2dWinograd:
    case OpKind::Conv2dMaxPoolWinograd: {
      const Matrix& w = op.at(op_conv2dWinograd::w);  // The same operands up to y.
      return winogradFloats(w.rows / 9 * w.cols, w.rows / 9, 0);
    }
    case OpKind::Conv2dInputWinograd: {
      const Matrix& w = op.at(op_conv2dInputWinograd::w);
      return winogradFloats(w.rows / 9 * w.cols, w.cols, 0);
    }
    case OpKind::Conv2dMaxPoolWeights: {
      // 16 floats for each output and element of a tile's kernel rows.
      constexpr int64_t chains = 20 * 16;
      return std::max(kWorkspaceFloats, op.at(op_conv2dMaxPoolWeights::dw).cols * chains);
    }
    case OpKind::Conv2dWeightsWinograd: {
      const Matrix& du = op.at(op_conv2dWeightsWinograd::du);
      return winogradFloats(0, du.rows / 16, du.cols);
    }
    default:
      return 0;
  }
}

/** Scratch memory that all steps share, one after the other. */
bool Program::reserveScratch(int64_t floats, Refusal& refusal) {
  if (floats == 0) return true;
  const size_t bytes = static_cast<size_t>(floats) * sizeof(float) + kCacheLineBytes;
  scratch_ = static_cast<float*>(std::malloc(bytes));
  if (scratch_ == nullptr) {
    refusal.expect("%lld bytes of memory", static_cast<long long>(bytes));
    return refusal.giveNoMemory();
  }
  const uintptr_t first = reinterpret_cast<uintptr_t>(scratch_) + kCacheLineBytes - 1;
  float* workspace = reinterpret_cast<float*>(first & ~(kCacheLineBytes - 1));
  for (int phase = 0; phase < phaseCount_; ++phase) {
    for (int64_t i = 0; i < phases_[phase].count; ++i) phases_[phase].steps[i].args.workspace = workspace;
  }
  return true;
}

bool Program::decode(const ProgramSource& source, const KernelTable& kernels, Refusal& refusal) {
  if (!decodeHeader(source, header_, refusal)) return false;
  phaseCount_ = countPhases(source, header_.opCount);
  if (!reserve(header_.opCount, refusal)) return false;
  // Steps of a phase lie together: the program is read once for each, and every read checks the same words.
  Step* next = steps_;
  int64_t scratch = 0;
  for (int phase = 0; phase < phaseCount_; ++phase) {
    PhasePlan& plan = phases_[phase];
    plan = {next, 0, kNoLimit, false};
    int64_t at = kHeaderWords;
    for (int64_t number = 0; number < header_.opCount; ++number) {
      DecodedOp op;
      if (!decodeOp(source, number, &at, op, refusal) || !checkShapes(op, header_.maxRows, refusal)) return false;
      if (op.phase != phase) continue;
      scratch = std::max(scratch, workspaceFloats(op));
      this->plan(op, kernels);
    }
    if (at != source.wordCount) {
      refusal.expect("%lld words for %lld ops", static_cast<long long>(at), static_cast<long long>(header_.opCount));
      return refusal.give("%lld", static_cast<long long>(source.wordCount));
    }
    next += plan.count;
  }
  return reserveScratch(scratch, refusal);
}

/** Adds an op to its phase, unless it is another rank's. */
void Program::plan(const DecodedOp& op, const KernelTable& kernels) {
  PhasePlan& plan = phases_[op.phase];
  const int64_t limit = rowLimitOf(op);
  if (limit < plan.rowLimit) plan.rowLimit = limit;
  if (op.split == Split::First && header_.rank != 0) return;
  const int64_t range = rangeOf(op);
  const bool slice = op.split == Split::Slice;
  Step& step = *new (plan.steps + plan.count) Step();
  step.args = op.args;
  step.args.registers = registers_;
  step.kernel = kernels.ops[static_cast<int>(op.kind)];
  step.byRows = op.split == Split::Rows;
  step.byGroups = op.split == Split::Groups;
  if (step.byGroups) rowGrain_ = kGroupRows;
  if (step.byRows || step.byGroups) plan.byRows = true;
  step.batch = range == kBatchRange;
  // Totals may get a penalty without a row.
  step.always = op.kind == OpKind::RowSums;
  step.begin = slice ? op.begin : 0;
  step.end = slice ? op.end : (step.batch ? kNoLimit : range);
  ++plan.count;
}

/** Reads the mini-batch's rows and start, once: the registers are shared memory. */
int Program::readBatch(const PhasePlan& plan, int64_t* rows, int64_t* start) const {
  const double count = registers_[RegRows];
  const double first = registers_[RegBatchStart];
  const bool counters =
      isCount(count) && isCount(first) && isCount(registers_[RegStep]) && isCount(registers_[RegEpoch]);
  if (!counters || count > static_cast<double>(header_.maxRows)) return StatusBadRegister;
  *rows = static_cast<int64_t>(count);
  *start = static_cast<int64_t>(first);
  return *rows > 0 && *start + *rows > plan.rowLimit ? StatusIndexOutOfRange : StatusOk;
}

int Program::run(int phase) {
  if (phase >= phaseCount_) return StatusOk;
  PhasePlan& plan = phases_[phase];
  int64_t rows = 0;
  int64_t batchStart = 0;
  const int refused = readBatch(plan, &rows, &batchStart);
  if (refused != StatusOk) return refused;
  for (int64_t i = 0; i < plan.count; ++i) {
    plan.steps[i].args.batchRows = rows;
    plan.steps[i].args.batchStart = batchStart;
  }
  // Whole groups of images, if there are any; the last of them may be short.
  const int64_t grains = (rows + rowGrain_ - 1) / rowGrain_;
  const auto firstRowOf = [&](int64_t rank) {
    const int64_t row = grains * rank / header_.workers * rowGrain_;
    return row < rows ? row : rows;
  };
  const int64_t last = firstRowOf(header_.rank + 1);
  int64_t begin = firstRowOf(header_.rank);
  // Only the row phases are worth chunking: elsewhere no op reads what another has just written by rows.
  const int64_t wanted = (header_.rowChunk + rowGrain_ - 1) / rowGrain_ * rowGrain_;
  const int64_t chunk = isRowPhase(phase) && wanted < rows ? wanted : rows;
  const auto chunkEnd = [&] { return last - begin < chunk ? last : begin + chunk; };
  int status = runSteps(plan, begin, chunkEnd(), true);
  if (!plan.byRows) return status;
  for (begin = chunkEnd(); begin < last && (status & kEndsPhase) == 0; begin = chunkEnd()) {
    status |= runSteps(plan, begin, chunkEnd(), false);
  }
  return status;
}

/** Runs the steps over rows [begin, end) of the mini-batch. */
int Program::runSteps(const PhasePlan& plan, int64_t begin, int64_t end, bool first) {
  int status = StatusOk;
  for (int64_t i = 0; i < plan.count && (status & kEndsPhase) == 0; ++i) {
    const Step& step = plan.steps[i];
    if (step.byRows) {
      if (begin < end) status |= step.kernel(step.args, begin, end);
    } else if (step.byGroups) {
      if (begin < end) status |= step.kernel(step.args, begin / kGroupRows, (end + kGroupRows - 1) / kGroupRows);
    } else if (first) {
      const int64_t rows = step.args.batchRows;
      const int64_t to = step.batch && rows < step.end ? rows : step.end;
      if (step.begin < to || step.always) status |= step.kernel(step.args, step.begin, to);
    }
  }
  return status;
}

}  // namespace steepest
