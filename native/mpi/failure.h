// Why something about MPI failed: the parts of an ERR_CLUSTER.
#pragma once
#include <cstdint>

#include "../program/refusal.h"

namespace steepest::mpi {

/** Ranks that a failure is about, the first ones if there are many. */
struct Peers {
  static constexpr int kMost = 16;
  int ranks[kMost] = {};
  int count = 0;

  void add(int rank) {
    if (count < kMost) ranks[count++] = rank;
  }
};

struct Failure {
  /**
   * What it is, which src/cluster/mpi.ts makes the error of:
   *   timeout   `peers` did not answer
   *   call      the one of `peers` called something else, `call`
   *   size      the one of `peers` sent `bytes` instead of `ownBytes`
   *   others    have all in `expected` and `given`
   */
  const char* kind = "";
  char expected[512] = {};
  char given[512] = {};
  Peers peers;
  char call[64] = {};
  int64_t bytes = 0;
  int64_t ownBytes = 0;

  /** All return false, so that a step can end with `return failure.because(…)`. */
  bool because(const char* reason, const char* expectation, const char* format, ...) STEEPEST_PRINTF(4, 5);
  bool noMemory(const char* what) { return because("memory", what, "no memory for them"); }
  bool noAnswer(const Peers& silent);
  bool otherCall(int peer, const char* label);
  bool otherSize(int peer, int64_t theirs, int64_t own);
};

}  // namespace steepest::mpi
