// Runs whole training steps, one thread for each rank, with a barrier behind every phase: as fits
// do, but in C++, where ThreadSanitizer sees every load and store. Two ranks that touch the same
// bytes with no barrier between them, one of them writing, are a race, whether or not they meet.
//
//   races --steps FILE [--isa NAME] [--drop-barrier N]
//
// Prints one line for each fit: its number, its ranks, and a digest of parameters, optimizer state
// and totals, which is the same for any number of ranks. `--drop-barrier N` leaves out the barrier
// after the N-th phase of every step, counted from 0: the sanitizer has to see that.
// scripts/fuzz/native.mjs writes the steps.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

#include "../cpu/isas.h"
#include "../program/program.h"
#include "corpus.h"

namespace steepest {
namespace {

constexpr double kStepsMagic = 0x5eed02;
constexpr size_t kPageBytes = 4096;

/** The algorithm of src/parallel/barrier.ts, which sleeps where this yields. */
class Barrier {
 public:
  explicit Barrier(int ranks) : ranks_(ranks) {}

  void wait() {
    if (ranks_ == 2) return waitOfTwo();
    const int generation = generation_.load(std::memory_order_acquire);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) == ranks_ - 1) {
      arrived_.store(0, std::memory_order_relaxed);
      generation_.fetch_add(1, std::memory_order_release);
      return;
    }
    while (generation_.load(std::memory_order_acquire) == generation) std::this_thread::yield();
  }

 private:
  /** Each arrival raises the generation, which is odd while one of the two waits. */
  void waitOfTwo() {
    const int before = generation_.fetch_add(1, std::memory_order_acq_rel);
    if ((before & 1) == 1) return;
    while (generation_.load(std::memory_order_acquire) == before + 1) std::this_thread::yield();
  }

  const int ranks_;
  std::atomic<int> arrived_{0};
  std::atomic<int> generation_{0};
};

/** Bytes at the beginning of a page. */
struct Memory {
  std::unique_ptr<uint8_t, void (*)(void*)> bytes{nullptr, std::free};
  int64_t length = 0;

  void read(WordReader& reader) {
    length = reader.count();
    const size_t words = (static_cast<size_t>(length) + sizeof(double) - 1) / sizeof(double);
    const size_t pages = (words * sizeof(double) / kPageBytes + 1) * kPageBytes;
    bytes.reset(static_cast<uint8_t*>(std::aligned_alloc(kPageBytes, pages)));
    const std::vector<double> content = reader.take(static_cast<int64_t>(words));
    std::memcpy(bytes.get(), content.data(), words * sizeof(double));
  }
};

struct RankProgram {
  int64_t registersOffset;
  int64_t totalsOffset;
  int64_t totalsCols;
  std::vector<double> words;
};

/** What all ranks run over the rows of one data set. */
struct Sweep {
  int64_t samples;
  bool starts;
  std::vector<int> rowPhases;
  /** Phases of the update after the merge, if it does not make the update itself. */
  std::vector<int> updatePhases;
  std::vector<RankProgram> ranks;

  void read(WordReader& reader, int workers) {
    samples = reader.count();
    starts = reader.count() != 0;
    rowPhases.resize(static_cast<size_t>(reader.count()));
    for (int& phase : rowPhases) phase = static_cast<int>(reader.count());
    updatePhases.resize(static_cast<size_t>(reader.count()));
    for (int& phase : updatePhases) phase = static_cast<int>(reader.count());
    ranks.resize(static_cast<size_t>(workers));
    for (RankProgram& rank : ranks) {
      rank.registersOffset = reader.count();
      rank.totalsOffset = reader.count();
      rank.totalsCols = reader.count();
      rank.words = reader.take(reader.count());
    }
  }
};

struct StepNumbers {
  double learningRate, stepSize, inverseSqrtBias2, gradientStep;
};

struct Fit {
  int workers;
  int64_t persistentOffset, persistentBytes, epochs, batchSize;
  Memory arena;
  std::vector<Memory> tables;
  std::vector<StepNumbers> steps;
  Sweep train, validate;

  void read(WordReader& reader) {
    workers = static_cast<int>(reader.count());
    persistentOffset = reader.count();
    persistentBytes = reader.count();
    epochs = reader.count();
    batchSize = reader.count();
    arena.read(reader);
    tables = std::vector<Memory>(static_cast<size_t>(reader.count()));
    for (Memory& table : tables) table.read(reader);
    steps.resize(static_cast<size_t>(reader.count()));
    for (StepNumbers& step : steps) step = {reader.next(), reader.next(), reader.next(), reader.next()};
    train.read(reader, workers);
    validate.read(reader, workers);
  }

  double* doublesAt(int64_t offset) const { return reinterpret_cast<double*>(arena.bytes.get() + offset); }
};

/** One rank of a fit. */
class Rank {
 public:
  Rank(const Fit& fit, int rank, const KernelTable& kernels, Barrier& barrier, int dropped)
      : fit_(fit), rank_(static_cast<size_t>(rank)), kernels_(kernels), barrier_(barrier), dropped_(dropped) {}

  void run() {
    const auto trainer = bind(fit_.train);
    const auto validator = bind(fit_.validate);
    size_t step = 0;
    for (int64_t epoch = 0; epoch < fit_.epochs; ++epoch) {
      double* registers = registersOf(fit_.train);
      registers[RegEpoch] = static_cast<double>(epoch);
      runEpoch(*trainer, fit_.train, true, step);
      runEpoch(*validator, fit_.validate, false, step);
    }
  }

  int status() const { return status_; }

 private:
  double* registersOf(const Sweep& sweep) const { return fit_.doublesAt(sweep.ranks[rank_].registersOffset); }

  std::unique_ptr<Program> bind(const Sweep& sweep) {
    std::vector<Buffer> buffers = {{fit_.arena.bytes.get(), fit_.arena.length}};
    for (const Memory& table : fit_.tables) buffers.push_back({table.bytes.get(), table.length});
    const std::vector<double>& words = sweep.ranks[rank_].words;
    const ProgramSource source = {words.data(), static_cast<int64_t>(words.size()), buffers.data(),
                                  static_cast<int64_t>(buffers.size())};
    Refusal refusal = {};
    std::unique_ptr<Program> program(Program::bind(kernels_, source, registersOf(sweep), refusal));
    if (program == nullptr) {
      std::fprintf(stderr, "a step was refused: expected %s, given %s\n", refusal.expected, refusal.given);
      std::exit(2);
    }
    return program;
  }

  /** stepLoop.ts: runTrainingSteps and runSweep. */
  void runEpoch(Program& program, const Sweep& sweep, bool trains, size_t& step) {
    double* totals = fit_.doublesAt(sweep.ranks[rank_].totalsOffset);
    double* registers = registersOf(sweep);
    for (int64_t j = 0; j < sweep.ranks[rank_].totalsCols; ++j) totals[j] = 0;
    if (sweep.starts) {
      status_ |= program.run(PhaseEpochStart);
      barrier_.wait();
    }
    for (int64_t start = 0; start < sweep.samples; start += fit_.batchSize) {
      const int64_t left = sweep.samples - start;
      registers[RegRows] = static_cast<double>(left < fit_.batchSize ? left : fit_.batchSize);
      registers[RegBatchStart] = static_cast<double>(start);
      if (trains) {
        const StepNumbers& numbers = fit_.steps[step++];
        registers[RegStep] = static_cast<double>(step);
        registers[RegLearningRate] = numbers.learningRate;
        registers[RegStepSize] = numbers.stepSize;
        registers[RegInverseSqrtBias2] = numbers.inverseSqrtBias2;
        registers[RegGradientStep] = numbers.gradientStep;
        registers[RegAverageDecay] = 0.9;
      }
      int phases = 0;
      for (const int phase : sweep.rowPhases) {
        status_ |= program.run(phase);
        if (phases++ != dropped_) barrier_.wait();
      }
      status_ |= program.run(PhaseMerge);
      if (phases != dropped_) barrier_.wait();
      registers[RegAccumulated] = 1;
      for (const int phase : sweep.updatePhases) {
        status_ |= program.run(phase);
        barrier_.wait();
      }
      registers[RegAccumulated] = 0;
    }
    // fitLoop.ts: ranks agree that an epoch is over.
    barrier_.wait();
  }

  const Fit& fit_;
  const size_t rank_;
  const KernelTable& kernels_;
  Barrier& barrier_;
  const int dropped_;
  int status_ = 0;
};

/** FNV-1a (Fowler, Noll and Vo). */
uint64_t digest(const uint8_t* bytes, int64_t length, uint64_t hash) {
  for (int64_t i = 0; i < length; ++i) hash = (hash ^ bytes[i]) * 0x100000001b3u;
  return hash;
}

/** @returns status bits of all ranks */
int runFit(const Fit& fit, const KernelTable& kernels, int dropped, uint64_t& hash) {
  Barrier barrier(fit.workers);
  std::vector<Rank> ranks;
  for (int rank = 0; rank < fit.workers; ++rank) ranks.emplace_back(fit, rank, kernels, barrier, dropped);
  std::vector<std::thread> threads;
  for (Rank& rank : ranks) threads.emplace_back([&rank] { rank.run(); });
  for (std::thread& thread : threads) thread.join();
  int status = 0;
  for (const Rank& rank : ranks) status |= rank.status();
  const uint8_t* arena = fit.arena.bytes.get();
  hash = digest(arena + fit.persistentOffset, fit.persistentBytes, 0xcbf29ce484222325u);
  for (const Sweep* sweep : {&fit.train, &fit.validate}) {
    const RankProgram& first = sweep->ranks[0];
    hash = digest(arena + first.totalsOffset, first.totalsCols * static_cast<int64_t>(sizeof(double)), hash);
  }
  return status;
}

int runAll(const char* file, const char* isa, int dropped) {
  WordReader reader;
  if (!reader.open(file) || reader.next() != kStepsMagic) {
    std::fprintf(stderr, "%s holds no steps: scripts/fuzz/native.mjs writes them\n", file);
    return 2;
  }
  const KernelTable* kernels = isa == nullptr ? availableIsas().tables[0] : findIsa(isa);
  if (kernels == nullptr) {
    std::fprintf(stderr, "no instruction set %s here\n", isa);
    return 2;
  }
  const int64_t count = reader.count();
  for (int64_t number = 0; number < count; ++number) {
    Fit fit;
    fit.read(reader);
    uint64_t hash = 0;
    const int status = runFit(fit, *kernels, dropped, hash);
    std::printf("%lld %d %016llx\n", static_cast<long long>(number), fit.workers,
                static_cast<unsigned long long>(hash));
    if (status != StatusOk) {
      std::fprintf(stderr, "fit %lld ended with status %d\n", static_cast<long long>(number), status);
      return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace steepest

int main(int argc, char** argv) {
  const char* steps = nullptr;
  const char* isa = nullptr;
  int dropped = -1;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--steps") == 0) steps = argv[i + 1];
    else if (std::strcmp(argv[i], "--isa") == 0) isa = argv[i + 1];
    else if (std::strcmp(argv[i], "--drop-barrier") == 0) dropped = static_cast<int>(std::strtol(argv[i + 1], nullptr, 10));
    else steps = nullptr;
  }
  if (steps != nullptr) return steepest::runAll(steps, isa, dropped);
  std::fprintf(stderr, "usage: races --steps FILE [--isa NAME] [--drop-barrier N]\n");
  return 2;
}
