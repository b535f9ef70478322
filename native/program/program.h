// A program bound to its memory: checked once, then run phase by phase.
#pragma once
#include "shapes.h"

namespace steepest {

/** One op of a phase, for one rank. */
struct Step {
  OpArgs args;
  KernelFn kernel;
  /** This rank takes its share of the mini-batch's rows, chunk by chunk. */
  bool byRows;
  /** The same in groups of 16 rows. */
  bool byGroups;
  /** `end` is cut to the rows of the mini-batch. */
  bool batch;
  /** Runs even over an empty range. */
  bool always;
  /** The op works on rows [windowFirst, windowFirst + windowRows) of the mini-batch. */
  int64_t windowFirst;
  int64_t windowRows;
  int64_t begin;
  int64_t end;
};

struct PhasePlan {
  Step* steps;
  int64_t count;
  /** batchStart + rows may not exceed this, or a gather would leave its table. */
  int64_t rowLimit;
  /** A step is split by rows or groups; otherwise there are no chunks to go through. */
  bool byRows;
};

/**
 * A bound program. Owns its plan and scratch memory; buffers and registers belong to the caller and must outlive it.
 * One thread at a time may run it.
 *
 * Order within a phase: ops run in the order of the program. In the row phases the ops split by
 * rows or groups run over chunks of at most rowChunk of this rank's rows, all ops of a chunk before the next; ops with another
 * split run once, in their place, with the first chunk.
 */
class Program {
 public:
  /** Null if the program does not fit, with the reason in `refusal`. */
  static Program* bind(const KernelTable& kernels, const ProgramSource& source, const double* registers,
                       Refusal& refusal);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /** Runs this rank's part of a phase, below kPhaseLimit; there may be nothing to do in it. Returns Status bits. */
  int run(int phase);

 private:
  Program() = default;
  bool decode(const ProgramSource& source, const KernelTable& kernels, Refusal& refusal);
  bool reserve(const ProgramSource& source, Refusal& refusal);
  bool reserveScratch(int64_t floats, Refusal& refusal);
  void plan(const DecodedOp& op, const OpExtent& extent, const KernelTable& kernels);
  bool checkRowRange(Refusal& refusal) const;
  int readBatch(const PhasePlan& plan, int64_t* rows, int64_t* start) const;
  int runSteps(const PhasePlan& plan, int64_t begin, int64_t end, bool first);

  ProgramHeader header_ = {};
  const double* registers_ = nullptr;
  /** Ranks' rows and chunks begin at multiples of this. */
  int64_t rowGrain_ = 1;
  Step* steps_ = nullptr;
  float* scratch_ = nullptr;
  PhasePlan* phases_ = nullptr;
  int phaseCount_ = 0;
};

}  // namespace steepest
