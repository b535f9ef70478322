#include "program.h"

#include <algorithm>
#include <cstdlib>
#include <new>

#include "scratch.h"
#include "shapes.h"

namespace steepest {
namespace {

/** Statuses after which the rest of a phase would work on values that mean nothing. */
constexpr int kEndsPhase = StatusLossNotFinite | StatusIndexOutOfRange;
constexpr uintptr_t kCacheLineBytes = 64;

bool isRowPhase(int phase) { return phase == PhaseRows || phase > PhaseAverage; }

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

/** Makes room for the steps of every phase, those of a phase side by side. */
bool Program::reserve(const ProgramSource& source, Refusal& refusal) {
  int64_t counts[kPhaseLimit] = {};
  countOps(source, header_.opCount, counts);
  phaseCount_ = PhaseMerge + 1;
  for (int phase = phaseCount_; phase < kPhaseLimit; ++phase) {
    if (counts[phase] > 0) phaseCount_ = phase + 1;
  }
  phases_ = static_cast<PhasePlan*>(std::malloc(static_cast<size_t>(phaseCount_) * sizeof(PhasePlan)));
  // One more: malloc(0) may be null.
  steps_ = static_cast<Step*>(std::malloc(static_cast<size_t>(header_.opCount + 1) * sizeof(Step)));
  if (phases_ == nullptr || steps_ == nullptr) {
    refusal.expect("memory for %lld ops", static_cast<long long>(header_.opCount));
    return refusal.giveNoMemory();
  }
  Step* next = steps_;
  for (int phase = 0; phase < phaseCount_; ++phase) {
    phases_[phase] = {next, 0, kUnlimited, false};
    next += counts[phase];
  }
  return true;
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
  if (!decodeHeader(source, header_, refusal) || !reserve(source, refusal)) return false;
  int64_t scratch = 0;
  int64_t at = kHeaderWords;
  for (int64_t number = 0; number < header_.opCount; ++number) {
    DecodedOp op;
    OpExtent extent;
    if (!decodeOp(source, header_, number, &at, op, refusal) || !checkShapes(op, &extent, refusal)) return false;
    scratch = std::max(scratch, scratchFloats(op));
    plan(op, extent, kernels);
  }
  if (at != source.wordCount) {
    refusal.expect("%lld words for %lld ops", static_cast<long long>(at), static_cast<long long>(header_.opCount));
    return refusal.give("%lld", static_cast<long long>(source.wordCount));
  }
  return checkRowRange(refusal) && reserveScratch(scratch, refusal);
}

/** Ops on groups of rows take whole groups. */
bool Program::checkRowRange(Refusal& refusal) const {
  const auto whole = [this](int64_t row) { return row % rowGrain_ == 0 || row == header_.maxRows; };
  if (whole(header_.firstRow) && whole(header_.endRow)) return true;
  refusal.expect("firstRow and endRow at multiples of %lld rows", static_cast<long long>(rowGrain_));
  return refusal.give("[%lld, %lld)", static_cast<long long>(header_.firstRow), static_cast<long long>(header_.endRow));
}

/** Adds an op to its phase, unless it is another rank's. */
void Program::plan(const DecodedOp& op, const OpExtent& extent, const KernelTable& kernels) {
  PhasePlan& plan = phases_[op.phase];
  plan.rowLimit = std::min(plan.rowLimit, extent.tableRows);
  if (op.split == Split::First && header_.rank != 0) return;
  const bool slice = op.split == Split::Slice;
  Step& step = *new (plan.steps + plan.count) Step();
  step.args = op.args;
  step.args.registers = registers_;
  step.kernel = kernels.ops[static_cast<int>(op.kind)];
  step.byRows = op.split == Split::Rows;
  step.byGroups = op.split == Split::Groups;
  if (step.byGroups) rowGrain_ = kGroupImages;
  if (step.byRows || step.byGroups) plan.byRows = true;
  step.batch = extent.range == kUnlimited;
  step.always = op.schema().runsEmpty;
  step.windowFirst = op.windowFirst;
  step.windowRows = op.windowRows;
  step.begin = slice ? op.begin : 0;
  step.end = slice ? op.end : extent.range;
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
    Step& step = plan.steps[i];
    step.args.batchRows = std::min(std::max<int64_t>(rows - step.windowFirst, 0), step.windowRows);
    step.args.batchStart = batchStart;
  }
  // The ranks share the rows of the program's range that the mini-batch has.
  const int64_t first = std::min(header_.firstRow, rows);
  const int64_t shared = std::min(header_.endRow, rows) - first;
  // Whole groups of images, if there are any; the last of them may be short.
  const int64_t grains = (shared + rowGrain_ - 1) / rowGrain_;
  const auto firstRowOf = [&](int64_t rank) {
    return first + std::min(grains * rank / header_.workers * rowGrain_, shared);
  };
  const int64_t last = firstRowOf(header_.rank + 1);
  int64_t begin = firstRowOf(header_.rank);
  // Only the row phases are worth chunking: elsewhere no op reads what another has just written by rows.
  const int64_t wanted = (header_.rowChunk + rowGrain_ - 1) / rowGrain_ * rowGrain_;
  const int64_t chunk = isRowPhase(phase) && wanted < shared ? wanted : shared;
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
      if (begin < end) status |= step.kernel(step.args, begin / kGroupImages, (end + kGroupImages - 1) / kGroupImages);
    } else if (first) {
      const int64_t rows = step.args.batchRows;
      const int64_t to = step.batch && rows < step.end ? rows : step.end;
      if (step.begin < to || step.always) status |= step.kernel(step.args, step.begin, to);
    }
  }
  return status;
}

}  // namespace steepest
