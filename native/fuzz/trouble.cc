#include "trouble.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <sys/time.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#include <sanitizer/common_interface_defs.h>
#define STEEPEST_SANITIZER_RUNTIME 1
#endif

namespace steepest {
namespace {

/** Of the running case; one thread runs cases. */
struct Watch {
  const char* caseFile;
  uint64_t seed;
  int hangSeconds;
  volatile int64_t number;
  const FuzzCase* volatile fuzzCase;
  volatile int seconds;
  volatile bool told;
};
Watch watch;

void tell(const char* what) {
  if (watch.told) return;
  watch.told = true;
  std::fprintf(stderr, "%s in case %lld of seed %llu: --seed %llu --from %lld --runs 1\n", what,
               static_cast<long long>(watch.number), static_cast<unsigned long long>(watch.seed),
               static_cast<unsigned long long>(watch.seed), static_cast<long long>(watch.number));
  if (watch.fuzzCase != nullptr && watch.caseFile != nullptr && writeCase(watch.caseFile, *watch.fuzzCase)) {
    std::fprintf(stderr, "its program is in %s\n", watch.caseFile);
  }
}

/** The process is lost, so what may not be called in a handler is called all the same. */
void onSignal(int signal) {
  tell(signal == SIGSEGV || signal == SIGBUS ? "A step outside of memory" : "A crash");
  _exit(3);
}

void onSecond(int) {
  watch.seconds = watch.seconds + 1;
  if (watch.seconds <= watch.hangSeconds) return;
  tell("No end");
  _exit(4);
}

#if defined(STEEPEST_SANITIZER_RUNTIME)
void onDeath() { tell("A finding of a sanitizer"); }
#endif

}  // namespace

void watchForTrouble(const char* caseFile, uint64_t seed, int hangSeconds) {
  watch = {caseFile, seed, hangSeconds, 0, nullptr, 0, false};
  std::signal(SIGPROF, onSecond);
  itimerval everySecond = {{1, 0}, {1, 0}};
  setitimer(ITIMER_PROF, &everySecond, nullptr);
#if defined(STEEPEST_SANITIZER_RUNTIME)
  __sanitizer_set_death_callback(onDeath);
#else
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) std::signal(signal, onSignal);
#endif
}

void beginCase(int64_t number, const FuzzCase* fuzzCase) {
  watch.number = number;
  watch.fuzzCase = fuzzCase;
  watch.seconds = 0;
}

void reportTrouble(const char* what) {
  tell(what);
  _exit(3);
}

}  // namespace steepest
