// How a thread waits for messages that only move on when it asks for them.
#pragma once
#include "mpi.h"

#if STEEPEST_MPI

namespace steepest::mpi {

/** Time of a clock that never goes back, in nanoseconds. */
int64_t now();

/** Lets a part of a second pass. */
void sleepFor(int64_t nanoseconds);

/**
 * One wait. At first it asks again at once, then gives the core away in between, then sleeps for an eighth of the
 * time that it has waited: where ranks outnumber cores, the others need the core to send what this one waits for.
 */
class Waiting {
 public:
  Waiting() : start(now()) {}
  /** Something came: the wait begins again. */
  void restart() { start = now(); }
  /**
   * Lets time pass.
   * @param flows a long message is on its way, which moves only while both ends ask for it
   * @return nanoseconds since something came
   */
  int64_t pause(bool flows);

 private:
  int64_t start;
};

}  // namespace steepest::mpi
#endif
