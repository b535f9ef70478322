// Binds and runs programs that are wrong in a place or two, on memory where a step too far is seen.
// A program may be refused; one that is bound must run, on every instruction set, within its
// operands and to its end.
//
//   program_fuzz --corpus FILE [--runs N] [--seed S] [--from N] [--replay] [--case FILE] [--hang-seconds N]
//
// Case N is the same in every run with that seed. `--replay` runs the corpus as it is. Ends with 0
// if nothing was found. scripts/fuzz/native.mjs builds it, writes the corpus, and starts it.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>

#include <sys/resource.h>

#include "../cpu/isas.h"
#include "../program/program.h"
#include "layout.h"
#include "memory.h"
#include "mutate.h"
#include "trouble.h"

namespace steepest {
namespace {

struct Options {
  const char* corpus = nullptr;
  const char* caseFile = "fuzz-case.bin";
  int64_t runs = 10000;
  int64_t from = 0;
  uint64_t seed = 1;
  int hangSeconds = 2;
  bool replay = false;
};

/** The results of all cases. */
struct Tally {
  int64_t bound = 0;
  int64_t refused = 0;
  int64_t phases = 0;
  /** Phases that ended with status 0. */
  int64_t whole = 0;
  /** Kinds of ops of bound programs. */
  bool kinds[static_cast<int>(OpKind::Count)] = {};
  double slowest = 0;
};

double processorSeconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/** An exploded operand is no larger, so that no accepted program takes long. */
constexpr int64_t kMostOperandBytes = 1 << 16;

/** Whole numbers that are row numbers and classes, where operands are of such types. */
void fillIndices(const FuzzCase& one, const std::vector<Buffer>& buffers, FuzzRandom& random) {
  const int64_t below = random.pick({2, 3, 3, 5, 1000});
  for (const OpPlace& op : opPlaces(one.words)) {
    for (int64_t i = 0; i < op.schema->operandCount; ++i) {
      const double* operand = &one.words[static_cast<size_t>(op.operandAt(i))];
      const double type = operand[FuzzDType];
      const bool isIndex = type == static_cast<double>(DType::U32) || type == static_cast<double>(DType::I32);
      const int64_t bytes = extentBytes(operand);
      if (!isIndex || bytes <= 0) continue;
      if (!(operand[FuzzBuffer] >= 0 && operand[FuzzBuffer] < static_cast<double>(buffers.size()))) continue;
      const Buffer& buffer = buffers[static_cast<size_t>(operand[FuzzBuffer])];
      if (!(operand[FuzzOffset] >= 0 && operand[FuzzOffset] + static_cast<double>(bytes) <= static_cast<double>(buffer.byteLength))) continue;
      uint8_t* data = buffer.data + static_cast<int64_t>(operand[FuzzOffset]);
      for (int64_t at = 0; at < bytes; at += 4) {
        const int32_t value = random.oneIn(500) ? static_cast<int32_t>(random.next()) : static_cast<int32_t>(random.below(below));
        std::memcpy(data + at, &value, sizeof value);
      }
    }
  }
}

/** Runs the phases that a bound program has, once or twice, with other rows the second time. */
void runPhases(Program& program, const FuzzCase& one, double* registers, FuzzRandom& random, Tally& tally) {
  std::vector<int> phases = {PhaseEpochStart, PhaseRows, PhaseMerge, static_cast<int>(random.below(kPhaseLimit))};
  for (const OpPlace& op : opPlaces(one.words)) {
    tally.kinds[static_cast<int>(one.words[static_cast<size_t>(op.at)])] = true;
    phases.push_back(static_cast<int>(one.words[static_cast<size_t>(op.at + FuzzPhase)]));
  }
  std::sort(phases.begin(), phases.end());
  phases.erase(std::unique(phases.begin(), phases.end()), phases.end());
  const double maxRows = one.words[FuzzMaxRows];
  for (int round = 0; round < 2; ++round) {
    for (const int phase : phases) {
      ++tally.phases;
      if (program.run(phase) == StatusOk) ++tally.whole;
    }
    const int64_t limit = maxRows < 1e6 ? static_cast<int64_t>(maxRows) + 1 : 1000000;
    registers[RegRows] = static_cast<double>(random.below(limit));
    registers[RegBatchStart] = static_cast<double>(random.below(3));
    if (random.oneIn(2)) break;
  }
}

void runCase(const FuzzCase& one, GuardedMemory& memory, FuzzRandom& random, Tally& tally) {
  const std::vector<Buffer>& buffers = memory.take(one.bufferBytes, random);
  fillIndices(one, buffers, random);
  // On the heap, where AddressSanitizer sees its ends.
  const std::unique_ptr<double[]> registers(new double[kRegisterCount]);
  std::copy(one.registers, one.registers + kRegisterCount, registers.get());
  const IsaList& isas = availableIsas();
  const KernelTable& kernels = *isas.tables[random.below(isas.count)];
  const std::vector<double> words(one.words);
  const ProgramSource source = {words.data(), static_cast<int64_t>(words.size()), buffers.data(),
                                static_cast<int64_t>(buffers.size())};
  Refusal refusal = {};
  const std::unique_ptr<Program> program(Program::bind(kernels, source, registers.get(), refusal));
  if (program == nullptr) {
    ++tally.refused;
    if (refusal.expected[0] == '\0' || refusal.given[0] == '\0') reportTrouble("A refusal without a reason");
    return;
  }
  ++tally.bound;
  runPhases(*program, one, registers.get(), random, tally);
  if (!memory.intact()) reportTrouble("A write beside a buffer");
}

FuzzCase caseOf(const std::vector<FuzzCase>& corpus, const Options& options, int64_t number, FuzzRandom& random) {
  const int64_t count = static_cast<int64_t>(corpus.size());
  if (options.replay) return corpus[static_cast<size_t>(number % count)];
  FuzzCase one = corpus[static_cast<size_t>(random.below(count))];
  const int64_t layout = random.below(4);
  if (layout == 0) explode(one, kMostOperandBytes, GuardedMemory::kMostBuffers);
  mutate(one, corpus, random);
  if (layout > 1) explode(one, kMostOperandBytes, GuardedMemory::kMostBuffers);
  for (int64_t& bytes : one.bufferBytes) bytes = std::min(bytes, GuardedMemory::kMostBytes);
  return one;
}

void printTally(const Options& options, const Tally& tally) {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const int64_t kinds = std::count(std::begin(tally.kinds), std::end(tally.kinds), true);
  std::printf(
      "{\"seed\":%llu,\"cases\":%lld,\"bound\":%lld,\"refused\":%lld,\"phases\":%lld,\"whole\":%lld,\"kinds\":%lld,"
      "\"ofKinds\":%d,\"seconds\":%.1f,\"slowestSeconds\":%.3f,\"peakMegabytes\":%ld}\n",
      static_cast<unsigned long long>(options.seed), static_cast<long long>(options.runs),
      static_cast<long long>(tally.bound), static_cast<long long>(tally.refused),
      static_cast<long long>(tally.phases), static_cast<long long>(tally.whole), static_cast<long long>(kinds),
      static_cast<int>(OpKind::Count), processorSeconds(), tally.slowest, usage.ru_maxrss / 1024);
}

int fuzz(Options options) {
  const std::vector<FuzzCase> corpus = readCorpus(options.corpus);
  if (corpus.empty()) return 0;
  if (options.replay) options.runs = static_cast<int64_t>(corpus.size());
  watchForTrouble(options.caseFile, options.seed, options.hangSeconds);
  GuardedMemory memory;
  Tally tally;
  for (int64_t number = options.from; number < options.from + options.runs; ++number) {
    FuzzRandom random(options.seed, static_cast<uint64_t>(number));
    const FuzzCase one = caseOf(corpus, options, number, random);
    beginCase(number, &one);
    const double begin = processorSeconds();
    runCase(one, memory, random, tally);
    tally.slowest = std::max(tally.slowest, processorSeconds() - begin);
  }
  beginCase(-1, nullptr);
  printTally(options, tally);
  return 0;
}

int usage(const char* problem) {
  std::fprintf(stderr, "%s; see the first lines of native/fuzz/program_fuzz.cc\n", problem);
  return 2;
}

}  // namespace
}  // namespace steepest

int main(int argc, char** argv) {
  steepest::Options options;
  for (int i = 1; i < argc; ++i) {
    const auto is = [&](const char* name) { return std::strcmp(argv[i], name) == 0; };
    if (is("--replay")) {
      options.replay = true;
      continue;
    }
    if (i + 1 == argc) return steepest::usage(argv[i]);
    if (is("--corpus")) options.corpus = argv[++i];
    else if (is("--case")) options.caseFile = argv[++i];
    else if (is("--runs")) options.runs = std::strtoll(argv[++i], nullptr, 10);
    else if (is("--from")) options.from = std::strtoll(argv[++i], nullptr, 10);
    else if (is("--seed")) options.seed = std::strtoull(argv[++i], nullptr, 10);
    else if (is("--hang-seconds")) options.hangSeconds = static_cast<int>(std::strtol(argv[++i], nullptr, 10));
    else return steepest::usage(argv[i]);
  }
  if (options.corpus == nullptr) return steepest::usage("no --corpus");
  return steepest::fuzz(options);
}
