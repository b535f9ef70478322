#include "waiting.h"

#if STEEPEST_MPI
#include <sched.h>

#include <algorithm>
#include <ctime>

namespace steepest::mpi {
namespace {

constexpr int64_t kNanosecondsPerSecond = 1000000000;
/** An answer over shared memory takes about a microsecond. */
constexpr int64_t kSpinNanoseconds = 5000;
/** A sleep takes some 60 µs at least. */
constexpr int64_t kYieldNanoseconds = 200000;
/** A message that flows stops while its ends sleep; after so long without any part of it, it is taken for stuck. */
constexpr int64_t kFlowNanoseconds = kNanosecondsPerSecond;
constexpr int64_t kMostSleepNanoseconds = 1000000;
constexpr int64_t kShareOfSleep = 8;

}  // namespace

int64_t now() {
  timespec time = {};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<int64_t>(time.tv_sec) * kNanosecondsPerSecond + time.tv_nsec;
}

void sleepFor(int64_t nanoseconds) {
  timespec sleep = {};
  sleep.tv_nsec = static_cast<decltype(sleep.tv_nsec)>(nanoseconds);
  nanosleep(&sleep, nullptr);
}

int64_t Waiting::pause(bool flows) {
  const int64_t waited = now() - start;
  if (waited < kSpinNanoseconds) return waited;
  if (waited < (flows ? kFlowNanoseconds : kYieldNanoseconds)) {
    sched_yield();
    return waited;
  }
  sleepFor(std::min(waited / kShareOfSleep, kMostSleepNanoseconds));
  return waited;
}

}  // namespace steepest::mpi
#endif
