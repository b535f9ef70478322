// Signal handlers as they were before MPI took them.
//
// UCX, which both Debian builds use, takes SIGSEGV for its backtraces. V8 needs it: an access of WebAssembly
// outside its memory is a fault that V8's handler turns into a RuntimeError. With UCX's handler it ends the process.
#pragma once
#include "mpi.h"

#if STEEPEST_MPI
#include <csignal>

namespace steepest::mpi {

/** Keeps all handlers while it lives, and puts them back in the end. */
class SavedSignals {
 public:
  /** @param host an address in the program that loaded this one; handlers that it installs meanwhile stay */
  explicit SavedSignals(const void* host);
  SavedSignals(const SavedSignals&) = delete;
  SavedSignals& operator=(const SavedSignals&) = delete;
  ~SavedSignals();

 private:
  /** Signals are numbered from 1; Linux has 64, macOS 31. */
  static constexpr int kSignals = 65;
  const void* program;
  bool isSaved[kSignals] = {};
  struct sigaction saved[kSignals] = {};
};

}  // namespace steepest::mpi
#endif
