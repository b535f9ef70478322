#include "signals.h"

#if STEEPEST_MPI
#include <dlfcn.h>

namespace steepest::mpi {
namespace {

/** Where the file that an address belongs to lies in memory; null if it belongs to none. */
const void* fileOf(const void* address) {
  Dl_info info = {};
  return dladdr(address, &info) != 0 ? info.dli_fbase : nullptr;
}

const void* handlerOf(const struct sigaction& action) {
  // sa_handler and sa_sigaction are one place.
  return reinterpret_cast<const void*>(action.sa_handler);
}

}  // namespace

SavedSignals::SavedSignals(const void* host) : program(fileOf(host)) {
  for (int signal = 1; signal < kSignals; ++signal) isSaved[signal] = sigaction(signal, nullptr, &saved[signal]) == 0;
}

SavedSignals::~SavedSignals() {
  for (int signal = 1; signal < kSignals; ++signal) {
    struct sigaction now = {};
    if (!isSaved[signal] || sigaction(signal, nullptr, &now) != 0) continue;
    const void* handler = handlerOf(now);
    if (handler == handlerOf(saved[signal])) continue;
    // `process.on('SIGTERM', …)` on the main thread, at the same time.
    if (program != nullptr && fileOf(handler) == program) continue;
    sigaction(signal, &saved[signal], nullptr);
  }
}

}  // namespace steepest::mpi
#endif
