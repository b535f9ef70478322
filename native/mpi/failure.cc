#include "failure.h"

#include <cstdio>

namespace steepest::mpi {

bool Failure::because(const char* reason, const char* expectation, const char* format, ...) {
  kind = reason;
  std::snprintf(expected, sizeof expected, "%s", expectation);
  va_list values;
  va_start(values, format);
  std::vsnprintf(given, sizeof given, format, values);
  va_end(values);
  return false;
}

bool Failure::noAnswer(const Peers& silent) {
  peers = silent;
  return because("timeout", "an answer of all ranks", "none of %d", silent.count);
}

bool Failure::otherCall(int peer, const char* label) {
  peers.add(peer);
  std::snprintf(call, sizeof call, "%s", label);
  return because("call", "the same call on all ranks", "%s on rank %d", label, peer);
}

bool Failure::otherSize(int peer, int64_t theirs, int64_t own) {
  peers.add(peer);
  bytes = theirs;
  ownBytes = own;
  return because("size", "the same size on all ranks", "another one from rank %d", peer);
}

}  // namespace steepest::mpi
